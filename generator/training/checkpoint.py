"""State of a training stage on disk: written whole or not at all."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ...errors import ModelUnavailable


@dataclass(slots=True, eq=False)
class Progress:
    """What a stage has done so far; the step is also the state of its random numbers, which are drawn by step."""

    step: int
    seconds: float
    """Time spent in steps."""
    average: list[Tensor]
    """Exponential moving average of the parameters: what is shipped."""
    loss: float | None = None
    """Running mean."""


def save_checkpoint(
    path: Path, parameters: Sequence[nn.Parameter], optimizer: torch.optim.Optimizer, progress: Progress
) -> None:
    """Write everything that the next step depends on, through a temporary file."""
    state: dict[str, Any] = {
        "parameters": [parameter.detach() for parameter in parameters],
        "optimizer": optimizer.state_dict(),
        "step": progress.step,
        "seconds": progress.seconds,
        "average": progress.average,
        "loss": progress.loss,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".draft")
    with draft.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def load_checkpoint(path: Path, parameters: Sequence[nn.Parameter], optimizer: torch.optim.Optimizer) -> Progress:
    """Continue from `path` if it is there, else start at step 0.

    Raises:
        ModelUnavailable: The checkpoint is of another network.
    """
    if not path.exists():
        return Progress(step=0, seconds=0.0, average=[parameter.detach().clone() for parameter in parameters])
    state = _read(path, parameters)
    with torch.no_grad():
        for parameter, saved in zip(parameters, state["parameters"], strict=True):
            parameter.copy_(saved)
    optimizer.load_state_dict(state["optimizer"])
    return Progress(step=state["step"], seconds=state["seconds"], average=state["average"], loss=state["loss"])


def load_average(path: Path, parameters: Sequence[nn.Parameter]) -> Progress:
    """Fill `parameters` with the averaged weights of a finished or running stage.

    Raises:
        ModelUnavailable: There is no checkpoint, or it is of another network.
    """
    if not path.exists():
        raise ModelUnavailable(f"{path} is missing: train the stage {path.stem!r} first")
    state = _read(path, parameters)
    with torch.no_grad():
        for parameter, saved in zip(parameters, state["average"], strict=True):
            parameter.copy_(saved)
    return Progress(step=state["step"], seconds=state["seconds"], average=state["average"], loss=state["loss"])


def _read(path: Path, parameters: Sequence[nn.Parameter]) -> dict[str, Any]:
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    shapes = [tuple(saved.shape) for saved in state["parameters"]]
    if shapes != [tuple(parameter.shape) for parameter in parameters]:
        raise ModelUnavailable(f"{path} belongs to a network of other sizes; take another --out directory")
    return state
