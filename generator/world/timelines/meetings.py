"""What two or three things do with one another that leaves no trace on them."""

import numpy as np

from ..poses import Floats, PoseTable
from .alone import travel
from .easing import glide, rush, smooth
from .plan import Plan, flank, stand


def orbit(plan: Plan, table: PoseTable) -> None:
    """The first circles the second for ever, now before it, now behind it."""
    mover, centre = plan.thing(0), plan.thing(1)
    stand(table, 1, centre, x=0.0, z=0.0, face=plan.chance.choice((-1, 1)))
    turn = plan.chance.choice((-1, 1))
    phase = plan.chance.uniform(0, 2 * np.pi) + turn * 2 * np.pi * table.seconds / plan.chance.uniform(2.3, 2.9)
    reach = max(1.15, centre.half_width + mover.half_width + 0.2)
    stand(table, 0, mover, x=0.0, z=0.0)
    height = 0.25 + max(0.0, centre.half_height - mover.half_height) * 0.8
    table.put(
        0,
        x=reach * np.cos(phase),
        z=1.05 * np.sin(phase),
        y=mover.half_height + height,
        face=np.where(-turn * np.sin(phase) > 0, 1.0, -1.0),
    )
    if plan.extras:
        stand(table, 2, plan.thing(2), x=plan.chance.choice((-1, 1)) * 1.5, z=1.7)


def chase(plan: Plan, table: PoseTable) -> None:
    """The first runs after the second; both run the same way, and stop by 3 s with the gap almost closed."""
    hunter, prey = plan.thing(0), plan.thing(1)
    gap = hunter.half_width + prey.half_width
    depth = plan.chance.uniform(-0.5, 0.0)
    first = -0.13 - 0.3 * prey.half_width

    def ahead(seconds: Floats) -> Floats:
        return plan.way * (first + 1.55 * glide(seconds, 0.0, 2.8, 1.4))

    def behind(seconds: Floats) -> Floats:
        return plan.way * (first - gap - 0.45 + 1.93 * glide(seconds, 0.0, 2.9, 1.4))

    travel(table, 0, hunter, behind, z=depth - 0.05, way=plan.way)
    travel(table, 1, prey, ahead, z=depth, way=plan.way)
    hop = 0.1 * np.abs(np.sin(7.0 * table.seconds)) * (1 - smooth(table.seconds, 2.2, 2.8))
    table.put(1, y=table.get(1, "y") + hop)
    flank(plan, table, around=-0.2 * plan.way)


def collide(plan: Plan, table: PoseTable) -> None:
    """The first runs into the second, which is pushed on; the first stays about where they met."""
    pusher, pushed = plan.thing(0), plan.thing(1)
    met = plan.chance.uniform(0.95, 1.3)
    start = 0.05
    contact = start - 0.94 * (pusher.half_width + pushed.half_width)
    begins = min(-1.35, contact - 0.6)

    def pushing(seconds: Floats) -> Floats:
        way_in = begins + (contact - begins) * rush(seconds, 0.0, met)
        return plan.way * (way_in - 0.22 * glide(seconds, met, met + 0.8))

    def pushed_on(seconds: Floats) -> Floats:
        return plan.way * (start + 1.1 * glide(seconds, met, met + 1.5, 2.2))

    travel(table, 0, pusher, pushing, z=-0.3, way=plan.way)
    travel(table, 1, pushed, pushed_on, z=-0.3, way=plan.way)
    since = table.seconds - met
    jolt = np.where(since > 0, np.exp(-7 * np.maximum(since, 0)), 0)
    table.put(1, stretch_x=1 - 0.22 * jolt, stretch_y=1 + 0.14 * jolt)
    flank(plan, table, around=-0.1 * plan.way)


def give(plan: Plan, table: PoseTable) -> None:
    """The first carries the second to the third, hands it over and steps back; the third keeps it."""
    giver, gift, receiver = plan.thing(0), plan.thing(1), plan.thing(2)
    seconds, way = table.seconds, plan.way
    handed = plan.chance.uniform(1.15, 1.45)
    small = 0.62  # carried things are drawn smaller, so that both hands and faces stay in sight
    reach = giver.half_width + 0.9 * small * gift.half_width
    waits = 1.0
    meets = waits - receiver.half_width - giver.half_width - 1.7 * small * gift.half_width

    begins = min(-1.2, meets - 0.75)

    def there(at: Floats) -> Floats:
        return begins + (meets - begins) * smooth(at, 0.0, handed)

    def walk(at: Floats) -> Floats:
        return way * (there(at) - 0.75 * smooth(at, handed + 0.5, handed + 1.4))

    travel(table, 0, giver, walk, z=0.1, way=way)
    stand(table, 2, receiver, x=way * waits, z=0.1, face=-way)
    passed = smooth(seconds, handed - 0.05, handed + 0.4)
    held = there(seconds) + reach
    kept = waits - receiver.half_width - 0.55 * small * gift.half_width
    height = small * gift.half_height + 0.32
    stand(table, 1, gift, x=0.0, z=-0.15)
    table.put(
        1,
        x=way * (held + (kept - held) * passed),
        y=height + 0.22 * np.sin(np.pi * passed),
        size=small * gift.factor,
    )
    table.put(0, angle=-way * 0.1 * np.sin(np.pi * passed))
    table.put(2, angle=way * 0.1 * np.sin(np.pi * smooth(seconds, handed, handed + 0.7)))
    glad = 0.08 * np.abs(np.sin(8 * seconds)) * smooth(seconds, handed + 0.4, handed + 0.6)
    fades = 1 - smooth(seconds, handed + 1.2, handed + 1.6)
    table.put(2, y=table.get(2, "y") + glad * fades)


def hide(plan: Plan, table: PoseTable) -> None:
    """The first passes behind the second, a screen, is gone from sight, and comes out as it went in."""
    mover = plan.thing(0)
    stand(table, 1, plan.thing(1), x=0.0, z=-0.2)

    def along(seconds: Floats) -> Floats:
        return plan.way * 1.5 * (glide(seconds, 0.0, 2.7, 1.3) + smooth(seconds, 0.0, 2.7) - 1)

    travel(table, 0, mover, along, z=0.85, way=plan.way)
    if plan.extras:
        stand(table, 2, plan.thing(2), x=plan.chance.choice((-1, 1)) * plan.chance.uniform(1.1, 1.35), z=1.7)
