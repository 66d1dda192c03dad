"""What every timeline starts from: the scene, its own chance, and where bystanders stand."""

import random
from dataclasses import dataclass

import numpy as np

from ..poses import PoseTable
from ..scene import Scene, Thing
from ..vocabulary import CHARACTERS


@dataclass(frozen=True, slots=True)
class Plan:
    """A scene and the choices that its caption leaves open."""

    scene: Scene
    chance: random.Random
    way: int
    """1 where the action goes to the right (or has no way), -1 to the left."""

    def thing(self, slot: int) -> Thing:
        """Return the thing of a slot."""
        return self.scene.things[slot]

    @property
    def extras(self) -> range:
        """The slots of bystanders where the first `parts` things act."""
        return range(self.scene.parts, len(self.scene.things))


def plan(scene: Scene) -> Plan:
    """Return the plan of a scene; always the same for the same scene."""
    return Plan(scene=scene, chance=random.Random(scene.seed ^ 0x5EA1), way=-1 if scene.direction == "left" else 1)


def stand(table: PoseTable, slot: int, thing: Thing, *, x: float, z: float, face: float = 1.0) -> None:
    """Put a thing on the ground and let it breathe, blink or hover as its kind does, for ever."""
    factor = thing.factor
    table.put(slot, shown=1, x=x, y=thing.half_height, z=z, size=factor, face=face)
    if thing.kind in CHARACTERS:
        idle(table, slot, thing)
    if thing.kind in ("cup", "jug"):
        table.put(slot, level=0.55)


def idle(table: PoseTable, slot: int, thing: Thing) -> None:
    """Breathe, blink, hover: what a character does all the time; slots differ in phase."""
    seconds = table.seconds
    phase = 1.7 * slot
    breath = np.sin(2 * np.pi * seconds / 1.9 + phase)
    blink = ((seconds + 0.9 * slot + 0.4) % 2.7 < 0.16).astype(np.float32)
    table.put(slot, blink=blink)
    if thing.kind == "ghost":
        table.put(slot, y=thing.half_height + (0.14 + 0.06 * breath) * thing.factor)
    else:
        table.put(slot, stretch_y=1 + 0.018 * breath, y=thing.half_height * (1 + 0.018 * breath))


def line_up(plan: Plan, table: PoseTable) -> list[float]:
    """Stand same things side by side, facing the same way; return their x."""
    things = plan.scene.things
    room = min(1.6, max(1.15, 2.35 * things[0].half_width))
    middle = (len(things) - 1) / 2
    face = plan.way if plan.scene.direction else plan.chance.choice((-1, 1))
    places: list[float] = []
    for slot, thing in enumerate(things):
        places.append((slot - middle) * room + plan.chance.uniform(-0.04, 0.04))
        stand(table, slot, thing, x=places[-1], z=plan.chance.uniform(-0.35, 0.35), face=face)
    return places


def flank(plan: Plan, table: PoseTable, *, around: float = 0.0) -> None:
    """Stand the bystanders behind the action, on either side of `around`."""
    # Where the action comes from: the way it goes they would be hidden.
    side = -plan.way if plan.scene.direction else plan.chance.choice((-1, 1))
    for slot in plan.extras:
        x = around + side * plan.chance.uniform(1.0, 1.3)
        stand(table, slot, plan.thing(slot), x=x, z=plan.chance.uniform(1.1, 1.6), face=-side)
        side = -side
