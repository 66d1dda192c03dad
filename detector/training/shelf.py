# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of tensors' methods open)
"""All views where the device can reach them: in its own memory if they fit, else in a file that is read bit by bit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..canon import SIDE
from .views import ROOM, Pool

SHARE = 0.5
"""Of a GPU's free memory that the views may take; the rest is the network's."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """Which windows are cut out of the views; one entry each a window."""

    numbers: Sequence[int]
    """Of the items."""
    views: Sequence[int]
    corners: NDArray[np.int64]
    """(windows, 2): top and left of the square."""
    mirrored: NDArray[np.bool_]


class Shelf:
    """The pool on a device."""

    def __init__(self, pool: Pool, device: str) -> None:
        """Move the pool onto a GPU if there is room for it; a file stays a file elsewhere."""
        self.device = device
        self._pool = torch.from_numpy(pool)
        if device.startswith("cuda") and pool.nbytes < SHARE * torch.cuda.mem_get_info()[0]:
            self._pool = self._pool.to(device)

    @property
    def views(self) -> int:
        """Views an item."""
        return int(self._pool.shape[1])

    def windows(self, cut: Cut) -> Tensor:
        """Return what is cut out, (windows, 8, 224, 224, 3) uint8, on the device."""
        parts = [
            self._pool[number, view, :, y : y + SIDE, x : x + SIDE]
            for number, view, (y, x) in zip(cut.numbers, cut.views, cut.corners.tolist(), strict=True)
        ]
        windows = torch.stack(parts).to(self.device)
        mirrored = torch.from_numpy(cut.mirrored).to(self.device)[:, None, None, None, None]
        return torch.where(mirrored, windows.flip(3), windows)


def corners(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Draw where windows are cut out of views."""
    return rng.integers(ROOM + 1, size=(count, 2))
