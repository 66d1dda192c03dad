"""What a contender said of clips that it had never seen, and how often a synthetic one outranks a real one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .contender import Logits

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The held-out clips of one fold, judged by one contender that was fitted on the others."""

    fold: int
    logits: Logits
    """(clips,), calibrated log-odds of being synthetic, as `Contender.fit_predict` gives them."""
    synthetic: Flags
    """(clips,), the labels."""
    sources: tuple[str, ...]
    """The generator or real source of each clip."""

    def __post_init__(self) -> None:
        if not (len(self.logits) == len(self.synthetic) == len(self.sources)):
            raise ValueError(
                f"fold {self.fold}: {len(self.logits)} logits, {len(self.synthetic)} labels and {len(self.sources)} "
                "sources; expected one of each a clip"
            )
        if not np.isfinite(self.logits).all():
            raise ValueError(f"fold {self.fold}: a logit is not finite")

    @property
    def real_logits(self) -> Logits:
        """Those of real clips."""
        return self.logits[~self.synthetic]

    @property
    def synthetic_logits(self) -> Logits:
        """Those of synthetic clips."""
        return self.logits[self.synthetic]

    @property
    def complete(self) -> bool:
        """Whether there are clips of both kinds, so that they can be compared."""
        return bool(self.synthetic.any() and not self.synthetic.all())

    def sources_of(self, *, synthetic: bool) -> tuple[str, ...]:
        """Return the source of each clip of one kind, in the order of its logits."""
        return tuple(name for name, flag in zip(self.sources, self.synthetic, strict=True) if flag == synthetic)

    def against(self, generator: str) -> "Judged":
        """Return one generator's clips with all real ones; each of those clips is a source of its own.

        An interval of one generator asks which of its clips were taken, not which generators.
        """
        names = np.asarray(self.sources)
        kept = np.flatnonzero(~self.synthetic | (self.synthetic & (names == generator)))
        own = tuple(f"{names[one]} {one}" if self.synthetic[one] else str(names[one]) for one in kept)
        return Judged(self.fold, self.logits[kept], self.synthetic[kept], own)


def pooled(folds: Sequence[Judged]) -> Judged:
    """Put all folds into one, numbered 0.

    Logits of different models have no common scale of their own. What puts them on one is each model's calibration,
    fitted on its training side alone: a contender's logits are log-odds, and log-odds can be compared. Nothing of the
    held-out clips is used to align the folds.

    Raises:
        ValueError: There is no fold.
    """
    if not folds:
        raise ValueError("expected at least one fold")
    return Judged(
        fold=0,
        logits=np.concatenate([one.logits for one in folds]),
        synthetic=np.concatenate([one.synthetic for one in folds]),
        sources=tuple(source for one in folds for source in one.sources),
    )


def auroc(real: Logits, synthetic: Logits) -> float:
    """Return the chance that a synthetic clip's logit lies above a real one's; equal ones count one half.

    The Mann-Whitney statistic over the number of pairs (Hanley and McNeil 1982).

    Raises:
        ValueError: One of them is empty.
    """
    if not len(real) or not len(synthetic):
        raise ValueError(f"expected clips of both kinds, got {len(real)} real and {len(synthetic)} synthetic ones")
    return float(outranked(real, synthetic).mean() / len(real))


def outranked(real: Logits, synthetic: Logits) -> NDArray[np.float64]:
    """Return for each synthetic logit how many real ones lie below it, (synthetic,); equal ones count one half."""
    ordered = np.sort(real)
    below, at_most = (np.searchsorted(ordered, synthetic, side=side) for side in ("left", "right"))
    return (below + at_most) / 2.0


def curve(judged: Judged) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the points of the ROC curve, rates of false and of true positives from (0, 0) to (1, 1)."""
    thresholds = np.unique(judged.logits)[::-1]
    real, synthetic = np.sort(judged.real_logits), np.sort(judged.synthetic_logits)
    false, true = (
        1.0 - np.searchsorted(one, thresholds, side="left") / len(one) for one in (real, synthetic)
    )  # at or above each threshold
    return np.concatenate([[0.0], false]), np.concatenate([[0.0], true])
