"""Scenes in which nothing happens: who stands where."""

from ..poses import PoseTable
from ..vocabulary import Relation
from .plan import Plan, line_up, stand


def still(plan: Plan, table: PoseTable) -> None:
    """Stand things as their relation says, or alone, or in a row."""
    scene, chance = plan.scene, plan.chance
    if scene.together:
        line_up(plan, table)
        return
    places = [(chance.uniform(-0.5, 0.5), chance.uniform(-0.6, 0.4))]
    if scene.relation:
        places = _places(plan, scene.relation)
    for slot, (x, z) in enumerate(places):
        stand(table, slot, plan.thing(slot), x=x, z=z, face=chance.choice((-1, 1)))


def _places(plan: Plan, relation: Relation) -> list[tuple[float, float]]:
    """Return (x, z) of every thing; where a third thing has no part in the relation it keeps out of the way."""
    chance, things = plan.chance, plan.scene.things
    widths = [thing.half_width for thing in things]
    jitter = chance.uniform(-0.08, 0.08)
    side = chance.choice((-1, 1))
    if relation == "between":
        ends = [max(0.95, widths[0] + widths[slot] + 0.12) for slot in (1, 2)]
        depth = chance.uniform(-0.3, 0.2)
        return [(jitter, depth), (jitter - side * ends[0], depth), (jitter + side * ends[1], depth)]
    if relation in {"left_of", "right_of"}:
        way = -1 if relation == "left_of" else 1
        half = max(0.7, (widths[0] + widths[1]) / 2 + 0.12)
        depth = chance.uniform(-0.4, 0.1)
        places = [(jitter + way * half, depth), (jitter - way * half, depth)]
        return [*places, (side * 0.15, 1.7)][: len(things)]
    back = 0 if relation == "behind" else 1
    apart = 0.8 * (widths[0] + widths[1])  # so that the one behind still shows
    shift = -0.35 * side if len(things) == 3 else 0.0
    near, far = (shift - side * apart / 2 + jitter, -0.75), (shift + side * apart / 2 + jitter, 1.05)
    places = [far, near] if back == 0 else [near, far]
    return [*places, (side * 1.45, 0.4)][: len(things)]
