"""Which pixels each thing can touch: things are painted on small tiles, not on whole pictures."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ..packing import DRAWN, ITEM, Drawn
from .kinds import REACH

MARGIN: Final = 2
"""Pixels around a thing for its soft edge."""


@dataclass(frozen=True, slots=True)
class Window:
    """The part of every picture that is painted."""

    side: int
    """Width and height of the whole picture, px."""
    extent: int
    """Width and height of the part, px."""


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Things of one kind, each on a tile of `high` x `wide` px."""

    drawn: Drawn
    which: npt.NDArray[np.int64]
    """Rows of the item table, (n,)."""
    tops: npt.NDArray[np.int64]
    lefts: npt.NDArray[np.int64]
    """First row and column of each tile in the window, (n,)."""
    high: int
    wide: int


def tiles_of(
    items: npt.NDArray[np.float32],
    window: Window,
    *,
    tops: npt.NDArray[np.int64],
    lefts: npt.NDArray[np.int64],
    steps: tuple[int, ...],
) -> Iterator[Tiles]:
    """Group the things that a window shows by kind and size of tile.

    Args:
        items: Item fields, (rows, ITEM_FIELDS).
        window: What is painted of each picture.
        tops: First picture row that each item's window shows, (rows,).
        lefts: First picture column.
        steps: Sides that tiles may have, px, rising; tiles are never larger than the window.
    """
    drawn = items[:, ITEM["drawn"]].astype(np.int64)
    for index, name in enumerate(DRAWN):
        rows = np.flatnonzero(drawn == index)
        if not len(rows):
            continue
        low, high = _bounds(items[rows], name, window.side)
        first_y, last_y = low[:, 1] - tops[rows], high[:, 1] - tops[rows]
        first_x, last_x = low[:, 0] - lefts[rows], high[:, 0] - lefts[rows]
        seen = (last_y >= 0) & (first_y < window.extent) & (last_x >= 0) & (first_x < window.extent)
        tall = _step_up(last_y - first_y + 1, steps, window.extent)
        broad = _step_up(last_x - first_x + 1, steps, window.extent)
        for size in np.unique(np.stack([tall, broad])[:, seen], axis=1).T:
            chosen = np.flatnonzero(seen & (tall == size[0]) & (broad == size[1]))
            yield Tiles(
                drawn=name,
                which=rows[chosen],
                tops=np.clip(first_y[chosen], 0, window.extent - size[0]),
                lefts=np.clip(first_x[chosen], 0, window.extent - size[1]),
                high=int(size[0]),
                wide=int(size[1]),
            )


def _bounds(
    items: npt.NDArray[np.float32], drawn: Drawn, side: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the first and last pixel (x, y) that each item touches, (n, 2)."""
    behind, before, below, above = REACH[drawn]
    face = items[:, ITEM["face"]]
    left = np.where(face > 0, behind, before) * items[:, ITEM["stretch_x"]]
    right = np.where(face > 0, before, behind) * items[:, ITEM["stretch_x"]]
    down, up = below * items[:, ITEM["stretch_y"]], above * items[:, ITEM["stretch_y"]]
    cos, sin = items[:, ITEM["cos"]], items[:, ITEM["sin"]]
    corners_x = np.stack([-left, right, -left, right])
    corners_y = np.stack([-down, -down, up, up])
    scale = items[:, ITEM["scale"]]
    u = items[:, ITEM["u"]] + scale * (corners_x * cos - corners_y * sin)
    v = items[:, ITEM["v"]] + scale * (corners_x * sin + corners_y * cos)
    columns, rows = (u + 1) * side / 2, (1 - v) * side / 2
    low = np.stack([columns.min(0), rows.min(0)], axis=1)
    high = np.stack([columns.max(0), rows.max(0)], axis=1)
    return np.floor(low).astype(np.int64) - MARGIN, np.ceil(high).astype(np.int64) + MARGIN


def _step_up(sizes: npt.NDArray[np.int64], steps: tuple[int, ...], most: int) -> npt.NDArray[np.int64]:
    allowed = np.array([step for step in steps if step < most] + [most])
    return allowed[np.searchsorted(allowed, np.minimum(sizes, most))]
