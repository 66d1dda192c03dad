"""What a half-made clip shows, read off the transformer's own hidden states.

Beside its training the transformer was asked what is where (`training.asking`), and its middle has known it since,
under much noise too. So a small network on top of it reads clips that need not
be finished, nor decoded.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares many of its functions without types.

import math
from typing import Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..world import COLOURS, KINDS, MATERIALS, OUTCOMES, SIZES
from .questions import OF_WHOLE, Answers

_RARE: Final = -4.0
"""First logit of any kind at a cell: it covers one in a hundred."""
_FORGOTTEN: Final = 0.3
"""Share of what it reads that is left out at random while it learns: there are less than a thousand clips."""
_ABSENT: Final = -3.0
"""First logit of absence: a thing covers one cell in thirty, and the soft maximum is a mean over all."""
LAST: Final = 0.3
"""Share of a clip's frames that are its end: every event of the tiny world is over by 2.25 s of 3.06."""
_MOVED: Final = 24
"""Features whose middle is followed through time."""
_WHOLE: Final = {name: count for name, count in OF_WHOLE.items() if name != "outcome"}


class StatesReader(nn.Module):
    """What clips show.

    Kinds and colours are read at every cell and pooled together by a soft maximum, so that a colour belongs to the
    thing it is on; size, material and what an event left behind are read where the thing is; the rest from every
    frame's mean, maximum and middle, in the order of time.
    """

    def __init__(self, state_width: int, width: int = 64) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(state_width))
        self.register_buffer("deviation", torch.ones(state_width))
        self.forget = nn.Dropout(_FORGOTTEN)
        self.inward = nn.Linear(state_width, width)
        self.kinds = nn.Linear(state_width, len(KINDS))
        self.colours = nn.Linear(state_width, len(COLOURS))
        nn.init.constant_(self.kinds.bias, _RARE)
        self.absent = nn.Parameter(torch.full((2, len(KINDS), 1), _ABSENT))
        self.sizes = nn.Linear(width + 1, len(SIZES))
        self.materials = nn.Linear(width + 1, len(MATERIALS))
        self.of_kind = nn.Parameter(torch.zeros(len(KINDS), len(SIZES) + len(MATERIALS)))
        self.left_behind = nn.Sequential(nn.Linear(width + len(KINDS), 32), nn.SiLU(), nn.Linear(32, len(OUTCOMES)))
        self.frame = nn.Linear(2 * width + 2 * _MOVED + len(KINDS), width)
        self.time = nn.ModuleList(nn.Conv1d(width, width, 3, padding=1) for _ in range(2))
        self.whole = nn.Sequential(nn.Linear(4 * width, width), nn.SiLU())
        self.heads = nn.ModuleDict({name: nn.Linear(width, count) for name, count in _WHOLE.items()})

    def forward(self, states: Tensor) -> Answers:
        """Read hidden states (N, frames, rows, columns, state width)."""
        return self.answer(*self.look(states))

    @torch.no_grad()
    def measure(self, states: Tensor) -> None:
        """Take mean and deviation of every channel from some states."""
        rows = states.flatten(0, -2).float()
        cast(Tensor, self.mean).copy_(rows.mean(0))
        cast(Tensor, self.deviation).copy_(rows.std(0).clamp_min(1e-3))

    def look(self, states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return what is at every cell.

        Features (N, frames, rows, columns, width), logits of the kinds (N, frames, S, kinds), log-probabilities of the
        colour that is there, (N, frames, S, colours).
        """
        even = (states.float() - cast(Tensor, self.mean)) / cast(Tensor, self.deviation)
        even = even * self.forget(torch.ones_like(even[:, :1, :1, :1]))  # the same channels all over a clip
        cells = even.flatten(2, 3)
        return functional.silu(self.inward(even)), self.kinds(cells), self.colours(cells).log_softmax(-1)

    def answer(self, seen: Tensor, kinds: Tensor, colours: Tensor) -> Answers:
        """Answer all questions from what `look` returned."""
        spots = kinds[..., None] + colours[..., None, :]  # (N, F, S, kinds, colours)
        cells = seen.flatten(2, 3)  # (N, F, S, width)
        last = max(1, round(LAST * seen.shape[1]))
        answers = {
            "things": self._table(spots, self.absent[0]),
            "end": self._table(spots[:, -last:], self.absent[1]),
            **self._of_things(cells.flatten(1, 2), kinds.flatten(1, 2)),
            "outcome": self._outcome(cells[:, -last:], kinds[:, -last:]),
        }
        feature = self._feature(seen, kinds)
        answers |= {name: head(feature) for name, head in self.heads.items()}
        return {name: logits.log_softmax(-1) for name, logits in answers.items()}

    def _table(self, spots: Tensor, absent: Tensor) -> Tensor:
        """(N, F, S, kinds, colours) -> (N, kinds, 1 + colours)."""
        flat = spots.flatten(1, 2)
        there = flat.logsumexp(1) - math.log(flat.shape[1])
        return torch.cat([absent.expand(len(there), -1, -1), there], dim=-1)

    def _of_things(self, cells: Tensor, kinds: Tensor) -> dict[str, Tensor]:
        """(N, S, width), (N, S, kinds) -> sizes and materials of every kind."""
        where = kinds.softmax(1)
        area = kinds.sigmoid().mean(1).clamp_min(1e-6).log()  # how many cells it covers
        found = self.forget(torch.cat([torch.einsum("nsk,nsc->nkc", where, cells), area[..., None]], dim=-1))
        of_size, of_material = self.of_kind.split((len(SIZES), len(MATERIALS)), dim=-1)
        return {"sizes": self.sizes(found) + of_size, "materials": self.materials(found) + of_material}

    def _outcome(self, cells: Tensor, kinds: Tensor) -> Tensor:
        """What an event left behind, the mean of what the last frames say."""
        carried = kinds.amax(-1, keepdim=True).softmax(2)  # where things are
        feature = torch.cat([(carried * cells).sum(2), kinds.amax(2)], dim=-1)
        near = torch.cat([cells.amax(2), kinds.amax(2)], dim=-1)
        return (self.left_behind(feature) + self.left_behind(near)).mean(1)

    def _feature(self, seen: Tensor, kinds: Tensor) -> Tensor:
        rows, columns = (torch.linspace(-1, 1, count, device=seen.device) for count in seen.shape[2:4])
        moved = seen[..., :_MOVED]
        middles = [(moved * rows[:, None, None]).mean((2, 3)), (moved * columns[None, :, None]).mean((2, 3))]
        of_cells = columns.repeat(seen.shape[2])[:, None]
        across = (kinds.softmax(2) * of_cells).sum(2)  # where each kind is, from left to right
        frame = torch.cat([seen.mean((2, 3)), seen.amax((2, 3)), *middles, across], dim=-1)
        hidden = self.frame(self.forget(frame)).transpose(1, 2)  # (N, width, F)
        for layer in self.time:
            hidden = hidden + functional.silu(layer(hidden))
        pooled = [hidden.mean(2), hidden.amax(2), hidden[:, :, 0], hidden[:, :, -1]]
        return self.whole(self.forget(torch.cat(pooled, dim=1)))
