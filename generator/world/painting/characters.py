"""Characters: cat, robot, ghost. They look to the side they face, walk with `swing` and open their `mouth`."""

import torch
from torch import Tensor

from . import distances as sdf
from .colour import Paint, Plane, hard, maximum, mix, ramp, tint
from .spot import Body, Spot

_BLACK: Paint = (0.07, 0.07, 0.10)
_PINK: Paint = (0.95, 0.48, 0.52)
_LINE = 0.017


def cat(spot: Spot) -> Body:
    """A cat in profile with its face to the viewer: ears, tail, four legs."""
    x, y, pixels = spot.x, spot.y, spot.pixels
    swing = spot.item("swing") * 0.13
    head_x, head_y = x - 0.2, y - 0.19
    torso = sdf.ellipse(x + 0.08, y + 0.2, 0.36, 0.23)
    head = sdf.ellipse(head_x, head_y, 0.29, 0.26)
    ears = _ears(head_x, head_y)
    tail = torch.minimum(
        sdf.segment(x, y, (-0.38, -0.14), (-0.5, 0.12), 0.055), sdf.segment(x, y, (-0.5, 0.12), (-0.42, 0.32), 0.055)
    )
    legs = sdf.unite(
        sdf.segment(x, y, (-0.3, -0.3), (-0.3 + swing, -0.48), 0.075),
        sdf.segment(x, y, (-0.14, -0.3), (-0.14 - swing, -0.48), 0.075),
        sdf.segment(x, y, (0.06, -0.3), (0.06 - swing, -0.48), 0.075),
        sdf.segment(x, y, (0.21, -0.3), (0.21 + swing, -0.48), 0.075),
    )
    skull = torch.minimum(head, ears)
    distance = sdf.blend(sdf.unite(sdf.blend(torso, legs, 0.06), tail), skull, 0.02)
    paint = _fur(spot, skull, legs)
    paint = mix(
        paint,
        mix(spot.colour, (1.0, 1.0, 1.0), 0.75),
        hard(sdf.ellipse(head_x - 0.06, head_y + 0.12, 0.17, 0.12), pixels),
    )
    paint = mix(paint, _PINK, hard(_ears(head_x, head_y, inner=True), pixels))
    paint, features = _cat_face(spot, paint, head_x, head_y)
    crease = hard(skull.abs() - _LINE / 2, pixels) * (torso < 0.05)
    return Body(distance, paint, bevel=0.17, coat=1 - features, ink=crease)


def _ears(x: Plane, y: Plane, *, inner: bool = False) -> Plane:
    half, low, high = (0.055, 0.17, 0.3) if inner else (0.105, 0.12, 0.37)
    return sdf.wedge(x.abs() - 0.175, y, bottom=half, top=0.012, low=low, high=high, rounding=0.01)


def _fur(spot: Spot, skull: Plane, legs: Plane) -> Paint:
    """The cat's own colour with darker stripes on its back and paler paws."""
    stripes = ramp(torch.sin(21 * (spot.x + 0.1 * spot.y)), 0.35, 0.7) * ramp(spot.y, -0.22, -0.12)
    striped = mix(spot.colour, tint(spot.colour, 0.62), stripes * (1 - hard(skull, spot.pixels)))
    paws = hard(legs, spot.pixels) * (1 - ramp(spot.y, -0.47, -0.45))
    return mix(striped, mix(spot.colour, (1.0, 1.0, 1.0), 0.75), paws)


def _cat_face(spot: Spot, paint: Paint, x: Plane, y: Plane) -> tuple[Paint, Plane]:
    pixels, mouth = spot.pixels, spot.item("mouth")
    paint, eyes = _eyes(spot, paint, x - 0.05, y - 0.03, apart=0.115, wide=0.052, high=0.075)
    gape = hard(sdf.ellipse(x - 0.1, y + 0.16, 0.06 + 0.035 * mouth, 0.012 + 0.085 * mouth), pixels)
    nose = hard(sdf.ellipse(x - 0.1, y + 0.075, 0.042, 0.028), pixels)
    paint = mix(mix(paint, (0.45, 0.08, 0.10), gape), _PINK, nose)
    return paint, maximum(maximum(eyes, gape), nose)


def _eyes(
    spot: Spot, paint: Paint, x: Plane, y: Plane, *, apart: float, wide: float, high: float
) -> tuple[Paint, Plane]:
    """Two dark eyes with a glint, shut where the character blinks."""
    opened = 1 - 0.85 * spot.item("blink")
    eye = sdf.ellipse(x.abs() - apart, y, wide, high * opened)
    dark = hard(eye, spot.pixels)
    glint = hard(sdf.circle(x.abs() - apart + 0.012, y - 0.35 * high, 0.3 * wide), spot.pixels)
    white = hard(eye - 0.016, spot.pixels)
    paint = mix(paint, (0.97, 0.97, 0.97), white * (1 - spot.item("blink")))
    paint = mix(paint, _BLACK, dark)
    return mix(paint, (1.0, 1.0, 1.0), glint * (1 - spot.item("blink"))), white


def robot(spot: Spot) -> Body:
    """A robot with a square head, a dark visor with two lit eyes, an aerial, arms and legs."""
    x, y, pixels = spot.x, spot.y, spot.pixels
    swing = spot.item("swing") * 0.13
    chest = sdf.box(x, y + 0.13, 0.29, 0.23, 0.07)
    head = sdf.box(x - 0.02, y - 0.29, 0.27, 0.19, 0.08)
    aerial = torch.minimum(sdf.segment(x, y, (0.0, 0.46), (0.0, 0.54), 0.022), sdf.circle(x, y - 0.56, 0.06))
    arms = torch.minimum(
        sdf.segment(x, y, (-0.33, -0.02), (-0.37 - swing, -0.26), 0.065),
        sdf.segment(x, y, (0.33, -0.02), (0.37 + swing, -0.24), 0.065),
    )
    legs = torch.minimum(
        sdf.segment(x, y, (-0.14, -0.34), (-0.14 + swing, -0.54), 0.085),
        sdf.segment(x, y, (0.14, -0.34), (0.14 - swing, -0.54), 0.085),
    )
    distance = sdf.unite(chest, head, aerial, arms, legs)
    limbs = hard(sdf.unite(arms, legs, aerial), pixels) * (1 - hard(torch.minimum(chest, head), pixels))
    paint = mix(spot.colour, (0.52, 0.54, 0.58), limbs)
    paint = mix(paint, spot.colour, hard(sdf.circle(x, y - 0.56, 0.06), pixels))
    paint, screen = _robot_face(spot, paint)
    plate = sdf.box(x - 0.02, y + 0.13, 0.15, 0.11, 0.04)
    paint = mix(paint, mix(spot.colour, (1.0, 1.0, 1.0), 0.65), hard(plate, pixels))
    lamps = hard(sdf.circle((x - 0.02).abs() - 0.065, y + 0.13, 0.035), pixels)
    paint = mix(paint, tint(spot.colour, 0.5), lamps)
    lines = sdf.unite(plate.abs(), torch.maximum(chest.abs(), head - 0.03), torch.maximum(head.abs(), chest - 0.03))
    return Body(distance, paint, bevel=0.12, coat=1 - screen, ink=hard(lines - _LINE / 2, pixels))


def _robot_face(spot: Spot, paint: Paint) -> tuple[Paint, Plane]:
    x, y, pixels = spot.x - 0.07, spot.y - 0.3, spot.pixels
    mouth, opened = spot.item("mouth"), 1 - 0.85 * spot.item("blink")
    visor = hard(sdf.box(x, y, 0.18, 0.12, 0.05), pixels)
    paint = mix(paint, (0.10, 0.12, 0.17), visor)
    eyes = hard(sdf.ellipse(x.abs() - 0.08, y - 0.03, 0.042, 0.05 * opened), pixels)
    paint = mix(paint, (0.62, 1.0, 0.95), eyes)
    gape = hard(sdf.box(x, y + 0.07 + 0.04 * mouth, 0.07 + 0.04 * mouth, 0.012 + 0.075 * mouth, 0.01), pixels)
    paint = mix(paint, mix((0.62, 1.0, 0.95), (0.75, 0.16, 0.14), mouth), gape)
    return paint, visor


def ghost(spot: Spot) -> Body:
    """A round-headed ghost with a wavy hem, small arms and big eyes."""
    x, y, pixels = spot.x, spot.y, spot.pixels
    sway = spot.item("swing") * 0.05
    wave = 0.055 * torch.sin(15.5 * (x + sway) + 2.2 * spot.frame("seconds"))
    dome = sdf.ellipse(x, y - 0.16, 0.4, 0.42)
    robe = torch.where(y > 0.16, dome, x.abs() - 0.4 - 0.06 * (0.16 - y))  # no crease where they meet: it would shine
    distance = torch.maximum(robe, (-0.47 - y) + wave)
    arms = torch.minimum(
        sdf.segment(x, y, (-0.36, 0.0), (-0.46, -0.12 + sway), 0.07),
        sdf.segment(x, y, (0.36, 0.0), (0.48, -0.08 - sway), 0.07),
    )
    distance = sdf.blend(distance, arms, 0.08)
    fade = ramp(y, -0.58, -0.1)
    paint = mix(tint(spot.colour, 0.78), mix(spot.colour, (1.0, 1.0, 1.0), 0.12), fade)
    paint, eyes = _eyes(spot, paint, x - 0.08, y - 0.2, apart=0.13, wide=0.065, high=0.1)
    mouth = spot.item("mouth")
    gape = hard(sdf.ellipse(x - 0.08, y - 0.0, 0.045 + 0.06 * mouth, 0.03 + 0.1 * mouth), pixels)
    paint = mix(paint, (0.25, 0.07, 0.14), gape)
    cheeks = hard(sdf.ellipse((x - 0.08).abs() - 0.23, y - 0.06, 0.06, 0.035), pixels) * 0.5
    return Body(distance, mix(paint, _PINK, cheeks), bevel=0.34, coat=1 - maximum(eyes, gape), cover=_veil(spot, y))


def _veil(spot: Spot, y: Plane) -> Tensor:
    """Let a little of the ground show through a photographed ghost's hem."""
    return 1 - 0.3 * (1 - ramp(y, -0.55, -0.2)) * (1 - spot.animated)
