"""A scene of the tiny world: one object that moves in a straight line before a backdrop."""

import random
from dataclasses import dataclass
from typing import Final, get_args

from .vocabulary import DIRECTIONS, SIZES, SPEEDS, Background, Colour, Direction, Shape, Size, Speed

CLIP_FRAMES: Final = 25
"""Frames of a clip: 8k + 1, as LTX pipelines count."""
CLIP_FPS: Final = 10
"""Frames per second of a clip."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens in one clip; lengths are in frame widths, y grows downwards."""

    colour: Colour
    shape: Shape
    direction: Direction
    background: Background
    size: Size
    speed: Speed
    radius: float
    """Half the object's extent, about."""
    centre: tuple[float, float]
    """(x, y) half-way through the clip."""
    way: float
    """Distance covered over the whole clip; 0 for `still`."""

    def position(self, moment: float) -> tuple[float, float]:
        """Return the object's centre (x, y) at `moment`, 0 at the first frame and 1 at the last."""
        step_x, step_y = DIRECTIONS[self.direction].step
        travelled = (moment - 0.5) * self.way
        return self.centre[0] + step_x * travelled, self.centre[1] + step_y * travelled


def sample_scene(rng: random.Random) -> Scene:
    """Draw a scene; every attribute is uniform and independent of the others, except that sizes are mostly medium."""
    direction = rng.choice(get_args(Direction))
    size = rng.choices(get_args(Size), weights=(3, 4, 3))[0]
    speed = rng.choices(get_args(Speed), weights=(1, 3, 1))[0]
    horizontal = DIRECTIONS[direction].step[0] != 0
    vertical = DIRECTIONS[direction].step[1] != 0
    along, across = rng.uniform(0.46, 0.54), rng.uniform(0.3, 0.7)
    return Scene(
        colour=rng.choice(get_args(Colour)),
        shape=rng.choice(get_args(Shape)),
        direction=direction,
        background=rng.choice(get_args(Background)),
        size=size,
        speed=speed,
        radius=SIZES[size][0] * rng.uniform(0.94, 1.06),
        centre=(along if horizontal else across, along if vertical else rng.uniform(0.3, 0.7)),
        way=0.0 if direction == "still" else SPEEDS[speed][0] * rng.uniform(0.92, 1.08),
    )
