"""Things that something happens to: cookie, wall, vase, cup, jug, plant, screen, and the stream a jug pours."""

import math

import torch

from . import distances as sdf
from .colour import Paint, Plane, hard, maximum, mix, ramp, tint
from .noise import scatter
from .spot import Body, Spot

_BISCUIT: Paint = (0.80, 0.56, 0.29)
_CRUMB: Paint = (0.62, 0.38, 0.17)
_CHOCOLATE: Paint = (0.25, 0.14, 0.09)
_CHIPS = ((0.02, 0.18), (-0.2, 0.1), (0.2, 0.03), (-0.08, -0.06), (0.1, -0.2), (-0.2, -0.2), (0.24, 0.2))


def cookie(spot: Spot) -> Body:
    """A biscuit with coloured icing and chocolate; bitten, it lacks a scalloped piece on the side it turned away."""
    x, y, pixels = spot.x, spot.y, spot.pixels
    whole = sdf.circle(x, y, 0.46)
    teeth = sdf.unite(
        sdf.circle(x + 0.44, y - 0.02, 0.16), sdf.circle(x + 0.37, y - 0.24, 0.15),
        sdf.circle(x + 0.27, y - 0.06, 0.15),

        sdf.circle(x + 0.34, y + 0.13, 0.14), sdf.circle(x + 0.46, y + 0.22, 0.13), sdf.circle(x + 0.5, y - 0.28, 0.15),
    )  # fmt: skip
    hole = teeth + 0.6 * (1 - spot.item("state"))  # grows out of nothing
    distance = sdf.cut(whole, hole)
    angle = torch.atan2(y, x + 1e-6)
    icing = sdf.circle(x, y, 0.36) + 0.018 * torch.sin(9 * angle)
    icing = sdf.cut(icing, hole - 0.05)
    paint = mix(_BISCUIT, spot.colour, hard(icing, pixels))
    chips = sdf.unite(*(sdf.circle(x - chip_x, y - chip_y, 0.05) for chip_x, chip_y in _CHIPS))
    paint = mix(paint, _CHOCOLATE, hard(chips, pixels))
    rim = hard(hole - 0.045, pixels) * (spot.item("state") > 0.01)
    paint = mix(paint, _CRUMB, rim)
    return Body(distance, paint, bevel=0.1, ink=hard(icing.abs() - 0.007, pixels) * 0.8)


def wall(spot: Spot) -> Body:
    """A brick wall's end; dented, it has a deep hollow with cracks where it was hit."""
    x, y, pixels = spot.x, spot.y, spot.pixels
    state = spot.item("state")
    from_hit = y - spot.item("hit")
    whole = sdf.box(x, y, 0.34, 1.05, 0.03)
    hollow = sdf.ellipse(x + 0.4, from_hit, 0.36 * state + 0.001, 0.42 * state + 0.001)
    chips = torch.minimum(
        sdf.circle(x + 0.34, from_hit - 0.34, 0.13 * state), sdf.circle(x + 0.33, from_hit + 0.36, 0.12 * state)
    )
    hole = torch.minimum(hollow, chips)
    distance = sdf.cut(whole, hole)
    paint = _bricks(spot)
    broken = hard(hole - 0.09 * state, pixels) * (state > 0.01)
    paint = mix(paint, tint(spot.colour, 0.42), broken)
    cracks = _cracks(x + 0.05, from_hit) - 0.022 * state
    cracks = hard(torch.maximum(cracks, sdf.length(x + 0.2, from_hit) - 0.62), pixels) * (state > 0.2)
    return Body(distance, mix(paint, (0.10, 0.08, 0.09), cracks), bevel=0.07, ink=cracks)


def _bricks(spot: Spot) -> Paint:
    row_height, brick_width = 0.21, 0.34
    row = torch.floor(spot.y / row_height)
    shifted = spot.x / brick_width + 0.5 * torch.remainder(row, 2)
    near_edge = torch.minimum(
        (0.5 - (torch.frac(shifted + 8) - 0.5).abs()) * brick_width,
        (0.5 - (torch.frac(spot.y / row_height + 8) - 0.5).abs()) * row_height,
    )
    mortar = hard(near_edge - 0.02, spot.pixels)
    shade = 0.88 + 0.2 * scatter(torch.floor(shifted + 8), row + 8)
    pale = mix(spot.colour, (0.86, 0.84, 0.80), 0.82)
    return mix(tint(spot.colour, shade), tint(pale, 0.9), mortar)


def _cracks(x: Plane, y: Plane) -> Plane:
    """Zigzag lines out of a hollow."""
    bend = 0.05 * torch.sin(19 * x) + 0.03 * torch.sin(41 * x)
    return sdf.unite((y - 0.35 * x - bend).abs(), (y + 0.75 * x + bend).abs(), (y - 1.6 * x - bend).abs())


def vase(spot: Spot) -> Body:
    """A round vase with a neck; broken, a jagged stump among shards that fell around it."""
    x, y, pixels = spot.x, spot.y, spot.pixels
    broke = ramp(spot.item("state"), 0.0, 0.12)
    belly = sdf.ellipse(x, y + 0.12, 0.37, 0.4)
    neck = sdf.wedge(x, y, bottom=0.19, top=0.15, low=0.1, high=0.52, rounding=0.02)
    lip = sdf.box(x, y - 0.55, 0.22, 0.05, 0.04)
    foot = sdf.box(x, y + 0.53, 0.22, 0.07, 0.03)
    whole = sdf.unite(sdf.blend(belly, neck, 0.14), lip, sdf.blend(belly, foot, 0.06))
    zigzag = y + 0.2 + 0.13 * (torch.frac(x * 4.2 + 4.3) - 0.5).abs() * 4 - 0.1 - 0.3 * x
    stump = torch.maximum(whole, zigzag * 0.6)
    distance = whole + (torch.minimum(stump, _shards(spot)) - whole) * broke
    paint = spot.colour
    stripe = hard((y + 0.12 - 0.05 * torch.sin(26 * x)).abs() - 0.055, pixels) * (1 - broke)
    paint = mix(paint, mix(spot.colour, (1.0, 1.0, 1.0), 0.7), maximum(stripe, hard((y + 0.38).abs() - 0.03, pixels)))
    edge = hard((zigzag * 0.6).abs() - 0.03, pixels) * broke * (whole < 0)
    paint = mix(paint, mix(spot.colour, (1.0, 1.0, 1.0), 0.8), edge)
    return Body(distance, paint, bevel=0.3 - 0.2 * broke, ink=0.0)


_SHARDS = (  # where each lands (local x), how high it flies, its size, its turn
    (-0.58, 0.3, 0.16, 0.6), (-0.36, 0.5, 0.12, 2.6), (0.4, 0.45, 0.17, -0.8), (0.68, 0.7, 0.19, 3.6),
    (1.02, 0.4, 0.15, -2.2), (0.2, 0.8, 0.11, 4.0),
)  # fmt: skip


def _shards(spot: Spot) -> Plane:
    """Triangles that fly out of the vase with `state` and lie on the ground when it is 1."""
    state = spot.item("state")
    time = ((state - 0.05) / 0.95).clamp(0, 1)
    shards: list[Plane] = []
    for lands, height, size, turn in _SHARDS:
        start = 0.25 + 0.3 * height - 0.6 * (lands * lands) * 0.2
        at_x = lands * time
        ground = -0.6 + size * 0.45
        at_y = start + (ground - start) * time + 4 * height * 0.5 * time * (1 - time)
        angle = turn * time + 0.3
        cos, sin = torch.cos(angle), torch.sin(angle)
        off_x, off_y = spot.x - at_x, spot.y - at_y
        local_x, local_y = off_x * cos + off_y * sin, off_y * cos - off_x * sin
        shards.append(sdf.wedge(local_x, local_y, bottom=size, top=0.1 * size, low=-0.5 * size, high=0.75 * size))
    return sdf.unite(*shards)


def cup(spot: Spot) -> Body:
    """A glass tumbler with coloured glass at foot and rim, and liquid up to `level`."""
    x, y, pixels = spot.x, spot.y, spot.pixels
    outside = sdf.wedge(x, y, bottom=0.29, top=0.39, low=-0.42, high=0.42, rounding=0.04)
    inside = sdf.wedge(x, y, bottom=0.24, top=0.34, low=-0.33, high=0.5, rounding=0.03)
    surface = spot.up - (-0.33 + 0.72 * spot.item("level"))
    liquid = hard(torch.maximum(inside, surface), pixels)
    rim = hard((y - 0.38).abs() - 0.04, pixels)
    foot = hard(y + 0.34, pixels)
    solid = maximum(maximum(rim, foot), hard(-(outside + 0.045), pixels))
    paint = mix(mix(spot.colour, (1.0, 1.0, 1.0), 0.4), spot.colour, solid)
    return _filled(spot, Body(outside, paint, bevel=0.16), liquid, surface, solid)


def jug(spot: Spot) -> Body:
    """A glass jug with a handle behind, a spout before, coloured all over, and liquid that stays level."""
    x, y, pixels = spot.x, spot.y, spot.pixels
    belly = sdf.ellipse(x, y + 0.14, 0.35, 0.38)
    neck = sdf.wedge(x, y, bottom=0.2, top=0.25, low=0.05, high=0.48, rounding=0.03)
    beak = torch.minimum(
        sdf.segment(x, y, (0.08, 0.2), (0.26, 0.36), 0.12), sdf.segment(x, y, (0.24, 0.37), (0.42, 0.41), 0.06)
    )
    beak = torch.maximum(beak, y - 0.48)
    hull = sdf.blend(sdf.blend(belly, neck, 0.16), beak, 0.1)
    hull = torch.maximum(hull, -(y + 0.5))
    handle = sdf.ellipse(x + 0.32, y - 0.1, 0.17, 0.26).abs() - 0.04
    outside = torch.minimum(hull, torch.maximum(handle, -hull - 0.02))
    surface = spot.up - (-0.48 + 0.96 * spot.item("level"))
    liquid = hard(torch.maximum(hull + 0.06, surface), pixels)
    solid = maximum(hard(-(outside + 0.04), pixels), hard((y - 0.44).abs() - 0.04, pixels))
    paint = mix(mix(spot.colour, (1.0, 1.0, 1.0), 0.45), spot.colour, solid)
    return _filled(spot, Body(outside, paint, bevel=0.2), liquid, surface, solid)


def _filled(spot: Spot, body: Body, liquid: Plane, surface: Plane, solid: Plane) -> Body:
    """Put liquid into a vessel: the liquid hides what is behind, and its surface is bright."""
    bright = liquid * (1 - ramp(-surface, 0.0, 0.05))
    fluid = mix(tint(spot.liquid, 0.95), mix(spot.liquid, (1.0, 1.0, 1.0), 0.55), bright)
    return body._replace(
        paint=mix(body.paint, fluid, liquid),
        clear=1 - maximum(liquid * 0.9, solid * 0.6),
        ink=hard(surface.abs() - 0.008, spot.pixels) * liquid,
    )


def stream(spot: Spot) -> Body:
    """Liquid on its way down; one local unit tall up and down, stretched to reach."""
    wobble = 0.012 * torch.sin(9 * spot.y + 14 * spot.frame("seconds"))
    half = 0.05 * ramp(spot.item("state"), 0.0, 0.6) + 0.004
    distance = torch.maximum((spot.x + wobble).abs() - half, spot.y.abs() - 1)
    return Body(distance, mix(spot.liquid, (1.0, 1.0, 1.0), 0.15), bevel=0.05)


_LEAVES = (
    (-0.26, 0.12, 0.9),
    (0.26, 0.12, -0.9),
    (-0.3, 0.32, 0.55),
    (0.3, 0.32, -0.55),
    (-0.14, 0.44, 0.25),
    (0.14, 0.4, -0.3),
)
_LEAF: Paint = (0.20, 0.56, 0.22)


def plant(spot: Spot) -> Body:
    """A coloured pot with leaves and a coloured flower."""
    x, y, pixels = spot.x, spot.y, spot.pixels
    pot = sdf.wedge(x, y, bottom=0.22, top=0.3, low=-0.64, high=-0.16, rounding=0.03)
    rim = sdf.box(x, y + 0.16, 0.34, 0.06, 0.03)
    pot = torch.minimum(pot, rim)
    leaves = sdf.segment(x, y, (0.0, -0.2), (0.0, 0.4), 0.03)
    for leaf_x, leaf_y, turn in _LEAVES:
        cos, sin = _turn(turn)
        off_x, off_y = x - leaf_x * 0.8, y - leaf_y
        leaves = torch.minimum(leaves, sdf.ellipse(off_x * cos + off_y * sin, off_y * cos - off_x * sin, 0.085, 0.2))
    angle = torch.atan2(y - 0.46, x + 1e-6)
    flower = sdf.circle(x, y - 0.46, 0.16) - 0.028 * torch.cos(6 * angle)
    eye = hard(sdf.circle(x, y - 0.46, 0.06), pixels)
    bloom, potted = hard(flower, pixels), hard(pot, pixels)
    paint = mix(tint(_LEAF, 0.9 + 0.25 * torch.sin(24 * y + 12 * x.abs())), spot.colour, maximum(potted, bloom))
    paint = mix(paint, tint(spot.colour, 0.8), hard(rim, pixels))
    paint = mix(paint, (0.99, 0.86, 0.30), eye)
    distance = sdf.unite(pot, leaves, flower)
    ink = hard(torch.minimum(flower.abs(), torch.maximum(pot.abs(), -leaves)) - 0.008, pixels)
    return Body(distance, paint, bevel=0.12, coat=potted, ink=ink)


def _turn(angle: float) -> tuple[float, float]:
    return math.cos(angle), math.sin(angle)


def screen(spot: Spot) -> Body:
    """A folding screen of three panels on short feet."""
    x, y, pixels = spot.x, spot.y, spot.pixels
    board = sdf.box(x, y - 0.03, 0.62, 0.92, 0.05)
    feet = sdf.box(x.abs() - 0.5, y + 0.9, 0.06, 0.08, 0.02)
    panel_x = torch.remainder(x + 0.62, 0.4133) - 0.2067
    panel = sdf.box(panel_x, y - 0.03, 0.155, 0.8, 0.03)
    fold = 0.9 + 0.14 * ramp(panel_x, -0.2, 0.2)
    paint = tint(mix(tint(spot.colour, 0.72), spot.colour, hard(panel, pixels)), fold)
    return Body(torch.minimum(board, feet), paint, bevel=0.06, ink=hard(panel.abs() - 0.008, pixels))
