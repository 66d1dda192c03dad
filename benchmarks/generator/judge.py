"""The judge: a network that reads off a clip what is in it and what happens; it learns from renders alone."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch declares some of its functions without types, `unflatten` with half of one)

import math
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from ...generator.world import COLOURS, KINDS, MATERIALS, MOST_THINGS, OUTCOMES, SIZES
from .facts import CARRIERS, PAIRWISE, WHOLE, Whole

SIDE: Final = 112
"""Pixels of the squares that it looks at."""
_GROUPS: Final = 4
_ABSENT: Final = -3.0
"""First logit of absence: a thing is seen in one place in two hundred, and the soft maximum is a mean over all."""
_PLACE: Final = 6
"""Numbers that say where a thing is: middle and spread, over the clip, and how far it went."""


@dataclass(frozen=True, slots=True, eq=False)
class Opinion:
    """What the judge makes of clips: logits, N rows each."""

    table: Tensor
    """(N, kinds, 1 + colours): absent, or there in this colour."""
    sizes: Tensor
    """(N, kinds, sizes)."""
    materials: Tensor
    """(N, kinds, materials)."""
    whole: dict[Whole, Tensor]
    """(N, values) each."""
    outcome: Tensor
    """(N, outcomes), read off the things that can carry them."""
    things: Tensor
    """(N, kinds, features): what relations are read from."""
    feature: Tensor
    """(N, features): the clip as a whole, in which Fréchet distances are taken."""
    spots: Tensor
    """(N * frames, kinds, colours, h, w): what is where, against 0 for nothing."""


class Judge(nn.Module):
    """Convolutions over every frame, a quarter of whose channels come from the frame before and after.

    That shift makes two-dimensional convolutions see motion at no cost (Lin et al., TSM, ICCV 2019). Kinds and colours
    are read together at every place and pooled by a soft maximum, so that a colour belongs to the thing it is on; what
    is said of the whole clip is read from pooled features in the order of time.
    """

    def __init__(self, *, frames: int, width: int = 32) -> None:
        """Build it.

        Args:
            frames: Of a clip, as many as are given to it; with 1 it is a judge of single pictures.
            width: Channels of the first layer; 32 for a GPU, 16 learns on a CPU.
        """
        super().__init__()
        self.frames, self.width = frames, width
        fine, deep = 4 * width, 8 * width
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 5, stride=2, padding=2),
            nn.GroupNorm(_GROUPS, width),
            nn.SiLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
        )
        self.near = nn.Sequential(_Block(2 * width, frames), nn.Conv2d(2 * width, fine, 3, stride=2, padding=1))
        self.middle = nn.Sequential(_Block(fine, frames), _Block(fine, frames))
        self.far = nn.Sequential(
            nn.Conv2d(fine, deep, 3, stride=2, padding=1), _Block(deep, frames), _Block(deep, frames)
        )
        self.back = nn.Conv2d(deep, fine, 1)
        self.join = _Block(fine, frames)
        self.spots = nn.Conv2d(fine, len(KINDS) * len(COLOURS), 1)
        self.absent = nn.Parameter(torch.full((len(KINDS), 1), _ABSENT))
        seen = fine + _PLACE
        self.there = _PerKind(seen, 1)
        self.changed = _PerKind(seen, 1)
        self.sizes = _PerKind(seen, len(SIZES))
        self.materials = _PerKind(seen, len(MATERIALS))
        self.pair = nn.Sequential(nn.Linear(2 * seen, 128), nn.SiLU(), nn.Linear(128, len(PAIRWISE)))
        self.triple = nn.Sequential(nn.Linear(3 * seen, 128), nn.SiLU(), nn.Linear(128, 2))
        self.frame = nn.Linear(2 * deep + fine + 2 * width, 4 * width)
        self.map = nn.Sequential(nn.Conv2d(deep, 8, 1), nn.Flatten(), nn.Linear(8 * (SIDE // 16) ** 2, 4 * width))
        self.time = nn.Sequential(
            nn.Conv1d(8 * width, 8 * width, 3, padding=1), nn.SiLU(), nn.Conv1d(8 * width, 8 * width, 3, padding=1)
        )
        self.whole = nn.Sequential(nn.Linear(4 * 8 * width, 8 * width), nn.SiLU())
        self.heads = nn.ModuleDict({name: nn.Linear(8 * width, len(values)) for name, values in WHOLE.items()})

    def forward(self, clips: Tensor) -> Opinion:
        """Look at clips (N, frames, 3, SIDE, SIDE) in [0, 1]."""
        edges: Tensor = self.stem(clips.flatten(0, 1) * 2 - 1)  # (N * T, 2w, 28, 28)
        near: Tensor = self.near(edges)  # (N * T, 4w, 14, 14)
        fine: Tensor = self.middle(near)
        deep: Tensor = self.far(fine)  # (N * T, 8w, 7, 7)
        back = functional.interpolate(self.back(deep), scale_factor=2.0, mode="nearest")
        joined = self.join(fine + back)
        spots: Tensor = self.spots(joined).float().unflatten(1, (len(KINDS), len(COLOURS)))
        table, things = self._things(joined, spots, clips.shape[0])
        grain = torch.cat([functional.silu(one).mean((2, 3)) for one in (edges, near)], dim=1)  # outlines, textures
        feature = self._feature(deep, grain, clips.shape[0])
        return Opinion(
            table=table,
            sizes=self.sizes(things),
            materials=self.materials(things),
            whole={name: self.heads[name](feature) for name in WHOLE},
            outcome=_outcomes(self.changed(things)),
            things=things,
            feature=feature,
            spots=spots,
        )

    def pair_logits(self, things: Tensor, asked: Tensor) -> Tensor:
        """Return how the first asked kinds stand to the second: (N, kinds, features), (N, 3) -> (N, 4)."""
        return self.pair(_picked(things, asked)[:, : 2 * things.shape[2]])

    def between_logits(self, things: Tensor, asked: Tensor) -> Tensor:
        """Return whether the first asked kinds stand between the others: (N, kinds, features), (N, 3) -> (N, 2)."""
        return self.triple(_picked(things, asked))

    def _things(self, fine: Tensor, spots: Tensor, clips: int) -> tuple[Tensor, Tensor]:
        """Gather what was read at every place: (N * T, 4w, 14, 14) -> the table, and features of each kind."""
        spots = spots.unflatten(0, (clips, self.frames)).permute(0, 2, 3, 1, 4, 5)  # (N, K, C, T, h, w)
        places = spots[0, 0, 0].numel()
        colours = spots.flatten(3).logsumexp(3) - math.log(places)
        there = spots.logsumexp(2)  # (N, K, T, h, w)
        weights = there.flatten(2).softmax(2)  # over the clip
        pixels = fine.unflatten(0, (clips, self.frames)).permute(0, 1, 3, 4, 2).flatten(1, 3)  # (N, T * h * w, 4w)
        seen = weights.to(pixels.dtype) @ pixels
        things = torch.cat([seen.float(), _places(there)], dim=2)
        table = torch.cat([self.absent.expand(clips, -1, -1), colours + self.there(things)], dim=2)
        return table, things

    def _feature(self, deep: Tensor, grain: Tensor, clips: int) -> Tensor:
        pooled = torch.cat([deep.mean((2, 3)), deep.amax((2, 3)), grain], dim=1)
        frames = torch.cat([self.frame(pooled), self.map(deep)], dim=1).unflatten(0, (clips, self.frames))
        course: Tensor = frames.transpose(1, 2)  # (N, 8w, T)
        course = course + self.time(course)
        return self.whole(torch.cat([course.mean(2), course.amax(2), course[:, :, 0], course[:, :, -1]], dim=1)).float()


class _Block(nn.Module):
    """Two convolutions beside the way through; before the first, channels change places in time."""

    def __init__(self, channels: int, frames: int) -> None:
        super().__init__()
        self.frames = frames
        self.inner = nn.Sequential(
            nn.GroupNorm(_GROUPS, channels),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.GroupNorm(_GROUPS, channels),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.inner(_shifted(x, self.frames))


class _PerKind(nn.Module):
    """One linear map for each kind."""

    def __init__(self, inward: int, outward: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(len(KINDS), inward, outward) * inward**-0.5)
        self.bias = nn.Parameter(torch.zeros(len(KINDS), outward))

    def forward(self, things: Tensor) -> Tensor:
        return torch.einsum("nki,kio->nko", things, self.weight) + self.bias


def _shifted(x: Tensor, frames: int) -> Tensor:
    """Take an eighth of the channels from the frame before, an eighth from the frame after: (N * T, C, h, w)."""
    if frames == 1:
        return x
    clips = x.unflatten(0, (-1, frames))
    eighth = x.shape[1] // 8
    before = functional.pad(clips[:, :-1, :eighth], (0, 0, 0, 0, 0, 0, 1, 0))
    after = functional.pad(clips[:, 1:, eighth : 2 * eighth], (0, 0, 0, 0, 0, 0, 0, 1))
    return torch.cat([before, after, clips[:, :, 2 * eighth :]], dim=2).flatten(0, 1)


def _outcomes(changed: Tensor) -> Tensor:
    """Return the logits of `OUTCOMES` from those of every kind being changed, (N, kinds, 1); 0 for none."""
    traces = [KINDS.index(CARRIERS[outcome]) for outcome in OUTCOMES[1:]]
    return functional.pad(changed[:, traces, 0], (1, 0))


def _places(there: Tensor) -> Tensor:
    """Return where each kind is: logits (N, K, T, h, w) -> (N, K, 6) in [-1, 1]."""
    height, width = there.shape[3:]
    weights = there.flatten(3).softmax(3).unflatten(3, (height, width))  # of each frame
    y = torch.linspace(-1, 1, height, device=there.device)
    x = torch.linspace(-1, 1, width, device=there.device)
    rows, columns = weights.sum(4), weights.sum(3)
    middle_y, middle_x = (rows * y).sum(3), (columns * x).sum(3)  # (N, K, T)
    spread_y = ((rows * y**2).sum(3) - middle_y**2).clamp_min(1e-6).sqrt().mean(2)
    spread_x = ((columns * x**2).sum(3) - middle_x**2).clamp_min(1e-6).sqrt().mean(2)
    went_x, went_y = middle_x[:, :, -1] - middle_x[:, :, 0], middle_y[:, :, -1] - middle_y[:, :, 0]
    return torch.stack([middle_x.mean(2), middle_y.mean(2), spread_x, spread_y, went_x, went_y], dim=2)


def _picked(things: Tensor, asked: Tensor) -> Tensor:
    """Return the features of the asked kinds side by side: (N, 3 * features); of nobody, the first kind's."""
    rows = torch.arange(len(asked), device=asked.device)[:, None].expand(-1, MOST_THINGS)
    return things[rows, asked.clamp_min(0)].flatten(1)
