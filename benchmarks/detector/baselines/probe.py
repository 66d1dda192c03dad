# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# (scikit-learn has no types)
"""Small classifiers on fixed features: all that most baselines train."""

import math
import warnings
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ....detector.training.dataset import Row
from ..contender import Logits

Table = NDArray[np.float64]
"""(clips, features)"""
Judge = Callable[[Table], Logits]

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Inverse L2 strengths that are tried, as scikit-learn's C."""
INNER_FOLDS = 4
MLP_SIZES = (64, 32)
MLP_EPOCHS = 80
MLP_SEEDS = range(3)


def fit_logistic(table: Table, rows: Sequence[Row]) -> Judge:
    """Fit logistic regression with L2 to standardised features, both classes weighing the same.

    The strength is the one with the least log loss on sources held out within these rows; no other clip is asked.

    Args:
        table: (clips, features), finite.
        rows: The clips; both labels occur.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    synthetic = _synthetic(rows)

    def fitted(chosen: NDArray[np.intp], strength: float) -> Judge:
        model = make_pipeline(
            StandardScaler(), LogisticRegression(C=strength, class_weight="balanced", max_iter=2000, tol=1e-4)
        ).fit(table[chosen], synthetic[chosen])
        return model.decision_function

    return fitted(np.arange(len(rows)), _best_strength(fitted, table, rows))


def fit_mlp(table: Table, rows: Sequence[Row]) -> Judge:
    """Fit a perceptron of 64 and 32 hidden units to standardised features: the mean logit of three seeds.

    Its prior is taken off, so that both classes weigh the same, as they do in `fit_logistic`.

    Args:
        table: (clips, features), finite.
        rows: The clips; both labels occur.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier
    from sklearn.preprocessing import StandardScaler

    synthetic = _synthetic(rows)
    scaler = StandardScaler().fit(table)
    prior = math.log(synthetic.sum() / (~synthetic).sum())
    models = [
        MLPClassifier(MLP_SIZES, alpha=1e-3, learning_rate_init=1e-3, max_iter=MLP_EPOCHS, random_state=seed)
        for seed in MLP_SEEDS
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a fixed number of epochs is the recipe
        for model in models:
            model.fit(scaler.transform(table), synthetic)

    def judge(other: Table) -> Logits:
        both = np.stack([np.asarray(model.predict_proba(scaler.transform(other))) for model in models])
        probability = np.clip(both[..., 1], 1e-9, 1.0 - 1e-9)
        return np.log(probability / (1.0 - probability)).mean(axis=0) - prior

    return judge


def _best_strength(
    fitted: Callable[[NDArray[np.intp], float], Judge], table: Table, rows: Sequence[Row], seed: int = 0
) -> float:
    """Return the strength whose log-odds hold best on held-out sources; the middle one where there are too few."""
    from sklearn.model_selection import StratifiedGroupKFold

    synthetic = _synthetic(rows)
    sources = np.asarray([f"{row.label} {row.source}" for row in rows])
    fewest = min(len(set(sources[synthetic])), len(set(sources[~synthetic])))
    if fewest < 2:
        return STRENGTHS[len(STRENGTHS) // 2]
    parts = StratifiedGroupKFold(min(INNER_FOLDS, fewest), shuffle=True, random_state=seed)
    losses = dict.fromkeys(STRENGTHS, 0.0)
    for inside, outside in parts.split(table, synthetic, sources):
        if len(set(synthetic[inside])) < 2 or len(set(synthetic[outside])) < 2:
            continue
        for strength in STRENGTHS:
            losses[strength] += _balanced_loss(fitted(inside, strength)(table[outside]), synthetic[outside])
    return min(STRENGTHS, key=losses.__getitem__)


def _balanced_loss(logits: Logits, synthetic: NDArray[np.bool_]) -> float:
    """Return the log loss, in nats, each class weighing one half."""
    return float(np.logaddexp(0.0, -logits[synthetic]).mean() + np.logaddexp(0.0, logits[~synthetic]).mean()) / 2.0


def _synthetic(rows: Sequence[Row]) -> NDArray[np.bool_]:
    found = np.asarray([row.label == "ai" for row in rows])
    if found.all() or not found.any():
        raise ValueError(f"{int(found.sum())} synthetic clips of {len(found)}: both labels are needed to learn")
    return found
