"""Does a thing stay what it is for as long as the clip lasts?"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ...generator.world import KINDS
from .answers import Accuracy, Views, accuracy
from .exam import Question
from .sitting import Sitting

_OFTEN = 0.5
"""A thing counts where it is seen in so many frames; whether it should be there is another question."""


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """Things that are seen in the same colour in every frame looked at."""

    part: str
    generated: Accuracy
    renders: Accuracy
    """The ceiling: things that pass behind others are lost from sight in renders too."""

    @property
    def of_ceiling(self) -> float | None:
        """Share of the ceiling."""
        return self.generated.share / self.renders.share if self.renders.right else None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self) | {"of_ceiling": self.of_ceiling}


def identity_row(part: str, sitting: Sitting) -> IdentityRow | None:
    """Follow every named thing through its clip; None where none is seen. Scenes of hiding are left out."""
    made, renders = (_kept(found.views, sitting.asked) for found in (sitting.made, sitting.renders))
    if not made or not renders:
        return None
    return IdentityRow(part, accuracy(sum(made), len(made)), accuracy(sum(renders), len(renders)))


def _kept(views: Views, asked: Sequence[Question]) -> list[bool]:
    found: list[bool] = []
    for row, question in enumerate(asked):
        if question.scene.action == "hide":
            continue
        for kind in sorted({KINDS.index(thing.kind) for thing in question.scene.things}):
            colours = views.table[row, :, kind]
            there = colours[colours > 0]
            if len(there) >= _OFTEN * len(colours):
                usual = np.bincount(there).argmax()
                found.append(bool((colours == usual).all()))
    return found
