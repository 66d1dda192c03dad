"""How far marked pictures are from the originals: plain numbers over luma planes of one clip."""

import math
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]
Planes = tuple[Plane, ...]

SAME_DB = 100.0
"""What a PSNR without any error is written as: infinity has no place in JSON."""
BLOCK = 64
STILL = 1.5
"""A place stands still up to this mean change from one original picture to the next, in code values over 9×9 px."""
STILL_SHARE = 0.02
"""Less still area than this says nothing about flicker."""
BAR_MEAN = 17.5
"""Rows and columns at an edge that are darker than this on average are a black bar (16 is black)."""
BAR_EDGE = 8
"""Pixels of a bar beside the picture that are left out: the mask is made at a smaller size and ends softly."""


def psnr(error: float) -> float:
    """Return the PSNR in dB, peak 255, of a mean square error."""
    return SAME_DB if error <= 0.0 else min(SAME_DB, 10.0 * math.log10(255.0**2 / error))


def square_error(original: Plane, marked: Plane) -> float:
    """Return the mean square error of two planes, or of two RGB pictures."""
    difference = original.astype(np.int32) - marked
    return float(np.mean(difference * difference, dtype=np.float64))


def ssim(original: Plane, marked: Plane) -> float:
    """Return the mean structural similarity of two luma planes.

    Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity", IEEE
    TIP 13(4), 2004: Gaussian window of 11×11 with sigma 1.5, K1 = 0.01, K2 = 0.03, L = 255, no subsampling, over the
    places where the window fits.

    Raises:
        ValueError: The planes are smaller than the window.
    """
    if min(original.shape) < 11:
        raise ValueError(f"SSIM needs 11×11 pixels, got {original.shape[1]}×{original.shape[0]}")
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    x, y = original.astype(np.float64), marked.astype(np.float64)
    mean_x, mean_y = _window(x), _window(y)
    xx, yy, xy = mean_x * mean_x, mean_y * mean_y, mean_x * mean_y
    var_x, var_y, cov = _window(x * x) - xx, _window(y * y) - yy, _window(x * y) - xy
    similarity = (2 * xy + c1) * (2 * cov + c2) / ((xx + yy + c1) * (var_x + var_y + c2))
    return float(np.mean(similarity))


def _window(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    blurred = cv2.GaussianBlur(plane, (11, 11), 1.5)
    return cast("NDArray[np.float64]", blurred[5:-5, 5:-5])


@dataclass(frozen=True, slots=True)
class Block:
    """One 64×64 block of one picture."""

    psnr_db: float
    frame: int
    x: int
    """Left edge, px."""
    y: int
    """Upper edge, px."""


def worst_block(originals: Planes, marked: Planes) -> Block:
    """Return the block of the 64×64 grid with the lowest PSNR of all pictures; a smaller picture is one block."""
    worst = Block(SAME_DB, 0, 0, 0)
    for index, (before, after) in enumerate(zip(originals, marked, strict=True)):
        squares = np.square(before.astype(np.float32) - after)
        down, across = (min(BLOCK, side) for side in squares.shape)
        rows, columns = squares.shape[0] // down, squares.shape[1] // across
        whole = squares[: rows * down, : columns * across]
        errors = whole.reshape(rows, down, columns, across).mean(axis=(1, 3))  # (rows, columns)
        row, column = divmod(int(np.argmax(errors)), columns)
        found = psnr(float(errors[row, column]))
        if found < worst.psnr_db:
            worst = Block(found, index, column * across, row * down)
    return worst


@dataclass(frozen=True, slots=True)
class Flicker:
    """How much the mark moves where the picture does not."""

    still_share: float
    """Of all pixels of all neighbouring pictures, those that stand still."""
    change: float | None
    """Mean |change of the mark| over mean |mark| there: 0 is a mark that stands still, √2 a fresh one in each picture.

    None where hardly anything stands still.
    """
    worst_change: float | None
    """The same of the worst pair of neighbours: a switch of the pattern, if there is one."""


def flicker(originals: Planes, marked: Planes) -> Flicker:
    """Measure the mark's movement over the still places of a clip."""
    moved, size, still_pixels, pixels = 0.0, 0.0, 0, 0
    worst: float | None = None
    previous: tuple[Plane, NDArray[np.float32]] | None = None
    for before, after in zip(originals, marked, strict=True):
        mark = after.astype(np.float32) - before
        if previous is not None:
            step = cv2.absdiff(before, previous[0]).astype(np.float32)
            still = cv2.blur(step, (9, 9)) <= STILL
            here = float(np.abs(mark - previous[1])[still].sum()), float(np.abs(mark)[still].sum())
            moved, size = moved + here[0], size + here[1]
            still_pixels, pixels = still_pixels + int(still.sum()), pixels + still.size
            if here[1] > 0 and still.mean() >= STILL_SHARE:
                worst = max(worst or 0.0, here[0] / here[1])
        previous = before, mark
    share = still_pixels / pixels if pixels else 0.0
    if share < STILL_SHARE or size == 0.0:
        return Flicker(share, None, None)
    return Flicker(share, moved / size, worst)


@dataclass(frozen=True, slots=True)
class Bars:
    """What the mark does to black bars."""

    share: float
    """Of the picture."""
    mean_change: float | None
    """Mean |change| in code values; None without bars."""
    largest_change: int | None


def black_bars(originals: Planes, marked: Planes) -> Bars:
    """Find the rows and columns at the edges that are black throughout, and measure what was changed there."""
    mean = np.mean([plane.astype(np.float32) for plane in originals], axis=0)
    bars = np.zeros(mean.shape, dtype=bool)
    top, bottom = _edges(mean.mean(axis=1))
    left, right = _edges(mean.mean(axis=0))
    bars[:top], bars[:, :left] = True, True
    bars[mean.shape[0] - bottom :], bars[:, mean.shape[1] - right :] = True, True
    if not bars.any():
        return Bars(0.0, None, None)
    changes = [cv2.absdiff(before, after)[bars] for before, after in zip(originals, marked, strict=True)]
    return Bars(float(bars.mean()), float(np.mean(changes)), int(max(change.max() for change in changes)))


def _edges(profile: NDArray[np.float32]) -> tuple[int, int]:
    """Return how many values at the start and at the end are black, without those beside the picture."""
    lit = np.flatnonzero(profile > BAR_MEAN)
    if lit.size == 0:
        return len(profile), 0
    return max(0, int(lit[0]) - BAR_EDGE), max(0, len(profile) - 1 - int(lit[-1]) - BAR_EDGE)
