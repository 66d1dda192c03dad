"""Painting on a GPU: many clips at once, in a few large passes that `torch.compile` can fuse; no pixel ever waits
for the processor that drives it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..packing import FRAME, ITEM, SLOTS, PackedScenes
from ..vocabulary import BACKGROUNDS
from .paint import assemble, item_rows, paint_place, paint_things
from .tiles import Tiles, Window, tiles_of

_STEPS: Final = (48, 80, 128, 192)
"""Sides of tiles, px: few, so that few passes run."""
_CLIPS: Final = 16
"""Clips at a time; at 49 frames of 256 px about 2 GB of tiles and pictures."""
_PLACE_FIELDS: Final = 7
_GRAPHS: Final = 128
"""Variants that `torch.compile` may keep of one pass: each kind and place is one."""

Whole: TypeAlias = npt.NDArray[np.int64]
Pass: TypeAlias = Callable[..., Tensor]


def paint_batch(
    packed: PackedScenes,
    window: Window,
    *,
    tops: npt.NDArray[np.int64],
    lefts: npt.NDArray[np.int64],
    device: torch.device,
    compiled: bool,
) -> Tensor:
    """Paint the window at (`tops`, `lefts`) of every clip; sRGB 0 to 1, float16 (clips, frames, 3, height, width)."""
    count = packed.frames.shape[1]
    out = torch.empty((len(packed), count, 3, window.extent, window.extent), dtype=torch.float16, device=device)
    for first in range(0, len(packed), _CLIPS):
        part = packed.clips(first, first + _CLIPS)
        at = [np.repeat(side[first : first + _CLIPS], count) for side in (tops, lefts)]
        out[first : first + _CLIPS] = _paint_few(part, window, at[0], at[1], device, compiled).view(
            len(part), count, 3, window.extent, window.extent
        )
    return out


def _paint_few(
    packed: PackedScenes, window: Window, tops: Whole, lefts: Whole, device: torch.device, compiled: bool
) -> Tensor:
    """Paint a few clips, their frames in a row: things on tiles, places, then all together."""
    flat_items = packed.items.reshape(-1, len(ITEM))
    items = torch.from_numpy(packed.items).to(device).flatten(0, 1)  # (clips, frames, ...) -> (clips * frames, ...)
    frames = torch.from_numpy(packed.frames).to(device).flatten(0, 1)
    rows = item_rows(items, frames)
    slot_tops, slot_lefts = np.repeat(tops, SLOTS), np.repeat(lefts, SLOTS)
    where = np.zeros((len(flat_items), _PLACE_FIELDS), dtype=np.int64)
    where[:, 5], where[:, 6] = slot_tops, slot_lefts
    layers: list[Tensor] = []
    start = 0
    for tiles in tiles_of(flat_items, window, tops=slot_tops, lefts=slot_lefts, steps=_STEPS):
        each = 4 * tiles.high * tiles.wide
        where[tiles.which, 0] = start + each * np.arange(len(tiles.which))
        where[tiles.which, 1], where[tiles.which, 2] = tiles.tops, tiles.lefts
        where[tiles.which, 3], where[tiles.which, 4] = tiles.high, tiles.wide
        start += each * len(tiles.which)
        layers.append(_paint_tiles(tiles, rows, slot_tops, slot_lefts, window.side, compiled).flatten())
    layers = layers or [torch.zeros(1, dtype=torch.float16, device=device)]
    stage = _paint_places(packed, frames, window, tops, lefts, compiled)
    placed = torch.from_numpy(where).to(device).view(len(frames), SLOTS, _PLACE_FIELDS)
    return _passes(compiled)["assemble"](stage, items, frames, torch.cat(layers), placed, side=window.side)


def _paint_tiles(tiles: Tiles, rows: Tensor, tops: Whole, lefts: Whole, side: int, compiled: bool) -> Tensor:
    """Paint all tiles of one kind and size; float16 (n, 4, high, wide)."""
    padded = np.resize(tiles.which, max(2, len(tiles.which)))  # a batch of one would be compiled once more
    tile_tops, tile_lefts = (
        np.resize(at, len(padded)) for at in (tiles.tops + tops[tiles.which], tiles.lefts + lefts[tiles.which])
    )
    layers = _passes(compiled)["things"](
        tiles.drawn,
        rows[torch.from_numpy(padded).to(rows.device)],
        torch.from_numpy(tile_tops).to(rows),
        torch.from_numpy(tile_lefts).to(rows),
        high=tiles.high,
        wide=tiles.wide,
        side=side,
    )
    return layers[: len(tiles.which)].half()


def _paint_places(
    packed: PackedScenes, frames: Tensor, window: Window, tops: Whole, lefts: Whole, compiled: bool
) -> Tensor:
    """Paint the places of all frames, one kind of place at a time; float16 (frames, 3, extent, extent)."""
    stage = torch.empty((len(frames), 3, window.extent, window.extent), dtype=torch.float16, device=frames.device)
    places = packed.frames[:, :, FRAME["background"]].reshape(-1).astype(np.int64)
    for index in np.unique(places):
        which = np.flatnonzero(places == index)
        padded = np.resize(which, max(2, len(which)))
        at = torch.from_numpy(which).to(frames.device)
        painted = _passes(compiled)["place"](
            BACKGROUNDS[index],
            frames[torch.from_numpy(padded).to(frames.device)],
            torch.from_numpy(tops[padded]).to(frames),
            torch.from_numpy(lefts[padded]).to(frames),
            high=window.extent,
            wide=window.extent,
            side=window.side,
        )
        stage[at] = painted[: len(which)].half()
    return stage


@lru_cache(maxsize=2)
def _passes(compiled: bool) -> dict[str, Pass]:
    """Return the three passes, fused if `compiled`."""
    passes: dict[str, Pass] = {"things": paint_things, "place": paint_place, "assemble": assemble}
    if not compiled:
        return passes
    import torch._dynamo.config as limits

    limits.recompile_limit = max(limits.recompile_limit, _GRAPHS)
    return {name: cast(Pass, torch.compile(painted, dynamic=True)) for name, painted in passes.items()}
