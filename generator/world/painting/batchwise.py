"""Painting many clips at once in large passes of torch, for accelerators that cannot run the one kernel of `fused`."""

from dataclasses import dataclass
from typing import Final, TypeAlias

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
Whole: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """A few clips on their way; frames of all clips in one row."""

    packed: PackedScenes
    window: Window
    tops: Whole
    lefts: Whole
    """First row and column of the window in each frame, (frames,)."""
    items: Tensor
    """Item fields, (frames, SLOTS, ITEM_FIELDS)."""
    frames: Tensor
    """Frame fields, (frames, FRAME_FIELDS)."""


def paint_batch(
    packed: PackedScenes,
    window: Window,
    *,
    tops: npt.NDArray[np.int64],
    lefts: npt.NDArray[np.int64],
    device: torch.device,
) -> Tensor:
    """Paint the window at (`tops`, `lefts`) of every clip; sRGB 0 to 1, float16 (clips, frames, 3, height, width)."""
    count = packed.frames.shape[1]
    out = torch.empty((len(packed), count, 3, window.extent, window.extent), dtype=torch.float16, device=device)
    for first in range(0, len(packed), _CLIPS):
        few = packed.clips(first, first + _CLIPS)
        batch = _Batch(
            packed=few,
            window=window,
            tops=np.repeat(tops[first : first + _CLIPS], count),
            lefts=np.repeat(lefts[first : first + _CLIPS], count),
            items=torch.as_tensor(few.items).to(device).flatten(0, 1),  # (clips, frames, ...) -> (clips * frames, ...)
            frames=torch.as_tensor(few.frames).to(device).flatten(0, 1),
        )
        out[first : first + _CLIPS] = _paint_few(batch).unflatten(0, (len(few), count))
    return out


def _paint_few(batch: _Batch) -> Tensor:
    """Paint things on tiles, then places, then all together; (frames, 3, extent, extent)."""
    flat = batch.packed.items.reshape(-1, len(ITEM))
    rows = item_rows(batch.items, batch.frames)
    tops, lefts = np.repeat(batch.tops, SLOTS), np.repeat(batch.lefts, SLOTS)
    where = np.zeros((len(flat), _PLACE_FIELDS), dtype=np.int64)
    where[:, 5], where[:, 6] = tops, lefts
    layers: list[Tensor] = []
    start = 0
    for tiles in tiles_of(flat, batch.window, tops=tops, lefts=lefts, steps=_STEPS):
        each = 4 * tiles.high * tiles.wide
        where[tiles.which, 0] = start + each * np.arange(len(tiles.which))
        where[tiles.which, 1], where[tiles.which, 2] = tiles.tops, tiles.lefts
        where[tiles.which, 3], where[tiles.which, 4] = tiles.high, tiles.wide
        start += each * len(tiles.which)
        at = (tiles.tops + tops[tiles.which], tiles.lefts + lefts[tiles.which])
        layers.append(_paint_tiles(batch, tiles, rows, at).flatten())
    layers = layers or [batch.frames.new_zeros(1, dtype=torch.float16)]
    placed = torch.as_tensor(where).to(rows.device).view(-1, SLOTS, _PLACE_FIELDS)
    return assemble(_paint_places(batch), batch.items, batch.frames, torch.cat(layers), placed, side=batch.window.side)


def _paint_tiles(batch: _Batch, tiles: Tiles, rows: Tensor, at: tuple[Whole, Whole]) -> Tensor:
    """Paint tiles of one kind and size, which start `at` these rows and columns; float16 (n, 4, high, wide)."""
    layers = paint_things(
        tiles.drawn,
        rows[torch.as_tensor(tiles.which).to(rows.device)],
        torch.as_tensor(at[0]).to(rows),
        torch.as_tensor(at[1]).to(rows),
        high=tiles.high,
        wide=tiles.wide,
        side=batch.window.side,
    )
    return layers.half()


def _paint_places(batch: _Batch) -> Tensor:
    """Paint the places of all frames, one kind of place at a time; float16 (frames, 3, extent, extent)."""
    frames, extent = batch.frames, batch.window.extent
    stage = torch.empty((len(frames), 3, extent, extent), dtype=torch.float16, device=frames.device)
    places = batch.packed.frames[:, :, FRAME["background"]].reshape(-1)
    for index, place in enumerate(BACKGROUNDS):
        which = np.flatnonzero(places == index)
        if not len(which):
            continue
        painted = paint_place(
            place,
            frames[torch.as_tensor(which).to(frames.device)],
            torch.as_tensor(batch.tops[which]).to(frames),
            torch.as_tensor(batch.lefts[which]).to(frames),
            high=extent,
            wide=extent,
            side=batch.window.side,
        )
        stage[torch.as_tensor(which).to(frames.device)] = painted.half()
    return stage
