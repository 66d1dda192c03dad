"""What is left of the detector when clips have gone through something: every condition on the same clips."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .conditions import STORED, Condition
from .judged import Judged
from .judging import Ours, judged_by
from .metrics import FINE, certain, realised
from .resampling import DRAWS, Estimate, auroc_draws, draw, fold_of, tpr_draws


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """One condition."""

    condition: str
    group: str
    synthetic_clips: int
    real_clips: int
    auroc: Estimate
    """As `metrics.Standing.auroc`, on these clips."""
    loss: Estimate
    """AUROC of the same clips as stored, less this one; the interval draws the same sources for both."""
    tpr_fine: Estimate
    """At an FPR of at most 1 %, the threshold set under this condition."""
    fixed_fpr: float | None
    """Of real clips above the threshold that was set for 1 % on clips as stored: does it still hold? None: no such."""
    fixed_tpr: float | None

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


def run_conditions(
    ours: Ours,
    conditions: Sequence[Condition],
    *,
    draws: int = DRAWS,
    on_row: Callable[[ConditionRow], None] | None = None,
) -> tuple[ConditionRow, ...]:
    """Judge the held-out clips after each condition; the first row is of the clips as stored.

    Thresholds and calibration are those of stored clips: nobody calibrates anew for each codec.
    """
    everything = (STORED, *conditions)
    ours.ask_ahead(everything)
    plain = judged_by(ours.under(STORED), ours.divisions)
    thresholds = _thresholds(ours)
    rows: list[ConditionRow] = []
    for condition in everything:
        judged = judged_by(ours.under(condition), ours.divisions)
        row = _row(condition, judged, plain, thresholds, draws)
        rows.append(row)
        if on_row is not None:
            on_row(row)
    return tuple(rows)


def _row(
    condition: Condition,
    judged: Sequence[Judged],
    plain: Sequence[Judged],
    thresholds: Sequence[float] | None,
    draws: int,
) -> ConditionRow:
    folds, before = [fold_of(one) for one in judged], [fold_of(one) for one in plain]
    drawn = draw(folds, draws=draws)
    values = auroc_draws(folds, drawn)
    fixed = None if thresholds is None else realised(judged, thresholds, fpr=FINE)

    return ConditionRow(
        condition=condition.name,
        group=condition.group,
        synthetic_clips=sum(int(one.synthetic.sum()) for one in judged),
        real_clips=sum(int((~one.synthetic).sum()) for one in judged),
        auroc=certain(values),
        loss=certain(auroc_draws(before, drawn) - values),
        tpr_fine=certain(tpr_draws(folds, drawn, fpr=FINE)),
        fixed_fpr=None if fixed is None else fixed.found_fpr,
        fixed_tpr=None if fixed is None else fixed.found_tpr,
    )


def _thresholds(ours: Ours) -> list[float] | None:
    """The score for an FPR of 1 %, fold by fold; None where a fold has none."""
    found: list[float] = []
    for division in ours.divisions:
        head = ours.calibration_of(division)
        points = [] if head is None else [point.threshold for point in head.points if point.fpr == FINE]
        if not points:
            return None
        found.append(points[0])
    return found
