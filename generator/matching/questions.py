"""What is asked of words and of clips alike, and how likely it is that both tell of the same scene."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares many of its functions without types.

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

from ..world import (
    ACTION_FACTS,
    ACTIONS,
    BACKGROUNDS,
    CAMERAS,
    COLOURS,
    DIRECTIONS,
    KINDS,
    LIGHTS,
    MATERIALS,
    MOST_THINGS,
    OUTCOMES,
    SIZES,
    STYLES,
)

OF_THINGS: Final[dict[str, int]] = {
    "things": 1 + len(COLOURS),
    "end": 1 + len(COLOURS),
    "sizes": len(SIZES),
    "materials": len(MATERIALS),
}
"""Questions about every kind, with the count of their answers: absent or its colour, in the clip and at its end."""
WHOLE: Final[dict[str, tuple[object, ...]]] = {
    "count": tuple(range(1, 1 + MOST_THINGS)),
    "action": ACTIONS,
    "direction": (None, *DIRECTIONS),
    "camera": CAMERAS,
    "background": BACKGROUNDS,
    "light": LIGHTS,
    "style": STYLES,
    "outcome": OUTCOMES,
}
"""Questions about the clip as a whole, with their answers."""
OF_WHOLE: Final[dict[str, int]] = {name: len(answers) for name, answers in WHOLE.items()}
SHAPES: Final[dict[str, tuple[int, ...]]] = {name: (len(KINDS), count) for name, count in OF_THINGS.items()} | {
    name: (count,) for name, count in OF_WHOLE.items()
}
Answers = Mapping[str, Tensor]
"""Log-probabilities, (N, *SHAPES[question]) each."""

_DOUBT: Final = 0.02
"""Share of what a reader says that is replaced by what is usual: it has learned from renders, and is too sure of
pictures that are none. It bounds what any one answer can cost at log 0.02."""
_OUTCOME_OF: Final = torch.tensor([OUTCOMES.index(ACTION_FACTS[action].outcome) for action in ACTIONS])


def outcome_told(action: Tensor) -> Tensor:
    """Return the log-probabilities of what is left behind, (N, outcomes), from those of the action, (N, actions)."""
    told = torch.zeros(len(action), len(OUTCOMES)).index_add(1, _OUTCOME_OF, action.exp())
    return told.clamp_min(1e-6).log()


def agreement(told: Answers, shown: Answers, usual: Answers, asked: tuple[str, ...]) -> Tensor:
    """Return how much likelier words and clip are if they are of one scene than if they are of any two, (N,), logs.

    For one question that is log Σ_a p(a | words) p(a | clip) / p(a): Bayes' rule, where words and clip tell nothing of
    each other beyond the answer. What words leave open (p(a | words) = p(a)) weighs nothing, whatever the clip shows.
    Questions are taken as independent; sizes and materials count as far as words say that the kind is there.

    Args:
        told: What words say, N rows.
        shown: What clips show, N rows.
        usual: Of all scenes; no leading axis.
        asked: The questions that count.
    """
    total = torch.zeros(len(told["things"]))
    is_there = 1 - told["things"][..., 0].exp()
    for name in asked:
        doubted = torch.log((1 - _DOUBT) * shown[name].exp() + _DOUBT * usual[name].exp())
        each = torch.logsumexp(told[name] + doubted - usual[name], dim=-1)
        if name in ("sizes", "materials"):
            each = each * is_there
        total = total + (each.sum(-1) if name in OF_THINGS else each)
    return total


def cross_entropy(found: Answers, wanted: Mapping[str, Tensor]) -> Tensor:
    """Return the summed mean losses of log-probabilities or logits; a label of -1 is not asked."""
    losses: list[Tensor] = []
    for name, labels in wanted.items():
        logits = found[name].flatten(0, -2)
        total = functional.cross_entropy(logits, labels.flatten(), ignore_index=-1, reduction="sum")
        mean = total / (labels >= 0).sum().clamp_min(1)
        losses.append(mean * (len(KINDS) if name in ("things", "end") else 1))
    return torch.stack(losses).sum()
