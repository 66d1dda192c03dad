"""What many clips marked with one key give away: attacks by somebody who collected them, without the key.

First order: whatever is the same in all clips stays when they are averaged. Second order: where every tile carries the
payload's numbers under signs of its own, the product of two tiles has the same sign in all clips that use the same
part of the scrambling table, whatever their payloads. So the covariance between tiles has rank one at each frequency,
and its leading vector is the scrambling. With it the tiles of one clip can be unscrambled and added, which shows its
whole pattern. Where the part of the table differs from stretch to stretch (the nonce), the adversary first sorts out
those that go together, by the same products: for all frequencies at once, or, where each group of frequencies has a
part of its own and he does not know the groups, at each frequency for itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...provenance.watermark.layout import INNER_RADIUS, OUTER_RADIUS, TILE
from .adversaries import Estimate, in_band, levelled, standing_out
from .specimen import Plane

Spectra = NDArray[np.complex64]

TURNS = 30
"""Power iterations for the leading vectors."""
KIN_Z = 5.0
"""Standard deviations above the typical stretch from which one counts as of the same nonce."""
KIN_OF_A_WAVE = 3
"""Stretches that are taken for kin at each frequency, where it is sorted for itself: a single one says too little to
set a limit by."""
SHORT = 8
"""Canonical pixels; clips of nearly one shape are rounded to slightly different sizes."""


@dataclass(frozen=True, slots=True, eq=False)
class Exhibit:
    """What the adversary keeps of a stretch of a collected clip: the mean of its levelled pictures."""

    mean: NDArray[np.float32]
    """(canonical height, canonical width)."""


@dataclass(frozen=True, slots=True, eq=False)
class Unscrambled:
    """What the second-order attack made of one clip."""

    estimate: Estimate
    kin: int
    """Stretches of other clips that were found, or taken, to share its part of the table."""


def exhibit_of(planes: Sequence[Plane]) -> Exhibit:
    """Average the levelled pictures of one stretch."""
    return Exhibit(np.asarray(np.mean([levelled(plane) for plane in planes], axis=0), dtype=np.float32))


def common_pattern(exhibits: Sequence[Exhibit], *, shape: tuple[int, int]) -> Estimate:
    """Return what all stretches share, from the top left corner, (height, width) of `shape`; first order.

    Clips of other shapes count where they reach.
    """
    total, count = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
    for exhibit in exhibits:
        height, width = (min(a, b) for a, b in zip(shape, exhibit.mean.shape, strict=True))
        total[:height, :width] += exhibit.mean[:height, :width]
        count[:height, :width] += 1.0
    return in_band((total / np.sqrt(np.maximum(count, 1.0))).astype(np.float32))


def common_frequencies(exhibits: Sequence[Exhibit], *, count: int) -> NDArray[np.intp]:
    """Return the (u, v), cycles a tile, that stand out once all tiles of all stretches are added, (count, 2): pilots.

    Pictures are added, not spectra: the pilots have the same phases in all of them.
    """
    tile = np.zeros((TILE, TILE), dtype=np.float32)
    for exhibit in exhibits:
        rows, columns = (side // TILE for side in exhibit.mean.shape)
        whole = exhibit.mean[: rows * TILE, : columns * TILE]
        tile += whole.reshape(rows, TILE, columns, TILE).mean(axis=(0, 2))
    return standing_out(tile, count=count)


def unscramble(exhibits: Sequence[Exhibit], target: Exhibit, *, by_wave: bool = False) -> Unscrambled:
    """Return the target's pattern as the second-order attack sees it: scrambling from its kin, payload from itself.

    The clips must reach as far as the target; those that end more than a few pixels before it are left out.

    Args:
        exhibits: Stretches of other clips.
        target: The stretch whose pattern is wanted.
        by_wave: Sort them at each frequency for itself.
    """
    shape = target.mean.shape
    usable = [one for one in exhibits if all(a >= b - SHORT for a, b in zip(one.mean.shape, shape, strict=True))]
    rows, columns = (-(-side // TILE) for side in shape)
    seen = _band_spectra(target.mean, rows, columns)
    others = np.stack([_band_spectra(one.mean[: shape[0], : shape[1]], rows, columns) for one in [target, *usable]])
    kin = kin_by_wave(others) if by_wave else kin_of(others)
    signs = np.sign(scrambling(_only(others, kin) if by_wave else others[kin]))  # (tiles, bins)
    payload = (signs * seen).sum(axis=0)  # (bins,)
    payload *= np.hypot(*band_bins().T) ** -0.5 / (np.abs(payload) + 1e-9)  # the size of each wave is no secret
    estimate = in_band(_plane_of(signs * payload, rows, columns)[: shape[0], : shape[1]])
    return Unscrambled(estimate, min(KIN_OF_A_WAVE, len(usable)) if by_wave else int(kin.sum()) - 1)


def kin_of(spectra: Spectra) -> NDArray[np.bool_]:
    """Say which stretches share the first one's scrambling, (stretches,), itself included.

    Where two stretches have the same signs, the products of their tiles add up in step at each frequency, whatever
    the payloads; else they do not. Only phases are compared: edges of the picture are loud and say nothing.

    Args:
        spectra: (stretches, tiles, bins).
    """
    likeness: NDArray[np.float64] = np.asarray(np.sum(_likeness(spectra), axis=1), dtype=np.float64)
    typical = np.median(likeness[1:])
    spread = 1.4826 * np.median(np.abs(likeness[1:] - typical)) + 1e-9  # of a Gaussian, its standard deviation
    kin = (likeness - typical) / spread > KIN_Z
    kin[0] = True
    return np.asarray(kin, dtype=np.bool_)


def kin_by_wave(spectra: Spectra) -> NDArray[np.bool_]:
    """Say which stretches are likeliest to share the first one's scrambling at each frequency, (stretches, bins)."""
    likeness = _likeness(spectra)
    likeness[0] = np.inf
    limit = np.sort(likeness, axis=0)[-min(1 + KIN_OF_A_WAVE, len(likeness))]
    return np.asarray(likeness >= limit, dtype=np.bool_)


def _likeness(spectra: Spectra) -> NDArray[np.float32]:
    """Return how well the products of tiles agree with those of the first stretch, (stretches, bins)."""
    phases = _phases(spectra)
    phases = phases - phases.mean(axis=1, keepdims=True)  # what is the same in all tiles says nothing of the nonce
    both = np.einsum("stb,tb->sb", phases, np.conj(phases[0]))
    return np.asarray(np.abs(both) ** 2, dtype=np.float32)


def _only(spectra: Spectra, kin: NDArray[np.bool_]) -> Spectra:
    """Blank what is not kin at a frequency."""
    return np.where(kin[:, None, :], spectra, np.complex64(0.0))


def _phases(spectra: Spectra) -> Spectra:
    return (spectra / (np.abs(spectra) + np.float32(1e-12))).astype(np.complex64)


def scrambling(spectra: Spectra) -> NDArray[np.float32]:
    """Return the leading real vector over tiles of the stretches' covariance at each frequency.

    Args:
        spectra: (stretches, tiles, bins); any payloads, but each tile's signs the same in all stretches.

    Returns:
        (tiles, bins), each column of length sqrt(tiles): the signs up to one common sign a bin where the attack works.
    """
    tiles = spectra.shape[1]
    each = _phases(spectra).transpose(2, 1, 0)  # (bins, tiles, stretches); loud edges would outvote the rest
    both = np.concatenate([each.real, each.imag], axis=2)  # real signs: both parts are samples
    vector = _strongest_column(both)
    for _ in range(TURNS):
        vector = np.einsum("bts,bs->bt", both, np.einsum("bts,bt->bs", both, vector))
        vector /= np.linalg.norm(vector, axis=1, keepdims=True) + 1e-12
    return np.asarray(vector.T * np.sqrt(tiles), dtype=np.float32)


def _strongest_column(both: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the sample with the most power at each frequency, (bins, tiles), to start from."""
    best = np.square(both).sum(axis=1).argmax(axis=1)
    return np.take_along_axis(both, best[:, None, None], axis=2)[..., 0]


def band_bins() -> NDArray[np.intp]:
    """Return one (u, v) of each ± pair that the mark can use, in cycles a tile."""
    u, v = np.meshgrid(np.arange(-OUTER_RADIUS, OUTER_RADIUS + 1), np.arange(0, OUTER_RADIUS + 1))
    radius = np.hypot(u, v)
    inside = (radius >= INNER_RADIUS) & (radius <= OUTER_RADIUS) & ((v > 0) | (u > 0))
    return np.stack([u[inside], v[inside]], axis=1).astype(np.intp)


def _band_spectra(plane: NDArray[np.float32], rows: int, columns: int) -> Spectra:
    """Return the spectra of all tiles at the band's bins, (rows × columns, bins)."""
    padded = np.zeros((rows * TILE, columns * TILE), dtype=np.float32)
    padded[: plane.shape[0], : plane.shape[1]] = plane
    tiles = padded.reshape(rows, TILE, columns, TILE).transpose(0, 2, 1, 3).reshape(-1, TILE, TILE)
    bins = band_bins()
    return np.fft.fft2(tiles)[:, bins[:, 1], bins[:, 0]].astype(np.complex64)


def _plane_of(spectra: Spectra, rows: int, columns: int) -> NDArray[np.float32]:
    """Undo `_band_spectra`; (rows × 128, columns × 128)."""
    bins = band_bins()
    whole = np.zeros((len(spectra), TILE, TILE), dtype=np.complex64)
    whole[:, bins[:, 1], bins[:, 0]] = spectra
    whole[:, -bins[:, 1], -bins[:, 0]] = np.conj(spectra)
    tiles = np.fft.ifft2(whole).real.reshape(rows, columns, TILE, TILE)
    return tiles.transpose(0, 2, 1, 3).reshape(rows * TILE, columns * TILE).astype(np.float32)
