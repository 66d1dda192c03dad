"""Signed distances to outlines, negative inside; y grows upwards.

Star, heart, ellipse and segment follow Inigo Quilez, "2D distance functions"
(https://iquilezles.org/articles/distfunctions2d/), MIT licence.
"""

import math

import torch

from .colour import Plane


def length(x: Plane, y: Plane) -> Plane:
    """Distance from the origin, never quite 0."""
    return torch.sqrt(x * x + y * y + 1e-12)


def circle(x: Plane, y: Plane, radius: Plane | float) -> Plane:
    """A disc around the origin."""
    return length(x, y) - radius


def ellipse(x: Plane, y: Plane, half_width: Plane | float, half_height: Plane | float) -> Plane:
    """An ellipse around the origin; exact on the outline, close to it near by."""
    near = length(x / half_width, y / half_height)
    slope = length(x / (half_width * half_width), y / (half_height * half_height))
    return near * (near - 1) / slope


def box(x: Plane, y: Plane, half_width: Plane | float, half_height: Plane | float, rounding: float = 0.0) -> Plane:
    """A rectangle around the origin, with rounded corners."""
    over_x, over_y = x.abs() - half_width + rounding, y.abs() - half_height + rounding
    corner = length(over_x.clamp(min=0), over_y.clamp(min=0))
    return corner + torch.maximum(over_x, over_y).clamp(max=0) - rounding


def segment(
    x: Plane,
    y: Plane,
    start: tuple[Plane | float, Plane | float],
    end: tuple[Plane | float, Plane | float],
    radius: Plane | float,
) -> Plane:
    """A line with round ends."""
    way_x, way_y = end[0] - start[0], end[1] - start[1]
    off_x, off_y = x - start[0], y - start[1]
    along = ((off_x * way_x + off_y * way_y) / (way_x * way_x + way_y * way_y + 1e-9)).clamp(0, 1)
    return length(off_x - way_x * along, off_y - way_y * along) - radius


def wedge(x: Plane, y: Plane, *, bottom: float, top: float, low: float, high: float, rounding: float = 0.0) -> Plane:
    """A trapezoid, `bottom` and `top` half wide, from `low` to `high`."""
    slope = (bottom - top) / (high - low)
    flank = (x.abs() - (bottom + (low - y) * slope) + rounding) / math.sqrt(1 + slope * slope)
    cap = (y - (low + high) / 2).abs() - (high - low) / 2 + rounding
    inside = torch.maximum(flank, cap).clamp(max=0)
    return inside + length(flank.clamp(min=0), cap.clamp(min=0)) - rounding


def star(x: Plane, y: Plane, radius: float, inner: float) -> Plane:
    """A five-pointed star, point up."""
    k1x, k1y = 0.809016994375, -0.587785252292
    x = x.abs()
    for kx, ky in ((k1x, k1y), (-k1x, k1y)):
        fold = 2 * (kx * x + ky * y).clamp(min=0)
        x, y = x - fold * kx, y - fold * ky
    x, y = x.abs(), y - radius
    ba_x, ba_y = inner * -k1y, inner * k1x - 1
    along = ((x * ba_x + y * ba_y) / (ba_x**2 + ba_y**2)).clamp(0, radius)
    return length(x - ba_x * along, y - ba_y * along) * torch.sign(y * ba_x - x * ba_y)


def heart(x: Plane, y: Plane) -> Plane:
    """A heart from (0, 0), its tip, to y = 1.1."""
    x = x.abs()
    lobe = length(x - 0.25, y - 0.75) - math.sqrt(2) / 4
    fold = 0.5 * (x + y).clamp(min=0)
    side = torch.minimum(x * x + (y - 1) * (y - 1), (x - fold) * (x - fold) + (y - fold) * (y - fold))
    return torch.where(x + y > 1, lobe, torch.sqrt(side + 1e-12) * torch.sign(x - y))


def blend(first: Plane, second: Plane, width: float) -> Plane:
    """Unite two shapes with a soft crease `width` wide."""
    close = (width - (first - second).abs()).clamp(min=0) / width
    return torch.minimum(first, second) - close * close * width * 0.25


def unite(*shapes: Plane) -> Plane:
    """Unite shapes."""
    union = shapes[0]
    for shape in shapes[1:]:
        union = torch.minimum(union, shape)
    return union


def cut(shape: Plane, hole: Plane) -> Plane:
    """Take `hole` out of `shape`."""
    return torch.maximum(shape, -hole)
