"""Where each pixel of a backdrop looks: into the sky, at the ground, or at things far away."""

from typing import NamedTuple

from torch import Tensor

from ..packing import FRAME, FrameField
from .colour import Paint, Plane, add, either, mix, ramp, tint
from .noise import billow

_NEVER_BELOW: float = 0.004
"""Slope under which the ground is the horizon; keeps distances finite."""


class Vista(NamedTuple):
    """Pixels of frames at one place, n of them."""

    aside: Plane
    """How far to the right of straight ahead (world z) a pixel looks, per unit of depth."""
    rise: Plane
    """How far up, per unit of depth; below 0 is the ground."""
    pixels: Plane
    """Pixels that a world unit takes at depth 1."""
    row: Tensor
    """Frame fields, (n, fields)."""

    def frame(self, field: FrameField) -> Tensor:
        """Return one frame field, (n, 1, 1)."""
        return self.row[:, FRAME[field], None, None]

    @property
    def photo(self) -> Tensor:
        """1 in a photograph, 0 in a cartoon."""
        return 1 - self.frame("animated")

    @property
    def haze(self) -> Paint:
        """What far things fade into."""
        return self.frame("haze_red"), self.frame("haze_green"), self.frame("haze_blue")

    @property
    def chance(self) -> Tensor:
        """0 to 1, of the clip's own."""
        return self.frame("chance")


class Board(NamedTuple):
    """A wall, a row of hills or trees: everything at one depth."""

    x: Plane
    y: Plane
    """World units; 0 is the ground."""
    pixels: Plane
    """Pixels a world unit."""


def vista(u: Plane, v: Plane, row: Tensor, side: int) -> Vista:
    """Look through pixels (u, v) of frames `row` (n, fields); `side` is the whole picture's, px."""

    def frame(field: FrameField) -> Tensor:
        return row[:, FRAME[field], None, None]

    cos, sin, focal = frame("yaw_cos"), frame("yaw_sin"), frame("focal")
    right = u / focal
    ahead = cos - right * sin
    return Vista(
        aside=(right * cos + sin) / ahead,
        rise=(v - frame("horizon")) / (focal * ahead),
        pixels=focal * (side / 2) * cos,
        row=row,
    )


def board(view: Vista, z: float) -> Board:
    """Return where pixels meet the upright plane at depth `z` of the stage."""
    depth = z - view.frame("camera_z")
    return Board(
        x=view.frame("camera_x") + view.aside * depth,
        y=view.frame("camera_y") + view.rise * depth,
        pixels=view.pixels / depth,
    )


def ground(view: Vista) -> tuple[Plane, Plane, Plane]:
    """Return where pixels meet the ground (x, z of the stage) and how far that is; far away above the horizon."""
    depth = view.frame("camera_y") / (-view.rise).clamp(min=_NEVER_BELOW)
    return view.frame("camera_x") + view.aside * depth, view.frame("camera_z") + depth, depth


def below(view: Vista) -> Plane:
    """Cover what lies under the horizon."""
    return (0.5 - view.rise * view.pixels).clamp(0, 1)


def by_light(view: Vista, day: Paint, sunset: Paint, overcast: Paint) -> Paint:
    """Choose a colour by the clip's light."""
    return mix(mix(day, sunset, view.frame("sunset")), overcast, view.frame("overcast"))


def sunlit(view: Vista, paint: Paint) -> Paint:
    """Colour what lies in the open by the clip's light."""
    return tint(paint, by_light(view, (1.0, 1.0, 1.0), (1.02, 0.80, 0.66), (0.82, 0.84, 0.87)))


def fog(view: Vista, paint: Paint, amount: Plane | float) -> Paint:
    """Let the distance take its share of a photograph; a cartoon keeps half of it."""
    return mix(paint, view.haze, amount * (0.5 + 0.5 * view.photo))


def sky(view: Vista) -> Paint:
    """The open sky of the clip's light, with its sun and clouds."""
    top = by_light(view, (0.22, 0.50, 0.90), (0.38, 0.30, 0.58), (0.56, 0.60, 0.66))
    low = by_light(view, (0.74, 0.88, 0.98), (1.0, 0.63, 0.34), (0.80, 0.82, 0.84))
    height = ramp(view.rise, 0.0, 0.42)
    paint = mix(low, top, height)
    place = 0.5 - view.chance
    off_x, off_y = view.aside - 0.45 * place - 0.05, view.rise - 0.21 + 0.155 * view.frame("sunset")
    away = (off_x * off_x + off_y * off_y).sqrt()
    shines = 1 - view.frame("overcast")
    paint = mix(paint, (1.0, 0.94, 0.76), shines * ramp(-away, -0.20, -0.02) * 0.55)
    size = 0.026 + 0.03 * view.frame("sunset")
    paint = mix(paint, (1.0, 0.96, 0.80), shines * ((size - away) * view.pixels + 0.5).clamp(0, 1))
    return mix(paint, _cloud_colour(view), _clouds(view) * 0.9)


def _cloud_colour(view: Vista) -> Paint:
    return by_light(view, (0.98, 0.985, 1.0), (1.0, 0.76, 0.62), (0.69, 0.71, 0.74))


def _clouds(view: Vista) -> Plane:
    """Cover with clouds: soft in a photograph, cut out in a cartoon; more of them where it is overcast."""
    drift = 40 * view.chance
    puffs = billow(view.aside * 7 + drift, view.rise * 17 + drift)
    need = 0.56 - 0.16 * view.frame("overcast")
    soft, cut = ramp(puffs, need, need + 0.22), ramp(puffs, need + 0.03, need + 0.05)
    return either(view.photo, soft * 0.85, cut) * ramp(view.rise, 0.02, 0.10)


def shine(paint: Paint, amount: Plane) -> Paint:
    """Add white light."""
    return add(paint, (amount, amount, amount))
