"""Estimate a mark without its key and take it away; everything about the algorithm is known, the key is not.

All estimates live in the canonical domain: short side 512, the mark a grid of tiles, its standard deviation 1. They are
made from the marked pixels alone. How strong the mark is at each place of a picture is no secret either: the adversary
embeds with a key of his own and looks.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from ...provenance import Payload
from ...provenance.watermark import Strength, WatermarkKey
from ...provenance.watermark.layout import CANONICAL_SHORT_SIDE, DATA_SLOPE, INNER_RADIUS, OUTER_RADIUS, TILE
from ...provenance.watermark.tile import PEAK
from ...provenance.watermark.whiten import whiten
from .specimen import Plane, Planes, marked_luma, pictures_with

Estimate = NDArray[np.float32]
"""A guess at the pattern, (canonical height, canonical width), standard deviation 1."""

OWN_KEY = WatermarkKey(key_id=15, secret=b"a key that the adversary invents")
OWN_PAYLOAD = Payload(record_id=0xADBE5A, version=15)
SMOOTH = 8.0
"""Canonical pixels; what is smoother holds no mark."""
WINDOW = 17
"""Canonical pixels over which the local deviation is taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A run of pictures for which one estimate stands."""

    frames: range
    estimate: Estimate


def canonical(plane: NDArray[np.uint8 | np.float32]) -> NDArray[np.float32]:
    """Bring a plane to the size at which the mark is defined."""
    height, width = plane.shape
    scale = CANONICAL_SHORT_SIDE / min(height, width)
    size = round(width * scale), round(height * scale)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(plane.astype(np.float32), size, interpolation=method), dtype=np.float32)


def levelled(plane: NDArray[np.uint8 | np.float32]) -> NDArray[np.float32]:
    """Suppress the picture: what is left of it varies as much everywhere, and no edge stands out."""
    high = canonical(plane)
    high -= cv2.GaussianBlur(high, (0, 0), SMOOTH)
    deviation = np.sqrt(np.maximum(cv2.blur(high * high, (WINDOW, WINDOW)), 0.0))
    return np.clip(high / (deviation + np.float32(1.0)), -2.5, 2.5).astype(np.float32)


def in_band(plane: NDArray[np.float32]) -> Estimate:
    """Keep the frequencies that the mark can have, and scale to a standard deviation of 1."""
    fy = np.fft.fftfreq(plane.shape[0])[:, None]
    fx = np.fft.rfftfreq(plane.shape[1])[None, :]
    radius = np.hypot(fx, fy) * TILE  # cycles a tile
    kept = np.fft.rfft2(plane) * ((radius >= INNER_RADIUS - 0.5) & (radius <= OUTER_RADIUS + 0.5))
    filtered = np.fft.irfft2(kept, s=plane.shape).astype(np.float32)
    return filtered / np.float32(filtered.std() + 1e-9)


def folded(planes: Sequence[Plane]) -> Estimate:
    """Average all tiles of all pictures and lay the average on the whole plane: finds whatever repeats."""
    whole = _mean_levelled(planes)
    rows, columns = whole.shape[0] // TILE, whole.shape[1] // TILE
    tile = whole[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE).mean(axis=(0, 2))
    laid = np.tile(tile, (rows + 1, columns + 1))[: whole.shape[0], : whole.shape[1]]
    return in_band(laid)


def averaged(planes: Sequence[Plane]) -> Estimate:
    """Average the pictures: finds whatever stays while the content moves."""
    return in_band(_mean_levelled(planes))


def _mean_levelled(planes: Sequence[Plane]) -> NDArray[np.float32]:
    return np.asarray(np.mean([levelled(plane) for plane in planes], axis=0), dtype=np.float32)


def equalised(planes: Sequence[Plane]) -> Estimate:
    """Average the pictures as the reader levels them, and give every wave the size that the mark's waves have.

    Where a picture is even, what is left after levelling is mostly mark, and one picture is enough to see it there.
    """
    mean = np.asarray(np.mean([whiten(plane) for plane in planes], axis=0), dtype=np.float32)
    spectrum = np.fft.rfft2(mean)
    fy, fx = np.fft.fftfreq(mean.shape[0])[:, None], np.fft.rfftfreq(mean.shape[1])[None, :]
    radius = np.maximum(np.hypot(fx, fy) * TILE, 1.0)  # cycles a tile
    level = cv2.blur(np.abs(spectrum).astype(np.float32), (9, 9)) + np.float32(1e-9)
    flat = np.fft.irfft2(spectrum / level * radius**DATA_SLOPE, s=mean.shape).astype(np.float32)
    return in_band(np.clip(in_band(flat), -PEAK, PEAK))


def passages(
    planes: Sequence[Plane], *, window: int | None, estimator: Callable[[Sequence[Plane]], Estimate] = averaged
) -> list[Passage]:
    """Estimate within windows of so many pictures (None: the whole clip); a rest joins the last window."""
    length = len(planes) if window is None else min(window, len(planes))
    starts = list(range(0, len(planes) - length + 1, length))
    ends = [*starts[1:], len(planes)]
    return [Passage(range(start, end), estimator(planes[start:end])) for start, end in zip(starts, ends, strict=True)]


def expected_amplitudes(planes: Sequence[Plane], *, strength: Strength = Strength()) -> list[NDArray[np.float16]]:
    """Return the standard deviation of the mark at each place, learnt by embedding with the adversary's own key."""
    own = marked_luma(pictures_with(planes, Fraction(25)), OWN_PAYLOAD, OWN_KEY, strength=strength)
    side = max(9, round(min(planes[0].shape) / CANONICAL_SHORT_SIDE * 2 * WINDOW)) | 1
    amplitudes: list[NDArray[np.float16]] = []
    for plane, remarked in zip(planes, own, strict=True):
        change = remarked.astype(np.float32) - plane
        power = cv2.blur(change * change, (side, side)) - np.float32(1 / 12)  # rounding is no mark
        amplitudes.append(np.sqrt(np.maximum(power, 0.0)).astype(np.float16))
    return amplitudes


def changes(found: Sequence[Passage], amplitudes: Sequence[NDArray[np.float16]]) -> Iterator[NDArray[np.float32]]:
    """Yield for every picture the change that the estimates say the mark has made, in code values."""
    height, width = amplitudes[0].shape
    method = cv2.INTER_AREA if min(height, width) < CANONICAL_SHORT_SIDE else cv2.INTER_CUBIC
    for passage in found:
        pattern = cv2.resize(passage.estimate, (width, height), interpolation=method)
        for index in passage.frames:
            yield np.asarray(amplitudes[index] * pattern, dtype=np.float32)


def added(planes: Sequence[Plane], change: Iterable[NDArray[np.float32]], *, times: float) -> Planes:
    """Add a change to every picture, so many times; negative takes it away."""
    return tuple(
        np.clip(np.rint(plane + np.float32(times) * one), 0, 255).astype(np.uint8)
        for plane, one in zip(planes, change, strict=True)
    )


def likeness(found: Sequence[Passage], marked: Sequence[Plane], unmarked: Sequence[Plane]) -> float:
    """Return the correlation of the estimates with the pattern that was really added, the mean over all pictures."""
    values: list[float] = []
    for passage in found:
        for index in passage.frames:
            true = levelled_difference(marked[index], unmarked[index])
            values.append(float(np.mean(passage.estimate * true)))
    return float(np.mean(values))


def levelled_difference(marked: Plane, unmarked: Plane) -> Estimate:
    """Return the pattern that was added to a picture, its local strength divided out; only a judge can."""
    change = canonical(marked.astype(np.float32) - unmarked.astype(np.float32))
    deviation = np.sqrt(np.maximum(cv2.blur(change * change, (2 * WINDOW + 1,) * 2), 0.0))
    return in_band(change / (deviation + np.float32(0.2)))


def periodic_frequencies(planes: Sequence[Plane], *, count: int) -> NDArray[np.intp]:
    """Return the (u, v), cycles a tile, that stand out most once all tiles are added, (count, 2): mostly pilots."""
    return standing_out(folded(planes)[:TILE, :TILE], count=count)


def standing_out(tile: NDArray[np.float32], *, count: int) -> NDArray[np.intp]:
    """Return the (u, v) at which a sum of tiles has most power over its ring's median, (count, 2)."""
    power = np.abs(np.fft.fft2(tile)) ** 2
    u, v = np.meshgrid(np.arange(-OUTER_RADIUS, OUTER_RADIUS + 1), np.arange(1, OUTER_RADIUS + 1))
    radius = np.hypot(u, v)
    inside = (radius >= INNER_RADIUS) & (radius <= OUTER_RADIUS)
    bins, radii = np.stack([u[inside], v[inside]], axis=1).astype(np.intp), radius[inside]
    found = power[bins[:, 1] % TILE, bins[:, 0] % TILE]
    level = np.array([np.median(found[np.abs(radii - r) <= 1.0]) for r in radii])
    return bins[np.argsort(found / level)[::-1][:count]]


def waves_of(
    planes: Sequence[Plane], amplitudes: Sequence[NDArray[np.float16]], frequencies: NDArray[np.intp]
) -> Estimate:
    """Return the waves of these tile frequencies as they run through all pictures; their own size, not scaled to 1.

    Least squares with the picture as noise: a place counts by the mark's strength there over the picture's power.
    """
    total, weight = np.zeros(len(frequencies), dtype=np.complex64), 0.0
    rows, columns = _waves(frequencies, canonical(planes[0]).shape)
    for plane, amplitude in zip(planes, amplitudes, strict=True):
        high = canonical(plane)
        high -= cv2.GaussianBlur(high, (0, 0), SMOOTH)
        power = cv2.blur(high * high, (WINDOW, WINDOW)) + np.float32(1.0)
        strength = canonical(amplitude.astype(np.float32))
        total += ((rows @ (high * strength / power)) * columns).sum(axis=1)
        weight += float((strength * strength / power).sum())
    return np.asarray(2.0 * ((np.conj(rows).T * (total / weight)) @ np.conj(columns)).real, dtype=np.float32)


def _waves(
    frequencies: NDArray[np.intp], shape: tuple[int, ...]
) -> tuple[NDArray[np.complex64], NDArray[np.complex64]]:
    """Return exp(-2πi v y) and exp(-2πi u x), (frequencies, height) and (frequencies, width)."""
    y, x = (np.arange(side)[None, :] / TILE for side in shape)
    rows = np.exp(-2j * np.pi * frequencies[:, 1:] * y).astype(np.complex64)
    return rows, np.exp(-2j * np.pi * frequencies[:, :1] * x).astype(np.complex64)
