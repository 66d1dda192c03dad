"""The words that the tiny world knows, and the numbers they stand for.

Codes are corners of simple solids, so that any two values are equally easy to tell apart: the eight colours are the
corners of a cube, shapes and backgrounds are vertices of octahedra.
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Colour: TypeAlias = Literal["red", "orange", "yellow", "green", "cyan", "blue", "purple", "white"]
Shape: TypeAlias = Literal["ball", "box", "triangle", "star", "heart"]
Direction: TypeAlias = Literal["left", "right", "up", "down", "still"]
Background: TypeAlias = Literal["night", "meadow", "beach", "snow", "sea", "studio"]
Size: TypeAlias = Literal["small", "medium", "large"]
Speed: TypeAlias = Literal["slow", "normal", "fast"]

Code: TypeAlias = tuple[float, float, float]
Rgb: TypeAlias = tuple[int, int, int]

_EDGE: Final = 3**0.5
"""Distance of octahedron vertices from the centre: the same as that of the corners of the cube [-1, 1]^3."""


@dataclass(frozen=True, slots=True)
class ColourEntry:
    """One object colour."""

    code: Code
    rgb: Rgb
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShapeEntry:
    """One object shape."""

    code: Code
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DirectionEntry:
    """One way to move; `step` is (x, y) in frame widths, y grows downwards."""

    step: tuple[float, float]
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackgroundEntry:
    """One backdrop: sky and ground as vertical gradients (top, bottom), sRGB 0 to 255."""

    code: Code
    sky: tuple[Rgb, Rgb]
    ground: tuple[Rgb, Rgb]
    phrases: tuple[str, ...]


COLOURS: Final[dict[Colour, ColourEntry]] = {
    "red": ColourEntry((1, -1, -1), (218, 38, 38), ("red", "crimson", "scarlet", "ruby")),
    "orange": ColourEntry((-1, -1, -1), (244, 136, 28), ("orange", "tangerine", "amber")),
    "yellow": ColourEntry((1, 1, -1), (250, 220, 48), ("yellow", "golden", "lemon")),
    "green": ColourEntry((-1, 1, -1), (36, 168, 66), ("green", "emerald", "lime")),
    "cyan": ColourEntry((-1, 1, 1), (40, 206, 212), ("cyan", "turquoise", "aqua", "teal")),
    "blue": ColourEntry((-1, -1, 1), (38, 78, 222), ("blue", "navy", "cobalt")),
    "purple": ColourEntry((1, -1, 1), (152, 58, 202), ("purple", "violet", "lilac")),
    "white": ColourEntry((1, 1, 1), (246, 246, 246), ("white", "ivory", "pale")),
}

SHAPES: Final[dict[Shape, ShapeEntry]] = {
    "ball": ShapeEntry((_EDGE, 0, 0), ("ball", "circle", "sphere", "disc", "orb")),
    "box": ShapeEntry((-_EDGE, 0, 0), ("box", "square", "cube", "block", "crate")),
    "triangle": ShapeEntry((0, _EDGE, 0), ("triangle", "pyramid", "wedge")),
    "star": ShapeEntry((0, -_EDGE, 0), ("star", "pentagram")),
    "heart": ShapeEntry((0, 0, _EDGE), ("heart", "valentine")),
}

DIRECTIONS: Final[dict[Direction, DirectionEntry]] = {
    "left": DirectionEntry(
        (-1, 0),
        (
            "to the left", "left", "leftwards", "leftward", "towards the left", "toward the left side",
            "from right to left", "from the right to the left",
        ),
    ),
    "right": DirectionEntry(
        (1, 0),
        (
            "to the right", "right", "rightwards", "rightward", "towards the right", "toward the right side",
            "from left to right", "from the left to the right",
        ),
    ),
    "up": DirectionEntry(
        (0, -1),
        (
            "up", "upwards", "upward", "to the top", "towards the top", "from bottom to top",
            "from the bottom to the top",
        ),
    ),
    "down": DirectionEntry(
        (0, 1),
        (
            "down", "downwards", "downward", "to the bottom", "towards the bottom", "from top to bottom",
            "from the top to the bottom",
        ),
    ),
    "still": DirectionEntry((0, 0), ()),
}  # fmt: skip

MOVE_VERBS: Final = (
    "moves", "slides", "glides", "drifts", "travels", "goes", "flies", "floats", "rolls", "moving", "sliding",
    "gliding", "drifting", "travelling", "going", "flying", "floating", "rolling",
)  # fmt: skip
OWN_VERBS: Final[dict[Direction, tuple[str, ...]]] = {
    "up": ("rises", "climbs", "ascends", "rising", "climbing"),
    "down": ("falls", "sinks", "drops", "descends", "falling", "sinking"),
    "still": (
        "stays still", "stands still", "does not move", "rests", "stays in place", "hovers", "standing still",
        "resting", "staying in place",
    ),
}  # fmt: skip
"""Verbs that name a direction by themselves."""

BACKGROUNDS: Final[dict[Background, BackgroundEntry]] = {
    "night": BackgroundEntry(
        (_EDGE, 0, 0),
        ((10, 14, 40), (38, 44, 88)),
        ((26, 30, 50), (16, 18, 32)),
        ("at night", "in the dark", "under the night sky", "in the night", "at midnight"),
    ),
    "meadow": BackgroundEntry(
        (-_EDGE, 0, 0),
        ((138, 188, 232), (206, 226, 240)),
        ((112, 158, 84), (66, 108, 54)),
        ("on a meadow", "over a meadow", "on the grass", "over the grass", "in a field", "in a park"),
    ),
    "beach": BackgroundEntry(
        (0, _EDGE, 0),
        ((126, 190, 226), (222, 232, 232)),
        ((226, 202, 154), (196, 164, 112)),
        ("on a beach", "on the beach", "over the sand", "on the sand", "in the desert"),
    ),
    "snow": BackgroundEntry(
        (0, -_EDGE, 0),
        ((140, 156, 184), (184, 196, 214)),
        ((212, 222, 236), (182, 196, 218)),
        ("in the snow", "over the snow", "on the snow", "in winter", "on ice"),
    ),
    "sea": BackgroundEntry(
        (0, 0, _EDGE),
        ((164, 192, 212), (214, 220, 220)),
        ((44, 104, 140), (20, 62, 98)),
        ("over the sea", "on the sea", "over the ocean", "on the water", "above the water"),
    ),
    "studio": BackgroundEntry(
        (0, 0, -_EDGE),
        ((166, 166, 170), (138, 138, 144)),
        ((120, 120, 126), (92, 92, 98)),
        ("in a studio", "on a plain background", "in a grey room", "in a room", "against a grey wall"),
    ),
}

SIZES: Final[dict[Size, tuple[float, tuple[str, ...]]]] = {
    "small": (0.11, ("small", "little", "tiny")),
    "medium": (0.14, ("medium",)),
    "large": (0.175, ("large", "big", "huge")),
}
"""Radius in frame widths, and words."""

SPEEDS: Final[dict[Speed, tuple[float, tuple[str, ...]]]] = {
    "slow": (0.32, ("slowly", "gently")),
    "normal": (0.5, ()),
    "fast": (0.66, ("quickly", "fast", "rapidly")),
}
"""Way over the whole clip in frame widths, and words."""
