"""The training loop that the networks share: warm-up, decay, clipping, moving average, checkpoints, a look at speed."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares unflatten, split, step and others without types.

import math
import time
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor, nn

from .checkpoint import Progress, load_checkpoint, save_checkpoint
from .config import STAGES, Budget, Stage, TrainingConfig
from .descent import Descent, foreach
from .fusing import Compiled
from .progress import OnProgress, TrainingEvent
from .stepping import Step, Stepper

_WARM_UP_STEPS: Final = 150
_DECAY_FROM: Final = 0.35
"""Share of the budget after which the learning rate falls, in a line, to its last value."""
_LAST_RATE: Final = 0.01
_AVERAGE_DECAY: Final = 0.999
_TELL_SECONDS: Final = 6.0
_PEAK_FLOPS: Final = 989e12
"""Dense bf16 of one H100 SXM, NVIDIA's data sheet; the share reached is only told on CUDA."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one step costs, on paper."""

    samples: int
    flops: float
    """Of forward and backward together, multiplications and additions counted apart."""


def run_stage(
    stage: Stage,
    network: nn.Module,
    step: Step,
    config: TrainingConfig,
    budget: Budget,
    *,
    work: Work,
    fused: Compiled | None = None,
    on_progress: OnProgress | None = None,
) -> Progress:
    """Train `network` until the stage's budget is spent; continue from its checkpoint if there is one.

    Every step draws its random numbers from (seed, stage, step), so an interrupted run repeats nothing but the steps
    since the last checkpoint. The host waits for the device only when it tells of progress. If a loss is no number,
    training goes back to where it last was one, with a new optimiser.

    Args:
        stage: Names the checkpoint and the random numbers.
        network: Its parameters are trained, in place.
        step: See the type.
        config: Seed, device, folders.
        budget: Of this stage.
        work: Of one step, for the speed that is told.
        fused: What the step calls; if its first step fails compiled, it runs as written.
        on_progress: Called about every six seconds.
    """
    descent = Descent(network, learning_rate=budget.learning_rate)
    path = config.checkpoint(stage)
    progress = load_checkpoint(path, network, descent)
    if budget.ends_at is not None:
        left = max(1.0, budget.ends_at - time.time())
        budget = replace(budget, minutes=(progress.seconds + left) / 60, steps=None)
    stepper = Stepper(network, descent, step, capture=config.compiled and config.device == "cuda")
    watch = _Watch(stage, work, on_device=config.device == "cuda", on_progress=on_progress)
    good = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    saved_at = started = time.monotonic()
    before = progress.seconds
    running = torch.zeros((), device=config.device)
    first = progress.step
    while (share := budget.progress(progress.step, progress.seconds)) < 1:
        rng = torch.Generator(config.device).manual_seed(_seed(config.seed, stage, progress.step))
        rate = budget.learning_rate * _rate(progress.warmed, share)
        try:
            loss = stepper.take(rng, share, rate)
        except RuntimeError as error:
            if fused is None or not fused.compiled or progress.step > first:
                raise
            fused.settle()
            watch.say(progress, share, f"goes on without compiling: {str(error)[:300]}")
            continue
        _count(network, progress)
        running.lerp_(loss.float(), 1.0 if progress.step == first + 1 else 0.02)
        progress.seconds = before + time.monotonic() - started
        if watch.due(progress.step - first):
            progress.loss = float(running)
            if math.isfinite(progress.loss):
                for name, parameter in network.named_parameters():
                    good[name].copy_(parameter.detach())
            else:
                descent = _go_back(network, good, progress, budget)
                stepper = Stepper(network, descent, step, capture=stepper.captured)
                running.zero_()
                watch.say(progress, share, "the loss was no number: back to the last good weights")
            watch.tell(progress, share, rate)
        if time.monotonic() - saved_at > config.checkpoint_every_seconds:
            save_checkpoint(path, network, descent, progress)
            saved_at = time.monotonic()
    progress.loss = float(running) if progress.step > first else progress.loss
    save_checkpoint(path, network, descent, progress)
    watch.tell(progress, 1.0, 0.0)
    return progress


def _count(network: nn.Module, progress: Progress) -> None:
    """Count a step, and take it into the average."""
    progress.step += 1
    progress.warmed += 1
    decay = min(_AVERAGE_DECAY, (progress.step + 1) / (progress.step + 10))  # young averages forget faster
    with torch.no_grad():
        averages = list(progress.average.values())
        foreach("lerp", averages, [one.detach() for one in network.parameters()], 1 - decay)


def _go_back(network: nn.Module, good: dict[str, Tensor], progress: Progress, budget: Budget) -> Descent:
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(good[name])
            progress.average[name].copy_(good[name])
    progress.warmed = 0
    return Descent(network, learning_rate=budget.learning_rate)


def _rate(warmed: int, share: float) -> float:
    warm_up = min(1.0, (warmed + 1) / _WARM_UP_STEPS)
    return warm_up * max(_LAST_RATE, min(1.0, (1 - share) / (1 - _DECAY_FROM)))


def _seed(seed: int, stage: Stage, step: int) -> int:
    return ((seed * len(STAGES) + STAGES.index(stage)) << 32) + step


class _Watch:
    """Tells of progress now and then: loss, samples a second, share of the device's peak."""

    def __init__(self, stage: Stage, work: Work, *, on_device: bool, on_progress: OnProgress | None) -> None:
        self._stage: Stage = stage
        self._work, self._on_device, self._on_progress = work, on_device, on_progress
        self._told_at, self._told_step = time.monotonic(), 0

    def due(self, step: int) -> bool:
        """Return whether to tell; after 3 steps the first time, so that compiling stays out of the speed."""
        if step == 3:
            return True
        return step > 3 and step % 10 == 0 and time.monotonic() - self._told_at > _TELL_SECONDS

    def tell(self, progress: Progress, share: float, rate: float) -> None:
        now = time.monotonic()
        steps = progress.step - self._told_step
        speed = steps / max(now - self._told_at, 1e-9)
        self._told_at, self._told_step = now, progress.step
        figures = {"loss": progress.loss or math.nan, "rate": rate, "samples_per_second": speed * self._work.samples}
        text = f"step {progress.step}, loss {figures['loss']:.4f}, {figures['samples_per_second']:.0f} a second"
        if self._on_device:
            figures["utilisation"] = speed * self._work.flops / _PEAK_FLOPS
            text += f", {figures['utilisation']:.0%} of peak"
        self.say(progress, share, f"{text}, {progress.seconds:.0f} s", figures)

    def say(self, progress: Progress, share: float, text: str, figures: dict[str, float] | None = None) -> None:
        if self._on_progress is not None:
            self._on_progress(TrainingEvent(self._stage, progress.step, share, text, figures or {}))
