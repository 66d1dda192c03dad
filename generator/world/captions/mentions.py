"""Which facts of a scene a caption names, and the chance that draws them."""

import random
from dataclasses import dataclass
from typing import Final

from ..scene import Scene, Thing
from ..vocabulary import ACTION_FACTS, KIND_FACTS
from .language import LanguageCode

_DEFAULTS: Final = frozenset({"static", "day", "matte", "medium"})
"""What people leave unsaid: a caption that names none of a group most often means these."""


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Which facts a caption names; what is not named may be anything."""

    kinds: tuple[bool, ...]
    """One a thing, in the order of `Scene.things`; the same for the next three."""
    colours: tuple[bool, ...]
    sizes: tuple[bool, ...]
    materials: tuple[bool, ...]
    count: bool
    action: bool
    direction: bool
    relation: bool
    camera: bool
    background: bool
    light: bool
    style: bool


@dataclass(frozen=True, slots=True)
class Caption:
    """One true text about a scene."""

    text: str
    language: LanguageCode
    mentioned: Mentioned


def draw_mentions(scene: Scene, rng: random.Random, detail: float | None) -> Mentioned:
    """Choose what is said of `scene`.

    Args:
        scene: What there is to say.
        rng: Source of chance.
        detail: 0 names kinds, colours, action, direction and relation, 1 all that the scene has; None draws a value,
            and now and then leaves out a kind, a colour or the direction as well.
    """
    told = rng.random() ** 0.5 if detail is None else detail
    loose = detail is None
    things = scene.things[:1] if scene.together else scene.things
    colours = tuple(not (loose and rng.random() < 0.06) for _ in things)
    kinds = tuple(not (loose and named and rng.random() < 0.02) for named in colours)
    sizes = tuple(KIND_FACTS[one.kind].sized and _said(one.size, rng, told) for one in things)
    materials = tuple(len(KIND_FACTS[one.kind].materials) > 1 and _said(one.material, rng, told) for one in things)
    repeat = len(scene.things) if scene.together else 1
    return Mentioned(
        kinds=kinds * repeat,
        colours=colours * repeat,
        sizes=sizes * repeat,
        materials=materials * repeat,
        count=True,
        action=scene.action != "still" or (scene.relation is None and rng.random() < 0.5),
        direction=scene.direction is not None and not (loose and rng.random() < (0.1 if _alone(scene) else 0.3)),
        relation=scene.relation is not None,
        camera=_said(scene.camera, rng, told),
        background=_said(scene.background, rng, told),
        light=scene.background != "night" and _said(scene.light, rng, told),
        style=_said(scene.style, rng, told),
    )


def plain_mentions(scene: Scene) -> Mentioned:
    """Return everything but what people leave unsaid."""
    things = scene.things
    return Mentioned(
        kinds=(True,) * len(things),
        colours=(True,) * len(things),
        sizes=tuple(one.size not in _DEFAULTS for one in things),
        materials=tuple(_has_choice(one) and one.material not in _DEFAULTS for one in things),
        count=True,
        action=scene.action != "still" or scene.relation is None,
        direction=scene.direction is not None,
        relation=scene.relation is not None,
        camera=scene.camera not in _DEFAULTS,
        background=True,
        light=scene.light not in _DEFAULTS,
        style=True,
    )


def _has_choice(thing: Thing) -> bool:
    return len(KIND_FACTS[thing.kind].materials) > 1


def _alone(scene: Scene) -> bool:
    return len(ACTION_FACTS[scene.action].roles) == 1


def _said(value: str, rng: random.Random, told: float) -> bool:
    """Draw whether an optional fact is said: defaults rarely, the others mostly."""
    return rng.random() < (told**4 if value in _DEFAULTS else told**0.5)
