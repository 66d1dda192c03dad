"""Simple things: ball, block, cone, star, heart, ring."""

import torch

from . import distances as sdf
from .colour import hard, mix, ramp, tint
from .spot import Body, Spot


def ball(spot: Spot) -> Body:
    """A ball with a pale cap and dot, so that it is seen to roll."""
    distance = sdf.circle(spot.x, spot.y, 0.46)
    seam = (spot.y - 0.14 - 0.5 * spot.x * spot.x).abs() - 0.045
    dot = sdf.ellipse(spot.x, spot.y + 0.24, 0.1, 0.075)
    marks = hard(torch.minimum(seam, dot), spot.pixels)
    return Body(distance, mix(spot.colour, mix(spot.colour, (1.0, 1.0, 1.0), 0.6), marks), bevel=0.46)


def block(spot: Spot) -> Body:
    """An upright brick with a panel in its face and a mark near its top, so that it is seen to lie."""
    distance = sdf.box(spot.x, spot.y, 0.38, 0.52, 0.07)
    panel = sdf.box(spot.x, spot.y, 0.25, 0.38, 0.05)
    mark = sdf.circle(spot.x, spot.y - 0.2, 0.1)
    paint = mix(spot.colour, tint(spot.colour, 0.8), hard(panel, spot.pixels))
    paint = mix(paint, mix(spot.colour, (1.0, 1.0, 1.0), 0.7), hard(mark, spot.pixels))
    groove = hard(panel.abs() - 0.014, spot.pixels)
    return Body(distance, mix(paint, tint(spot.colour, 0.6), groove * (1 - spot.animated)), bevel=0.13, ink=groove)


def cone(spot: Spot) -> Body:
    """A cone with a round foot and a pale ring."""
    flank = sdf.wedge(spot.x, spot.y, bottom=0.4, top=0.05, low=-0.44, high=0.54, rounding=0.04)
    foot = sdf.ellipse(spot.x, spot.y + 0.43, 0.46, 0.11)
    distance = sdf.blend(flank, foot, 0.06)
    arch = spot.y + 0.25 * spot.x * spot.x
    ring = ramp(arch, -0.05, -0.04) * (1 - ramp(arch, 0.1, 0.11))
    paint = mix(spot.colour, mix(spot.colour, (1.0, 1.0, 1.0), 0.72), ring)
    return Body(distance, paint, bevel=0.3)


def star(spot: Spot) -> Body:
    """A plump star."""
    distance = sdf.star(spot.x, spot.y + 0.03, 0.5, 0.5) - 0.045
    return Body(distance, spot.colour, bevel=0.2)


def heart(spot: Spot) -> Body:
    """A plump heart."""
    scale = 0.87
    distance = sdf.heart(spot.x / scale, (spot.y + 0.46) / scale) * scale - 0.01
    return Body(distance, spot.colour, bevel=0.26)


def ring(spot: Spot) -> Body:
    """A thick ring with four pale marks, so that it is seen to roll."""
    distance = sdf.circle(spot.x, spot.y, 0.335).abs() - 0.145
    marks = torch.minimum(spot.x.abs(), spot.y.abs()) - 0.05
    paint = mix(spot.colour, mix(spot.colour, (1.0, 1.0, 1.0), 0.6), hard(marks, spot.pixels))
    return Body(distance, paint, bevel=0.145)
