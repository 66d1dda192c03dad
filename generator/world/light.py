"""Light of a place: from where, of what colour, and what stands in the distance."""

from dataclasses import dataclass
from typing import Final, TypeAlias

from .scene import Scene
from .vocabulary import Colour

Rgb: TypeAlias = tuple[float, float, float]

COLOUR_RGB: Final[dict[Colour, Rgb]] = {
    "red": (0.86, 0.11, 0.12),
    "orange": (0.98, 0.49, 0.06),
    "yellow": (0.98, 0.85, 0.14),
    "green": (0.12, 0.62, 0.20),
    "cyan": (0.08, 0.78, 0.84),
    "blue": (0.12, 0.27, 0.88),
    "purple": (0.54, 0.18, 0.78),
    "white": (0.96, 0.96, 0.95),
}
"""What things look like in plain light, sRGB."""


@dataclass(frozen=True, slots=True)
class Lighting:
    """One light; colours multiply what they fall on, sRGB."""

    direction: Rgb
    """Towards the light: x to the right, y up, z to the camera; of length 1."""
    key: Rgb
    ambient: Rgb
    haze: Rgb
    """What far things fade into."""
    shadow: float
    """How dark shadows are, 0 to 1."""
    softness: float
    """Width of a shadow's edge, in its radii."""
    slant: float
    """How far shadows reach to the side, in heights."""


_LIGHTINGS: Final[dict[str, Lighting]] = {
    "day": Lighting((-0.49, 0.62, 0.61), (0.70, 0.68, 0.63), (0.44, 0.46, 0.50), (0.78, 0.87, 0.95), 0.46, 0.5, 0.3),
    "sunset": Lighting(
        (-0.77, 0.32, 0.55), (0.80, 0.63, 0.47), (0.42, 0.39, 0.44), (0.96, 0.68, 0.48), 0.42, 0.6, 0.85
    ),
    "overcast": Lighting(
        (-0.15, 0.80, 0.58), (0.24, 0.24, 0.25), (0.68, 0.70, 0.73), (0.76, 0.78, 0.80), 0.24, 1.1, 0.05
    ),
    "night": Lighting((-0.49, 0.62, 0.61), (0.50, 0.52, 0.60), (0.47, 0.49, 0.57), (0.10, 0.13, 0.27), 0.42, 0.6, 0.35),
}


def lighting_of(scene: Scene) -> Lighting:
    """Return the light of a scene; night has its own."""
    return _LIGHTINGS["night" if scene.background == "night" else scene.light]
