# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# (scipy ships no types; its two functions are cast to float where they are called)
"""How sure a counted rate is: exact intervals, clips that are alike, and how many clips a wanted rate needs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class ClipsNeeded:
    """How many independent real clips a false positive rate needs, for three strengths of saying so."""

    fpr: float
    threshold: int
    """There is a threshold at all: n + 1 ≥ 1 / fpr (see `calibration.operating_point`)."""
    promise: int
    """The rate can be promised: were none of n above, the true rate would be below fpr with 95 % confidence.

    (1 - fpr)^n ≤ 0.05, about 3 / fpr: the rule of three (Hanley and Lippman-Hand 1983).
    """
    half: int
    """The interval reaches from about half to one and a half times the rate: (1.96 / 0.5)² (1 - fpr) / fpr."""


def clips_needed(fpr: float) -> ClipsNeeded:
    """Return how many real clips a wanted FPR needs.

    Raises:
        ValueError: fpr is not in (0, 1).
    """
    if not 0 < fpr < 1:
        raise ValueError(f"fpr must be between 0 and 1, got {fpr}")
    return ClipsNeeded(
        fpr=fpr,
        threshold=math.ceil(1 / fpr - 1e-9) - 1,
        promise=math.ceil(math.log(0.05) / math.log1p(-fpr)),
        half=math.ceil((1.96 / 0.5) ** 2 * (1 - fpr) / fpr),
    )


def carries(n_real: int, fpr: float) -> bool:
    """Whether so many real clips carry a promise of this FPR."""
    return n_real >= clips_needed(fpr).promise


def precision(*, tpr: float, fpr: float, prevalence: float) -> float:
    """Return the share of clips above a threshold that are synthetic, by Bayes' rule.

    Args:
        tpr: Share of synthetic clips above it.
        fpr: Share of real clips above it.
        prevalence: Share of synthetic clips among all.
    """
    caught, alarmed = tpr * prevalence, fpr * (1 - prevalence)
    return caught / (caught + alarmed)


def binomial_interval(hits: float, n: float, *, level: float = 0.95) -> tuple[float, float]:
    """Return the Clopper–Pearson interval of a rate (1934): its coverage is at least `level`, whatever the rate.

    It also holds for a threshold that was set at one of the n values themselves: the true rate above the (hits+1)-th
    largest of n is Beta(hits + 1, n - hits) distributed, whose upper quantile is exactly this upper end, and whose
    lower quantile lies above this lower end.

    Args:
        hits: How many of n; may be fractional, for an effective n.
        n: More than 0.
        level: Coverage, in (0, 1).
    """
    from scipy.special import betaincinv

    if not (0 <= hits <= n and n > 0):
        raise ValueError(f"expected 0 ≤ hits ≤ n and n > 0, got {hits} of {n}")
    tail = (1 - level) / 2
    low = float(betaincinv(hits, n - hits + 1, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, n - hits, 1 - tail)) if hits < n else 1.0
    return low, high


def clustered_interval(hit: npt.NDArray[np.bool_], sources: Sequence[str] | None = None) -> tuple[float, float]:
    """Return the interval of the share of hits where clips of one source are alike.

    Clopper–Pearson with the effective number of clips in place of n: Korn and Graubard 1998, "Confidence intervals for
    proportions with small expected number of positive counts estimated from survey data".

    Args:
        hit: (clips,).
        sources: Where each clip comes from; None treats all as independent.
    """
    n = len(hit)
    share = float(hit.mean())
    effective = float(n) if sources is None else effective_clips(hit, sources)
    return binomial_interval(share * effective, effective)


def effective_clips(hit: npt.NDArray[np.bool_], sources: Sequence[str]) -> float:
    """Return how many independent clips tell as much about the share of hits as these do.

    n divided by the design effect, the variance of the share over sources by that of independent clips, and by Korn
    and Graubard's allowance for few sources, (t_{sources-1} / t_{n-1})². Not more than n, and not less than the number
    of sources, which are independent of each other. Without a hit, or with hits alone, the design effect is unknown
    and taken as 1; with a single source there is nothing to compare either.

    Args:
        hit: (clips,).
        sources: One a clip.

    Raises:
        ValueError: The lengths differ.
    """
    from scipy.special import stdtrit

    n = len(hit)
    if len(sources) != n:
        raise ValueError(f"expected one source a clip, got {len(sources)} for {n} clips")
    share = float(hit.mean())
    names, source_of = np.unique(np.asarray(sources), return_inverse=True)
    if share in {0.0, 1.0} or len(names) < 2 or len(names) == n:
        return float(n)
    excess = np.bincount(source_of, weights=hit.astype(np.float64) - share)  # hits above what the source's size gives
    variance = len(names) / (len(names) - 1) * float((excess**2).sum()) / n**2
    design_effect = max(1.0, variance / (share * (1 - share) / n))
    few = (float(stdtrit(len(names) - 1, 0.975)) / float(stdtrit(n - 1, 0.975))) ** 2
    return float(np.clip(n / (design_effect * few), min(len(names), n), n))
