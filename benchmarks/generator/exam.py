"""What a model is asked: prompts of scenes that nobody learned from, each with the seed of its noise."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from ...generator.world import Action, Scene, scene_of
from ...generator.world.captions import Mentioned, captioned

Language: TypeAlias = Literal["en", "fr", "es"]

EXAM_SEEDS: Final = 2 * 10**9
"""Scenes of the evaluation begin here."""
_ROOM: Final = 10**6
"""Seeds of each part of the exam."""
_PARTS: Final = ("things-1", "things-2", "things-3", "relations", "real", "styles", "permanence", "long", "fr", "es")

TRACES: Final[dict[Action, str]] = {
    "bite": "the bite mark stays",
    "dent": "the dent stays",
    "topple": "the block stays fallen",
    "break": "the vase stays broken",
    "pour": "the cup stays filled",
    "hide": "what was hidden comes back unchanged",
}
"""What permanence means for each action that can show it."""


@dataclass(frozen=True, slots=True)
class Order:
    """A clip to make."""

    prompt: str
    seed: int
    """Of the noise that the model starts from."""


@dataclass(frozen=True, slots=True)
class Question(Order):
    """A clip to make, and what is to be seen in it."""

    scene: Scene
    mentioned: Mentioned
    """What the prompt names."""


def questions(
    part: str,
    count: int,
    *,
    things: int | None = None,
    action: Action | None = None,
    language: Language = "en",
    still_camera: bool = False,
) -> tuple[Question, ...]:
    """Draw questions; the first ones are the same however many are asked for.

    Args:
        part: Of the exam: no two parts share a scene.
        count: How many.
        things: That each prompt names.
        action: That each shows.
        language: Of the prompts.
        still_camera: Whether the camera of all stands still, so that pictures can be compared pixel by pixel.
    """
    first = (
        EXAM_SEEDS + _PARTS.index(part) * _ROOM + (0 if action is None else (1 + sorted(TRACES).index(action)) * 10**4)
    )
    scenes = [scene_of(first + place, things=things, action=action) for place in range(count)]
    if still_camera:
        scenes = [replace(scene, camera="static") for scene in scenes]
    return tuple(_asked(scene, language) for scene in scenes)


def relation_questions(count: int) -> tuple[Question, ...]:
    """Draw questions about still scenes of two or three different things, whose relation the prompt names."""
    first = EXAM_SEEDS + _PARTS.index("relations") * _ROOM
    found: list[Question] = []
    for seed in range(first, first + _ROOM):
        if len(found) == count:
            break
        scene = scene_of(seed, things=2 + seed % 2, action="still")
        if scene.relation is not None:
            found.append(_asked(scene, "en"))
    return tuple(found)


def scenes_only(part: str, count: int) -> list[Scene]:
    """Draw scenes that are rendered and never asked for, as many of one, two and three things."""
    first = EXAM_SEEDS + _PARTS.index(part) * _ROOM
    return [scene_of(first + place, things=1 + place % 3) for place in range(count)]


def scenes_of(asked: Sequence[Question]) -> list[Scene]:
    """Return what should be seen."""
    return [one.scene for one in asked]


def _asked(scene: Scene, language: Language) -> Question:
    said = captioned(scene, random.Random(scene.seed), language=language)
    return Question(said.text, scene.seed, scene, said.mentioned)
