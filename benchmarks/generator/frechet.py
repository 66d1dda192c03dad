"""Fréchet video distance in the judge's features, with the two distances that give it a scale."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Features = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FrechetRow:
    """One distance between two sets of clips."""

    between: str
    n: int
    """Clips a side."""
    distance: float

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


def frechet(first: Features, second: Features) -> float:
    """Return the squared Fréchet distance between normal distributions fitted to features, (n, d) each.

    |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁Σ₂)^½) (D. C. Dowson, B. V. Landau, J. Multivariate Analysis 12, 1982; on features
    of clips: T. Unterthiner et al., Towards accurate generative models of video, 2018). The trace of the root is the
    sum of the roots of the eigenvalues of Σ₁^½ Σ₂ Σ₁^½, which is symmetric.

    Raises:
        ValueError: A side has fewer than two clips.
    """
    if min(len(first), len(second)) < 2:
        raise ValueError(f"a covariance needs at least two clips, got {len(first)} and {len(second)}")
    means = first.mean(axis=0) - second.mean(axis=0)
    one, other = np.cov(first, rowvar=False), np.cov(second, rowvar=False)
    values, vectors = np.linalg.eigh(one)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    roots = np.sqrt(np.linalg.eigvalsh(root @ other @ root).clip(0)).sum()
    return float(means @ means + np.trace(one) + np.trace(other) - 2 * roots)


def frechet_rows(
    *, made: Features, renders: Features, others: Features, styles: tuple[Features, Features]
) -> tuple[FrechetRow, ...]:
    """Return the distances that matter, of as many clips a side as there are generated ones.

    Args:
        made: Of generated clips.
        renders: Of renders of the same prompts' scenes.
        others: Of renders of other scenes, of the same kind; at least as many.
        styles: Of photoreal and of animated renders of one list of scenes.
    """
    n = min(len(made), len(others), len(styles[0]))
    return (
        FrechetRow("generated – renders of other scenes", n, frechet(made[:n], others[:n])),
        FrechetRow("renders – renders of other scenes", n, frechet(renders[:n], others[:n])),
        FrechetRow("photoreal renders – animated renders", n, frechet(styles[0][:n], styles[1][:n])),
    )
