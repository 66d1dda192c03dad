"""Bring a picture's luma to the canonical domain and level it, so that no object outweighs the mark."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .tile import canonical_size

SIGMA = 8.0
"""Canonical pixels; what is smoother than this holds no mark."""
WINDOW = 17
"""Canonical pixels; the side of the square whose deviation levels a place."""
COARSE = 4
"""Both filters are smooth, so they run on a plane this many times smaller."""
NOISE_FLOOR = 1.0
"""Code values; keeps the coding noise of flat areas from being blown up."""
CUT = 2.5
"""Levelled values are cut here: edges are outliers."""


def whiten(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the levelled plane of a picture in the canonical domain, (height, width), values within ±2.5."""
    luma = np.ascontiguousarray(luma)  # a mirrored or turned view has strides that OpenCV does not take
    size = canonical_size(luma.shape[1], luma.shape[0])
    shrinks = luma.shape[0] > size[1]
    canonical = cv2.resize(luma, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    plane = np.asarray(canonical, dtype=np.float32)
    plane -= _smooth(plane, sigma=SIGMA, size=size)
    power = cv2.resize(cv2.multiply(plane, plane), _coarse(size), interpolation=cv2.INTER_AREA)
    side = round(WINDOW / COARSE) | 1
    deviation = cv2.resize(np.sqrt(np.maximum(cv2.blur(power, (side, side)), 0.0)), size)
    plane /= deviation + np.float32(NOISE_FLOOR)
    return np.clip(plane, -CUT, CUT, out=plane)


def _coarse(size: tuple[int, int]) -> tuple[int, int]:
    return -(-size[0] // COARSE), -(-size[1] // COARSE)


def _smooth(plane: NDArray[np.float32], *, sigma: float, size: tuple[int, int]) -> NDArray[np.float32]:
    coarse = cv2.resize(plane, _coarse(size), interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(coarse, (0, 0), sigma / COARSE)
    return np.asarray(cv2.resize(smooth, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)


@dataclass(slots=True)
class Sum:
    """The running sum of levelled planes: the mark is the same in all of them, the pictures are not."""

    plane: NDArray[np.float32] | None = None
    frames: int = 0

    def add(self, plane: NDArray[np.float32]) -> None:
        """Take in one more plane; a stream that changes its size starts anew."""
        if self.plane is None or self.plane.shape != plane.shape:
            self.plane, self.frames = plane.copy(), 1
            return
        self.plane += plane
        self.frames += 1
