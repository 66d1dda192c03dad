"""A scene of the tiny world: who is there, what happens, where, and how it is filmed."""

import random
from dataclasses import dataclass
from typing import Final, cast

from .vocabulary import (
    ACTION_FACTS,
    ACTIONS,
    BACKGROUNDS,
    BYSTANDERS,
    CAMERAS,
    COLOURS,
    DIRECTIONS,
    KIND_FACTS,
    SIZE_FACTORS,
    SIZES,
    STYLES,
    Action,
    Background,
    Camera,
    Colour,
    Direction,
    Kind,
    Light,
    Material,
    Outcome,
    Relation,
    Size,
    Style,
    lights_of,
)

CLIP_FRAMES: Final = 49
"""Frames of a clip: 8k + 1, as LTX pipelines count."""
CLIP_FPS: Final = 16
"""Frames per second of a clip."""
CLIP_SIDE: Final = 256
"""Width and height of a clip, px."""
MOST_THINGS: Final = 3

_THING_COUNTS: Final = (0.28, 0.42, 0.3)
_STILL_WEIGHT: Final = 2.5
"""Still scenes are drawn this much more often: they alone show relations."""
_ALONE_WEIGHT: Final = 0.4
"""What needs one thing only is drawn this much less often where there are more: scenes of one show it anyhow."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that the caption names."""

    kind: Kind
    colour: Colour
    size: Size
    material: Material

    @property
    def factor(self) -> float:
        """How much larger it is than its kind at size medium."""
        return SIZE_FACTORS[self.size]

    @property
    def half_width(self) -> float:
        """Half its width, world units."""
        return KIND_FACTS[self.kind].half_width * self.factor

    @property
    def half_height(self) -> float:
        """Half its height, world units."""
        return KIND_FACTS[self.kind].half_height * self.factor


@dataclass(frozen=True, slots=True)
class Scene:
    """What one clip shows; the same scene always gives the same pixels."""

    things: tuple[Thing, ...]
    """One to three, in the order of the action's parts (`ACTION_FACTS`), then bystanders."""
    action: Action
    direction: Direction | None
    """Which way the action goes; None where it has no way."""
    relation: Relation | None
    """How the first thing stands to the second (`between`: to the second and third); only in still scenes."""
    camera: Camera
    background: Background
    light: Light
    style: Style
    seed: int
    """Chooses what no caption names: places, tempo, clouds, grain."""

    @property
    def together(self) -> bool:
        """Whether the things are all the same and act together ("two red balls")."""
        return len(self.things) > 1 and len(set(self.things)) == 1

    @property
    def parts(self) -> int:
        """How many of the things act; the rest are bystanders."""
        return len(self.things) if self.together else len(ACTION_FACTS[self.action].roles)

    @property
    def outcome(self) -> Outcome:
        """What the event leaves behind."""
        return ACTION_FACTS[self.action].outcome


def scene_of(seed: int, *, things: int | None = None, action: Action | None = None) -> Scene:
    """Draw the scene of `seed`; see `sample_scene`."""
    return _draw(random.Random(seed), seed, things, action)


def sample_scene(rng: random.Random, *, things: int | None = None, action: Action | None = None) -> Scene:
    """Draw a scene: attributes are uniform and independent where the action allows; half of the cameras stand still.

    Args:
        rng: Source of chance; the scene's own seed is drawn from it, below 2^31.
        things: How many things the caption names, 1 to 3; None draws a number that fits `action`.
        action: What happens; None draws one that `things` can play.

    Raises:
        ValueError: So many things cannot play this action.
    """
    return _draw(rng, rng.getrandbits(31), things, action)


def actions_for(things: int) -> tuple[Action, ...]:
    """Return the actions that scenes of `things` things can show."""
    return tuple(action for action in ACTIONS if len(ACTION_FACTS[action].roles) <= things)


def _draw(rng: random.Random, seed: int, things: int | None, action: Action | None) -> Scene:
    parts = len(ACTION_FACTS[action].roles) if action else 1
    if things is None:
        counts = range(parts, MOST_THINGS + 1)
        things = rng.choices(counts, weights=_THING_COUNTS[parts - 1 :])[0]
    if not parts <= things <= MOST_THINGS:
        raise ValueError(f"{things} things were asked for; {action or 'a scene'} takes {parts} to {MOST_THINGS}")
    if action is None:
        choices = actions_for(things)
        action = rng.choices(choices, weights=[_weight(choice, things) for choice in choices])[0]
    cast_of = _cast(rng, action, things)
    background = rng.choice(BACKGROUNDS)
    return Scene(
        things=cast_of,
        action=action,
        direction=rng.choice(DIRECTIONS) if ACTION_FACTS[action].directed else None,
        relation=_relation(rng, cast_of) if action == "still" else None,
        camera="static" if rng.random() < 0.5 else rng.choice(CAMERAS[1:]),
        background=background,
        light=rng.choice(lights_of(background)),
        style=rng.choice(STYLES),
        seed=seed,
    )


def _weight(action: Action, things: int) -> float:
    if action == "still":
        return _STILL_WEIGHT
    parts = len(ACTION_FACTS[action].roles)
    if parts == MOST_THINGS:
        return 2.0  # no other number of things shows it
    return _ALONE_WEIGHT if parts == 1 < things else 1.0


def _cast(rng: random.Random, action: Action, count: int) -> tuple[Thing, ...]:
    """Draw who plays: all alike now and then where the action allows, else all of different kinds."""
    facts = ACTION_FACTS[action]
    if facts.together and count > 1 and rng.random() < 0.3:
        return (_thing(rng, rng.choice(facts.roles[0])),) * count
    parts = facts.roles + (BYSTANDERS,) * (count - len(facts.roles))
    chosen: dict[int, Kind] = {}
    for part in sorted(range(count), key=lambda part: len(parts[part])):  # the choosiest part first
        chosen[part] = rng.choice([kind for kind in parts[part] if kind not in chosen.values()])
    return tuple(_thing(rng, chosen[part]) for part in range(count))


def _thing(rng: random.Random, kind: Kind) -> Thing:
    facts = KIND_FACTS[kind]
    return Thing(
        kind=kind,
        colour=rng.choice(COLOURS),
        size=rng.choice(SIZES) if facts.sized else "medium",
        material=rng.choice(facts.materials),
    )


def _relation(rng: random.Random, things: tuple[Thing, ...]) -> Relation | None:
    """Draw how different things stand to each other; alike or alone, they stand to nobody."""
    if len(set(things)) != len(things) or len(things) == 1:
        return None
    if len(things) == 3 and rng.random() < 0.5:
        return "between"
    return cast(Relation, rng.choice(("left_of", "right_of", "behind", "in_front_of")))
