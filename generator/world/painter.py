"""Paint scenes: anti-aliased shapes with soft light and shadow, by signed distance.

Distance functions of star, triangle and heart follow Inigo Quilez, "2D distance functions"
(https://iquilezles.org/articles/distfunctions2d/), MIT licence.
"""

import math
from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor

from .scene import Scene
from .vocabulary import BACKGROUNDS, COLOURS, Rgb, Shape

HORIZON: Final = 0.62
"""Height of the horizon, in frame heights from the top."""
_SHADOW_OFFSET: Final = (0.02, 0.03)
_SHADOW_SOFTNESS: Final = 0.05
_SHADOW_DEPTH: Final = 0.45


def paint(scene: Scene, moments: Sequence[float], side: int = 256) -> Tensor:
    """Paint `scene` at `moments` (0 = first frame, 1 = last).

    Returns:
        float32 (len(moments), 3, side, side), sRGB in [0, 1].
    """
    position = torch.tensor([scene.position(moment) for moment in moments], dtype=torch.float32)  # (T, 2)
    axis = (torch.arange(side, dtype=torch.float32) + 0.5) / side
    x = axis[None, None, :] - position[:, 0, None, None]  # (T, 1, side): right of the object's centre
    y = axis[None, :, None] - position[:, 1, None, None]  # (T, side, 1): below it
    picture = backdrop(scene, side)[None]
    shadow = _distance(scene.shape, x - _SHADOW_OFFSET[0], y - _SHADOW_OFFSET[1], scene.radius)
    shade = 1 - _SHADOW_DEPTH * torch.sigmoid(-shadow / (_SHADOW_SOFTNESS / 4))
    coverage = (0.5 - _distance(scene.shape, x, y, scene.radius) * side).clamp(0, 1)[:, None]  # 1 px wide edge
    return picture * shade[:, None] * (1 - coverage) + _surface(scene, x, y) * coverage


def object_mask(scene: Scene, moment: float, side: int = 256, margin: float = 0.05) -> Tensor:
    """Return where the object is, `margin` frame widths around it included; float32 (1, side, side), 0 or 1."""
    centre_x, centre_y = scene.position(moment)
    axis = (torch.arange(side, dtype=torch.float32) + 0.5) / side
    distance = _distance(scene.shape, (axis - centre_x)[None, None, :], (axis - centre_y)[None, :, None], scene.radius)
    return (distance < margin).to(torch.float32)


def backdrop(scene: Scene, side: int = 256) -> Tensor:
    """Return the empty stage, float32 (3, side, side) in [0, 1]."""
    entry = BACKGROUNDS[scene.background]
    height = (torch.arange(side, dtype=torch.float32) + 0.5) / side
    sky = _gradient(*entry.sky, (height / HORIZON).clamp(0, 1))
    ground = _gradient(*entry.ground, ((height - HORIZON) / (1 - HORIZON)).clamp(0, 1))
    below = ((height - HORIZON) * side + 0.5).clamp(0, 1)
    column = sky * (1 - below) + ground * below  # (3, side)
    return column[:, :, None].expand(3, side, side)


def _surface(scene: Scene, x: Tensor, y: Tensor) -> Tensor:
    """Colour of the object where it is, lit from the upper left; (T, 3, side, side)."""
    base = _rgb(COLOURS[scene.colour].rgb)[None, :, None, None]
    light = (1 - 0.2 * (x + y) / scene.radius).clamp(0.6, 1.3)[:, None]
    surface = (base * light).clamp(0, 1)
    if scene.shape == "ball":
        glint_x, glint_y = x / scene.radius + 0.36, y / scene.radius + 0.36
        glint = 0.55 * torch.exp(-(glint_x**2 + glint_y**2) / 0.1)[:, None]
        surface = surface + (1 - surface) * glint
    return surface


def _gradient(top: Rgb, bottom: Rgb, share: Tensor) -> Tensor:
    return _rgb(top)[:, None] * (1 - share) + _rgb(bottom)[:, None] * share


def _rgb(colour: Rgb) -> Tensor:
    return torch.tensor(colour, dtype=torch.float32) / 255


def _distance(shape: Shape, x: Tensor, y: Tensor, radius: float) -> Tensor:
    """Signed distance to the outline, negative inside; scales make the five areas alike."""
    match shape:
        case "ball":
            return torch.sqrt(x**2 + y**2) - radius
        case "box":
            rounding, half = 0.12 * radius, 0.9 * radius
            outside_x, outside_y = x.abs() - half + rounding, y.abs() - half + rounding
            corner = torch.sqrt(outside_x.clamp(min=0) ** 2 + outside_y.clamp(min=0) ** 2)
            return corner + torch.maximum(outside_x, outside_y).clamp(max=0) - rounding
        case "triangle":
            return _triangle(x, -y + 0.15 * radius, 1.22 * radius)
        case "star":
            return _star(x, -y - 0.05 * radius, 1.35 * radius)
        case "heart":
            scale = 2.05 * radius
            return _heart(x / scale, -y / scale + 0.55) * scale


def _triangle(x: Tensor, y: Tensor, half: float) -> Tensor:
    """Equilateral triangle, point up, side 2 * half; y grows upwards."""
    k = math.sqrt(3)
    x, y = x.abs() - half, y + half / k
    x, y = x + 0 * y, y + 0 * x  # one shape for both
    beyond = x + k * y > 0
    x, y = torch.where(beyond, (x - k * y) / 2, x), torch.where(beyond, (-k * x - y) / 2, y)
    x = x - x.clamp(-2 * half, 0)
    return -torch.sqrt(x**2 + y**2) * torch.sign(y)


def _star(x: Tensor, y: Tensor, radius: float, inner: float = 0.45) -> Tensor:
    """Five-pointed star, point up; y grows upwards."""
    k1x, k1y = 0.809016994375, -0.587785252292
    x = x.abs()
    for kx, ky in ((k1x, k1y), (-k1x, k1y)):
        fold = 2 * (kx * x + ky * y).clamp(min=0)
        x, y = x - fold * kx, y - fold * ky
    x, y = x.abs(), y - radius
    ba_x, ba_y = inner * -k1y, inner * k1x - 1
    along = ((x * ba_x + y * ba_y) / (ba_x**2 + ba_y**2)).clamp(0, radius)
    length = torch.sqrt((x - ba_x * along) ** 2 + (y - ba_y * along) ** 2)
    return length * torch.sign(y * ba_x - x * ba_y)


def _heart(x: Tensor, y: Tensor) -> Tensor:
    """Heart from (0, 0), its tip, to y = 1.1; y grows upwards."""
    x = x.abs()
    lobe = torch.sqrt((x - 0.25) ** 2 + (y - 0.75) ** 2) - math.sqrt(2) / 4
    fold = 0.5 * (x + y).clamp(min=0)
    side = torch.minimum(x**2 + (y - 1) ** 2, (x - fold) ** 2 + (y - fold) ** 2)
    return torch.where(x + y > 1, lobe, torch.sqrt(side) * torch.sign(x - y))
