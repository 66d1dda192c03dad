"""From packed scenes to pixels on the run's device."""

from torch import Tensor

from ..world.packing import PackedScenes
from ..world.painting import render
from .config import TrainingConfig


def paint(packed: PackedScenes, config: TrainingConfig) -> Tensor:
    """Return clips (N, T, H, W, 3) in [0, 1]; on CUDA in one kernel where it can be built."""
    clips = render(packed, side=config.side, device=config.device, compiled=None if config.compiled else False)
    return clips.permute(0, 1, 3, 4, 2)  # (N, T, 3, H, W) -> (N, T, H, W, 3)
