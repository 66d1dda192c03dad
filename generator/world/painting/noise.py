"""Chance as a function of place: the same place always gives the same number, on every device nearly the same.

The hash is Dave Hoskins' "Hash without Sine" (https://www.shadertoy.com/view/4djSRW), MIT licence.
"""

import torch

from .colour import Plane


def scatter(x: Plane, y: Plane) -> Plane:
    """Return white noise 0 to 1 of whole-numbered places; x and y are planes that broadcast together."""
    first, second = torch.frac(x * 0.1031 + 200), torch.frac(y * 0.1031 + 200)
    lift = first * (second + 33.33) * 2 + second * (first + 33.33)
    return torch.frac((2 * first + 2 * lift + (second - first)) * (first + lift))


def cloudy(x: Plane, y: Plane) -> Plane:
    """Return smooth noise 0 to 1 whose bumps are about one unit wide."""
    cell_x, cell_y = torch.floor(x), torch.floor(y)
    part_x, part_y = x - cell_x, y - cell_y
    part_x, part_y = part_x * part_x * (3 - 2 * part_x), part_y * part_y * (3 - 2 * part_y)
    low = torch.lerp(scatter(cell_x, cell_y), scatter(cell_x + 1, cell_y), part_x)
    high = torch.lerp(scatter(cell_x, cell_y + 1), scatter(cell_x + 1, cell_y + 1), part_x)
    return torch.lerp(low, high, part_y)


def billow(x: Plane, y: Plane) -> Plane:
    """Return two octaves of smooth noise, 0 to 1."""
    return 0.67 * cloudy(x, y) + 0.33 * cloudy(2.03 * x + 17.2, 2.03 * y + 9.1)


def ripple(x: Plane, y: Plane) -> Plane:
    """Return cheap waves -1 to 1, bent so that no straight line shows; about one unit from crest to crest."""
    return torch.sin(6.28 * x + 1.7 * torch.sin(2.1 * y + 1.3 * x)) * torch.sin(4.9 * y + 1.9 * torch.sin(1.7 * x))
