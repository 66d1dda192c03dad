"""Light on things: what matte, shiny, wooden and glass look like, photographed or drawn."""

import torch

from .colour import Paint, Plane, add, hard, maximum, mix, ramp, tint
from .noise import ripple
from .spot import Body, Spot

_OUTLINE: float = 0.017
"""Width of a cartoon's outline, half picture widths: about 2 px of 256."""
_BROWN: Paint = (0.46, 0.29, 0.14)
_SHEEN: Paint = (1.0, 1.0, 0.98)


def light_up(body: Body, spot: Spot, slope: tuple[Plane, Plane]) -> tuple[Plane, Plane, Plane, Plane]:
    """Light a thing.

    Args:
        body: The thing without light.
        spot: Where its pixels are.
        slope: How fast the distance to its outline grows to the right and upwards in the picture, -1 to 1.

    Returns:
        Red, green, blue (sRGB), and how much of the pixel it hides; about 0 to 1.
    """
    animated = spot.animated
    edge = (1 + body.distance / body.bevel).clamp(0, 0.98)  # 0 where it looks at the camera, 1 where it turns away
    normal = (slope[0] * edge, slope[1] * edge, (1 - edge * edge).sqrt())
    light = (spot.frame("light_x"), spot.frame("light_y"), spot.frame("light_z"))
    facing = normal[0] * light[0] + normal[1] * light[1] + normal[2] * light[2]
    lit = _gloss(body, spot, tint(_grain(body, spot), _shade(spot, facing)), edge, normal)
    lit = mix(lit, (spot.frame("haze_red"), spot.frame("haze_green"), spot.frame("haze_blue")), spot.item("haze"))
    line = 1 - hard(body.distance + _OUTLINE / spot.item("scale"), spot.pixels)
    ink = maximum(line, body.ink) * animated
    dark = tint(body.paint, 0.16)
    red, green, blue = mix(lit, (dark[0] + 0.02, dark[1] + 0.02, dark[2] + 0.05), ink)
    glass = spot.item("glass") * body.coat * body.clear
    seen = maximum(1 - glass * (0.66 - 0.6 * edge * edge * edge), line * animated)
    cover = hard(body.distance, spot.pixels) * body.cover * seen
    return red + 0 * cover, green + 0 * cover, blue + 0 * cover, cover


def _grain(body: Body, spot: Spot) -> Paint:
    """Give wood its lines, and a photographed matte thing a little unevenness."""
    rings = torch.sin(34 * (spot.x + 0.06 * torch.sin(5.0 * spot.y + 6 * spot.item("chance")) + 0.22 * spot.y))
    lines = ramp(rings, 0.05, 0.75)
    wood = spot.item("wooden") * body.coat
    paint = mix(body.paint, _BROWN, wood * (0.24 + 0.4 * lines))
    uneven = 1 + 0.05 * ripple(1.6 * spot.x + 3, 1.6 * spot.y) * (1 - spot.animated)
    return tint(paint, uneven)


def _shade(spot: Spot, facing: Plane) -> Paint:
    """Return what the light leaves of each channel: smooth in a photograph, two tones in a cartoon."""
    animated = spot.animated
    soft = facing.clamp(min=0) + 0.12 * facing.clamp(max=0)
    tones = 0.42 + 0.46 * ramp(facing, 0.28, 0.36)
    amount = soft + (tones - soft) * animated
    return (
        spot.frame("ambient_red") + spot.frame("key_red") * amount,
        spot.frame("ambient_green") + spot.frame("key_green") * amount,
        spot.frame("ambient_blue") + spot.frame("key_blue") * amount,
    )


def _gloss(body: Body, spot: Spot, lit: Paint, edge: Plane, normal: tuple[Plane, Plane, Plane]) -> Paint:
    """Add what shiny things and glass mirror: the lamp as a spot, the sky as a sheen above, brightness at the rim."""
    normal_x, normal_y, normal_z = normal
    animated = spot.animated
    half_x, half_y, half_z = spot.frame("light_x"), spot.frame("light_y"), spot.frame("light_z") + 1
    size = torch.sqrt(half_x * half_x + half_y * half_y + half_z * half_z)
    toward = ((normal_x * half_x + normal_y * half_y + normal_z * half_z) / size).clamp(0, 1)
    slick = (spot.item("shiny") + spot.item("glass")) * body.coat
    sharp = ramp(toward, 0.972, 0.985)
    lamp = slick * (toward**60 * 1.1 * (1 - animated) + sharp * animated)
    lamp = lamp + 0.16 * (1 - animated) * (1 - slick) * toward**12
    sky = slick * (0.34 - 0.14 * animated) * ramp(normal_y, 0.15, 0.6) * (1 - sharp)
    ground = slick * 0.3 * ramp(-normal_y, 0.25, 0.75)
    rim = slick * 0.25 * edge**4
    # Light that went through glass gathers on its far side.
    away = -(normal_x * spot.frame("light_x") + normal_y * spot.frame("light_y"))
    rim = rim + spot.item("glass") * body.coat * body.clear * 0.55 * ramp(away, 0.35, 0.75)
    lit = mix(lit, tint(_SHEEN, spot.frame("ambient_blue") + 0.45), sky + rim)
    lit = tint(lit, 1 - ground)
    return add(lit, tint(_SHEEN, lamp * (0.5 + spot.frame("key_green"))))
