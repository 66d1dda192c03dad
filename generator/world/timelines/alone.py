"""What a thing, or several same things together, can do alone."""

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from ..poses import Floats, PoseTable
from ..scene import Thing
from ..vocabulary import CHARACTERS
from .easing import GRAVITY, glide, smooth
from .plan import Plan, flank, line_up, stand

Path: TypeAlias = Callable[[Floats], Floats]
"""From seconds to x; asked a moment before and after each frame for the speed."""

ROLLERS: Final = ("ball", "ring")
"""What turns as it moves; characters walk, the rest slides and leans."""
_MOMENT: Final = 1 / 60


def travel(table: PoseTable, slot: int, thing: Thing, path: Path, *, z: float, way: int) -> None:
    """Take a thing along the ground by `path` in the manner of its kind; it ends as it stands."""
    stand(table, slot, thing, x=0.0, z=z, face=way)
    x = path(table.seconds)
    speed = (path(table.seconds + _MOMENT) - path(table.seconds - _MOMENT)) / (2 * _MOMENT)
    table.put(slot, x=x)
    if thing.kind in ROLLERS:
        table.put(slot, angle=-x / thing.half_height)
    elif thing.kind in CHARACTERS:
        phase = 2 * np.pi * x / (0.85 * thing.factor)  # a stride every 0.85 of its size
        walking = np.clip(np.abs(speed) / 0.35, 0, 1)  # legs come together where it stops
        step = 0.04 * np.abs(np.cos(phase)) * walking
        table.put(slot, swing=np.sin(phase) * walking, y=table.get(slot, "y") + step)
    else:
        table.put(slot, angle=np.clip(-0.06 * speed, -0.12, 0.12))


def move(plan: Plan, table: PoseTable) -> None:
    """Go across the picture and come to rest by 2.9 s."""
    far, rests = plan.chance.uniform(1.1, 1.25), plan.chance.uniform(2.6, 2.9)
    things = plan.scene.things[: plan.scene.parts]
    side, front = plan.chance.choice((-1, 1)), plan.chance.uniform(-0.6, -0.1)
    apart = max(0.5, 1.3 * things[0].half_width)  # several go staggered: abreast they would hide one another
    reach = far * (1 - 0.15 * (len(things) - 1))
    for slot, thing in enumerate(things):
        row = slot - (len(things) - 1) / 2

        def path(seconds: Floats, row: float = row) -> Floats:
            return plan.way * reach * (2 * glide(seconds, 0.0, rests) - 1) + apart * row

        travel(table, slot, thing, path, z=front + 0.75 * side * row, way=plan.way)
    flank(plan, table)


def rise(plan: Plan, table: PoseTable) -> None:
    """Float up from the ground and stay in the air, bobbing."""
    height = plan.chance.uniform(0.95, 1.2)
    for slot, thing in _actors(plan, table):
        up = smooth(table.seconds, 0.1 + 0.15 * slot, 2.3 + 0.15 * slot)
        bob = 0.05 * np.sin(2 * np.pi * table.seconds / 2.1 + slot) * up
        table.put(
            slot, y=table.get(slot, "y") + height * up + bob, angle=0.06 * np.sin(2.4 * table.seconds + slot) * up
        )
        table.put(slot, y=np.minimum(table.get(slot, "y"), 2.55 - thing.half_height))


def bounce(plan: Plan, table: PoseTable) -> None:
    """Bounce on the spot for ever, flattened where it lands."""
    height = plan.chance.uniform(0.75, 1.05)
    period = 2 * (2 * height / GRAVITY) ** 0.5
    for slot, thing in _actors(plan, table):
        passed = (table.seconds / period + 0.5 + 0.23 * slot) % 1
        air = 4 * passed * (1 - passed)
        flat = np.clip(1 - np.minimum(passed, 1 - passed) / 0.09, 0, 1)
        _squash(table, slot, thing, lift=height * air, amount=0.3 * flat)


def jump(plan: Plan, table: PoseTable) -> None:
    """Crouch, leap, land, wait; again and again."""
    height = plan.chance.uniform(0.65, 0.95)
    flight = 2 * (2 * height / GRAVITY) ** 0.5
    crouch, wait = 0.26, 0.3
    period = crouch + flight + wait
    for slot, thing in _actors(plan, table):
        now = (table.seconds + 0.21 * slot) % period
        passed = np.clip((now - crouch) / flight, 0, 1)
        landed = now - crouch - flight
        gathered = np.where(now < crouch, np.sin(np.pi * np.clip(now / crouch, 0, 1)), 0)
        settled = np.where(landed > 0, np.exp(-9 * np.maximum(landed, 0)) * np.cos(16 * landed), 0)
        _squash(table, slot, thing, lift=4 * height * passed * (1 - passed), amount=0.26 * (gathered + settled))


def grow(plan: Plan, table: PoseTable) -> None:
    """Swell from under half its size to its own, and stay so."""
    for slot, thing in _actors(plan, table):
        full = 1.12 * thing.factor
        size = full * (0.38 + 0.62 * smooth(table.seconds, 0.25, 2.1))
        ratio = size / thing.factor
        table.put(slot, size=size, y=table.get(slot, "y") * ratio)


def _actors(plan: Plan, table: PoseTable) -> list[tuple[int, Thing]]:
    """Stand everybody at the start, and return the slots that act."""
    if plan.scene.together:
        line_up(plan, table)
        return list(enumerate(plan.scene.things))
    stand(
        table,
        0,
        plan.thing(0),
        x=plan.chance.uniform(-0.35, 0.35),
        z=plan.chance.uniform(-0.6, -0.1),
        face=plan.chance.choice((-1, 1)),
    )
    flank(plan, table)
    return [(0, plan.thing(0))]


def _squash(table: PoseTable, slot: int, thing: Thing, *, lift: Floats, amount: Floats) -> None:
    """Flatten by `amount` with the feet at `lift`, volume kept in the plane."""
    tall = 1 - amount
    table.put(slot, stretch_y=tall, stretch_x=1 / np.sqrt(tall), y=lift + thing.half_height * tall)
