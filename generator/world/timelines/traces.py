"""Events that leave a trace for ever: a fallen block, a bitten cookie, a dented wall, a broken vase, a filled cup."""

from typing import Final

import numpy as np

from ..poses import EFFECT, Floats, PoseTable
from .alone import travel
from .easing import drop, glide, pulse, rush, share, smooth
from .plan import Plan, flank, stand

LIP: Final = (0.47, 0.36)
"""Where a jug pours from, local units, spout to the right; the painter draws it there."""


def topple(plan: Plan, table: PoseTable) -> None:
    """The first knocks the second, a block, over: it tips about its far lower edge and stays on its side."""
    pusher, block = plan.thing(0), plan.thing(1)
    seconds, way = table.seconds, plan.way
    met = plan.chance.uniform(0.95, 1.3)
    tall, wide = 1.3 * block.half_height, 0.84 * block.half_width
    start = min(0.2, 1.7 - wide - 2 * tall)
    contact = start - wide - 0.95 * pusher.half_width
    from_x = min(-1.25, contact - 0.5)

    def pushing(at: Floats) -> Floats:
        way_in = from_x + (contact - from_x) * rush(at, 0.0, met) + 0.16 * pulse(at, met + 0.22, 0.22)
        return way * (way_in - 0.16 * glide(at, met + 0.3, met + 1.0))

    travel(table, 0, pusher, pushing, z=-0.35, way=way)
    down = drop(seconds, met, met + 0.55)
    rebound = 0.09 * np.sin(np.pi * share(seconds, met + 0.55, met + 0.8))
    turned = (np.pi / 2) * (down - rebound)
    edge = start + wide
    stand(table, 1, block, x=0.0, z=-0.3, face=way)
    table.put(
        1,
        x=way * (edge - wide * np.cos(turned) + tall * np.sin(turned)),
        y=wide * np.sin(turned) + tall * np.cos(turned),
        angle=-way * turned,
        stretch_x=0.84,
        stretch_y=1.3,
    )
    flank(plan, table, around=-0.3 * way)


def bite(plan: Plan, table: PoseTable) -> None:
    """The first goes to the cookie, bites it, and steps back chewing; the mark stays."""
    eater, cookie = plan.thing(0), plan.thing(1)
    seconds, way = table.seconds, plan.way
    bitten = plan.chance.uniform(1.2, 1.5)
    place = 0.7
    near = place - 0.62 * cookie.half_width - 0.92 * eater.half_width
    begins = min(-1.15, near - 0.4)

    def approach(at: Floats) -> Floats:
        there = begins + (near - begins) * smooth(at, 0.0, bitten - 0.25)
        return way * (there - 0.62 * smooth(at, bitten + 0.2, bitten + 0.95))

    travel(table, 0, eater, approach, z=-0.25, way=way)
    lunge = pulse(seconds, bitten, 0.3)
    chewing = smooth(seconds, bitten + 0.1, bitten + 0.25) * (1 - smooth(seconds, bitten + 1.5, bitten + 1.7))
    opened = smooth(seconds, bitten - 0.45, bitten - 0.15) * (1 - smooth(seconds, bitten - 0.02, bitten + 0.06))
    table.put(0, angle=-way * 0.2 * lunge, mouth=opened + 0.35 * chewing * (0.5 + 0.5 * np.sin(15 * seconds)))
    stand(table, 1, cookie, x=way * place, z=-0.2, face=way)
    table.put(
        1,
        y=max(cookie.half_height, 0.95 * eater.half_height),
        state=smooth(seconds, bitten - 0.04, bitten + 0.06),
        angle=-way * 0.1 * pulse(seconds, bitten + 0.1, 0.3),
    )
    flank(plan, table, around=-0.3 * way)


def dent(plan: Plan, table: PoseTable) -> None:
    """The first runs into the wall and bounces off; the dent stays."""
    runner, wall = plan.thing(0), plan.thing(1)
    seconds, way = table.seconds, plan.way
    met = plan.chance.uniform(0.95, 1.3)
    place = 0.95
    contact = place - wall.half_width - 0.84 * runner.half_width
    begins = min(-1.3, contact - 0.6)

    def running(at: Floats) -> Floats:
        way_in = begins + (contact - begins) * rush(at, 0.0, met)
        return way * (way_in - 0.75 * glide(at, met + 0.06, met + 1.2, 2.2))

    travel(table, 0, runner, running, z=-0.35, way=way)
    flat = pulse(seconds, met + 0.03, 0.12)
    table.put(0, stretch_x=1 - 0.25 * flat, stretch_y=1 + 0.15 * flat)
    height = max(0.62, 1.05 * runner.half_height)
    stand(table, 1, wall, x=way * place, z=-0.3, face=way)
    shake = 0.03 * np.where(seconds > met, np.exp(-5 * np.maximum(seconds - met, 0)) * np.sin(30 * (seconds - met)), 0)
    table.put(1, x=way * place + shake, state=smooth(seconds, met - 0.02, met + 0.1), hit=height - wall.half_height)
    flank(plan, table, around=-0.5 * way)


def shatter(plan: Plan, table: PoseTable) -> None:
    """The first knocks into the vase, which breaks; stump and shards stay."""
    runner, vase = plan.thing(0), plan.thing(1)
    seconds, way = table.seconds, plan.way
    met = plan.chance.uniform(0.95, 1.3)
    place = 0.55
    contact = place - 0.85 * vase.half_width - runner.half_width
    begins = min(-1.3, contact - 0.6)

    def running(at: Floats) -> Floats:
        return way * (begins + (contact - begins) * rush(at, 0.0, met) - 0.3 * glide(at, met, met + 0.9, 2.0))

    travel(table, 0, runner, running, z=-0.25, way=way)
    stand(table, 1, vase, x=way * place, z=-0.3, face=way)
    table.put(1, state=share(seconds, met, met + 0.75))
    flank(plan, table, around=-0.3 * way)


def pour(plan: Plan, table: PoseTable) -> None:
    """The jug rises, tilts and fills the cup; the liquid stays in the cup, and the jug is set down emptier."""
    jug, cup = plan.thing(0), plan.thing(1)
    seconds, way = table.seconds, plan.way
    stand(table, 1, cup, x=way * 0.55, z=-0.2, face=way)
    stand(table, 0, jug, x=0.0, z=-0.25, face=way)
    tilt = 1.05 * smooth(seconds, 0.45, 0.9) * (1 - smooth(seconds, 2.05, 2.5))
    aloft = smooth(seconds, 0.0, 0.6) * (1 - smooth(seconds, 2.35, 3.0))
    lip_x, lip_y = _turned(tilt, jug.factor)
    top = 2 * cup.half_height + 0.16
    up_x, up_y = 0.55 - lip_x, top - lip_y
    rest_x = 0.55 - cup.half_width - jug.half_width - 0.3
    x = rest_x + (up_x - rest_x) * aloft
    y = jug.half_height + (np.maximum(up_y, jug.half_height) - jug.half_height) * aloft
    pours = smooth(seconds, 0.85, 1.0) * (1 - smooth(seconds, 2.0, 2.12))
    filled = share(seconds, 0.98, 2.12)
    table.put(0, x=way * x, y=y, angle=-way * tilt, level=0.62 - 0.42 * filled)
    table.put(1, level=0.04 + 0.78 * filled)
    _stream(table, x=way * (x + lip_x), top=y + lip_y, bottom=0.1 * cup.factor, runs=pours)
    flank(plan, table, around=-0.2 * way)


def _turned(tilt: Floats, factor: float) -> tuple[Floats, Floats]:
    """Return where the jug's lip is from its centre, if it looks and tilts to the right by `tilt` radians."""
    x = LIP[0] * np.cos(tilt) + LIP[1] * np.sin(tilt)
    y = LIP[1] * np.cos(tilt) - LIP[0] * np.sin(tilt)
    return factor * x, factor * y


def _stream(table: PoseTable, *, x: Floats, top: Floats, bottom: float, runs: Floats) -> None:
    length = (top - bottom) / 2
    shown = (runs > 0.02).astype(np.float32)
    table.put(EFFECT, shown=shown, x=x, y=bottom + length, z=-0.21, state=runs, stretch_y=length)
