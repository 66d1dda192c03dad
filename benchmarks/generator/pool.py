"""Rendered lessons that are learned from more than once: rendering costs as much as learning."""

# pyright: reportUnknownMemberType=false
# (torch declares some of its functions without types)

import random
from typing import Any

import torch
from torch import Tensor

from ...generator.world import ACTIONS
from .facts import HAPPENED_AFTER, LOOKED_AT, Facts
from .judge import SIDE
from .reels import Reel
from .spots import GRID, Spots

Labels = dict[str, Tensor]
_FPS = 16
_AFTER = [place for place, frame in enumerate(LOOKED_AT) if frame / _FPS >= HAPPENED_AFTER]
_FIRST_SHARE, _AFTER_SHARE = 0.3, 0.6
"""Of the pictures that are taken from clips: first frames, and frames after the event; the rest are in between."""


class Pool:
    """The last clips with their labels, on one device."""

    def __init__(self, capacity: int, *, device: str) -> None:
        """Hold up to `capacity` clips of 0.5 MB and as many late pictures."""
        self._device, self._capacity, self._added = device, capacity, 0
        self._reel = torch.empty((capacity, len(LOOKED_AT), 3, SIDE, SIDE), dtype=torch.uint8, device=device)
        self._late = torch.empty((capacity, 3, SIDE, SIDE), dtype=torch.uint8, device=device)
        self._spots = torch.empty((capacity, len(LOOKED_AT) + 1, GRID, GRID), dtype=torch.uint8, device=device)
        self._labels: Labels = {}

    def __len__(self) -> int:
        return min(self._added, self._capacity)

    def add(self, reel: Reel, late: Reel, facts: Facts, *, spots: Spots) -> None:
        """Keep clips, in place of the oldest where there is no room.

        Args:
            reel: (N, frames, 3, SIDE, SIDE).
            late: One picture of each from later on, (N, 3, SIDE, SIDE).
            facts: Of their scenes.
            spots: Of their frames and of the picture behind them, (N, frames + 1, GRID, GRID).
        """
        places = torch.arange(self._added, self._added + len(reel), device=self._device) % self._capacity
        labels = tensors_of(facts, self._device)
        if not self._labels:
            self._labels = {
                name: torch.empty((self._capacity, *values.shape[1:]), dtype=torch.long, device=self._device)
                for name, values in labels.items()
            }
        self._reel[places], self._late[places] = reel.to(self._device), late.to(self._device)
        self._spots[places] = torch.from_numpy(spots).to(self._device)
        for name, values in labels.items():
            self._labels[name][places] = values
        self._added += len(reel)

    def clips(self, count: int, rng: random.Random) -> tuple[Tensor, Labels]:
        """Draw clips in [0, 1] with their labels."""
        rows = self._rows(count, rng)
        labels = {name: values[rows] for name, values in self._labels.items()}
        return self._reel[rows].float() / 255, labels | {"spots": self._spots[rows, :-1]}

    def pictures(self, count: int, rng: random.Random) -> tuple[Tensor, Labels]:
        """Draw single pictures, (count, 1, 3, SIDE, SIDE), three quarters from clips, the rest late ones.

        Labels say only what a picture can show: before an event there is no outcome, in its midst nobody knows, and
        what hides behind a screen is not there to be named.
        """
        rows = self._rows(count, rng)
        places = torch.tensor([_place(rng) for _ in range(count)], device=self._device)
        is_late = torch.tensor([rng.random() < 0.25 for _ in range(count)], device=self._device)
        pictures = torch.where(is_late[:, None, None, None], self._late[rows], self._reel[rows, places])
        labels = {name: values[rows] for name, values in self._labels.items()}
        is_after = is_late | (places >= _AFTER[0])
        is_between = ~is_after & (places > 0)
        outcome = torch.where(is_after | (labels["outcome"] == 0), labels["outcome"], torch.where(is_between, -1, 0))
        is_hidden = is_between & (labels["action"] == ACTIONS.index("hide"))
        table = labels["table"].masked_fill(is_hidden[:, None], -1)
        spots = self._spots[rows, torch.where(is_late, len(LOOKED_AT), places)][:, None]
        return pictures[:, None].float() / 255, labels | {"outcome": outcome, "table": table, "spots": spots}

    def _rows(self, count: int, rng: random.Random) -> Tensor:
        return torch.tensor([rng.randrange(len(self)) for _ in range(count)], device=self._device)


def tensors_of(facts: Facts, device: str) -> Labels:
    """Return labels as tensors on a device, by name."""
    arrays: dict[str, Any] = {
        "table": facts.table,
        "sizes": facts.sizes,
        "materials": facts.materials,
        "asked": facts.asked,
        "relation": facts.relation,
        "between": facts.between,
        "outcome": facts.outcome,
    } | {str(name): values for name, values in facts.whole.items()}
    return {name: torch.from_numpy(values).to(device) for name, values in arrays.items()}


def _place(rng: random.Random) -> int:
    chance = rng.random()
    if chance < _FIRST_SHARE:
        return 0
    return rng.choice(_AFTER) if chance < _FIRST_SHARE + _AFTER_SHARE else rng.randrange(1, _AFTER[0])
