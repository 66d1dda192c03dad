"""NPR-style: what upsampling leaves between neighbouring pixels.

After Tan et al., "Rethinking the Up-Sampling Operations in CNN-based Generative Network for Generalizable Deepfake
Detection" (CVPR 2024, arXiv 2312.10461): each block of 2×2 pixels minus its upper left one. The paper trains a
ResNet-50 on that map and publishes weights that are in no package registry. Here the map is described twice, by 91
fixed numbers and by a frozen network that looks at it as if it were a picture, and judged by logistic regression: the
rows say what the map itself carries, not what a large network trained on hundreds of thousands of maps finds in it.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ....detector.canon import Frames
from ....detector.training.dataset import Row
from ..contender import Logits
from .features import Describe, FeatureCache, Features
from .frozen import Lite0, mean_and_deviation
from .probe import Table, fit_logistic

PLACES = ((0, 1), (1, 0), (1, 1))
"""Of a 2×2 block; at (0, 0) the map is 0 by definition."""
BANDS = 16
"""Rings of the map's spectrum, from slow to half a cycle a pixel."""
GAIN = 3.5
"""Makes a picture of the map: with it, half of all clips deviate by more than 0.3 of a network's range (measured)."""
STEPS = (0.5, 1.5, 3.5, 7.5)
"""Code values that a pixel differs by from its block's first, at most."""


class NprStatistics:
    """Statistics of the map of neighbouring-pixel residuals."""

    name = "npr-statistics-1"
    windows = 2

    def __call__(self, window: Frames) -> Features:
        """(8, 224, 224, 3) -> (4, 91): of every other frame, as neighbours differ little."""
        return np.stack([describe_map(npr_map(one)) for one in window[::2]]).astype(np.float32)


class NprPictures:
    """EfficientNet-Lite 0 with its ImageNet weights, looking at the map instead of the picture."""

    windows = 2

    def __init__(self, lite0: Lite0) -> None:
        """Use these weights."""
        self._lite0 = lite0
        self.name = f"npr-1-{lite0.name}"

    def __call__(self, window: Frames) -> Features:
        """(8, 224, 224, 3) -> (8, 1280)."""
        maps = np.stack([npr_map(one) for one in window])
        return self._lite0(np.clip(np.rint(127.5 + maps * GAIN), 0, 255).astype(np.uint8))


class NprStyle:
    """Mean and deviation over frames of what describes the residual's map, and logistic regression."""

    def __init__(self, cache: FeatureCache, describe: Describe, *, on: str) -> None:
        """Describe maps in this way; `on` is its name in tables."""
        self._cache, self._describe = cache, describe
        self.name = f"NPR-style ({on} + LR)"

    def fit_predict(self, train: Sequence[Row], test: Sequence[Row]) -> Logits:
        """See `Contender`."""
        judge = fit_logistic(self._table(train), train)
        return judge(self._table(test))

    def _table(self, rows: Sequence[Row]) -> Table:
        """(clips, 2 · features)"""
        return np.stack([mean_and_deviation(one) for one in self._cache.of_all(rows, self._describe)])


def npr_map(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return each pixel minus the upper left one of its 2×2 block.

    Args:
        picture: (height, width, 3), even sides.

    Returns:
        (height, width, 3), -255 to 255.
    """
    pixels = picture.astype(np.float32)
    return pixels - pixels[::2, ::2].repeat(2, axis=0).repeat(2, axis=1)


def describe_map(residual: NDArray[np.float32]) -> NDArray[np.float64]:
    """Describe a map by 91 numbers.

    Args:
        residual: (height, width, 3), as `npr_map` returns it.

    Returns:
        Per place and channel: log mean size, log kurtosis, and the shares of sizes up to 0.5, 1.5, 3.5 and 7.5 code
        values (54); per channel: how much a residual tells of the next block's to the right, of that below, and of the
        other places of its own block (15); per place: how far two channels agree (6); log power of the green map in
        16 rings of its spectrum, over its mean power.
    """
    places = np.stack([residual[row::2, column::2] for row, column in PLACES])  # (3, h/2, w/2, channels)
    flat = places.reshape(len(PLACES), -1, 3).transpose(0, 2, 1)  # (3, channels, pixels)
    sizes = np.abs(flat)
    power = (flat**2).mean(axis=2) + 1e-3
    shares = [(sizes <= step).mean(axis=2) for step in STEPS]
    alone = [np.log(sizes.mean(axis=2) + 1e-2), np.log((flat**4).mean(axis=2) / power**2 + 1e-2), *shares]
    numbers = [np.concatenate([one.ravel() for one in alone]), _neighbours(places), _channels(flat), _rings(residual)]
    return np.concatenate(numbers).astype(np.float64)


def _neighbours(places: NDArray[np.float32]) -> NDArray[np.float64]:
    """Correlations within a channel, (15)."""
    right = [_agreement(places[0, :, :-1, c], places[0, :, 1:, c]) for c in range(3)]
    below = [_agreement(places[1, :-1, :, c], places[1, 1:, :, c]) for c in range(3)]
    own = [_agreement(places[a, ..., c], places[b, ..., c]) for a, b in ((0, 1), (0, 2), (1, 2)) for c in range(3)]
    return np.asarray([*right, *below, *own])


def _channels(flat: NDArray[np.float32]) -> NDArray[np.float64]:
    """Correlations of red and blue with green, (6)."""
    return np.asarray([_agreement(flat[k, 1], flat[k, c]) for k in range(len(PLACES)) for c in (0, 2)])


def _rings(residual: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log power in rings, (16)."""
    green = residual[..., 1]
    spectrum = np.abs(np.fft.rfft2(green)) ** 2
    rows, columns = np.fft.fftfreq(green.shape[0]), np.fft.rfftfreq(green.shape[1])
    radius = np.hypot(rows[:, None], columns[None, :])
    ring = np.minimum((radius / 0.5 * BANDS).astype(np.intp), BANDS - 1)
    mean = np.bincount(ring.ravel(), spectrum.ravel(), BANDS) / np.bincount(ring.ravel(), minlength=BANDS)
    return np.log((mean + 1e-3) / (mean.mean() + 1e-3))


def _agreement(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Return the correlation; 0 where one side does not vary."""
    first, second = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((first**2).mean() * (second**2).mean()))
    return float((first * second).mean()) / scale if scale > 1e-6 else 0.0
