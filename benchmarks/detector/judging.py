"""Our own detector as one contender among others, and every contender through all folds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...detector.calibration import HeadCalibration
from ...detector.calibration_file import head_from_json
from ...detector.training.dataset import Row
from ...detector.weights import WeightsCard
from ...errors import WeightsInvalid
from .conditions import FIRST_FRAME, STORED, Condition
from .contender import Contender, Logits
from .divisions import Division
from .evaluation import HEADS, Look, Reader, Task
from .judged import Judged

OURS = "Sealreel"
Head = Literal["full_synthetic", "face_manipulation"]


@dataclass(frozen=True, slots=True)
class Ours:
    """The detector's fold models: `fit_predict` fits nothing, it asks the model that was trained without the clips."""

    reader: Reader
    divisions: tuple[Division, ...]
    condition: Condition = STORED
    look: Look = "everywhere"
    head: Head = "full_synthetic"

    @property
    def name(self) -> str:
        """As the tables spell it."""
        return f"{OURS}, {FIRST_FRAME.name}" if self.condition == FIRST_FRAME else OURS

    def fit_predict(self, train: Sequence[Row], test: Sequence[Row]) -> Logits:  # noqa: ARG002 - trained beforehand
        """See `Contender`; the logits are those of the head, put on log-odds by the model's own calibration.

        Raises:
            ValueError: No fold holds all these clips out.
        """
        division = self._unseen_by(test)
        logits = self.reader.logits(self._tasks(division, test))[:, HEADS.index(self.head)]
        if self.head == "face_manipulation" and self.head not in division.card.heads:
            return logits  # too few faces to calibrate with: their order still says something
        fit = calibration_of(division.card, self.head).calibration
        return fit.slope * logits + fit.intercept

    def ask_ahead(self, rows_of: Iterable[tuple[Division, Sequence[Row]]]) -> None:
        """Have all these clips judged in one go, so that workers start once; the answers wait on disk."""
        self.reader.logits([task for division, rows in rows_of for task in self._tasks(division, rows)])

    def _tasks(self, division: Division, rows: Sequence[Row]) -> list[Task]:
        return [Task(division.weights, row.path, self.condition.name, self.look) for row in rows]

    def _unseen_by(self, test: Sequence[Row]) -> Division:
        wanted = {row.path for row in test}
        for division in self.divisions:
            if wanted <= {row.path for row in (*division.test, *division.faces)}:
                return division
        raise ValueError("no fold holds all of these clips out; they cannot be judged by one model")


def calibration_of(card: WeightsCard, head: Head) -> HeadCalibration:
    """Return what the card says of one head.

    Raises:
        WeightsInvalid: It says nothing, or something else.
    """
    found = card.heads.get(head)
    if found is None:
        raise WeightsInvalid(f"{card.name} {card.version}: the card holds no calibration of the head {head}")
    try:
        return head_from_json(found)
    except ValueError as error:
        raise WeightsInvalid(f"{card.name} {card.version}: head {head}: {error}") from error


def judged_by(contender: Contender, divisions: Sequence[Division]) -> tuple[Judged, ...]:
    """Let a contender learn from each fold's training clips and judge its held-out ones."""
    return tuple(
        _judged(division, division.test, contender.fit_predict(division.train, division.test)) for division in divisions
    )


def faces_judged(reader: Reader, divisions: Sequence[Division], *, look: Look = "everywhere") -> tuple[Judged, ...]:
    """Return the held-out manipulated faces and real clips by the face head; folds without such faces are left out."""
    ours = Ours(reader, tuple(divisions), look=look, head="face_manipulation")
    found: list[Judged] = []
    for division in divisions:
        rows = (*division.faces, *(row for row in division.test if row.label == "real"))
        if division.faces:
            found.append(_judged(division, rows, ours.fit_predict(division.train, rows)))
    return tuple(found)


def _judged(division: Division, rows: Sequence[Row], logits: Logits) -> Judged:
    return Judged(
        fold=division.number,
        logits=np.asarray(logits, dtype=np.float64),
        synthetic=np.array([row.label == "ai" for row in rows], dtype=np.bool_),
        sources=tuple(row.source for row in rows),
    )
