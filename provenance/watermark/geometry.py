"""How a picture was turned, and laying it back on the grid of tiles."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .layout import TABLE, TILE

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Geometry:
    """A projective map from the seen canonical plane to the plane that was marked.

    (x', y', w) = matrix · (x, y, 1), marked = (x' / w, y' / w); canonical pixels, counted from the corner of the
    plane, so that pixel 0 has its middle at 0.5.
    """

    matrix: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)
    """Nine numbers, row by row; the last is 1."""

    @classmethod
    def of(cls, matrix: Matrix) -> "Geometry":
        """Make one of a (3, 3) array, or of the (2, 2) of a turn about the corner."""
        whole = np.eye(3)
        whole[: len(matrix), : len(matrix)] = matrix
        return cls(tuple(float(value) for value in (whole / whole[2, 2]).ravel()))

    def as_array(self) -> Matrix:
        """Return the matrix, (3, 3)."""
        return np.asarray(self.matrix, dtype=np.float64).reshape(3, 3)

    def moved(self, x: float, y: float) -> "Geometry":
        """Return the same with a further shift of the marked plane, in canonical pixels."""
        return self.then(np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]]))

    def then(self, further: Matrix) -> "Geometry":
        """Return this map followed by another one, (3, 3)."""
        return Geometry.of(further @ self.as_array())

    def after(self, earlier: "Geometry") -> "Geometry":
        """Return another map followed by this one."""
        return earlier.then(self.as_array())

    def places(self, points: Matrix) -> Matrix:
        """Return where points (n, 2) of the seen plane lie on the marked one."""
        lifted = np.column_stack([points, np.ones(len(points))]) @ self.as_array().T
        return lifted[:, :2] / lifted[:, 2:]

    def around(self, width: int, height: int) -> Matrix:
        """Return the linear part, (2, 2), of the map in the middle of a seen plane of this size."""
        matrix, middle = self.as_array(), np.array([width / 2, height / 2])
        weight = matrix[2, :2] @ middle + matrix[2, 2]
        place = (matrix[:2, :2] @ middle + matrix[:2, 2]) / weight
        return (matrix[:2, :2] - np.outer(place, matrix[2, :2])) / weight

    def words(self, width: int = 0, height: int = 0) -> str:
        """Say it for people: `identity`, or what was done to the picture: `mirrored, rotated 5.0°, scaled 1.25`."""
        matrix = self.around(width, height)
        tilted = bool(np.abs(self.as_array()[2, :2]).max() * max(width, height) > 0.01)
        if np.allclose(matrix, np.eye(2), atol=1e-3) and not tilted:
            return "identity" if math.hypot(*self.as_array()[:2, 2]) < 1.0 else "shifted"
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
        if tilted:
            parts.append("in perspective")
        return ", ".join(parts) or "shifted"


IDENTITY = Geometry()


def whole_picture_turns(width: int, height: int) -> tuple[Geometry, ...]:
    """Return the seven quarter turns and mirrorings of a whole picture, seen at this canonical size."""
    turns: list[Geometry] = []
    for a, b, c, d in (
        (-1, 0, 0, 1),
        (1, 0, 0, -1),
        (-1, 0, 0, -1),
        (0, 1, -1, 0),
        (0, -1, 1, 0),
        (0, 1, 1, 0),
        (0, -1, -1, 0),
    ):
        matrix = np.array([[a, b], [c, d]], dtype=np.float64)
        corner = matrix @ (width, height)  # where the far corner comes to lie
        turns.append(Geometry.of(matrix).moved(max(0.0, -corner[0]), max(0.0, -corner[1])))
    return tuple(turns)


def tilt(across: float, down: float, *, width: int, height: int) -> Geometry:
    """Return a change of perspective that leaves the middle of a plane alone, to first order.

    Args:
        across: How much the scale grows from the left edge to the right one, as a share.
        down: The same from top to bottom.
        width: Of the seen plane, canonical pixels.
        height: Of the seen plane, canonical pixels.
    """
    to_middle = np.array([[1.0, 0.0, -width / 2], [0.0, 1.0, -height / 2], [0.0, 0.0, 1.0]])
    bent = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [across / width / 2.0, down / height / 2.0, 1.0]])
    return Geometry.of(np.linalg.inv(to_middle) @ bent @ to_middle)


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
    corners = geometry.places(np.array([[0, 0], [width, 0], [0, height], [width, height]], dtype=np.float64))
    first = np.floor((corners.min(axis=0) + 1e-3) / TILE).astype(int)  # (column, row)
    tiles = np.clip(np.ceil((corners.max(axis=0) - 1e-3) / TILE).astype(int) - first, 1, TABLE)
    half = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])  # pixel indices → coordinates
    back = np.linalg.inv(half) @ np.linalg.inv(geometry.moved(*(-first * TILE)).as_array()) @ half
    method = cv2.INTER_CUBIC if precise else cv2.INTER_LINEAR
    size = int(tiles[0]) * TILE, int(tiles[1]) * TILE
    canvas = cv2.warpPerspective(plane, back, size, flags=method | cv2.WARP_INVERSE_MAP)
    return np.asarray(canvas, dtype=np.float32), int(first[1]), int(first[0])
