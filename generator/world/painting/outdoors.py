"""Places in the open: meadow, beach, snow, forest."""

import torch

from .colour import Paint, Plane, either, hard, mix, ramp, tint
from .noise import billow, cloudy, ripple, scatter
from .vista import Board, Vista, below, board, by_light, fog, ground, sky, sunlit


def meadow(view: Vista) -> Paint:
    """Green hills, grass and flowers under the sky."""
    paint = sky(view)
    paint = _hills(view, paint, 36.0, 8.5, colour=(0.40, 0.62, 0.50), misty=0.5)
    paint = _hills(view, paint, 20.0, 4.2, colour=(0.36, 0.62, 0.28), misty=0.22)
    x, z, depth = ground(view)
    near = ramp(-depth, -16.0, -4.0)
    grass = mix((0.55, 0.76, 0.34), (0.30, 0.56, 0.18), near)
    blades = ripple(1.3 * x, 0.8 * z) * 0.06 + 0.05 * ripple(3.1 * x, 1.4 * z)
    grass = tint(grass, 1 + (blades * near) * view.photo)
    stripes = ramp(ripple(0.33 * x, 0.25 * z + 3), 0.0, 0.1)
    grass = tint(grass, 1 - 0.07 * stripes * (1 - view.photo))
    flowers = _dots(x, z, every=1.15, radius=0.07)
    grass = mix(grass, (1.0, 0.97, 0.80), flowers)
    return mix(paint, fog(view, sunlit(view, grass), _far(depth) * 0.6), below(view))


def beach(view: Vista) -> Paint:
    """Sand, surf and the sea up to the horizon."""
    paint = sky(view)
    x, z, depth = ground(view)
    seconds = view.frame("seconds")
    shore = 3.2 + 0.5 * torch.sin(0.55 * x + 6 * view.chance) + 0.28 * torch.sin(1.5 * seconds)
    out = z - shore
    sea = mix((0.30, 0.74, 0.76), (0.07, 0.36, 0.62), ramp(out, 0.0, 12.0))
    waves = torch.sin(1.9 * out - 1.5 * seconds + 1.1 * torch.sin(0.5 * x))
    sea = tint(sea, 1 + 0.10 * either(view.photo, waves, torch.sign(waves - 0.5)) * ramp(-depth, -40.0, -9.0))
    sea = mix(
        sea, by_light(view, (0.80, 0.92, 0.98), (1.0, 0.72, 0.42), (0.72, 0.76, 0.78)), 0.45 * ramp(depth, 20.0, 90.0)
    )
    foam = ramp(out, -0.28, -0.1) * ramp(-out, -0.5, -0.15)
    sand = mix((0.95, 0.86, 0.64), (0.88, 0.73, 0.48), ramp(-depth, -8.0, -3.5))
    ripples = ripple(0.9 * x + 0.3 * z, 2.2 * z) * 0.035 * view.photo
    sand = tint(sand, 1 + ripples)
    wet = ramp(out, -1.1, -0.2)
    sand = mix(sand, (0.70, 0.58, 0.42), 0.55 * wet)
    floor = mix(sand, sea, ramp(out, -0.16, -0.06))
    floor = mix(sunlit(view, floor), sunlit(view, (0.98, 0.99, 1.0)), foam)
    return mix(paint, fog(view, floor, 0.16 * ramp(depth, 25.0, 120.0)), below(view))


def snow(view: Vista) -> Paint:
    """A white plain with firs, and falling flakes."""
    paint = mix(sky(view), by_light(view, (0.80, 0.88, 0.97), (0.98, 0.76, 0.66), (0.80, 0.83, 0.87)), 0.45)
    paint = _hills(view, paint, 32.0, 7.5, colour=(0.74, 0.82, 0.93), misty=0.3)
    for z, tall in ((18.0, 5.6), (11.0, 4.2)):
        paint = _firs(view, paint, z, tall)
    x, z, depth = ground(view)
    near = ramp(-depth, -14.0, -4.0)
    plain = mix((0.90, 0.94, 0.99), (0.76, 0.83, 0.93), near)
    drifts = ripple(0.35 * x, 0.42 * z)
    drifts = either(view.photo, drifts, ramp(drifts, 0.1, 0.16))
    plain = tint(plain, 1 - 0.06 * drifts * ramp(-depth, -22.0, -8.0))
    paint = mix(paint, sunlit(view, plain), below(view))
    for size, speed in ((5.0, 0.6), (8.0, 0.45)):
        paint = mix(paint, (1.0, 1.0, 1.0), _flakes(view, size, speed))
    return paint


def forest(view: Vista) -> Paint:
    """Trunks in rows, leaves overhead, moss and light on the ground."""
    glow = by_light(view, (0.66, 0.84, 0.56), (0.98, 0.72, 0.40), (0.60, 0.68, 0.60))
    paint: Paint = mix(glow, (0.20, 0.36, 0.22), ramp(view.rise, 0.02, 0.30))
    rows: tuple[tuple[float, float, Paint], ...] = (
        (22.0, 0.9, (0.30, 0.40, 0.28)), (13.0, 0.66, (0.36, 0.28, 0.18)), (7.0, 0.46, (0.40, 0.26, 0.15))
    )  # fmt: skip
    x, z, depth = ground(view)
    moss = mix((0.42, 0.50, 0.24), (0.28, 0.33, 0.15), ramp(-depth, -12.0, -4.0))
    patches = billow(0.8 * x, 0.7 * z)
    light = either(view.photo, ramp(patches, 0.45, 0.7), ramp(patches, 0.55, 0.58)) * (1 - 0.8 * view.frame("overcast"))
    moss = mix(moss, (0.62, 0.64, 0.30), 0.42 * light * ramp(-depth, -22.0, -8.0))
    paint = mix(paint, sunlit(view, moss), below(view))
    for z_row, wide, bark in rows:
        paint = _trunks(view, paint, z_row, wide=wide, bark=bark)
    crown = view.rise - 0.17 - 0.05 * billow(view.aside * 9 + 30 * view.chance, view.rise * 9)
    leaves = mix((0.17, 0.40, 0.16), (0.10, 0.28, 0.12), ramp(view.rise, 0.16, 0.34))
    spots = cloudy(view.aside * 26 + 9, view.rise * 26)
    leaves = mix(leaves, (0.42, 0.62, 0.24), 0.5 * either(view.photo, ramp(spots, 0.5, 0.8), ramp(spots, 0.62, 0.66)))
    return mix(paint, sunlit(view, leaves), hard(-crown, view.pixels * 0.5))


def hill_line(far: Board, view: Vista, high: float) -> Plane:
    """Return the height of a row of hills above the ground."""
    at = far.x / (3.2 * high) + 20 * view.chance
    return high * (0.62 + 0.26 * torch.sin(at) + 0.12 * torch.sin(2.3 * at + 1.0))


def _hills(view: Vista, paint: Paint, z: float, high: float, *, colour: Paint, misty: float) -> Paint:
    far = board(view, z)
    crest = far.y - hill_line(far, view, high)
    lit = tint(colour, 1 + 0.10 * ripple(far.x / high, far.y / high) * view.photo)
    return mix(paint, fog(view, sunlit(view, lit), misty), hard(crest, far.pixels))


def _firs(view: Vista, paint: Paint, z: float, tall: float) -> Paint:
    """A row of firs with snow on their branches, one in most cells."""
    far = board(view, z)
    every = 0.62 * tall
    cell = torch.floor(far.x / every)
    chance = scatter(cell, cell * 0 + z + torch.floor(50 * view.chance))
    middle = (cell + 0.3 + 0.4 * chance) * every
    high = tall * (0.65 + 0.5 * chance) * (chance > 0.25)
    share = (far.y / high.clamp(min=0.01)).clamp(0, 1.2)
    tiers = torch.frac(share * 3.5 + 0.001)
    half = 0.24 * tall * (1 - share) * (0.75 + 0.45 * (1 - tiers))
    tree = (far.x - middle).abs() - half
    cover = hard(torch.maximum(tree, far.y - high), far.pixels)
    green = mix((0.20, 0.40, 0.34), (0.95, 0.97, 1.0), 0.75 * ramp(-tiers, -0.35, -0.15))
    return mix(paint, fog(view, sunlit(view, green), 0.012 * z), cover)


def _trunks(view: Vista, paint: Paint, z: float, *, wide: float, bark: Paint) -> Paint:
    far = board(view, z)
    every = 5.2 * wide
    cell = torch.floor(far.x / every)
    chance = scatter(cell, cell * 0 + z + torch.floor(60 * view.chance))
    middle = (cell + 0.25 + 0.5 * chance) * every
    foot = 0.35 * wide * torch.exp(-3.0 * far.y.clamp(min=0) / wide)
    off = far.x - middle
    half = wide * (0.32 + 0.2 * chance) + foot
    cover = hard(torch.maximum(off.abs() - half, -far.y), far.pixels)
    shade = 0.80 + 0.35 * (0.5 - 0.5 * off / half)
    furrows = 1 + 0.16 * torch.sin(30 * off / wide + 2 * torch.sin(4 * far.y)) * view.photo
    return mix(paint, fog(view, sunlit(view, tint(bark, shade * furrows)), 0.018 * z), cover)


def _dots(x: Plane, z: Plane, *, every: float, radius: float) -> Plane:
    """Cover small round spots strewn over the ground, none in the distance."""
    cell_x, cell_z = torch.floor(x / every), torch.floor(z / every)
    first = scatter(cell_x + 300, cell_z + 300)
    second = scatter(cell_x + 500, cell_z + 400)
    off_x = x / every - cell_x - 0.25 - 0.5 * first
    off_z = z / every - cell_z - 0.25 - 0.5 * second
    away = (off_x * off_x + off_z * off_z).sqrt() * every
    return ramp(-away, -radius * 1.3, -radius * 0.8) * (first > 0.45) * ramp(-z, -7.0, -3.0)


def _flakes(view: Vista, size: float, speed: float) -> Plane:
    """Cover falling snow: one flake a cell of a grid that sinks."""
    x = view.aside * size + 0.15 * torch.sin(view.frame("seconds") + view.rise * 9)
    y = view.rise * size + view.frame("seconds") * speed * size * 0.35 + 30 * view.chance
    cell_x, cell_y = torch.floor(x), torch.floor(y)
    first, second = scatter(cell_x + 70, cell_y + 90), scatter(cell_x + 170, cell_y + 30)
    off_x, off_y = x - cell_x - 0.2 - 0.6 * first, y - cell_y - 0.2 - 0.6 * second
    away = (off_x * off_x + off_y * off_y).sqrt()
    return ramp(-away, -0.085, -0.05) * (first > 0.3) * (0.9 - 0.15 * view.photo)


def _far(depth: Plane) -> Plane:
    return ramp(depth, 9.0, 60.0)
