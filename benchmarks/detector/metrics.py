"""The columns of the audit: AUROC and TPR with intervals, the worst generator, the real-vs-real floor, calibration."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...detector.calibration import expected_calibration_error
from ...detector.rates import binomial_interval, clustered_interval
from .judged import Judged, auroc, pooled
from .resampling import DRAWS, Estimate, auroc_draws, draw, estimate, floor_draws, fold_of, tpr_draws

GENERATOR_CLIPS = 20
"""The worst generator is looked for among those with so many clips."""
FINE, COARSE = 0.01, 0.05
"""The two false positive rates of the tables."""
BINS = 10


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of clips: its Clopper-Pearson interval as if they were independent, and one that draws sources."""

    value: float
    low: float
    high: float
    drawn_low: float | None
    drawn_high: float | None
    n: int
    """Synthetic clips."""
    n_real: int
    """That the threshold was set on."""


@dataclass(frozen=True, slots=True)
class OfGenerator:
    """One generator's clips against the held-out real clips of its fold."""

    generator: str
    fold: int
    n: int
    auroc: Estimate


@dataclass(frozen=True, slots=True)
class OfRealSource:
    """One real source's clips against the other held-out real clips of its fold: 0.5 is what it should be."""

    source: str
    fold: int
    n: int
    a: float
    """AUROC; above 0.5 it is the source that looks more synthetic than the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One contender's line in the table."""

    contender: str
    folds: int
    synthetic_clips: int
    real_clips: int
    generators: int
    real_sources: int
    auroc: Estimate
    """Of each fold by itself, the mean weighted by the folds' clips."""
    auroc_pooled: Estimate
    """Of all folds' clips together, on the common scale of log-odds (see `judged.pooled`)."""
    tpr_fine: Rate
    """At an FPR of at most 1 %, thresholds set fold by fold."""
    tpr_fine_pooled: Rate
    tpr_coarse: Rate
    """At 5 %."""
    tpr_coarse_pooled: Rate
    floor: Estimate | None
    """None where no real source has 15 clips."""
    floor_sources: int
    margin: Estimate | None
    """AUROC less floor."""
    worst: OfGenerator | None
    """Of the generators with 20 clips or more."""
    ece: float
    """Of the contender's own probabilities, each class weighing one half."""
    brier: float

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


def standing(contender: str, folds: Sequence[Judged], *, draws: int = DRAWS, seed: int = 0) -> Standing:
    """Work out a contender's line.

    Every fold's AUROC and threshold are its own: its held-out generators against its held-out real sources, judged by
    the model that saw neither. They are then averaged, AUROC weighted by the folds' clips, TPR by their synthetic
    ones. Intervals draw generators and real sources with replacement, fold by fold.

    Raises:
        ValueError: A fold has clips of one kind only.
    """
    together = pooled(folds)
    summed, whole = [fold_of(one) for one in folds], [fold_of(together)]
    drawn, drawn_whole = draw(summed, draws=draws, seed=seed), draw(whole, draws=draws, seed=seed)
    aurocs, floors = auroc_draws(summed, drawn), floor_draws(summed, drawn)
    large = [one for one in of_generators(folds, draws=draws, seed=seed) if one.n >= GENERATOR_CLIPS]
    real, synthetic = _scores(together.real_logits), _scores(together.synthetic_logits)

    def rate(fpr: float, *, fold_by_fold: bool) -> Rate:
        values = tpr_draws(summed, drawn, fpr=fpr) if fold_by_fold else tpr_draws(whole, drawn_whole, fpr=fpr)
        return _rate(values, together)

    return Standing(
        contender=contender,
        folds=len(folds),
        synthetic_clips=len(synthetic),
        real_clips=len(real),
        generators=len(set(together.sources_of(synthetic=True))),
        real_sources=len(set(together.sources_of(synthetic=False))),
        auroc=certain(aurocs),
        auroc_pooled=certain(auroc_draws(whole, drawn_whole)),
        tpr_fine=rate(FINE, fold_by_fold=True),
        tpr_fine_pooled=rate(FINE, fold_by_fold=False),
        tpr_coarse=rate(COARSE, fold_by_fold=True),
        tpr_coarse_pooled=rate(COARSE, fold_by_fold=False),
        floor=estimate(floors),
        floor_sources=sum(int(one.large.sum()) for one in summed),
        margin=estimate(aurocs - floors),
        worst=min(large, key=lambda one: one.auroc.value, default=None),
        ece=expected_calibration_error(real, synthetic, bins=BINS),
        brier=float((real**2).mean() / 2 + ((1 - synthetic) ** 2).mean() / 2),
    )


def of_generators(folds: Sequence[Judged], *, draws: int = DRAWS, seed: int = 0) -> tuple[OfGenerator, ...]:
    """Return every generator against the held-out real clips of its fold, lowest AUROC first.

    The interval draws the generator's clips and the real sources.
    """
    found: list[OfGenerator] = []
    for judged in folds:
        for name in sorted(set(judged.sources_of(synthetic=True))):
            alone = judged.against(name)
            summed = [fold_of(alone)]
            values = auroc_draws(summed, draw(summed, draws=draws, seed=seed))
            found.append(OfGenerator(name, judged.fold, int(alone.synthetic.sum()), certain(values)))
    return tuple(sorted(found, key=lambda one: one.auroc.value))


def of_real_sources(folds: Sequence[Judged], *, at_least: int = 1) -> tuple[OfRealSource, ...]:
    """Return every real source against the other held-out real clips of its fold, the farthest from 0.5 first."""
    found: list[OfRealSource] = []
    for judged in folds:
        names = np.asarray(judged.sources_of(synthetic=False))
        for name in sorted(set(names.tolist())):
            own, others = judged.real_logits[names == name], judged.real_logits[names != name]
            if len(own) >= at_least and len(others):
                found.append(OfRealSource(str(name), judged.fold, len(own), auroc(others, own)))
    return tuple(sorted(found, key=lambda one: -abs(one.a - 0.5)))


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores of one interval: what they say, and what is true."""

    low: float
    high: float
    n: int
    score: float
    """Mean, each class weighing one half in all."""
    synthetic: float
    """Share of synthetic clips, weighted alike."""


def reliability(judged: Judged, *, bins: int = BINS) -> tuple[Bin, ...]:
    """Return the reliability diagram of a contender's own probabilities; empty bins are left out.

    Each class weighs one half, as calibrated scores suppose; `ece` is the weighted mean distance in it.
    """
    scores = _scores(judged.logits)
    n_synthetic = int(judged.synthetic.sum())
    weights = np.full(len(scores), 0.5 / max(1, len(scores) - n_synthetic))
    weights[judged.synthetic] = 0.5 / max(1, n_synthetic)
    bin_of = np.minimum((scores * bins).astype(np.intp), bins - 1)
    found: list[Bin] = []
    for number in range(bins):
        inside = bin_of == number
        if inside.any():
            mass = weights[inside]
            mean = float(np.average(scores[inside], weights=mass))
            share = float(np.average(judged.synthetic[inside], weights=mass))
            found.append(Bin(number / bins, (number + 1) / bins, int(inside.sum()), mean, share))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Realised:
    """What a threshold that was fixed beforehand comes to on clips of sources that it was not set on."""

    fpr: float
    """What the threshold was set for."""
    false_positives: int
    real_clips: int
    found_fpr: float
    found_fpr_ci95: tuple[float, float]
    """Clips of one real source are alike: `rates.clustered_interval`."""
    true_positives: int
    synthetic_clips: int
    found_tpr: float
    found_tpr_ci95: tuple[float, float]


def realised(folds: Sequence[Judged], thresholds: Sequence[float], *, fpr: float) -> Realised:
    """Count what lies above each fold's own threshold (a calibrated score, strictly above)."""
    above = [_scores(one.logits) > threshold for one, threshold in zip(folds, thresholds, strict=True)]
    together = pooled(folds)
    flags = np.concatenate(above)
    false, true = flags[~together.synthetic], flags[together.synthetic]
    return Realised(
        fpr=fpr,
        false_positives=int(false.sum()),
        real_clips=len(false),
        found_fpr=float(false.mean()),
        found_fpr_ci95=clustered_interval(false, together.sources_of(synthetic=False)),
        true_positives=int(true.sum()),
        synthetic_clips=len(true),
        found_tpr=float(true.mean()),
        found_tpr_ci95=clustered_interval(true, together.sources_of(synthetic=True)),
    )


def certain(draws: NDArray[np.float64]) -> Estimate:
    """Return the estimate of draws whose first has a value."""
    return estimate(draws) or Estimate(float(draws[0]), None, None)


def _rate(draws: NDArray[np.float64], together: Judged) -> Rate:
    n = int(together.synthetic.sum())
    found = certain(draws)
    low, high = binomial_interval(round(found.value * n), n)
    return Rate(found.value, low, high, found.low, found.high, n, len(together.logits) - n)


def _scores(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.exp(-np.logaddexp(0.0, -logits))
