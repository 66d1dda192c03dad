"""D3-style: real footage's steps through a frozen encoder's space change more from one to the next.

After Zheng et al., "D3: Training-Free AI-Generated Video Detection Using Second-Order Features" (ICCV 2025, arXiv
2508.00701): the length of the step between consecutive frames' features, its difference in time, and the deviation of
that. The paper's encoder, XCLIP-B/16, is in no package registry; ours are named in the table. The paper fixes the
sign (real clips are the more volatile); here each fold's own clips do, by a regression with one slope.
"""

from collections.abc import Sequence

import numpy as np

from ....detector.training.dataset import Row
from ..contender import Logits
from .features import Describe, FeatureCache, Features
from .probe import Table, fit_logistic

SMALLEST = 1e-6
"""Below any real clip's volatility; a still clip has none, and a logarithm needs one."""


class D3Style:
    """The second-order volatility of one encoder's features."""

    def __init__(self, cache: FeatureCache, encoder: Describe, *, on: str) -> None:
        """Use an encoder that gives (8, features); `on` is its name in tables."""
        self._cache, self._encoder = cache, encoder
        self.name = f"D3-style ({on})"

    def fit_predict(self, train: Sequence[Row], test: Sequence[Row]) -> Logits:
        """See `Contender`; from the training clips come a sign, a scale and an offset."""
        judge = fit_logistic(self._table(train), train)
        return judge(self._table(test))

    def _table(self, rows: Sequence[Row]) -> Table:
        """(clips, 1)"""
        found = [
            np.mean([np.log(max(volatility(window), SMALLEST)) for window in clip])
            for clip in self._cache.of_all(rows, self._encoder)
        ]
        return np.asarray(found, dtype=np.float64)[:, None]


def volatility(features: Features) -> float:
    """Return the standard deviation of the change in step length.

    Args:
        features: (frames, features) of frames that follow one another; at least 3.

    Returns:
        0 or more, in the features' unit; 0 where nothing moves or everything moves evenly.
    """
    if len(features) < 3:
        raise ValueError(f"{len(features)} frames; a second difference needs 3")
    steps = np.linalg.norm(np.diff(features.astype(np.float64), axis=0), axis=1)  # (frames - 1,)
    return float(np.std(np.diff(steps)))
