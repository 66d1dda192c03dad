"""ReStraV-style: the path that a clip takes through a frozen encoder's space, in 21 numbers.

After Internò et al., "AI-Generated Video Detection via Perceptual Straightening" (NeurIPS 2025, arXiv 2507.00583): the
lengths of the steps between consecutive frames' features, the angles between consecutive steps, and four moments of
each. The paper embeds 24 frames of two seconds with DINOv2 ViT-S/14, which is in no package registry; here it is 8
frames of one second, which give exactly the 7 lengths and 6 angles that the paper keeps, and the encoders are named in
the table. Its classifier is a small perceptron; logistic regression stands beside it.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ....detector.training.dataset import Row
from ..contender import Logits
from .features import Describe, FeatureCache, Features
from .probe import Table, fit_logistic, fit_mlp

LENGTHS = 7
ANGLES = 6
STILL = 1e-9
"""A step shorter than this has no direction: its angle counts as 90°, which says neither straight nor back."""


class ReStraVStyle:
    """Trajectory geometry of one encoder's features, and a classifier of 21 numbers."""

    def __init__(
        self, cache: FeatureCache, encoder: Describe, *, on: str, classifier: Literal["MLP", "LR"] = "MLP"
    ) -> None:
        """Use an encoder that gives (8, features); `on` is its name in tables."""
        self._cache, self._encoder = cache, encoder
        self._fit = fit_mlp if classifier == "MLP" else fit_logistic
        self.name = f"ReStraV-style ({on}, {classifier})"

    def fit_predict(self, train: Sequence[Row], test: Sequence[Row]) -> Logits:
        """See `Contender`."""
        judge = self._fit(self._table(train), train)
        return judge(self._table(test))

    def _table(self, rows: Sequence[Row]) -> Table:
        """(clips, 21): the mean over a clip's windows."""
        clips = self._cache.of_all(rows, self._encoder)
        return np.stack([np.mean([geometry(window) for window in clip], axis=0) for clip in clips])


def geometry(features: Features) -> NDArray[np.float64]:
    """Describe a path by 21 numbers.

    Args:
        features: (8, features) of frames that follow one another.

    Returns:
        7 step lengths; 6 angles between steps, in degrees; mean, least, greatest and variance of the lengths, and
        then of the angles.
    """
    if len(features) != LENGTHS + 1:
        raise ValueError(f"{len(features)} frames; the 21 numbers are of {LENGTHS + 1}")
    steps = np.diff(features.astype(np.float64), axis=0)
    lengths = np.linalg.norm(steps, axis=1)
    both = lengths[:-1] * lengths[1:]
    moving = (lengths[:-1] > STILL) & (lengths[1:] > STILL)
    cosines = np.divide((steps[:-1] * steps[1:]).sum(axis=1), both, out=np.zeros(ANGLES), where=moving)
    angles = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    return np.concatenate([lengths, angles, _moments(lengths), _moments(angles)])


def _moments(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray([values.mean(), values.min(), values.max(), values.var()])
