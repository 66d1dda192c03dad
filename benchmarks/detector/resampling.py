"""How far a number would move with other sources: a bootstrap that draws whole generators and real sources.

Clips of one source are alike, so drawing single clips would promise far too much. Each draw weighs the sources of a
fold by how often chance took them; all statistics are sums over sources, so a draw is a product of small matrices.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .contender import Logits
from .judged import Judged, outranked

DRAWS = 2000
FLOOR_CLIPS = 15
"""A real source counts for the floor from so many clips on."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval; no bounds where there is nothing to draw from."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """One fold's comparisons, summed by source."""

    clips: int
    synthetic_clips: Floats
    """(generators,)"""
    real_clips: Floats
    """(real sources,)"""
    wins: Floats
    """(generators, real sources): pairs in which the synthetic clip has the higher logit, ties one half."""
    rival_wins: Floats
    """(real sources, real sources): the same between real clips; the diagonal is 0."""
    large: NDArray[np.bool_]
    """(real sources,), those that the floor asks about."""
    descending: NDArray[np.intp]
    """(real clips,), the source of each, highest logit first."""
    above: Floats
    """(generators, real clips + 1): synthetic clips above the logit of each real one, in that order; then all."""

    @property
    def rival_pairs(self) -> Floats:
        """(real sources, real sources), how many pairs there are."""
        pairs = np.outer(self.real_clips, self.real_clips)
        np.fill_diagonal(pairs, 0.0)
        return pairs


def fold_of(judged: Judged) -> Fold:
    """Sum up one fold.

    Raises:
        ValueError: It has clips of one kind only.
    """
    if not judged.complete:
        raise ValueError(f"fold {judged.fold}: clips of one kind only; expected real and synthetic ones")
    generators, generator_of = _numbered(judged.sources_of(synthetic=True))
    reals, real_of = _numbered(judged.sources_of(synthetic=False))
    of_reals = [judged.real_logits[real_of == number] for number in range(reals)]
    of_generators = [judged.synthetic_logits[generator_of == number] for number in range(generators)]
    rivals = _wins(of_reals, of_reals)
    np.fill_diagonal(rivals, 0.0)
    order = np.argsort(-judged.real_logits, kind="stable")
    levels = judged.real_logits[order]
    above = np.stack([len(one) - np.searchsorted(np.sort(one), levels, side="right") for one in of_generators])
    counts = np.array([len(one) for one in of_generators], dtype=np.float64)
    above = np.concatenate([above.astype(np.float64), counts[:, None]], axis=1)
    real_counts = np.array([len(one) for one in of_reals], dtype=np.float64)
    return Fold(
        clips=len(judged.logits),
        synthetic_clips=counts,
        real_clips=real_counts,
        wins=_wins(of_generators, of_reals),
        rival_wins=rivals,
        large=real_counts >= FLOOR_CLIPS,
        descending=real_of[order],
        above=above,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """How often each source of each fold was taken, draw after draw; the first draw takes each once."""

    generators: tuple[Floats, ...]
    """A fold each: (draws, generators)."""
    reals: tuple[Floats, ...]
    """A fold each: (draws, real sources)."""


def draw(folds: Sequence[Fold], *, draws: int = DRAWS, seed: int = 0) -> Draws:
    """Take sources with replacement, as many as the fold has, each fold by itself."""
    rng = np.random.default_rng(seed)
    return Draws(
        generators=tuple(_multiplicities(rng, len(one.synthetic_clips), draws) for one in folds),
        reals=tuple(_multiplicities(rng, len(one.real_clips), draws) for one in folds),
    )


def auroc_draws(folds: Sequence[Fold], draws: Draws) -> Floats:
    """Return the AUROC of each draw, (draws,): of each fold by itself, the mean weighted by the fold's clips."""
    by_fold = [
        ((by_generator @ fold.wins) * by_real).sum(1)
        / ((by_generator @ fold.synthetic_clips) * (by_real @ fold.real_clips))
        for fold, by_generator, by_real in zip(folds, draws.generators, draws.reals, strict=True)
    ]
    return np.average(by_fold, axis=0, weights=[fold.clips for fold in folds])


def tpr_draws(folds: Sequence[Fold], draws: Draws, *, fpr: float) -> Floats:
    """Return the share of synthetic clips above each fold's own threshold, (draws,), of all folds' synthetic clips.

    The threshold of a fold is the lowest at which no more than `fpr` of its real clips lie above: set on the held-out
    clips, as TPR at an FPR is defined. With n < 1 / fpr real clips in a fold that is above all of them.
    """
    hits: list[Floats] = []
    clips: list[Floats] = []
    for fold, by_generator, by_real in zip(folds, draws.generators, draws.reals, strict=True):
        weights = by_real[:, fold.descending]  # (draws, real clips)
        passed = np.cumsum(weights, axis=1) > fpr * weights.sum(1, keepdims=True) + 1e-9
        first = np.argmax(passed, axis=1)  # the first real clip that may not pass sets the threshold
        hits.append((by_generator * fold.above[:, first].T).sum(1))
        clips.append(by_generator @ fold.synthetic_clips)
    return np.asarray(np.sum(hits, axis=0) / np.sum(clips, axis=0), dtype=np.float64)


def floor_draws(folds: Sequence[Fold], draws: Draws) -> Floats:
    """Return the real-vs-real floor of each draw, (draws,); NaN where no real source is large enough.

    The mean over real sources with 15 clips or more of max(a, 1 - a), where a is the AUROC of that source's clips
    against all other held-out real clips of its fold: what telling *collections* apart gives without any synthetic
    clip. An AUROC is worth what it has above this (VidAudit, arXiv 2606.31004).
    """
    total, weight = 0.0, 0.0
    for fold, by_real in zip(folds, draws.reals, strict=True):
        with np.errstate(invalid="ignore", divide="ignore"):
            a = (by_real @ fold.rival_wins.T) / (by_real @ fold.rival_pairs.T)  # (draws, real sources)
        usable = fold.large & np.isfinite(a)
        total = total + (by_real * np.where(usable, np.maximum(a, 1.0 - a), 0.0)).sum(1)
        weight = weight + (by_real * usable).sum(1)
    with np.errstate(invalid="ignore"):
        return np.asarray(total / weight, dtype=np.float64)


def estimate(draws: Floats) -> Estimate | None:
    """Return the value of the first draw, which takes each source once, with the percentile interval of the others.

    None where there is no value; draws without one are left out of the interval.
    """
    if not np.isfinite(draws[0]):
        return None
    others = draws[1:][np.isfinite(draws[1:])]
    if not len(others):
        return Estimate(float(draws[0]), None, None)
    low, high = np.quantile(others, [0.025, 0.975])
    return Estimate(float(draws[0]), float(low), float(high))


def _multiplicities(rng: np.random.Generator, sources: int, draws: int) -> Floats:
    taken = rng.multinomial(sources, np.full(sources, 1.0 / sources), size=draws).astype(np.float64)
    return np.concatenate([np.ones((1, sources)), taken])


def _numbered(names: Sequence[str]) -> tuple[int, NDArray[np.intp]]:
    unique, numbers = np.unique(np.asarray(names), return_inverse=True)
    return len(unique), numbers


def _wins(rows: Sequence[Logits], columns: Sequence[Logits]) -> Floats:
    """(rows, columns): pairs in which the row's logit is the higher one; no row is empty."""
    whole, starts = np.concatenate(rows), np.cumsum([0, *(len(row) for row in rows[:-1])])
    return np.stack([np.add.reduceat(outranked(column, whole), starts) for column in columns], axis=1)
