"""Ways to get from 0 to 1: how a thing gathers speed, comes to rest, or falls."""

from typing import Final

import numpy as np

from ..poses import Floats

GRAVITY: Final = 7.0
"""World units per second squared: a thing of one unit is about a shoe box, and falls a little slowly, to be seen."""


def share(seconds: Floats, start: float, end: float) -> Floats:
    """Return how much of the time from `start` to `end` has passed, 0 to 1."""
    return np.clip((seconds - start) / (end - start), 0, 1)


def smooth(seconds: Floats, start: float, end: float) -> Floats:
    """Start and stop gently."""
    passed = share(seconds, start, end)
    return passed * passed * (3 - 2 * passed)


def glide(seconds: Floats, start: float, end: float, power: float = 1.7) -> Floats:
    """Start at full speed and come to rest."""
    return 1 - (1 - share(seconds, start, end)) ** power


def rush(seconds: Floats, start: float, end: float) -> Floats:
    """Gather speed from rest over the first third, then keep it up to the end."""
    passed = share(seconds, start, end)
    third = 1 / 3
    gathered = np.where(passed < third, passed * passed / (2 * third), passed - third / 2)
    return gathered / (1 - third / 2)


def drop(seconds: Floats, start: float, end: float) -> Floats:
    """Fall: gather speed all the way."""
    return share(seconds, start, end) ** 2


def pulse(seconds: Floats, middle: float, width: float) -> Floats:
    """Rise to 1 at `middle` and fall back to 0 within `width` seconds on either side."""
    away = np.clip(np.abs(seconds - middle) / width, 0, 1)
    return (1 - away * away) ** 2
