"""Make a clip anew without knowing what is in it: denoise, warp, average along the motion, requantise and resample."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from .specimen import Plane, Planes


def denoised_by_means(planes: Sequence[Plane], *, h: float) -> Planes:
    """Non-local means (Buades, Coll, Morel 2005) with 7 × 7 patches; h is the noise that is taken for noise."""
    return tuple(np.asarray(cv2.fastNlMeansDenoising(plane, None, h, 7, 15), dtype=np.uint8) for plane in planes)


def denoised_by_bilateral(planes: Sequence[Plane], *, sigma: float) -> Planes:
    """Average what is near in place (9 × 9) and in value (sigma code values)."""
    return tuple(np.asarray(cv2.bilateralFilter(plane, 9, sigma, 3.0), dtype=np.uint8) for plane in planes)


def denoised_by_median(planes: Sequence[Plane], *, kernel: int) -> Planes:
    """Take the median of kernel × kernel samples."""
    return tuple(np.asarray(cv2.medianBlur(plane, kernel), dtype=np.uint8) for plane in planes)


def jittered(planes: Sequence[Plane], *, pixels: float, steady: bool, seed: int = 5) -> Planes:
    """Warp by a smooth random field whose displacement has this root mean square, in pixels along each axis.

    Args:
        pixels: At a short side of 512; larger pictures are displaced in proportion.
        steady: One field for all pictures; else it drifts from one to another and back every 12 pictures.
    """
    rng = np.random.default_rng(seed)
    height, width = planes[0].shape
    size = pixels * min(height, width) / 512
    first, second = (_smooth_field(rng, height, width) * np.float32(size) for _ in range(2))
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    warped: list[Plane] = []
    for index, plane in enumerate(planes):
        turn = 0.0 if steady else 2.0 * np.pi * index / 12
        dx, dy = first * np.float32(np.cos(turn)) + second * np.float32(np.sin(turn))
        moved = cv2.remap(plane, x + dx, y + dy, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        warped.append(np.asarray(moved, dtype=np.uint8))
    return tuple(warped)


def averaged_along_motion(planes: Sequence[Plane], *, radius: int) -> Planes:
    """Average every picture with its neighbours, each moved to lie on it (dense optical flow).

    The content comes to lie on itself and stays; a pattern that is fixed to the screen does not. A neighbour counts
    only where it fits to within a few code values, so that a wrong flow leaves no ghosts.
    """
    flow_of = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    height, width = planes[0].shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    done: list[Plane] = []
    for index, plane in enumerate(planes):
        total, weight = plane.astype(np.float32), np.ones((height, width), dtype=np.float32)
        for near in range(max(0, index - radius), min(len(planes), index + radius + 1)):
            if near == index:
                continue
            still = np.zeros((height, width, 2), dtype=np.float32)
            flow = np.asarray(flow_of.calc(plane, planes[near], still), dtype=np.float32)
            moved = cv2.remap(planes[near], x + flow[..., 0], y + flow[..., 1], cv2.INTER_CUBIC)
            misfit = cv2.blur(np.abs(moved.astype(np.float32) - plane), (5, 5))
            trust = np.exp(-np.square(misfit / np.float32(4.0)))
            total += trust * moved
            weight += trust
        done.append(np.clip(np.rint(total / weight), 0, 255).astype(np.uint8))
    return tuple(done)


def coarsened(planes: Sequence[Plane], *, scale: float, step: int) -> Planes:
    """Resample to a share of the size and back, and round to multiples of `step` code values, with dither."""
    height, width = planes[0].shape
    small = max(2, round(width * scale)), max(2, round(height * scale))
    rng = np.random.default_rng(11)
    done: list[Plane] = []
    for plane in planes:
        less = cv2.resize(plane, small, interpolation=cv2.INTER_AREA)
        back = cv2.resize(less, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32)
        dither = rng.random((height, width), dtype=np.float32) - np.float32(0.5)
        done.append(np.clip(np.rint(back / step + dither) * step, 0, 255).astype(np.uint8))
    return tuple(done)


def _smooth_field(rng: np.random.Generator, height: int, width: int) -> NDArray[np.float32]:
    """Return a displacement field (2, height, width) of unit root mean square that varies over an eighth of a side."""
    side = min(height, width) / 8
    coarse = (2, max(4, round(height / side) + 3), max(4, round(width / side) + 3))
    points = rng.standard_normal(coarse).astype(np.float32)
    fields = np.empty((2, height, width), dtype=np.float32)
    for field, point in zip(fields, points, strict=True):
        cv2.resize(point, (width, height), dst=field, interpolation=cv2.INTER_CUBIC)
    return (fields / np.sqrt(np.mean(np.square(fields)))).astype(np.float32)
