"""The seam of the audit: whatever tells real clips from synthetic ones is asked in the same way."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ...detector.training.dataset import Row

Logits = NDArray[np.float64]


class Contender(Protocol):
    """A detector, a baseline or a control; one object serves all folds, one after the other."""

    @property
    def name(self) -> str:
        """As the tables spell it: `D3`, `metadata only`."""
        ...

    def fit_predict(self, train: Sequence[Row], test: Sequence[Row]) -> Logits:
        """Learn from some clips alone, then judge others.

        Every fold holds a fifth of the generators and a fifth of the real sources out; nothing that one call learnt
        may be used in the next.

        Args:
            train: Clips to learn from, `real` ones and `ai` ones of the head `full_synthetic`. Their sources and
                groups of near-duplicates do not occur in `test`.
            test: Clips to judge, in any order. Their labels must not be read.

        Returns:
            One finite number for each clip of `test`, in its order: log-odds of being synthetic as `train` teaches
            them, so that sigmoid(logit) is this contender's own probability and 0 its own point of balance, where
            real and synthetic clips of `train` weigh the same in all (scikit-learn: `class_weight="balanced"`). One
            that needs no training fits a one-dimensional logistic regression of its statistic on `train`.
        """
        ...
