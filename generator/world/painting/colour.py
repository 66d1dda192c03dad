"""Colours as three planes, and covers as one: what painting is made of."""

from typing import TypeAlias

import torch
from torch import Tensor

Plane: TypeAlias = Tensor
"""One number a pixel, (n, h, w) or anything that broadcasts to it."""
Paint: TypeAlias = tuple[Plane | float, Plane | float, Plane | float]
"""Red, green and blue, sRGB 0 to 1."""


def mix(under: Paint, over: Paint, cover: Plane | float) -> Paint:
    """Lay `over` on `under` where `cover` is 1."""
    return (
        under[0] + (over[0] - under[0]) * cover,
        under[1] + (over[1] - under[1]) * cover,
        under[2] + (over[2] - under[2]) * cover,
    )


def tint(paint: Paint, by: Paint | Plane | float) -> Paint:
    """Multiply, with one factor a channel or one for all."""
    red, green, blue = by if isinstance(by, tuple) else (by, by, by)
    return paint[0] * red, paint[1] * green, paint[2] * blue


def add(paint: Paint, more: Paint) -> Paint:
    """Add light."""
    return paint[0] + more[0], paint[1] + more[1], paint[2] + more[2]


def ramp(value: Plane, low: Plane | float, high: Plane | float) -> Plane:
    """Return 0 below `low`, 1 above `high`, smooth between."""
    passed = ((value - low) / (high - low)).clamp(0, 1)
    return passed * passed * (3 - 2 * passed)


def hard(distance: Plane, pixels: Plane | float) -> Plane:
    """Cover the inside of an outline, with an edge one pixel wide; `pixels` is how many make one unit of distance."""
    return (0.5 - distance * pixels).clamp(0, 1)


def either(share: Plane, first: Plane, second: Plane) -> Plane:
    """Return `first` where `share` is 1, `second` where it is 0."""
    return second + (first - second) * share


def maximum(first: Plane, second: Plane | float) -> Plane:
    """Cover what either covers."""
    return first.clamp(min=second) if isinstance(second, float | int) else torch.maximum(first, second)
