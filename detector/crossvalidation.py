"""How thresholds do on clips that they were not set on: calibrate on four parts of the sources, judge the fifth."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .calibration import (
    MISS_RATE,
    Calibration,
    Floats,
    HeadCalibration,
    expected_calibration_error,
    fit_calibration,
    operating_point,
    real_limit,
)
from .rates import binomial_interval, clips_needed, clustered_interval

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """What thresholds for one FPR did to clips that were not there when they were set."""

    fpr: float
    """The rate asked for."""
    found: float
    """Share of real clips above the threshold."""
    found_ci95: tuple[float, float]
    tpr: float
    """Share of synthetic clips above the threshold."""
    tpr_ci95: tuple[float, float]
    undecided: float
    """Share of all clips, each class weighing one half, that are `inconclusive`."""
    missed: float
    """Share of synthetic clips that are `likely_real`."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The report of a cross-validation."""

    folds: int
    by_source: tuple[bool, bool]
    """Whether real and synthetic clips were parted by their source; else clip by clip, which flatters."""
    points: tuple[Judged, ...]
    """Highest FPR first; only those that every part's remainder could set a threshold for."""
    ece: float
    """Of the held-out scores."""
    auroc: float
    """Of the logits: no calibration changes it."""


def cross_validate(
    real: Floats,
    synthetic: Floats,
    *,
    real_sources: Sequence[str],
    synthetic_sources: Sequence[str],
    fprs: Sequence[float],
    folds: int = FOLDS,
    seed: int = 0,
) -> HeldOut:
    """Judge each part of the clips by a calibration made from the other parts.

    Args:
        real: Logits, one a clip.
        synthetic: The same.
        real_sources: One a clip; parts keep sources whole where there are at least as many sources as parts.
        synthetic_sources: The same.
        fprs: The rates to judge.
        folds: Parts.
        seed: Of the parting.

    Raises:
        ValueError: Too few clips for so many parts.
    """
    part_of_real, whole_real = _dealt(real_sources, folds, clips_needed(max(fprs)).threshold, seed)
    part_of_synthetic, whole_synthetic = _dealt(synthetic_sources, folds, clips_needed(MISS_RATE).threshold, seed)
    smallest = len(real) - int(np.bincount(part_of_real).max())
    settable = sorted((fpr for fpr in set(fprs) if smallest >= clips_needed(fpr).threshold), reverse=True)
    reals = _Clips.of(real, part_of_real, len(settable))
    synthetics = _Clips.of(synthetic, part_of_synthetic, len(settable))
    for part in range(folds):
        _judge(part, reals, synthetics, settable)
    return HeldOut(
        folds=folds,
        by_source=(whole_real, whole_synthetic),
        points=tuple(_judged(fpr, row, reals, synthetics, real_sources) for row, fpr in enumerate(settable)),
        ece=expected_calibration_error(reals.scores, synthetics.scores),
        auroc=_auroc(real, synthetic),
    )


def judged_by(head: HeadCalibration, real: Floats, synthetic: Floats, *, real_sources: Sequence[str]) -> HeldOut:
    """Judge clips by a calibration that was made without them, such as the one that weights come with."""
    reals, synthetics = (_Clips.of(one, np.zeros(len(one), np.intp), len(head.points)) for one in (real, synthetic))
    for clips in (reals, synthetics):
        clips.judge(0, head.calibration, head.real_limit.threshold, [point.threshold for point in head.points])
    return HeldOut(
        folds=1,
        by_source=(True, True),
        points=tuple(_judged(point.fpr, row, reals, synthetics, real_sources) for row, point in enumerate(head.points)),
        ece=expected_calibration_error(reals.scores, synthetics.scores),
        auroc=_auroc(real, synthetic),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Clips:
    """The clips of one class, each with what it is judged by: nothing that it took part in."""

    logits: Floats
    part: npt.NDArray[np.intp]
    scores: Floats
    limits: Floats
    """At most this is likely real, (clips,)."""
    thresholds: Floats
    """Above this is likely synthetic, (rates, clips)."""

    @classmethod
    def of(cls, logits: Floats, part: npt.NDArray[np.intp], rates: int) -> "_Clips":
        blank = np.full(len(logits), np.nan)
        return cls(logits, part, blank.copy(), blank.copy(), np.full((rates, len(logits)), np.nan))

    def judge(self, part: int, fitted: Calibration, limit: float, thresholds: Sequence[float]) -> None:
        here = self.part == part
        self.scores[here] = fitted.scores(self.logits[here])
        self.limits[here] = limit
        self.thresholds[:, here] = np.asarray(thresholds)[:, None]

    def above(self, row: int) -> npt.NDArray[np.bool_]:
        return self.scores > self.thresholds[row]

    def low(self, row: int) -> npt.NDArray[np.bool_]:
        return (self.scores <= self.limits) & ~self.above(row)


def _judge(part: int, reals: _Clips, synthetics: _Clips, fprs: Sequence[float]) -> None:
    """Calibrate on the other parts and keep what they say of this one."""
    real, synthetic = reals.logits[reals.part != part], synthetics.logits[synthetics.part != part]
    fitted = fit_calibration(real, synthetic)
    known_real, known_synthetic = fitted.scores(real), fitted.scores(synthetic)
    limit = real_limit(known_synthetic).threshold
    thresholds = [operating_point(known_real, known_synthetic, fpr=fpr).threshold for fpr in fprs]
    reals.judge(part, fitted, limit, thresholds)
    synthetics.judge(part, fitted, limit, thresholds)


def _judged(fpr: float, row: int, reals: _Clips, synthetics: _Clips, real_sources: Sequence[str]) -> Judged:
    above, caught = reals.above(row), synthetics.above(row)
    open_real, open_synthetic = ~(above | reals.low(row)), ~(caught | synthetics.low(row))
    return Judged(
        fpr=fpr,
        found=float(above.mean()),
        found_ci95=clustered_interval(above, real_sources),
        tpr=float(caught.mean()),
        tpr_ci95=binomial_interval(int(caught.sum()), len(caught)),
        undecided=float(open_real.mean() + open_synthetic.mean()) / 2,
        missed=float(synthetics.low(row).mean()),
    )


def _dealt(sources: Sequence[str], folds: int, least: int, seed: int) -> tuple[npt.NDArray[np.intp], bool]:
    """Give every clip a part: whole sources, the largest first to the lightest part, and whether that was possible.

    Where there are fewer sources than parts, or one so large that less than `least` clips would be left without it,
    clips are dealt one by one.
    """
    counts = Counter(sources)
    rng = random.Random(seed)  # noqa: S311 - a split, no secret
    weights = [0] * folds
    part_of: dict[str, int] = {}
    for name in sorted(counts, key=lambda one: (-counts[one], rng.random())):
        part_of[name] = min(range(folds), key=weights.__getitem__)
        weights[part_of[name]] += counts[name]
    if min(weights) > 0 and len(sources) - max(weights) >= least:
        return np.asarray([part_of[source] for source in sources], dtype=np.intp), True
    parts = [index % folds for index in range(len(sources))]
    rng.shuffle(parts)
    return np.asarray(parts, dtype=np.intp), False


def _auroc(real: Floats, synthetic: Floats) -> float:
    """Share of pairs in which the synthetic clip has the higher logit; ties count half (Mann and Whitney 1947)."""
    ordered = np.sort(real)
    below = np.searchsorted(ordered, synthetic, side="left") + np.searchsorted(ordered, synthetic, side="right")
    return float(below.mean() / 2 / len(real))
