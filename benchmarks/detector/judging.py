"""Our own detector as one contender among others, and every contender through all folds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from ...detector.calibration import HeadCalibration, calibrate_head
from ...detector.calibration_file import head_from_json
from ...detector.training.dataset import Row
from ...detector.weights import WeightsCard
from ...errors import WeightsInvalid
from .conditions import STORED, Condition
from .contender import Contender, Logits
from .divisions import Division
from .evaluation import HEADS, Look, Reader, Task
from .judged import Judged

OURS = "Sealreel"
Head = Literal["full_synthetic", "face_manipulation"]


@dataclass(frozen=True, slots=True)
class Ours:
    """The detector's fold models: `fit_predict` fits no weights, it asks the model that was trained without the clips.

    Their logits become log-odds by a calibration that saw nothing of the fold either. A card's own is used where it
    has one. Else it is fitted on the held-out clips of all *other* folds, each judged by its own fold's model, stored
    as they are: what training does for the final weights, done once more for every fold, so that thresholds and
    calibration are themselves judged on sources that they were not set on.
    """

    reader: Reader
    divisions: tuple[Division, ...]
    condition: Condition = STORED
    look: Look = "everywhere"
    head: Head = "full_synthetic"
    name: str = OURS
    fitted_on: "Ours | None" = None
    """Whose held-out clips calibrate; None for its own. A few clips calibrate badly, and carry no fine threshold."""

    def fit_predict(self, train: Sequence[Row], test: Sequence[Row]) -> Logits:  # noqa: ARG002 - trained beforehand
        """See `Contender`.

        Raises:
            ValueError: No fold holds all these clips out.
        """
        division = self._unseen_by(test)
        logits = self.reader.logits(self._tasks(division, test))[:, HEADS.index(self.head)]
        fit = self.calibration_of(division)
        return logits if fit is None else fit.calibration.slope * logits + fit.calibration.intercept

    def under(self, condition: Condition) -> "Ours":
        """Return the same detector, asked about clips that this was done to."""
        return replace(self, condition=condition)

    def calibration_of(self, division: Division) -> HeadCalibration | None:
        """Return by what a fold's logits are calibrated.

        None where nothing can be fitted: a single fold whose card has no calibration, too few clips, or real clips
        that have the higher logits. The logits are then taken as they are.
        """
        own = card_calibration(division.card, self.head)
        if own is not None:
            return own
        plain = replace(self.fitted_on or self, condition=STORED, head=self.head)
        real: list[float] = []
        synthetic: list[float] = []
        sources: list[str] = []
        for other in plain.divisions:
            rows = other.test if self.head == "full_synthetic" else (*other.faces, *_reals(other.test))
            if other.number == division.number or not rows:
                continue
            logits = self.reader.logits(plain._tasks(other, rows))[:, HEADS.index(self.head)]
            real += [float(one) for row, one in zip(rows, logits, strict=True) if row.label == "real"]
            sources += [row.source for row in rows if row.label == "real"]
            synthetic += [float(one) for row, one in zip(rows, logits, strict=True) if row.label == "ai"]
        try:
            return calibrate_head(real, synthetic, real_sources=sources)
        except ValueError:
            return None

    def ask_ahead(self, conditions: Iterable[Condition] = (STORED,), *, faces: bool = False) -> None:
        """Have all held-out clips judged in one go, so that workers start once; the answers wait on disk."""
        tasks: list[Task] = []
        for condition in conditions:
            for division in self.divisions:
                tasks += self.under(condition)._tasks(division, division.test)
                tasks += self.under(condition)._tasks(division, division.faces if faces else ())
        self.reader.logits(tasks)

    def _tasks(self, division: Division, rows: Sequence[Row]) -> list[Task]:
        return [Task(division.weights, row.path, self.condition.name, self.look) for row in rows]

    def _unseen_by(self, test: Sequence[Row]) -> Division:
        wanted = {row.path for row in test}
        for division in self.divisions:
            if wanted <= {row.path for row in (*division.test, *division.faces)}:
                return division
        raise ValueError("no fold holds all of these clips out; they cannot be judged by one model")


def card_calibration(card: WeightsCard, head: Head) -> HeadCalibration | None:
    """Return what the card says of one head; None where it says nothing.

    Raises:
        WeightsInvalid: It says something else.
    """
    found = card.heads.get(head)
    if found is None:
        return None
    try:
        return head_from_json(found)
    except ValueError as error:
        raise WeightsInvalid(f"{card.name} {card.version}: head {head}: {error}") from error


def judged_by(contender: Contender, divisions: Sequence[Division]) -> tuple[Judged, ...]:
    """Let a contender learn from each fold's training clips and judge its held-out ones."""
    return tuple(
        _judged(division, division.test, contender.fit_predict(division.train, division.test)) for division in divisions
    )


def faces_judged(ours: Ours) -> tuple[Judged, ...]:
    """Return the held-out manipulated faces and real clips by the face head; folds that lack either are left out."""
    asked = replace(ours, head="face_manipulation")
    found: list[Judged] = []
    for division in ours.divisions:
        rows = (*division.faces, *_reals(division.test))
        if division.faces and len(rows) > len(division.faces):
            found.append(_judged(division, rows, asked.fit_predict(division.train, rows)))
    return tuple(found)


def _reals(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(row for row in rows if row.label == "real")


def _judged(division: Division, rows: Sequence[Row], logits: Logits) -> Judged:
    return Judged(
        fold=division.number,
        logits=np.asarray(logits, dtype=np.float64),
        synthetic=np.array([row.label == "ai" for row in rows], dtype=np.bool_),
        sources=tuple(row.source for row in rows),
    )
