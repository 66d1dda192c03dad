"""What scenes say, as numbers that a network can learn and that its readings are compared with."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from ...generator.world import (
    ACTION_FACTS,
    ACTIONS,
    BACKGROUNDS,
    CAMERAS,
    CLIP_FRAMES,
    COLOURS,
    DIRECTIONS,
    KIND_FACTS,
    KINDS,
    LIGHTS,
    MATERIALS,
    MOST_THINGS,
    OUTCOMES,
    SIZES,
    STYLES,
    Kind,
    Outcome,
    Relation,
    Scene,
)

Attribute: TypeAlias = Literal[
    "colour", "shape", "count", "action", "direction", "relation", "camera", "background", "light", "style", "size",
    "material", "outcome",
]  # fmt: skip
ATTRIBUTES: Final[tuple[Attribute, ...]] = get_args(Attribute)

Whole: TypeAlias = Literal["count", "action", "direction", "camera", "background", "light", "style"]
"""What is said of a whole clip, not of one of its things."""
WHOLE: Final[dict[Whole, tuple[str, ...]]] = {
    "count": tuple(str(number + 1) for number in range(MOST_THINGS)),
    "action": ACTIONS,
    "direction": ("none", *DIRECTIONS),
    "camera": CAMERAS,
    "background": BACKGROUNDS,
    "light": LIGHTS,
    "style": STYLES,
}
PAIRWISE: Final[tuple[Relation, ...]] = ("left_of", "right_of", "behind", "in_front_of")
OPPOSITE: Final[dict[Relation, Relation]] = {
    "left_of": "right_of",
    "right_of": "left_of",
    "behind": "in_front_of",
    "in_front_of": "behind",
}
LOOKED_AT: Final = tuple(range(0, CLIP_FRAMES, 4))
"""Frames of a clip that the judges look at: four a second, the first and the last among them."""
CARRIERS: Final[dict[Outcome, Kind]] = {
    facts.outcome: facts.roles[1][0] for facts in ACTION_FACTS.values() if facts.outcome != "none"
}
"""The kind of thing on which each event leaves its trace."""
HAPPENED_AFTER: Final = 2.25
"""Seconds: every event is over by then, and its outcome stays."""

Ints: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Labels of scenes, arrays of N rows; -1 where there is nothing to say."""

    table: Ints
    """(N, kinds): 0 absent, else 1 + its colour."""
    sizes: Ints
    """(N, kinds), of kinds that come in several sizes."""
    materials: Ints
    """(N, kinds), of kinds that are made of several materials."""
    whole: dict[Whole, Ints]
    """(N,) each."""
    asked: Ints
    """(N, 3): the kinds whose relation is asked, in the order of the question."""
    relation: Ints
    """(N,): how the first asked kind stands to the second, of `PAIRWISE`."""
    between: Ints
    """(N,): whether the first asked kind stands between the two others."""
    outcome: Ints
    """(N,): what the event leaves behind, of `OUTCOMES`."""

    def __len__(self) -> int:
        return len(self.table)


def facts_of(scenes: Sequence[Scene], *, rng: random.Random | None = None) -> Facts:
    """Return the labels of scenes.

    Args:
        scenes: At least one.
        rng: Asks about relations in another order than the scene tells them, so that a network cannot guess the answer
            from the question; None asks as the scene does.
    """
    n, kinds = len(scenes), len(KINDS)
    table, sizes, materials = np.zeros((n, kinds), np.int64), -np.ones((n, kinds), np.int64), -np.ones((n, kinds), int)
    asked = -np.ones((n, MOST_THINGS), np.int64)
    relation, between = -np.ones(n, np.int64), -np.ones(n, np.int64)
    for row, scene in enumerate(scenes):
        for thing in scene.things:
            kind = KINDS.index(thing.kind)
            table[row, kind] = 1 + COLOURS.index(thing.colour)
            if KIND_FACTS[thing.kind].sized:
                sizes[row, kind] = SIZES.index(thing.size)
            if len(KIND_FACTS[thing.kind].materials) > 1:
                materials[row, kind] = MATERIALS.index(thing.material)
        if scene.relation is not None:
            asked[row], relation[row], between[row] = _question(scene, rng)
    return Facts(
        table=table,
        sizes=sizes,
        materials=materials.astype(np.int64),
        whole={name: _indices(scenes, name) for name in WHOLE},
        asked=asked,
        relation=relation,
        between=between,
        outcome=np.array([OUTCOMES.index(scene.outcome) for scene in scenes]),
    )


def value_of(scene: Scene, name: Whole) -> str:
    """Return what a scene says of itself as a whole."""
    if name == "count":
        return str(len(scene.things))
    if name == "direction":
        return scene.direction or "none"
    return str(getattr(scene, name))


def _indices(scenes: Sequence[Scene], name: Whole) -> Ints:
    return np.array([WHOLE[name].index(value_of(scene, name)) for scene in scenes])


def _question(scene: Scene, rng: random.Random | None) -> tuple[list[int], int, int]:
    """Return the kinds asked about, the pairwise answer or -1, and the answer to “between” or -1."""
    kinds = [KINDS.index(thing.kind) for thing in scene.things]
    swap = rng is not None and rng.random() < 0.5
    if scene.relation == "between":
        order = [kinds[1], kinds[0], kinds[2]] if swap else kinds
        return order, -1, int(not swap)
    first, second = kinds[:2]
    said = scene.relation or "left_of"
    answer = OPPOSITE[said] if swap else said
    return [second, first, -1] if swap else [first, second, -1], PAIRWISE.index(answer), -1
