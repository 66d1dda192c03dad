"""Painting on a CPU: one clip after the other, in pieces that fit the cache, each thing on a tile just large enough."""

from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..packing import FRAME, ITEM, SLOTS, PackedScenes
from ..vocabulary import BACKGROUNDS
from .kinds import STIRRING
from .paint import finish, item_rows, paint_place, paint_things, shadow_of
from .tiles import Window, tiles_of

_STEPS: Final = tuple(range(16, 2048, 16))
"""Sides that tiles may have, px."""
_PIXELS: Final = 1 << 16
"""Pixels a pass."""


def paint_clip(packed: PackedScenes, window: Window, top: int, left: int) -> Tensor:
    """Paint the window at (`top`, `left`) of one clip; sRGB 0 to 1, float32 (frames, 3, height, width)."""
    items, frames = torch.as_tensor(packed.items[0]), torch.as_tensor(packed.frames[0])
    picture = _stage(frames, window, top, left)
    rows = torch.arange(top, top + window.extent, dtype=torch.float32)[:, None]
    columns = torch.arange(left, left + window.extent, dtype=torch.float32)[None, :]
    _lay_shadows(picture, items, frames, u=(columns * 2 + 1) / window.side - 1, v=1 - (rows * 2 + 1) / window.side)
    _lay_things(picture, packed.items[0].reshape(-1, len(ITEM)), item_rows(items, frames), window, at=(top, left))
    if not packed.frames[0, 0, FRAME["animated"]]:
        for frame in range(len(frames)):
            picture[frame] = finish(picture[frame, None], frames[frame, None], columns[None], rows[None])[0]
    return picture


def _stage(frames: Tensor, window: Window, top: int, left: int) -> Tensor:
    """Paint the place in every frame; where nothing about it changes, once."""
    place = BACKGROUNDS[int(frames[0, FRAME["background"]])]
    looks = [FRAME[field] for field in ("camera_x", "camera_z", "yaw_sin", "focal")]
    rests = place not in STIRRING and bool((frames[:, looks] == frames[:1, looks]).all())
    needed = frames[:1] if rests else frames
    few = max(1, _PIXELS // window.extent**2)
    painted = [
        paint_place(
            place,
            part,
            torch.full((len(part),), float(top)),
            torch.full((len(part),), float(left)),
            high=window.extent,
            wide=window.extent,
            side=window.side,
        )
        for part in torch.split(needed, few)
    ]
    whole = torch.cat(painted)
    return whole.repeat(len(frames), 1, 1, 1) if rests else whole


def _lay_shadows(picture: Tensor, items: Tensor, frames: Tensor, *, u: Tensor, v: Tensor) -> None:
    """Darken the ground under things, in place, within the rectangle that each shadow can reach."""
    for which in range(len(frames) * SLOTS):
        frame, slot = divmod(which, SLOTS)
        item, softness = items[frame, slot], frames[frame, FRAME["softness"]]
        if item[ITEM["shadow"]] <= 0:
            continue
        reach = 1 + 0.45 * float(softness)
        across = ((u[0] - item[ITEM["shadow_u"]]).abs() < reach * item[ITEM["shadow_width"]]).nonzero()
        along = ((v[:, 0] - item[ITEM["shadow_v"]]).abs() < reach * item[ITEM["shadow_height"]]).nonzero()
        if not len(across) or not len(along):
            continue
        columns = slice(int(across[0]), int(across[-1]) + 1)
        rows = slice(int(along[0]), int(along[-1]) + 1)
        picture[frame, :, rows, columns] *= 1 - shadow_of(item[None], u[:, columns], v[rows], softness)


def _lay_things(
    picture: Tensor, items: npt.NDArray[np.float32], rows: Tensor, window: Window, *, at: tuple[int, int]
) -> None:
    """Paint things over the picture, in place, the farthest of each frame first."""
    tops, lefts = np.full(len(items), at[0]), np.full(len(items), at[1])
    layers: dict[int, tuple[Tensor, int, int]] = {}
    for tiles in tiles_of(items, window, tops=tops, lefts=lefts, steps=_STEPS):
        few = max(1, _PIXELS // (tiles.high * tiles.wide))
        for first in range(0, len(tiles.which), few):
            part = slice(first, first + few)
            painted = paint_things(
                tiles.drawn,
                rows[torch.as_tensor(tiles.which[part])],
                torch.as_tensor(tiles.tops[part] + at[0]).float(),
                torch.as_tensor(tiles.lefts[part] + at[1]).float(),
                high=tiles.high,
                wide=tiles.wide,
                side=window.side,
            )
            for layer, which, y, x in zip(painted, tiles.which[part], tiles.tops[part], tiles.lefts[part], strict=True):
                layers[int(which)] = (layer, int(y), int(x))
    for which in sorted(layers):  # slots are farthest first within a frame
        layer, y, x = layers[which]
        under = picture[which // SLOTS, :, y : y + layer.shape[1], x : x + layer.shape[2]]
        under.add_((layer[:3] - under) * layer[3])
