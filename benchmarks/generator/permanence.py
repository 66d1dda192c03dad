"""Does what happened stay so? Bite marks, dents, fallen blocks, broken vases, full cups, and things behind a screen."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ...generator.world import KINDS, OUTCOMES, Action
from .answers import AFTER, Accuracy, accuracy
from .exam import TRACES, Question
from .facts import Ints
from .sitting import Seen, Sitting

_HIDDEN = slice(3, AFTER[0])
"""Places of the frames between 0.75 s and the end of every event."""


@dataclass(frozen=True, slots=True)
class Permanence:
    """How one kind of trace lasts, in generated clips or in renders."""

    happened: Accuracy
    """Clips in which it is seen in any frame after the event; for hiding: in which the thing is gone for a while."""
    kept: Accuracy | None
    """Of these, clips in which every frame after the event shows it; None where it never happened."""
    both: Accuracy
    """Clips that do both: what the prompt asked for, to the end."""
    restlessness: float
    """Mean change from frame to frame after the event, code values; the camera stands still."""


@dataclass(frozen=True, slots=True)
class PermanenceRow:
    """One kind of trace."""

    action: Action
    text: str
    generated: Permanence
    renders: Permanence
    continued: Accuracy | None = None
    """Clips that were carried on to 10 s and still show it in every frame at their end."""

    @property
    def of_ceiling(self) -> float | None:
        """Share of clips that do both, of those of the renders; None where the judge sees it in no render."""
        return self.generated.both.share / self.renders.both.share if self.renders.both.right else None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self) | {"of_ceiling": self.of_ceiling}


def permanence_row(action: Action, sitting: Sitting) -> PermanenceRow:
    """Look at all clips that should show one kind of trace."""
    return PermanenceRow(
        action=action,
        text=TRACES[action],
        generated=_lasting(sitting.made, sitting.asked),
        renders=_lasting(sitting.renders, sitting.asked),
    )


def _lasting(found: Seen, asked: Sequence[Question]) -> Permanence:
    happened: list[bool] = []
    stayed: list[bool] = []
    for row, question in enumerate(asked):
        is_hiding = question.scene.action == "hide"
        did, stays = _hidden(found, row, question) if is_hiding else _left(found.views.outcome[row], question)
        happened.append(did)
        stayed.append(stays)
    both = [did and stays for did, stays in zip(happened, stayed, strict=True)]
    return Permanence(
        happened=accuracy(sum(happened), len(asked)),
        kept=accuracy(sum(both), sum(happened)) if any(happened) else None,
        both=accuracy(sum(both), len(asked)),
        restlessness=_restlessness(found),
    )


def _left(outcomes: Ints, question: Question) -> tuple[bool, bool]:
    """Return whether the trace shows in any frame after the event, and whether in all of them."""
    shows = outcomes[list(AFTER)] == OUTCOMES.index(question.scene.outcome)
    return bool(shows.any()), bool(shows.all())


def _hidden(found: Seen, row: int, question: Question) -> tuple[bool, bool]:
    """Return whether the thing is there, gone, and back, and whether it comes back in its colour in all last frames."""
    kind = KINDS.index(question.scene.things[0].kind)
    colours = found.views.table[row, :, kind]
    before, after = colours[:2], colours[list(AFTER)]
    is_gone = bool((colours[_HIDDEN] == 0).any())
    was_there = bool((before > 0).any())
    unchanged = bool((after == before.max()).all()) and was_there
    return was_there and is_gone and bool((after > 0).any()), unchanged


def _restlessness(found: Seen) -> float:
    after = found.reel[:, list(AFTER)].float()
    return float(np.abs(np.diff(after.numpy(), axis=1)).mean())
