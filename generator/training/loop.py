"""The training loop that the three networks share: warm-up, cosine, clipping, moving average, checkpoints."""

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import torch
from torch import Tensor, nn

from .checkpoint import Progress, load_checkpoint, save_checkpoint
from .config import Budget, Stage, TrainingConfig

_WARM_UP_STEPS: Final = 100
_LAST_RATE: Final = 0.02
"""Share of the learning rate that is left at the end."""
_AVERAGE_DECAY: Final = 0.998
_CLIP: Final = 1.0


@dataclass(frozen=True, slots=True)
class TrainingEvent:
    """One line of progress."""

    stage: Stage
    step: int
    share: float
    """Of the stage's budget, 0 to 1."""
    text: str


OnProgress: TypeAlias = Callable[[TrainingEvent], None]
LossOfStep: TypeAlias = Callable[[random.Random, torch.Generator], Tensor]
"""Draws a batch and returns its loss; all chance comes from the two arguments."""


def run_stage(
    stage: Stage,
    parameters: Sequence[nn.Parameter],
    loss_of_step: LossOfStep,
    config: TrainingConfig,
    *,
    on_progress: OnProgress | None = None,
) -> Progress:
    """Train `parameters` until the stage's budget is spent; continue from its checkpoint if there is one.

    Every step draws its random numbers from (seed, stage, step), so an interrupted run repeats nothing but the steps
    since the last checkpoint, and a run by steps ends at the same weights however often it was interrupted.
    """
    budget = _budget(stage, config)
    optimizer = torch.optim.AdamW(parameters, lr=budget.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
    path = config.checkpoint(stage)
    progress = load_checkpoint(path, parameters, optimizer)
    while (share := budget.progress(progress.step, progress.seconds)) < 1:
        started = time.monotonic()
        for group in optimizer.param_groups:
            group["lr"] = budget.learning_rate * _rate(progress.step, share)
        rng = random.Random(f"{config.seed}/{stage}/{progress.step}")
        _step(parameters, loss_of_step, optimizer, progress, rng)
        progress.seconds += time.monotonic() - started
        if progress.step % config.checkpoint_every_steps == 0:
            save_checkpoint(path, parameters, optimizer, progress)
            _tell(stage, progress, share, on_progress)
    save_checkpoint(path, parameters, optimizer, progress)
    _tell(stage, progress, 1.0, on_progress)
    return progress


def _step(
    parameters: Sequence[nn.Parameter],
    loss_of_step: LossOfStep,
    optimizer: torch.optim.Optimizer,
    progress: Progress,
    rng: random.Random,
) -> None:
    loss = loss_of_step(rng, torch.Generator().manual_seed(rng.getrandbits(48)))
    optimizer.zero_grad()
    torch.autograd.backward(loss)
    nn.utils.clip_grad_norm_(parameters, _CLIP)
    optimizer.step()
    progress.step += 1
    decay = min(_AVERAGE_DECAY, (progress.step + 1) / (progress.step + 10))  # young averages forget faster
    for average, parameter in zip(progress.average, parameters, strict=True):
        average.lerp_(parameter.detach(), 1 - decay)
    value = float(loss.detach())
    progress.loss = value if progress.loss is None else 0.99 * progress.loss + 0.01 * value


def _rate(step: int, share: float) -> float:
    warm_up = min(1.0, (step + 1) / _WARM_UP_STEPS)
    return warm_up * max(_LAST_RATE, 0.5 * (1 + math.cos(math.pi * share)))


def _budget(stage: Stage, config: TrainingConfig) -> Budget:
    match stage:
        case "denoiser":
            return config.denoiser
        case "decoder":
            return config.decoder
        case "encoder":
            return config.encoder
        case _:
            raise ValueError(f"the stage {stage!r} trains nothing")


def _tell(stage: Stage, progress: Progress, share: float, on_progress: OnProgress | None) -> None:
    if on_progress is not None:
        loss = math.nan if progress.loss is None else progress.loss
        text = f"{stage}: step {progress.step}, loss {loss:.4f}, {progress.seconds / 60:.1f} min"
        on_progress(TrainingEvent(stage=stage, step=progress.step, share=share, text=text))
