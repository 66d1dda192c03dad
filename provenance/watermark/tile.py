"""From a payload to the pattern that is added to pictures, and from a plane back to the spectra of its tiles."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ..payload import Payload
from .fourier import from_spectrum, half_spectrum
from .layout import CANONICAL_SHORT_SIDE, TILE, Layout
from .scramble import signs_of

MAX_ASPECT = 8
"""Longer pictures would meet the scramble table's end (32 tiles of 128 on 512)."""
MIN_SHORT_SIDE = 64
"""Pixels; below it the outermost frequencies of the mark come close to the grid of the picture itself."""
PEAK = 3.0
"""The pattern's samples are cut here, in standard deviations: 0.3 % of them."""


def canonical_size(width: int, height: int) -> tuple[int, int]:
    """Return (width, height) of a picture in the canonical domain: short side 512, same shape."""
    scale = CANONICAL_SHORT_SIDE / min(width, height)
    return round(width * scale), round(height * scale)


def markable(width: int, height: int) -> bool:
    """Say whether a picture of this size can carry the mark at all."""
    return min(width, height) >= MIN_SHORT_SIDE and max(width, height) <= MAX_ASPECT * min(width, height)


def pattern(layout: Layout, payload: Payload, *, width: int, height: int, nonce: int = 0) -> NDArray[np.float32]:
    """Draw the mark of a payload at a picture's own size, (height, width).

    A grid of 128-pixel tiles, each with the same pilots and its own scrambling of the same chips, lies on the
    canonical plane with a corner at the picture's top left, standard deviation 1; the plane is then brought to the
    picture's size. The nonce says which entries of the scrambling table the tiles use for each group of waves.
    """
    canonical_width, canonical_height = canonical_size(width, height)
    columns, rows = -(-canonical_width // TILE), -(-canonical_height // TILE)
    plane = np.empty((rows * TILE, columns * TILE), dtype=np.float32)
    for row in range(rows):
        tiles = _tiles(layout, payload, row=row, columns=columns, nonce=nonce)  # (columns, 128, 128)
        plane[row * TILE : (row + 1) * TILE] = tiles.transpose(1, 0, 2).reshape(TILE, columns * TILE)
    plane = np.clip(plane[:canonical_height, :canonical_width], -PEAK, PEAK)
    return resize(plane, width=width, height=height)


def _tiles(layout: Layout, payload: Payload, *, row: int, columns: int, nonce: int) -> NDArray[np.float32]:
    """Return one row of tiles, (columns, 128, 128)."""
    chips = layout.chips_of(payload).reshape(2, -1)
    data = (chips[0] + 1j * chips[1]) / np.sqrt(2.0) * layout.data_values  # (bins,)
    signs = signs_of(layout, nonce, np.stack([np.full(columns, row), np.arange(columns)], axis=1))  # (columns, bins)
    spectrum = np.zeros((columns, TILE, TILE), dtype=np.complex64)
    for bins, values in ((layout.pilot_bins, layout.pilot_values), (layout.data_bins, signs * data)):
        spectrum[:, bins[:, 1], bins[:, 0]] = values
        spectrum[:, -bins[:, 1], -bins[:, 0]] = np.conj(values)
    return from_spectrum(spectrum)


def tile_spectra(plane: NDArray[np.float32]) -> NDArray[np.complex64]:
    """Return the spectrum of every tile of a plane that lies on the grid, (rows, columns, 128, 65).

    A plane that does not fill its last tiles is continued with zeros: a partly seen tile adds signal and noise in
    the same proportion as a whole one.
    """
    rows, columns = -(-plane.shape[0] // TILE), -(-plane.shape[1] // TILE)
    padded = np.zeros((rows * TILE, columns * TILE), dtype=np.float32)
    padded[: plane.shape[0], : plane.shape[1]] = plane
    tiles = padded.reshape(rows, TILE, columns, TILE).transpose(0, 2, 1, 3)
    return half_spectrum(tiles)


def at_bins(spectra: NDArray[np.complex64], bins: NDArray[np.intp]) -> NDArray[np.complex64]:
    """Pick frequencies out of half spectra (..., 128, 65); a negative u is the conjugate of its opposite."""
    u, v = bins[:, 0], bins[:, 1]
    values = spectra[..., np.where(u < 0, -v, v) % TILE, np.abs(u)]
    return np.where(u < 0, np.conj(values), values)


def resize(plane: NDArray[np.float32], *, width: int, height: int) -> NDArray[np.float32]:
    """Bring a plane to another size: area filter down, cubic up."""
    if plane.shape == (height, width):
        return plane
    shrinks = width * height < plane.size
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane, (width, height), interpolation=method), dtype=np.float32)
