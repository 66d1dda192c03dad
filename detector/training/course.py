# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of modules and optimizers open)
"""Learning by gradient: rates that rise and fall, a running mean of the weights, and a file to go on from."""

import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .recipe import Course

KEEP_EVERY_SECONDS = 120.0
TELL_EVERY = 20

OnStep = Callable[[int, float], None]


def learn(
    learner: nn.Module,
    groups: Sequence[tuple[Iterable[nn.Parameter], float]],
    course: Course,
    *,
    loss_of: Callable[[int], Tensor],
    state: Path,
    on_step: OnStep = lambda _step, _loss: None,
) -> None:
    """Fit a module, and leave it with the running mean of its weights.

    Args:
        learner: All that learns, on its device; its buffers are averaged too.
        groups: Parameters and their highest rate; what is in none stays as it is.
        course: How long and how fast.
        loss_of: Draws the batch of a step and returns its loss; the same step gives the same batch.
        state: File of the checkpoint, gone on from if it exists; a finished one is kept, so that the caller's next
            stage need not wait for this one again.
        on_step: Told of every 20th step and its loss.
    """
    lists = [(list(some), rate) for some, rate in groups]
    sets: list[dict[str, Any]] = [{"params": some, "rate": rate, "lr": rate} for some, rate in lists]
    moved = [one for some, _ in lists for one in some]
    optimizer = torch.optim.AdamW(sets, weight_decay=course.weight_decay, fused=moved[0].is_cuda)
    mean = {name: value.detach().clone() for name, value in learner.state_dict().items()}
    first, kept = _resume(state, learner, optimizer, mean), time.monotonic()
    for step in range(first, course.steps):
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * _rate(step, course)
        loss = loss_of(step)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(moved, course.longest)
        optimizer.step()
        _follow(mean, learner, min(course.average, (step + 1) / (step + 10)))
        if step % TELL_EVERY == 0 or step == course.steps - 1:
            on_step(step, float(loss.detach()))
        if time.monotonic() - kept > KEEP_EVERY_SECONDS or step == course.steps - 1:
            _keep(state, step + 1, learner, optimizer, mean)
            kept = time.monotonic()
    learner.load_state_dict(mean)


def _rate(step: int, course: Course) -> float:
    up = max(1, round(course.warm_up * course.steps))
    if step < up:
        return (step + 1) / up
    return 0.5 * (1.0 + math.cos(math.pi * (step - up) / max(1, course.steps - up)))


@torch.no_grad()
def _follow(mean: dict[str, Tensor], learner: nn.Module, decay: float) -> None:
    for name, value in learner.state_dict().items():
        if value.is_floating_point():
            mean[name].lerp_(value, 1.0 - decay)
        else:
            mean[name].copy_(value)


def _keep(state: Path, step: int, learner: nn.Module, optimizer: Any, mean: dict[str, Tensor]) -> None:
    draft = state.with_suffix(".draft")
    kept = {"step": step, "learner": learner.state_dict(), "optimizer": optimizer.state_dict(), "mean": mean}
    torch.save(kept, draft)
    os.replace(draft, state)  # noqa: PTH105 - atomic, and Path.replace says the same


def _resume(state: Path, learner: nn.Module, optimizer: Any, mean: dict[str, Tensor]) -> int:
    if not state.exists():
        return 0
    where = next(iter(mean.values())).device
    kept = torch.load(state, map_location=where, weights_only=True)
    learner.load_state_dict(kept["learner"])
    optimizer.load_state_dict(kept["optimizer"])
    mean.update(kept["mean"])
    return int(kept["step"])
