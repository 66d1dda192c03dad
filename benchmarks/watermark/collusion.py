"""What many clips marked with one key give away: attacks by somebody who collected them, without the key.

First order: whatever is the same in all clips stays when they are averaged. Second order: where every tile carries the
payload's numbers under signs of its own, the products of two tiles have the same sign in all clips, whatever the
payload. So the covariance between tiles over the clips has rank one at each frequency, and its leading vector is the
scrambling. With it the tiles of one clip can be unscrambled and added, which shows its whole pattern.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...provenance.watermark.layout import INNER_RADIUS, OUTER_RADIUS, TILE
from .adversaries import Estimate, in_band, levelled
from .specimen import Plane

TURNS = 12
"""Power iterations for the leading vectors, and rounds of leaving the diagonal (the clips' own noise) out."""


@dataclass(frozen=True, slots=True, eq=False)
class Exhibit:
    """What the adversary keeps of one collected clip: the mean of its levelled pictures."""

    mean: NDArray[np.float32]
    """(canonical height, canonical width)."""


def exhibit_of(planes: Sequence[Plane]) -> Exhibit:
    """Average the levelled pictures of one clip."""
    return Exhibit(np.mean([levelled(plane) for plane in planes], axis=0, dtype=np.float32))


def common_pattern(exhibits: Sequence[Exhibit], *, shape: tuple[int, int]) -> Estimate:
    """Return what all clips share, from the top left corner, (height, width) of `shape`; first order.

    Clips of other shapes count where they reach.
    """
    total, count = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    for exhibit in exhibits:
        height, width = (min(a, b) for a, b in zip(shape, exhibit.mean.shape, strict=True))
        total[:height, :width] += exhibit.mean[:height, :width]
        count[:height, :width] += 1.0
    return in_band(total / np.sqrt(np.maximum(count, 1.0)))


def unscrambled_pattern(exhibits: Sequence[Exhibit], target: Exhibit) -> Estimate:
    """Return the target's pattern as the second-order attack sees it: scrambling from all clips, payload from one.

    Clips must have the target's canonical shape at least; those that do not are left out.
    """
    shape = target.mean.shape
    usable = [one for one in exhibits if one.mean.shape[0] >= shape[0] and one.mean.shape[1] >= shape[1]]
    rows, columns = (-(-side // TILE) for side in shape)
    spectra = np.stack([_band_spectra(_cut(one.mean, shape), rows, columns) for one in usable])
    signs = scrambling(spectra)  # (tiles, bins), real, about ±1
    seen = _band_spectra(target.mean, rows, columns)
    payload = (signs * seen).sum(axis=0) / np.maximum((signs * signs).sum(axis=0), 1e-9)  # (bins,)
    return in_band(_plane_of(signs * payload, rows, columns)[: shape[0], : shape[1]])


def scrambling(spectra: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Return the leading vector over tiles of the clips' covariance at each frequency.

    Args:
        spectra: (clips, tiles, bins); any payloads, but each tile's signs the same in all clips.

    Returns:
        (tiles, bins), each column of length sqrt(tiles): the signs up to one common sign a bin where the attack works.
    """
    tiles = spectra.shape[1]
    level = np.sqrt(np.mean(np.abs(spectra) ** 2, axis=(1, 2), keepdims=True)) + 1e-12
    each = spectra / level
    covariance = np.einsum("ctb,csb->bts", each, np.conj(each), optimize=True).real  # (bins, tiles, tiles)
    own = np.arange(tiles)
    covariance[:, own, own] = 0.0
    for _ in range(TURNS):
        values, vectors = np.linalg.eigh(covariance)
        leading = vectors[..., -1] * np.sqrt(np.maximum(values[:, -1:], 0.0))
        covariance[:, own, own] = leading**2  # what rank one would have there
    unit = leading / (np.linalg.norm(leading, axis=1, keepdims=True) + 1e-12)
    return np.asarray(unit.T * np.sqrt(tiles), dtype=np.float32)


def band_bins() -> NDArray[np.intp]:
    """Return one (u, v) of each ± pair that the mark can use, in cycles a tile."""
    u, v = np.meshgrid(np.arange(-OUTER_RADIUS, OUTER_RADIUS + 1), np.arange(0, OUTER_RADIUS + 1))
    radius = np.hypot(u, v)
    inside = (radius >= INNER_RADIUS) & (radius <= OUTER_RADIUS) & ((v > 0) | (u > 0))
    return np.stack([u[inside], v[inside]], axis=1).astype(np.intp)


def _cut(plane: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    return plane[: shape[0], : shape[1]]


def _band_spectra(plane: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.complex64]:
    """Return the spectra of all tiles at the band's bins, (rows × columns, bins)."""
    padded = np.zeros((rows * TILE, columns * TILE), dtype=np.float32)
    padded[: plane.shape[0], : plane.shape[1]] = plane
    tiles = padded.reshape(rows, TILE, columns, TILE).transpose(0, 2, 1, 3).reshape(-1, TILE, TILE)
    bins = band_bins()
    return np.fft.fft2(tiles)[:, bins[:, 1], bins[:, 0]].astype(np.complex64)


def _plane_of(spectra: NDArray[np.complex64], rows: int, columns: int) -> NDArray[np.float32]:
    """Undo `_band_spectra`; (rows × 128, columns × 128)."""
    bins = band_bins()
    whole = np.zeros((len(spectra), TILE, TILE), dtype=np.complex64)
    whole[:, bins[:, 1], bins[:, 0]] = spectra
    whole[:, -bins[:, 1], -bins[:, 0]] = np.conj(spectra)
    tiles = np.fft.ifft2(whole).real.reshape(rows, columns, TILE, TILE)
    return tiles.transpose(0, 2, 1, 3).reshape(rows * TILE, columns * TILE).astype(np.float32)
