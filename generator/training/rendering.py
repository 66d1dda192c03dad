"""From packed scenes to pixels on the run's device."""

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor

from ..world.packing import PackedScenes
from ..world.painting import render
from .config import TrainingConfig
from .progress import OnProgress, TrainingEvent

Renderer: TypeAlias = Callable[[PackedScenes], Tensor]
"""Packed scenes to clips (N, T, H, W, 3) in [0, 1]."""


def renderer(config: TrainingConfig, *, compiled: bool, on_progress: OnProgress | None = None) -> Renderer:
    """Return how this run renders: compiled where it is asked for and works, else as the world is written."""

    def paint(packed: PackedScenes) -> Tensor:
        nonlocal compiled
        with torch.no_grad():
            try:
                clips = render(packed, side=config.side, device=config.device, compiled=compiled)
            except RuntimeError as error:
                if not compiled:
                    raise
                compiled = False
                if on_progress is not None:
                    text = f"renders without compiling: {str(error)[:300]}"
                    on_progress(TrainingEvent(stage="latents", step=0, share=0.0, text=text))
                clips = render(packed, side=config.side, device=config.device, compiled=False)
            return clips.permute(0, 1, 3, 4, 2)

    return paint
