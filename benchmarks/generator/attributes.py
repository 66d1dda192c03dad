"""How often each attribute that a prompt names is right, beside what is possible and what chance gives."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .answers import Accuracy, Answer, accuracy
from .facts import ATTRIBUTES, Attribute
from .schooling import Judges
from .sitting import Sitting, answers_of


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One attribute of clips with so many things."""

    part: str
    """Of the exam: `1 thing`, `2 things`, … """
    attribute: Attribute
    generated: Accuracy
    renders: Accuracy
    """The ceiling: renders of the same scenes, asked the same."""
    softened: Accuracy | None
    """The renders through the model's autoencoder."""
    shuffled: Accuracy
    """The floor: generated clips, asked what other clips' prompts name."""

    @property
    def of_ceiling(self) -> float | None:
        """Share of the ceiling; None where the judge reads nothing off renders either."""
        return self.generated.share / self.renders.share if self.renders.right else None

    @property
    def of_ceiling_interval(self) -> tuple[float, float] | None:
        """The interval of the generated share, over the ceiling taken as known."""
        if not self.renders.right:
            return None
        return self.generated.low / self.renders.share, self.generated.high / self.renders.share

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self) | {"of_ceiling": self.of_ceiling, "of_ceiling_ci95": self.of_ceiling_interval}


def attribute_rows(part: str, judges: Judges, sittings: Sequence[Sitting], *, device: str) -> tuple[AttributeRow, ...]:
    """Return a row for every attribute that these parts of the exam ask for, in the order of `ATTRIBUTES`."""
    made, renders, softened, shuffled = (
        [answer for sitting in sittings for answer in _asked(judges, sitting, who, device)]
        for who in ("made", "renders", "softened", "shuffled")
    )
    rows: list[AttributeRow] = []
    for name in ATTRIBUTES:
        counted = [_of(name, answers) for answers in (made, renders, softened, shuffled)]
        generated, ceiling, soft, floor = counted
        if generated is not None and ceiling is not None and floor is not None:
            rows.append(AttributeRow(part, name, generated, ceiling, soft, floor))
    return tuple(rows)


def _asked(judges: Judges, sitting: Sitting, who: str, device: str) -> list[Answer]:
    if who == "shuffled":
        return answers_of(judges, sitting, sitting.made, device=device, shift=1)
    found = {"made": sitting.made, "renders": sitting.renders, "softened": sitting.softened}[who]
    return [] if found is None else answers_of(judges, sitting, found, device=device)


def _of(name: Attribute, answers: Sequence[Answer]) -> Accuracy | None:
    right = [answer.right for answer in answers if answer.attribute == name]
    return accuracy(sum(right), len(right)) if right else None
