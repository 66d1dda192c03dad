"""Which painter draws what."""

from collections.abc import Callable
from typing import Final

from ..packing import Drawn
from ..vocabulary import Background
from . import builtup, characters, objects, outdoors, props
from .colour import Paint
from .spot import Body, Spot
from .vista import Vista

BODIES: Final[dict[Drawn, Callable[[Spot], Body]]] = {
    "ball": objects.ball,
    "block": objects.block,
    "cone": objects.cone,
    "star": objects.star,
    "heart": objects.heart,
    "ring": objects.ring,
    "cat": characters.cat,
    "robot": characters.robot,
    "ghost": characters.ghost,
    "cookie": props.cookie,
    "wall": props.wall,
    "vase": props.vase,
    "cup": props.cup,
    "jug": props.jug,
    "plant": props.plant,
    "screen": props.screen,
    "stream": props.stream,
}

REACH: Final[dict[Drawn, tuple[float, float, float, float]]] = {
    "ball": (0.5, 0.5, 0.5, 0.5),
    "block": (0.45, 0.45, 0.58, 0.58),
    "cone": (0.52, 0.52, 0.6, 0.6),
    "star": (0.6, 0.6, 0.6, 0.6),
    "heart": (0.55, 0.55, 0.55, 0.6),
    "ring": (0.54, 0.54, 0.54, 0.54),
    "cat": (0.62, 0.58, 0.62, 0.62),
    "robot": (0.54, 0.54, 0.68, 0.68),
    "ghost": (0.6, 0.62, 0.62, 0.64),
    "cookie": (0.5, 0.5, 0.5, 0.5),
    "wall": (0.4, 0.4, 1.1, 1.1),
    "vase": (0.85, 1.25, 0.7, 0.95),
    "cup": (0.45, 0.45, 0.48, 0.48),
    "jug": (0.58, 0.58, 0.56, 0.56),
    "plant": (0.5, 0.5, 0.7, 0.7),
    "screen": (0.68, 0.68, 1.02, 1.0),
    "stream": (0.1, 0.1, 1.02, 1.02),
}
"""How far a kind reaches behind, before, below and above its centre, local units, before it is stretched."""

PLACES: Final[dict[Background, Callable[[Vista], Paint]]] = {
    "meadow": outdoors.meadow,
    "beach": outdoors.beach,
    "city": builtup.city,
    "night": builtup.night,
    "room": builtup.room,
    "snow": outdoors.snow,
    "forest": outdoors.forest,
}

STIRRING: Final[frozenset[Background]] = frozenset({"beach", "snow"})
"""Places that move by themselves; the others are the same in every frame of a camera that stands still."""
