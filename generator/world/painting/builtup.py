"""Places that people built, and the night: city, room, night."""

import torch

from .colour import Paint, Plane, add, hard, mix, ramp, tint
from .noise import cloudy, ripple, scatter
from .outdoors import hill_line
from .vista import Board, Vista, below, board, by_light, fog, ground, sky, sunlit


def city(view: Vista) -> Paint:
    """Two rows of houses with windows behind a paved square."""
    paint = sky(view)
    paint = _houses(view, paint, 26.0, every=3.4, tall=8.5, misty=0.5)
    paint = _houses(view, paint, 13.0, every=2.7, tall=3.9, misty=0.12)
    x, z, depth = ground(view)
    near = ramp(-depth, -16.0, -4.0)
    slab = (0.66, 0.66, 0.68)
    joint = torch.minimum(0.5 - (torch.frac(x / 1.4 + 80) - 0.5).abs(), 0.5 - (torch.frac(z / 1.4 + 80) - 0.5).abs())
    thin = 2.2 / (view.pixels / depth)
    lines = ramp(-joint * 1.4, -0.035 - thin, -0.02) * ramp(-depth, -18.0, -7.0)
    checker = torch.remainder(torch.floor(x / 1.4) + torch.floor(z / 1.4), 2)
    pave = tint(slab, 1 - 0.07 * checker * near + 0.03 * ripple(1.7 * x, 1.7 * z) * near * view.photo)
    pave = tint(pave, 1 - 0.3 * lines)
    kerb = ramp(z, 6.4, 6.5)
    street = mix(pave, (0.34, 0.35, 0.38), kerb)
    street = mix(
        street, (0.93, 0.93, 0.88), ramp(z, 8.3, 8.4) * ramp(-z, -8.9, -8.8) * (torch.frac(x / 2.2 + 40) > 0.45)
    )
    return mix(paint, fog(view, sunlit(view, street), 0.5 * ramp(depth, 12.0, 60.0)), below(view))


def night(view: Vista) -> Paint:
    """Stars, a moon, dark hills with a few lit windows."""
    paint: Paint = mix((0.17, 0.20, 0.42), (0.03, 0.04, 0.14), ramp(view.rise, 0.0, 0.4))
    paint = mix(paint, (1.0, 1.0, 0.92), _stars(view))
    side = torch.where(view.chance > 0.5, 0.17, -0.17)
    off_x, off_y = view.aside - side, view.rise - 0.17
    away = (off_x * off_x + off_y * off_y).sqrt()
    paint = add(paint, tint((0.36, 0.38, 0.44), ramp(-away, -0.20, -0.03)))
    craters = ramp(cloudy(off_x * 70 + 5, off_y * 70), 0.55, 0.7) * 0.13
    moon = tint((0.98, 0.97, 0.86), 1 - craters)
    paint = mix(paint, moon, ((0.052 - away) * view.pixels + 0.5).clamp(0, 1))
    for z, high, colour in ((34.0, 8.0, (0.11, 0.14, 0.30)), (18.0, 3.8, (0.06, 0.09, 0.19))):
        far = board(view, z)
        paint = mix(paint, colour, hard(far.y - hill_line(far, view, high), far.pixels))
    paint = mix(paint, (1.0, 0.82, 0.42), _lit_windows(view, board(view, 17.0)))
    x, z, depth = ground(view)
    near = ramp(-depth, -15.0, -4.0)
    lawn = mix((0.12, 0.18, 0.28), (0.18, 0.28, 0.32), near)
    lawn = tint(lawn, 1 + (0.10 * ripple(0.9 * x, 0.6 * z) + 0.06 * ripple(2.7 * x, 1.2 * z)) * near * view.photo)
    return mix(paint, lawn, below(view))


def room(view: Vista) -> Paint:
    """A papered wall with a window, a picture and a skirting board, on a wooden floor."""
    wall = board(view, 3.4)
    stripe = ramp(torch.sin(5.2 * wall.x), -0.05, 0.05)
    paper = mix((0.93, 0.85, 0.72), (0.87, 0.77, 0.62), stripe)
    paper = tint(paper, by_light(view, (1.0, 1.0, 1.0), (1.03, 0.86, 0.70), (0.80, 0.82, 0.86)))
    paper = tint(paper, 1 - 0.18 * view.photo * ramp((wall.x + 1.2).abs(), 1.0, 5.0))
    side = torch.where(view.chance > 0.5, 1.0, -1.0)
    paint = _window(view, paper, wall._replace(x=wall.x * side + 1.5, y=wall.y - 2.55))
    paint = _picture(view, paint, wall._replace(x=wall.x * side - 1.6, y=wall.y - 2.6))
    skirting = hard((wall.y - 0.16).abs() - 0.16, wall.pixels)
    paint = mix(paint, sunlit(view, (0.97, 0.95, 0.91)), skirting)
    paint = tint(paint, 1 - 0.4 * hard((wall.y - 0.325).abs() - 0.012, wall.pixels))
    x, z, depth = ground(view)
    plank = torch.floor(x / 0.55)
    shade = 0.9 + 0.18 * scatter(plank + 90, torch.floor((z + 1.7 * torch.remainder(plank, 2)) / 3.4) + 50)
    grain = 1 + 0.05 * torch.sin(22 * x + 1.6 * torch.sin(1.7 * z + plank)) * view.photo
    gap = ramp(-(0.5 - (torch.frac(x / 0.55 + 80) - 0.5).abs()), -0.05 - 1.5 / (view.pixels / depth), -0.02)
    floor = tint((0.70, 0.48, 0.29), shade * grain * (1 - 0.35 * gap))
    floor = sunlit(view, tint(floor, 1 - 0.25 * ramp(z, 1.6, 3.4)))
    return mix(paint, floor, hard(wall.y, wall.pixels))


def _houses(view: Vista, paint: Paint, z: float, *, every: float, tall: float, misty: float) -> Paint:
    far = board(view, z)
    cell = torch.floor(far.x / every + 7 * view.chance)
    chance = scatter(cell + 60, cell * 0 + z)
    other = scatter(cell + 160, cell * 0 + z + 3)
    high = tall * (0.45 + 0.6 * chance)
    inside = far.x / every + 7 * view.chance - cell  # 0 to 1 across a house
    gap = (0.5 - (inside - 0.5).abs()) * every - 0.04
    cover = hard(torch.maximum(far.y - high, -gap), far.pixels)
    front = mix(mix((0.72, 0.50, 0.42), (0.58, 0.62, 0.70), chance), (0.84, 0.76, 0.62), ramp(other, 0.5, 0.55))
    columns = inside * 4
    rows = far.y / (0.78 * every / 2.7)
    pane_x, pane_y = (torch.frac(columns) - 0.5).abs() - 0.26, (torch.frac(rows) - 0.5).abs() - 0.28
    window = hard(torch.maximum(pane_x * every / 4, pane_y * 0.78), far.pixels) * ramp(rows, 0.99, 1.0)
    window = window * (1 - ramp(far.y - high, -0.45, -0.4))
    lit = scatter(torch.floor(columns) + 11 * cell + 500, torch.floor(rows) + 200) > 0.72
    warm: Paint = by_light(view, (0.40, 0.52, 0.64), (1.0, 0.83, 0.45), (0.95, 0.86, 0.62))
    glass = mix((0.27, 0.36, 0.47), warm, lit.float())
    front = mix(sunlit(view, tint(front, 0.92 + 0.12 * (inside < 0.5))), glass, window)
    return mix(paint, fog(view, front, misty), cover)


def _stars(view: Vista) -> Plane:
    x, y = view.aside * 26, view.rise * 26
    cell_x, cell_y = torch.floor(x), torch.floor(y)
    first, second = scatter(cell_x + 40, cell_y + 60 + torch.floor(70 * view.chance)), scatter(cell_x + 90, cell_y + 20)
    off_x, off_y = x - cell_x - 0.2 - 0.6 * second, y - cell_y - 0.2 - 0.6 * first
    away = (off_x * off_x + off_y * off_y).sqrt()
    return ramp(-away, -0.13 - 0.05 * second, -0.04) * (first > 0.45) * ramp(view.rise, 0.03, 0.1)


def _lit_windows(view: Vista, far: Board) -> Plane:
    cell = torch.floor(far.x / 1.6)
    chance = scatter(cell + 130, cell * 0 + 20 + torch.floor(40 * view.chance))
    off = far.x - (cell + 0.3 + 0.4 * chance) * 1.6
    pane = torch.maximum(off.abs() - 0.13, (far.y - 0.75 - 0.7 * chance).abs() - 0.13)
    return hard(pane, far.pixels) * (chance > 0.72)


def _window(view: Vista, paint: Paint, at: Board) -> Paint:
    """A window of four panes around (0, 0), with the sky in it."""
    frame = torch.maximum(at.x.abs() - 0.95, at.y.abs() - 0.78)
    pane = torch.maximum((at.x.abs() - 0.44).abs() - 0.38, (at.y.abs() - 0.36).abs() - 0.30)
    paint = mix(paint, sunlit(view, (0.60, 0.40, 0.25)), hard(frame, at.pixels))
    outside = sky(view._replace(rise=view.rise * 0.8 + 0.06))
    outside = mix(outside, by_light(view, (1.0, 1.0, 1.0), (1.0, 0.82, 0.55), (0.92, 0.94, 0.96)), 0.15)
    return mix(paint, outside, hard(pane, at.pixels))


def _picture(view: Vista, paint: Paint, at: Board) -> Paint:
    """A framed landscape around (0, 0)."""
    frame = torch.maximum(at.x.abs() - 0.62, at.y.abs() - 0.48)
    inner = frame + 0.09
    hill = at.y + 0.12 - 0.14 * torch.sin(4 * at.x + 9 * view.chance)
    art = mix((0.70, 0.84, 0.92), (0.38, 0.56, 0.36), hard(hill, at.pixels))
    paint = mix(paint, sunlit(view, (0.43, 0.28, 0.16)), hard(frame, at.pixels))
    return mix(paint, sunlit(view, art), hard(inner, at.pixels))
