"""The one form in which every clip is looked at, in training and in use: what differs cannot be learned.

A classifier that sees only a clip's length scores 0.998 on data that is not brought to one form (VidAudit,
arXiv 2606.31004). So: the same border is cut off, the same rate, the same short side, the same square.
"""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb: TypeAlias = NDArray[np.uint8]
"""(height, width, 3), sRGB."""
Frames: TypeAlias = NDArray[np.uint8]
"""(time, height, width, 3), sRGB."""
Windows: TypeAlias = NDArray[np.uint8]
"""(windows, 8, 224, 224, 3), sRGB."""

FRAMES = 8
"""Frames of a window."""
RATE = 8
"""Frames a second: what the slowest generators make."""
SHORT_SIDE = 256
"""Pixels; smaller pictures are enlarged, as a size of their own would name their source."""
SIDE = 224
"""Pixels along a window's side: the size lite0 was made for."""
BORDER = 0.13
"""Share of each edge that is cut off a user's file, as it was off the training clips: logos stand there."""
OBLONG = 1.25
"""From this ratio of the sides on, a frame's two ends are looked at too."""


def trim_border(rgb: Rgb) -> Rgb:
    """Cut 13 % off every edge."""
    height, width = rgb.shape[:2]
    top, left = round(height * BORDER), round(width * BORDER)
    return rgb[top : height - top, left : width - left]


def to_short_side(rgb: Rgb, short_side: int = SHORT_SIDE) -> Rgb:
    """Scale so that the short side has so many pixels; shape kept."""
    height, width = rgb.shape[:2]
    scale = short_side / min(height, width)
    if scale == 1.0:
        return rgb
    size = max(short_side, round(width * scale)), max(short_side, round(height * scale))
    kind = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, size, interpolation=kind), dtype=np.uint8)


def crop_at(rgb: Rgb, place: float) -> Rgb:
    """Cut a square of 224 pixels: in the middle of the short side, at `place` (0 to 1) along the long one."""
    height, width = rgb.shape[:2]
    room_y, room_x = height - SIDE, width - SIDE
    y, x = (round(room_y * place), room_x // 2) if height > width else (room_y // 2, round(room_x * place))
    return rgb[y : y + SIDE, x : x + SIDE]


def places_of(height: int, width: int) -> tuple[float, ...]:
    """Return where along the long side a frame is looked at."""
    return (0.0, 0.5, 1.0) if max(height, width) >= OBLONG * min(height, width) else (0.5,)


def filled(frames: Frames, count: int = FRAMES) -> Frames:
    """Play forth and back until there are `count` frames; longer clips stay as they are."""
    have = len(frames)
    if have >= count:
        return frames
    if have == 1:
        return np.repeat(frames, count, axis=0)
    steps = np.abs((np.arange(count) + have - 1) % (2 * have - 2) - (have - 1))  # a triangle wave from 0
    return frames[steps]


def windows_of(frames: Frames) -> Windows:
    """Return the windows in which a short clip (at 8 frames/s) is looked at: its first and last 8 frames, each place.

    Shape (windows, 8, 224, 224, 3); the same windows whatever the purpose, so that scores can be compared.
    """
    whole = filled(frames)
    starts = (0,) if len(whole) == FRAMES else (0, len(whole) - FRAMES)
    places = places_of(*whole.shape[1:3])
    scaled = [to_short_side(one) for one in whole]
    return np.stack(
        [
            np.stack([crop_at(one, place) for one in scaled[start : start + FRAMES]])
            for start in starts
            for place in places
        ]
    )
