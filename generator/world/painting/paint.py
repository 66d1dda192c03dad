"""The three passes of a picture, as pure functions of pixel coordinates: things on tiles, the place, all together."""

import torch
from torch import Tensor

from ..packing import FRAME, ITEM, ITEM_FIELDS, SLOTS, Drawn, ItemField
from ..vocabulary import Background
from .colour import Plane, ramp
from .kinds import BODIES, PLACES
from .noise import scatter
from .spot import Spot
from .surface import light_up
from .vista import vista

_GRAIN: float = 0.016


def paint_things(drawn: Drawn, row: Tensor, tops: Tensor, lefts: Tensor, *, high: int, wide: int, side: int) -> Tensor:
    """Paint things of one kind on tiles.

    Args:
        drawn: Their kind.
        row: Item and frame fields, (n, fields).
        tops: First row of each tile in the whole picture, px, float (n,).
        lefts: First column.
        high: Rows of a tile.
        wide: Columns of a tile.
        side: Of the whole picture, px.

    Returns:
        sRGB and cover, 0 to 1, (n, 4, high, wide).
    """
    # A row and a column more than are wanted: slopes are taken to the next pixel, beyond a tile's edge too.
    columns = torch.arange(wide + 1, device=row.device, dtype=row.dtype)
    rows = torch.arange(high + 1, device=row.device, dtype=row.dtype)
    u = ((columns[None, None, :] + lefts[:, None, None]) * 2 + 1) / side - 1
    v = 1 - ((rows[None, :, None] + tops[:, None, None]) * 2 + 1) / side
    spot = spot_of(row, u.expand(-1, high + 1, -1), v.expand(-1, -1, wide + 1), side)
    body = BODIES[drawn](spot)
    planes = light_up(body, spot, _slope(body.distance * spot.pixels))
    return torch.stack([plane[:, :high, :wide].clamp(0, 1) for plane in planes], dim=1)


def spot_of(row: Tensor, u: Plane, v: Plane, side: int) -> Spot:
    """Return pixels (u, v) as the things of `row` see them; `side` is the whole picture's, px."""

    def item(field: ItemField) -> Tensor:
        return row[:, ITEM[field], None, None]

    scale, cos, sin = item("scale"), item("cos"), item("sin")
    across, up = (u - item("u")) / scale, (v - item("v")) / scale
    return Spot(
        x=(across * cos + up * sin) / item("stretch_x") * item("face"),
        y=(up * cos - across * sin) / item("stretch_y"),
        across=across,
        up=up,
        pixels=scale * (side / 2),
        row=row,
    )


def _slope(distance: Plane) -> tuple[Plane, Plane]:
    """Return how fast a distance in pixels grows to the right and upwards, -1 to 1; from one pixel to the next."""
    along = distance[:, :, 1:] - distance[:, :, :-1]
    down = distance[:, 1:] - distance[:, :-1]
    right = torch.cat([along, along[:, :, -1:]], dim=2).clamp(-1, 1)
    return right, -torch.cat([down, down[:, -1:]], dim=1).clamp(-1, 1)


def paint_place(
    place: Background, row: Tensor, tops: Tensor, lefts: Tensor, *, high: int, wide: int, side: int
) -> Tensor:
    """Paint the empty stage of frames `row` (n, FRAME_FIELDS); the rest as in `paint_things`.

    Returns:
        sRGB 0 to 1, (n, 3, high, wide).
    """
    columns = torch.arange(wide, device=row.device, dtype=row.dtype)
    rows = torch.arange(high, device=row.device, dtype=row.dtype)
    u = ((columns[None, None, :] + lefts[:, None, None]) * 2 + 1) / side - 1
    v = 1 - ((rows[None, :, None] + tops[:, None, None]) * 2 + 1) / side
    planes = PLACES[place](vista(u, v, row, side))
    shape = (len(row), high, wide)
    return torch.stack([torch.as_tensor(plane).clamp(0, 1).expand(shape) for plane in planes], dim=1)


def shadow_of(row: Tensor, u: Plane, v: Plane, softness: Plane) -> Plane:
    """Return how much light the shadow of items (fields last) takes from the ground at (u, v), 0 to 1."""
    off_u = (u - row[:, ITEM["shadow_u"], None, None]) / row[:, ITEM["shadow_width"], None, None].clamp(min=1e-3)
    off_v = (v - row[:, ITEM["shadow_v"], None, None]) / row[:, ITEM["shadow_height"], None, None].clamp(min=1e-3)
    away = torch.sqrt(off_u * off_u + off_v * off_v + 1e-9)
    dark = 1 - ramp(away, 1 - 0.75 * softness.clamp(max=1), 1 + 0.45 * softness)
    return dark * row[:, ITEM["shadow"], None, None]


def assemble(place: Tensor, items: Tensor, frames: Tensor, layers: Tensor, where: Tensor, *, side: int) -> Tensor:
    """Lay shadows and things over the place.

    Args:
        place: sRGB, (n, 3, high, wide).
        items: Item fields, farthest first, (n, SLOTS, ITEM_FIELDS).
        frames: Frame fields, (n, FRAME_FIELDS).
        layers: All tiles, each (4, tile high, tile wide), flat.
        where: For every slot, where its tile starts in `layers`, its first row and column in the window, its rows and
            columns (0 for an empty slot); then the window's first row and column in the picture; int64, (n, SLOTS, 7).
        side: Of the whole picture, px.

    Returns:
        sRGB 0 to 1, (n, 3, high, wide).
    """
    high, wide = place.shape[2:]
    columns = torch.arange(wide, device=place.device)
    rows = torch.arange(high, device=place.device)
    tops, lefts = where[:, 0, 5, None, None], where[:, 0, 6, None, None]
    x, y = columns[None, None, :] + lefts, rows[None, :, None] + tops
    u, v = (x.to(items.dtype) * 2 + 1) / side - 1, 1 - (y.to(items.dtype) * 2 + 1) / side
    softness = frames[:, FRAME["softness"], None, None]
    light = 1 - shadow_of(items[:, 0], u, v, softness)
    for slot in range(1, SLOTS):
        light = light * (1 - shadow_of(items[:, slot], u, v, softness))
    picture = [place[:, channel] * light for channel in range(3)]
    for slot in range(SLOTS):
        start, top, left, tall, broad = (where[:, slot, field, None, None] for field in range(5))
        in_y, in_x = rows[None, :, None] - top, columns[None, None, :] - left
        inside = (in_y >= 0) & (in_y < tall) & (in_x >= 0) & (in_x < broad)
        address = torch.where(inside, start + in_y * broad + in_x, 0)
        step = torch.where(inside, tall * broad, 0)
        cover = torch.where(inside, layers[address + 3 * step].to(items.dtype), 0.0)
        for channel in range(3):
            over = layers[address + channel * step].to(items.dtype)
            picture[channel] = picture[channel] + (over - picture[channel]) * cover
    return finish(torch.stack(picture, dim=1), frames, x, y)


def finish(picture: Tensor, frames: Tensor, x: Plane, y: Plane) -> Tensor:
    """Give photographs (n, 3, high, wide) a little grain; x and y are pixels of the whole picture."""
    return (picture + grain(frames, x, y)[:, None]).clamp(0, 1)


def grain(frames: Tensor, x: Plane, y: Plane) -> Plane:
    """Return the grain of frames (n, FRAME_FIELDS) at pixels (x, y) of the whole picture, to be added."""
    moment = torch.floor(frames[:, FRAME["seconds"], None, None] * 16 + 0.5)
    noise = scatter(x + moment * 7.0, y + moment * 13.0) - 0.5
    return noise * (_GRAIN * (1 - frames[:, FRAME["animated"], None, None]))


def item_rows(items: Tensor, frames: Tensor) -> Tensor:
    """Join item fields (n, SLOTS, ITEM_FIELDS) with their frame's, (n * SLOTS, fields)."""
    repeated = frames[:, None].expand(-1, SLOTS, -1)
    return torch.cat([items, repeated], dim=2).reshape(-1, len(ITEM_FIELDS) + frames.shape[1])
