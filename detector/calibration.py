"""From logits to something people can act on: a calibrated score, thresholds at stated FPR, and a band to abstain in.

Everything is fitted on clips that the weights never saw. numpy and scipy only: reading a calibration costs nothing.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .rates import binomial_interval, carries, clustered_interval

Verdict = Literal["likely_real", "inconclusive", "likely_synthetic"]
Logits = Sequence[float] | npt.NDArray[np.floating[Any]]
Floats = npt.NDArray[np.float64]

FPRS = (0.05, 0.01, 0.001)
"""The false positive rates that thresholds are set for, as far as the number of real clips carries them."""
USUAL_FPR = 0.01
"""What is judged at where nobody says."""
MISS_RATE = 0.05
"""Share of synthetic clips that may be called `likely_real`: what lies above their 5 % quantile is not."""
ECE_BINS = 10


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt scaling: score = 1 / (1 + exp(-(slope · logit + intercept))).

    The score is the probability that a clip is synthetic *where as many clips are synthetic as real*. For another
    share π of synthetic clips, odds multiply by π / (1 - π): see `at_prevalence`.
    """

    slope: float
    """More than 0, so that the order of clips never changes."""
    intercept: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.slope) and self.slope > 0 and math.isfinite(self.intercept)):
            raise ValueError(f"slope must be positive and both finite, got {self.slope} and {self.intercept}")

    def score(self, logit: float) -> float:
        """Return the score of one logit, in [0, 1]."""
        return float(self.scores([logit])[0])

    def scores(self, logits: Logits) -> Floats:
        """Return the scores of logits of any shape."""
        return _sigmoid(self.slope * np.asarray(logits, dtype=np.float64) + self.intercept)


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A threshold that real clips pass at a stated rate; a clip is `likely_synthetic` if its score is above it."""

    fpr: float
    """The rate asked for: the expected share of real clips of this kind above the threshold is at most this."""
    threshold: float
    """A score, 0–1."""
    ci95: tuple[float, float]
    """Where the true FPR lies with 95 % confidence, given how few clips were seen (`rates.clustered_interval`)."""
    tpr: float
    """Share of the synthetic clips above the threshold."""
    tpr_ci95: tuple[float, float]
    n_real: int
    n_synthetic: int


@dataclass(frozen=True, slots=True)
class RealLimit:
    """A clip is `likely_real` if its score is at most this: at most `miss_rate` of synthetic clips lie so low."""

    miss_rate: float
    threshold: float
    """A score, 0–1."""
    ci95: tuple[float, float]
    """Where the true miss rate lies with 95 % confidence."""
    n_synthetic: int


@dataclass(frozen=True, slots=True)
class HeadCalibration:
    """Everything that one head of the network needs to be judged by."""

    calibration: Calibration
    points: tuple[OperatingPoint, ...]
    """Highest FPR first; only those that the number of real clips carries."""
    real_limit: RealLimit
    ece: float
    """Expected calibration error of the fit, on the clips it was made from."""

    def point(self, fpr: float | None = None) -> OperatingPoint:
        """Return the operating point of this FPR.

        Args:
            fpr: None takes `USUAL_FPR`, or the one nearest to it where too few clips carry that.

        Raises:
            ValueError: There is none; the message lists those there are.
        """
        if fpr is None and self.points:
            return min(self.points, key=lambda point: abs(math.log(point.fpr / USUAL_FPR)))
        fpr = USUAL_FPR if fpr is None else fpr
        for point in self.points:
            if math.isclose(point.fpr, fpr, rel_tol=1e-6):
                return point
        known = ", ".join(f"{point.fpr:g}" for point in self.points) or "none"
        raise ValueError(f"no threshold for an FPR of {fpr:g}: this calibration carries {known}")

    def verdict(self, score: float, *, fpr: float) -> Verdict:
        """Return what a score says at an FPR: above its threshold, at most the real limit, or in the band between.

        Where the head separates so well that the limit lies above the threshold, the band is empty.
        """
        if score > self.point(fpr).threshold:
            return "likely_synthetic"
        return "likely_real" if score <= self.real_limit.threshold else "inconclusive"


def calibrate_head(
    real: Logits, synthetic: Logits, *, fprs: Sequence[float] = FPRS, real_sources: Sequence[str] | None = None
) -> HeadCalibration:
    """Fit the score, set the thresholds that the clips carry, and the limit below which a clip is likely real.

    Args:
        real: Logits of real clips, one a clip, from weights that saw neither the clip nor its source.
        synthetic: The same of synthetic clips.
        fprs: The rates wanted; those that `rates.clips_needed` says are too fine for `real` get no threshold.
        real_sources: Where each real clip comes from: clips of one source are alike, and the intervals widen by it.

    Raises:
        ValueError: Too few clips of either kind, or real clips have the higher logits.
    """
    real_logits, synthetic_logits = _finite(real, "real"), _finite(synthetic, "synthetic")
    calibration = fit_calibration(real_logits, synthetic_logits)
    real_scores, synthetic_scores = calibration.scores(real_logits), calibration.scores(synthetic_logits)
    points = tuple(
        operating_point(real_scores, synthetic_scores, fpr=fpr, real_sources=real_sources)
        for fpr in sorted(set(fprs), reverse=True)
        if carries(len(real_scores), fpr)
    )
    return HeadCalibration(
        calibration=calibration,
        points=points,
        real_limit=real_limit(synthetic_scores),
        ece=expected_calibration_error(real_scores, synthetic_scores),
    )


def fit_calibration(real: Logits, synthetic: Logits) -> Calibration:
    """Fit slope and intercept by maximum likelihood, each class weighing one half whatever its number of clips.

    Newton's method on Platt's targets (n+1)/(n+2) and 1/(n+2), which keep the slope finite where the classes do not
    overlap: Platt 1999, "Probabilistic outputs for support vector machines"; Lin, Lin and Weng 2007, "A note on …".

    Raises:
        ValueError: A class is empty or not finite, or real clips have the higher logits.
    """
    x_real, x_synthetic = _finite(real, "real"), _finite(synthetic, "synthetic")
    x = np.concatenate([x_real, x_synthetic])
    spread = max(float(x.std()), 1e-12)
    features = np.stack([(x - x.mean()) / spread, np.ones_like(x)], axis=1)  # (clips, 2)
    n_real, n_synthetic = len(x_real), len(x_synthetic)
    target = np.repeat([1 / (n_real + 2), (n_synthetic + 1) / (n_synthetic + 2)], [n_real, n_synthetic])
    weight = np.repeat([0.5 / n_real, 0.5 / n_synthetic], [n_real, n_synthetic])
    beta = _newton(features, target, weight)
    if beta[0] <= 1e-6:
        raise ValueError(
            f"real clips (mean logit {x_real.mean():.2f}) do not score below synthetic ones (mean logit "
            f"{x_synthetic.mean():.2f}); no calibration can mend that: are the labels swapped?"
        )
    return Calibration(slope=float(beta[0] / spread), intercept=float(beta[1] - beta[0] * x.mean() / spread))


def _newton(features: Floats, target: Floats, weight: Floats) -> Floats:
    """Minimise the weighted cross-entropy; steps are halved until the loss falls, so it cannot diverge."""
    beta = np.zeros(features.shape[1])
    loss = _cross_entropy(features @ beta, target, weight)
    for _ in range(100):
        score = _sigmoid(features @ beta)
        gradient = features.T @ (weight * (score - target))
        hessian = (features * (weight * score * (1 - score))[:, None]).T @ features + 1e-12 * np.eye(len(beta))
        step = np.linalg.solve(hessian, gradient)
        while (next_loss := _cross_entropy(features @ (beta - step), target, weight)) > loss and np.abs(step).max() > 0:
            step = step / 2 if np.abs(step).max() > 1e-14 else step * 0
        beta, decrease, loss = beta - step, loss - next_loss, next_loss
        if decrease < 1e-14:
            break
    return beta


def _cross_entropy(logit: Floats, target: Floats, weight: Floats) -> float:
    return float((weight * (np.logaddexp(0.0, logit) - target * logit)).sum())


def operating_point(
    real_scores: Floats, synthetic_scores: Floats, *, fpr: float, real_sources: Sequence[str] | None = None
) -> OperatingPoint:
    """Set the threshold at one FPR.

    It is the ⌈(n+1)(1-fpr)⌉-th smallest of n real scores: a further real clip of the same kind lies above it with a
    chance of at most `fpr`, whatever the distribution (split conformal prediction; Vovk, Gammerman and Shafer 2005).

    Raises:
        ValueError: Fewer than 1/fpr - 1 real clips: there is no such score.
    """
    n = len(real_scores)
    rank = math.ceil((n + 1) * (1 - fpr) - 1e-9)  # 1 - 0.01 is not 0.99 in binary
    if rank > n:
        raise ValueError(f"{n} real clips set no threshold for an FPR of {fpr:g}; at least {math.ceil(1 / fpr) - 1}")
    threshold = float(np.sort(real_scores)[rank - 1])
    caught = int((synthetic_scores > threshold).sum())
    return OperatingPoint(
        fpr=fpr,
        threshold=threshold,
        ci95=clustered_interval(real_scores > threshold, real_sources),
        tpr=caught / len(synthetic_scores),
        tpr_ci95=binomial_interval(caught, len(synthetic_scores)),
        n_real=n,
        n_synthetic=len(synthetic_scores),
    )


def real_limit(synthetic_scores: Floats, *, miss_rate: float = MISS_RATE) -> RealLimit:
    """Set the score below which a clip is likely real, as `operating_point` does from the other side.

    Raises:
        ValueError: Fewer than 1/miss_rate - 1 synthetic clips.
    """
    n = len(synthetic_scores)
    rank = math.floor((n + 1) * miss_rate + 1e-9)
    if rank < 1:
        needed = math.ceil(1 / miss_rate) - 1
        raise ValueError(f"{n} synthetic clips set no limit for a miss rate of {miss_rate:g}; at least {needed}")
    # Just below the rank-th smallest, so that a score equal to it, as ties are, is not yet likely real.
    threshold = float(np.nextafter(np.sort(synthetic_scores)[rank - 1], -1.0))
    missed = int((synthetic_scores <= threshold).sum())
    return RealLimit(
        miss_rate=miss_rate, threshold=max(threshold, 0.0), ci95=binomial_interval(missed, n), n_synthetic=n
    )


def at_prevalence(score: float, prevalence: float) -> float:
    """Return the probability that a clip is synthetic where a share `prevalence` of clips is, by Bayes' rule.

    Args:
        score: Calibrated for equal shares, as every score here.
        prevalence: In (0, 1).
    """
    synthetic, real = score * prevalence, (1 - score) * (1 - prevalence)
    return synthetic / (synthetic + real)


def expected_calibration_error(real_scores: Floats, synthetic_scores: Floats, *, bins: int = ECE_BINS) -> float:
    """Return how far scores are from the share of synthetic clips that have them, on average over equal-width bins.

    Each class weighs one half, as the scores suppose (Naeini, Cooper and Hauskrecht 2015, weighted).
    """
    scores = np.concatenate([real_scores, synthetic_scores])
    n_real, n_synthetic = len(real_scores), len(synthetic_scores)
    weight = np.repeat([0.5 / n_real, 0.5 / n_synthetic], [n_real, n_synthetic])
    synthetic = np.repeat([0.0, 1.0], [n_real, n_synthetic])
    bin_of = np.minimum((scores * bins).astype(np.intp), bins - 1)
    gaps = np.bincount(bin_of, weights=weight * (scores - synthetic), minlength=bins)
    return float(np.abs(gaps).sum())


def _finite(logits: Logits, kind: str) -> Floats:
    values = np.asarray(logits, dtype=np.float64).ravel()
    if not len(values) or not np.isfinite(values).all():
        raise ValueError(f"expected finite logits of {kind} clips, at least one; found {len(values)}")
    return values


def _sigmoid(x: Floats) -> Floats:
    return np.exp(-np.logaddexp(0.0, -x))  # no overflow, and scores near 0 keep their digits
