"""Is this the content that was recorded? Answered through crops, small rotations, mirrors and trims."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .fingerprints import Fingerprint, Floats, Glimpses, band_pass

Spectrum = npt.NDArray[np.complexfloating[Any, Any]]

SAME_CONTENT = 0.16
"""At or below, it is the recorded content.

Measured over the 12 clips and 8 photographs of the robustness set: JPEG 30, half size, noise, blur, brightness 0.5 and
1.3, mirror and quarter turns give at most 0.02 in the plain pose; crops to 80 % anywhere, also mirrored, at most 0.16;
5° turns with black corners 0.13 in the median, 0.21 at worst (night, static). 160 pairs of different clips: 0.35 in the
median, 1 % below 0.235; of 900 pairs measured without the penalty for small scales, two lay at or below this (0.13 and
0.16: one smooth, dark room against static clips).
"""
DIFFERENT_CONTENT = 0.26
"""At or above, it is something else: more than 95 % of the different pairs (5 % lie below 0.271). Crops to 55 % stay
below it (0.24 at worst), bars around the picture too (0.14 in the median) except around the night clip (0.31), whose
10° turn (0.30) is lost as well. Between the two nobody should be accused: the answer is unclear."""
UNCLEAR_CONTENT = 0.21
"""What is returned where there is nothing to compare: between the two."""
LEAST_STRUCTURE = 0.02
"""Share of the picture with any contrast, below which there is nothing to compare: a plain wall, a black clip."""
TELLING_STRUCTURE = 0.25
"""`structure` from which alike means the same: two discs on plain ground are alike without being one clip."""
QUERY_GLIMPSES = 4
SOFT_THRESHOLD = 0.5
"""Grey levels: contrast below it is codec noise and has no say."""
CEILING = 4.0
"""Grey levels: stronger edges (bars, captions, black corners) count no more than this."""
COVER = 0.75
"""Share of the visible structure that must lie inside the recorded picture; bars added around it lie outside."""
SMALL_SCALE, SMALL_PENALTY = 0.8, 0.08
"""A small piece fits somewhere by chance: below this scale the misfit grows by this share of what is missing."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How the pixels at hand are laid over the recorded picture."""

    scale: float
    """Side of the picture at hand, as a share of the recorded one."""
    degrees: float
    mirrored: bool
    quarter_turns: int


def content_distance(glimpses: Glimpses, recorded: Fingerprint) -> float:
    """Lay the pictures at hand over the recorded sketches and return how badly the best position fits.

    The agreement of signs, weighted with the contrast of the pixels at hand, for the best of ~200 poses × all shifts;
    the pose must fit all glimpses at once, while each glimpse takes the recorded moment that fits it best.

    Returns:
        0 for equal, 0.5 for no agreement at all. The search finds *something* in any two pictures: unrelated ones
        end near 0.33, see `SAME_CONTENT`. `UNCLEAR_CONTENT` where there is nothing to compare.
    """
    weighted = _weighted(glimpses)
    if not weighted or not recorded.sketches or _share(weighted, 0.0) < LEAST_STRUCTURE:
        return UNCLEAR_CONTENT
    spectra = _Spectra(_unpack(recorded))
    best = 0.5
    for pose in _poses():
        misfit = _misfit([_warp(plane, pose) for plane in weighted], spectra)
        best = min(best, misfit + SMALL_PENALTY * max(0.0, SMALL_SCALE - pose.scale))
        if best <= SAME_CONTENT and pose.scale == 1.0:  # the plain copy, which is nearly every case
            return best
    return best


def structure(glimpses: Glimpses) -> float:
    """Return the share of the pictures that is not flat, in [0, 1]: 0.5 at night, 0.8 by day, 0.1 of a disc."""
    weighted = _weighted(glimpses)
    return _share(weighted, 1.0) if weighted else 0.0


def _weighted(glimpses: Glimpses) -> list[Floats]:
    return [_weigh(band_pass(picture, cell=2.0)) for picture in _spread(glimpses.pictures)]


def _share(weighted: list[Floats], level: float) -> float:
    return float(np.mean([np.mean(np.abs(plane) > level) for plane in weighted]))


def _spread(pictures: tuple[Floats, ...]) -> list[Floats]:
    """Choose a few glimpses, evenly over the clip; a stream that changed its size half-way keeps its first size."""
    if not pictures:
        return []
    alike = [picture for picture in pictures if picture.shape == pictures[0].shape]
    count = min(QUERY_GLIMPSES, len(alike))
    return [alike[index * len(alike) // count] for index in range(count)]


def _poses() -> Iterator[Pose]:
    """Yield the plain pose and its mirror image first, then crops and small turns, then quarter turns."""
    scales = [1.0, *(1.06**power for power in (2, 1, -1, -2, -3, -4, -5, -6, -7, -8, -9, -10))]
    for degrees in (0.0, -3.0, 3.0, -6.0, 6.0):
        for scale in scales:
            for mirrored in (False, True):
                yield Pose(scale, degrees, mirrored, 0)
    for turns in (1, 2, 3):
        for scale in scales:
            for mirrored in (False, True):
                yield Pose(scale, 0.0, mirrored, turns)


def _weigh(band: Floats) -> Floats:
    return (np.sign(band) * np.clip(np.abs(band) - SOFT_THRESHOLD, 0.0, CEILING)).astype(np.float32)


def _warp(plane: Floats, pose: Pose) -> Floats:
    """Return the plane in the pose, on the recorded grid's cells; zero where it does not reach."""
    import cv2

    if pose.mirrored:
        plane = plane[:, ::-1]
    plane = np.ascontiguousarray(np.rot90(plane, pose.quarter_turns))
    height, width = plane.shape
    k = pose.scale / 2  # a glimpse is twice as fine as a sketch
    cosine, sine = math.cos(math.radians(pose.degrees)), math.sin(math.radians(pose.degrees))
    new_width = math.ceil(k * (width * cosine + height * abs(sine)))
    new_height = math.ceil(k * (height * cosine + width * abs(sine)))
    turn = k * np.array([[cosine, sine], [-sine, cosine]])
    shift = np.array([new_width, new_height]) / 2 - 0.5 - turn @ (np.array([width, height]) / 2 - 0.5)
    matrix = np.column_stack([turn, shift]).astype(np.float32)
    return np.asarray(cv2.warpAffine(plane, matrix, (new_width, new_height), flags=cv2.INTER_LINEAR), np.float32)


class _Spectra:
    """The recorded signs and their outline, transformed once for each canvas size."""

    def __init__(self, signs: Floats) -> None:
        self.signs = signs
        self._cache: dict[tuple[int, int], tuple[Spectrum, Spectrum]] = {}

    def at(self, canvas: tuple[int, int]) -> tuple[Spectrum, Spectrum]:
        if canvas not in self._cache:
            outline = np.ones(self.signs.shape[1:], np.float32)
            self._cache[canvas] = (_transform(self.signs, canvas).conj(), _transform(outline, canvas).conj())
        return self._cache[canvas]


def _misfit(planes: list[Floats], spectra: _Spectra) -> float:
    """Return (1 - best weighted agreement) / 2 over all shifts, in [0, 0.5]."""
    stack = np.stack(planes)  # (glimpses, height, width)
    sides = zip(stack.shape[1:], spectra.signs.shape[1:], strict=True)
    height, width = (-(-(a + b) // 8) * 8 for a, b in sides)  # no wrap-around; a length that the FFT likes
    canvas = (height, width)
    signs, outline = spectra.at(canvas)
    agreement = _inverse(_transform(stack, canvas)[:, None] * signs, canvas).max(1)  # best moment at each shift
    weight = np.abs(stack)
    inside = _inverse(_transform(weight, canvas) * outline, canvas)
    total = weight.sum((1, 2), keepdims=True)
    allowed = (inside >= COVER * total).all(0)
    if not allowed.any():
        return 0.5
    share = (agreement / np.maximum(inside, 1e-3)).mean(0)
    return float(np.clip((1.0 - share[allowed].max()) / 2, 0.0, 0.5))


def _transform(planes: Floats, canvas: tuple[int, int]) -> Spectrum:
    return np.fft.rfft2(planes, canvas, axes=(-2, -1))


def _inverse(spectrum: Spectrum, canvas: tuple[int, int]) -> npt.NDArray[np.floating[Any]]:
    return np.fft.irfft2(spectrum, canvas, axes=(-2, -1))


def _unpack(recorded: Fingerprint) -> Floats:
    """Return the sketches as -1 and +1, (glimpses, rows, columns)."""
    cells = recorded.rows * recorded.columns
    packed = np.frombuffer(b"".join(recorded.sketches), np.uint8).reshape(len(recorded.sketches), -1)
    bits = np.unpackbits(packed, axis=1, count=cells).reshape(-1, recorded.rows, recorded.columns)
    return bits.astype(np.float32) * 2 - 1
