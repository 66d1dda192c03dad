"""Where things are in renders, on the coarse grid that the judge reads them from: it learns faster if it is told."""

from typing import Final

import numpy as np
import numpy.typing as npt

from ...generator.world import COLOURS, KINDS
from ...generator.world.packing import ITEM, PackedScenes
from .facts import Facts

GRID: Final = 14
"""Cells along each side of a picture."""
NOTHING: Final = 0
UNSAID: Final = 255
"""Cells beside a thing, which may or may not be called that thing."""

Spots = npt.NDArray[np.uint8]


def spots_of(packed: PackedScenes, facts: Facts) -> Spots:
    """Return what is in the middle of each cell: 1 + kind · colours + colour, `NOTHING` or `UNSAID`.

    Args:
        packed: Scenes as the renderer takes them.
        facts: Of the same scenes, for the colours.

    Returns:
        (scenes, frames, GRID, GRID).
    """
    items = packed.items
    drawn = items[..., ITEM["drawn"]].astype(np.int64)  # (N, T, slots), the farthest first
    columns = np.floor((items[..., ITEM["u"]] + 1) / 2 * GRID).astype(np.int64)
    rows = np.floor((1 - items[..., ITEM["v"]]) / 2 * GRID).astype(np.int64)
    is_seen = (drawn >= 0) & (drawn < len(KINDS)) & (columns >= 0) & (columns < GRID) & (rows >= 0) & (rows < GRID)
    padded = np.zeros((*drawn.shape[:2], GRID + 2, GRID + 2), np.uint8)
    scene, frame, slot = np.nonzero(is_seen)
    y, x = rows[scene, frame, slot], columns[scene, frame, slot]
    for down in range(3):
        for right in range(3):
            padded[scene, frame, y + down, x + right] = UNSAID
    kind = drawn[scene, frame, slot]
    colour = facts.table[scene, kind] - 1  # -1 where a slot holds what the scene does not name
    code = np.where(colour >= 0, 1 + kind * len(COLOURS) + colour, UNSAID)
    padded[scene, frame, y + 1, x + 1] = code  # in order: what is nearer comes later and stays
    return padded[:, :, 1:-1, 1:-1]
