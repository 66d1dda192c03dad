"""How a picture was turned, and laying it back on the grid of tiles."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .fourier import correlate_circularly
from .layout import TABLE, TILE, Layout
from .tile import at_bins, tile_spectra

SIGNED = TABLE // 4
"""Offsets are told as -8 to 23 tiles: a turned picture can begin a little before the marked one, not far."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """An affine map from the seen canonical plane to the plane that was marked: marked = matrix · seen + shift."""

    matrix: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 1.0)
    """Rows: (xx, xy), (yx, yy)."""
    shift: tuple[float, float] = (0.0, 0.0)
    """Canonical pixels, (x, y); coordinates count from the corner of the plane, so pixel 0 has its middle at 0.5."""

    @classmethod
    def of(cls, matrix: NDArray[np.float64], shift: NDArray[np.float64]) -> "Geometry":
        """Make one of arrays (2, 2) and (2,)."""
        (a, b), (c, d) = matrix.tolist()
        x, y = shift.tolist()
        return cls((a, b, c, d), (x, y))

    def as_array(self) -> NDArray[np.float64]:
        """Return the matrix, (2, 2)."""
        return np.asarray(self.matrix, dtype=np.float64).reshape(2, 2)

    def moved(self, x: float, y: float) -> "Geometry":
        """Return the same turn with a further shift of the marked plane."""
        return Geometry(self.matrix, (self.shift[0] + x, self.shift[1] + y))

    def words(self) -> str:
        """Say it for people: `identity`, or what was done to the picture: `mirrored, rotated 5.0°, scaled 1.25`."""
        matrix = self.as_array()
        if np.allclose(matrix, np.eye(2), atol=1e-3):
            return "identity" if math.hypot(*self.shift) < 1.0 else "shifted"
        done = np.linalg.inv(matrix)  # marked → seen
        mirrored = bool(np.linalg.det(done) < 0)
        turn = done @ np.diag([-1.0, 1.0]) if mirrored else done
        degrees = math.degrees(math.atan2(turn[1, 0] - turn[0, 1], turn[0, 0] + turn[1, 1]))
        scale = math.sqrt(abs(float(np.linalg.det(done))))
        narrow, wide = sorted(float(size) for size in np.linalg.norm(done, axis=0))
        parts = ["mirrored"] if mirrored else []
        if abs(degrees) >= 0.1:
            parts.append(f"rotated {degrees:.1f}°")
        if abs(scale - 1.0) > 0.003:
            parts.append(f"scaled {scale:.2f}")
        if wide > 1.02 * narrow:
            parts.append(f"stretched {wide / narrow:.2f}")
        return ", ".join(parts) or "shifted"


IDENTITY = Geometry()


def whole_picture_turns(width: int, height: int) -> tuple[Geometry, ...]:
    """Return the seven quarter turns and mirrorings of a whole picture, seen at this canonical size."""
    turns: list[Geometry] = []
    for matrix in (
        (-1, 0, 0, 1),
        (1, 0, 0, -1),
        (-1, 0, 0, -1),
        (0, 1, -1, 0),
        (0, -1, 1, 0),
        (0, 1, 1, 0),
        (0, -1, -1, 0),
    ):
        corner = np.reshape(matrix, (2, 2)) @ (width, height)  # where the far corner comes to lie
        turns.append(Geometry(tuple(float(m) for m in matrix), (max(0.0, -corner[0]), max(0.0, -corner[1]))))  # pyright: ignore
    return tuple(turns)


def lay_on_grid(
    plane: NDArray[np.float32], geometry: Geometry, *, precise: bool = True
) -> tuple[NDArray[np.float32], int, int]:
    """Warp a seen plane onto the marked grid.

    Returns:
        The canvas (a whole number of tiles, at most 32 each way, zero where nothing was seen), and the row and
        column of its first tile in the marked plane.
    """
    if geometry == IDENTITY:
        return plane, 0, 0
    height, width = plane.shape
    matrix, shift = geometry.as_array(), np.asarray(geometry.shift)
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], dtype=np.float64) @ matrix.T + shift
    first = np.floor((corners.min(axis=0) + 1e-3) / TILE).astype(int)  # (column, row)
    tiles = np.clip(np.ceil((corners.max(axis=0) - 1e-3) / TILE).astype(int) - first, 1, TABLE)
    back = np.linalg.inv(matrix)  # marked → seen, then pixel indices instead of coordinates
    offset = back @ (0.5 + first * TILE - shift) - 0.5
    canvas = cv2.warpAffine(
        plane,
        np.column_stack([back, offset]),
        (int(tiles[0]) * TILE, int(tiles[1]) * TILE),
        flags=(cv2.INTER_CUBIC if precise else cv2.INTER_LINEAR) | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0.0,
    )
    return np.asarray(canvas, dtype=np.float32), int(first[1]), int(first[0])


def combine(plane: NDArray[np.float32], layout: Layout, geometry: Geometry) -> NDArray[np.complex64]:
    """Unscramble and add the data spectra of all tiles, (bins,), of a plane whose whole geometry is known."""
    canvas, row, column = lay_on_grid(plane, geometry)
    return combine_tiles(tile_spectra(canvas), layout, row=row, column=column)


def combine_tiles(
    spectra: NDArray[np.complex64], layout: Layout, *, row: int = 0, column: int = 0
) -> NDArray[np.complex64]:
    """Unscramble and add tile spectra, (rows, columns, 128, 65) -> (bins,).

    The first of them is tile (row, column) of the marked plane.
    """
    data = at_bins(spectra, layout.data_bins)  # (rows, columns, bins)
    rows = (row + np.arange(data.shape[0], dtype=np.intp)) % TABLE
    columns = (column + np.arange(data.shape[1], dtype=np.intp)) % TABLE
    return np.einsum("rcb,rcb->b", data, layout.scramble[np.ix_(rows, columns)]).astype(np.complex64)


def combine_at_likely_offsets(
    plane: NDArray[np.float32], layout: Layout, geometry: Geometry, *, count: int
) -> tuple[NDArray[np.complex64], tuple[Geometry, ...]]:
    """Do the same where the grid is known, but not which tile of the scrambling table comes first.

    The sum over tiles at each of the 1,024 offsets is a circular correlation of the spectra with the table, so two
    FFTs give all of them; the right offset adds up in step and has the most energy. The payload signs play no part.

    Returns:
        Data spectra of the `count` most energetic offsets, (count, bins), and the geometry of each.
    """
    canvas, row, column = lay_on_grid(plane, geometry)
    spectra = at_bins(tile_spectra(canvas), layout.data_bins)
    seen = np.zeros_like(layout.scramble, dtype=np.complex64)  # (32, 32, bins)
    seen[: spectra.shape[0], : spectra.shape[1]] = spectra
    sums = correlate_circularly(seen, layout.scramble.astype(np.complex64))
    power = sums.real**2 + sums.imag**2
    energy = (power * (np.abs(layout.data_values) ** 2 / power.mean(axis=(0, 1)))).sum(axis=-1)
    best = np.argsort(energy, axis=None)[::-1][:count]
    offsets = [(int(i) // TABLE, int(i) % TABLE) for i in best]
    moves = [((r - row + SIGNED) % TABLE - SIGNED, (c - column + SIGNED) % TABLE - SIGNED) for r, c in offsets]
    geometries = tuple(geometry.moved(c * TILE, r * TILE) for r, c in moves)
    return np.stack([sums[r, c] for r, c in offsets]).astype(np.complex64), geometries
