"""The written goals of the detector, and what the audit's rows make of them."""

from collections.abc import Sequence

from ..report import Row
from .conditions import SMALL_AND_ROUGH
from .metrics import Standing
from .resampling import Estimate
from .robustness import ConditionRow

AUROC, MARGIN, TPR, WORST = 0.95, 0.25, 0.50, 0.85
LOSS, ECE, OWN = 0.03, 0.05, 0.95
WORTHY = 0.75
"""Baselines with this AUROC or more must be left behind."""
COLUMNS = ("auroc", "margin", "tpr_fine")
"""In which a baseline must be left behind."""


def held_out_goals(found: Standing) -> tuple[Row, ...]:
    """Return what is wanted of the held-out generators and real sources; what could not be measured is left out."""
    n = {"synthetic_clips": float(found.synthetic_clips), "real_clips": float(found.real_clips)}
    rate = found.tpr_fine
    drawn = {"drawn_low": rate.drawn_low, "drawn_high": rate.drawn_high}
    rows = [
        _row("held_out.auroc", "AUROC, generators and real sources held out", AUROC, found.auroc, n),
        Row(
            goal="held_out.tpr_at_1_percent",
            text="synthetic clips caught at an FPR of 1 %, thresholds fold by fold",
            unit="of clips",
            wanted=TPR,
            better="higher",
            samples=(rate.value,),
            details=n
            | {"ci95_low": rate.low, "ci95_high": rate.high}
            | {name: value for name, value in drawn.items() if value is not None},
        ),
        Row(
            goal="held_out.ece",
            text="expected calibration error on held-out clips",
            unit="ECE",
            wanted=ECE,
            better="lower",
            samples=(found.ece,),
            details=n | {"brier": found.brier},
        ),
    ]
    if found.margin is not None:
        text = "margin: AUROC above the real-vs-real floor"
        details = n | {"floor_sources": float(found.floor_sources)}
        rows.append(_row("held_out.margin", text, MARGIN, found.margin, details))
    if found.worst is not None:
        text = f"worst generator with 20 clips or more: {found.worst.generator}"
        details = {"clips": float(found.worst.n)}
        rows.append(_row("held_out.worst_generator", text, WORST, found.worst.auroc, details))
    return tuple(rows)


def robustness_goals(rows: Sequence[ConditionRow]) -> tuple[Row, ...]:
    """Return what may be lost at CRF 35 and half the size, where that was measured."""
    return tuple(
        _row(
            "robustness.crf_35_half_size",
            f"AUROC lost at {SMALL_AND_ROUGH.name}",
            LOSS,
            row.loss,
            {"synthetic_clips": float(row.synthetic_clips), "real_clips": float(row.real_clips)},
            lower=True,
        )
        for row in rows
        if row.condition == SMALL_AND_ROUGH.name
    )


def baseline_goals(ours: Standing, others: Sequence[Standing]) -> tuple[Row, ...]:
    """Return in how many comparisons with worthy baselines ours is ahead; all of them is wanted."""
    comparisons = [
        ahead for other in others if other.auroc.value >= WORTHY for ahead in comparisons_with(ours, other).values()
    ]
    if not comparisons:
        return ()
    return (
        Row(
            goal="baselines.ahead",
            text=f"comparisons in which ours is ahead of a baseline with AUROC ≥ {WORTHY:g}",
            unit="comparisons",
            wanted=float(len(comparisons)),
            better="higher",
            samples=(float(sum(comparisons)),),
        ),
    )


def comparisons_with(ours: Standing, other: Standing) -> dict[str, bool]:
    """Return for each column in which both have a value whether ours is ahead."""
    pairs = {name: (getattr(ours, name), getattr(other, name)) for name in COLUMNS}
    return {name: mine.value > its.value for name, (mine, its) in pairs.items() if mine is not None and its is not None}


def own_goals(found: Estimate, clips: int) -> tuple[Row, ...]:
    """Return what is wanted of clips of our own generator."""
    text = "AUROC of clips by Sealreel's own generator, without a mark"
    return (_row("own.auroc", text, OWN, found, {"clips": float(clips)}),)


def _row(
    goal: str, text: str, wanted: float, found: Estimate, details: dict[str, float], *, lower: bool = False
) -> Row:
    interval = {"ci95_low": found.low, "ci95_high": found.high}
    return Row(
        goal=goal,
        text=text,
        unit="AUROC",
        wanted=wanted,
        better="lower" if lower else "higher",
        samples=(found.value,),
        details=details | {name: value for name, value in interval.items() if value is not None},
    )
