"""State of a training stage on disk: safetensors, written whole or not at all."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# safetensors declares some types only partly.

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ...errors import ModelUnavailable
from .descent import Descent


@dataclass(slots=True, eq=False)
class Progress:
    """What a stage has done so far; the step is also the state of its random numbers, which are drawn by step."""

    step: int
    seconds: float
    """Time spent in steps."""
    average: dict[str, Tensor]
    """Exponential moving average of the parameters by name: what is shipped."""
    loss: float | None = None
    """Running mean."""
    warmed: int = 0
    """Steps since the optimiser was new."""


def fresh(network: nn.Module) -> Progress:
    """Return the progress of a stage that has done nothing yet."""
    return Progress(step=0, seconds=0.0, average=_copy(network))


def save_checkpoint(path: Path, network: nn.Module, descent: Descent, progress: Progress) -> None:
    """Write everything that the next step depends on."""
    tensors = {f"weights.{name}": parameter.detach() for name, parameter in network.named_parameters()}
    tensors |= {f"average.{name}": tensor for name, tensor in progress.average.items()}
    tensors |= {f"optimiser.{name}": tensor for name, tensor in descent.state().items()}
    about = {"step": progress.step, "seconds": progress.seconds, "loss": progress.loss, "warmed": progress.warmed}
    write_tensors(path, tensors, about)


def save_average(path: Path, progress: Progress) -> None:
    """Write the averaged weights alone, in float16: a later run starts from them with a new optimiser."""
    tensors = {f"average.{name}": tensor.half() for name, tensor in progress.average.items()}
    write_tensors(path, tensors, {"step": progress.step, "seconds": progress.seconds, "loss": progress.loss})


def load_checkpoint(path: Path, network: nn.Module, descent: Descent) -> Progress:
    """Continue from `path` if it is there, else start at step 0.

    A file of averaged weights alone becomes the starting point; the optimiser is new then and warms up again.

    Raises:
        ModelUnavailable: The checkpoint is of another network, or not readable.
    """
    progress = fresh(network)
    if not path.exists():
        return progress
    tensors, about = read_tensors(path)
    progress.average = _of(path, "average", tensors, network)
    whole = any(name.startswith("weights.") for name in tensors)
    weights = _of(path, "weights", tensors, network) if whole else progress.average
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(weights[name])
        if whole:
            for name, tensor in descent.state().items():
                saved = tensors.get(f"optimiser.{name}")
                if saved is None or saved.shape != tensor.shape:
                    raise _of_another(path)
                tensor.copy_(saved)
    progress.step, progress.seconds, progress.loss = about["step"], about["seconds"], about["loss"]
    progress.warmed = about.get("warmed", 0) if whole else 0
    return progress


def load_average(path: Path, network: nn.Module) -> Progress:
    """Fill `network` with the averaged weights of a finished or running stage.

    Raises:
        ModelUnavailable: There is no checkpoint, or it is of another network.
    """
    if not path.exists():
        raise ModelUnavailable(f"{path} is missing: train the stage {path.stem!r} first")
    tensors, about = read_tensors(path)
    average = _of(path, "average", tensors, network)
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(average[name])
    return Progress(step=about["step"], seconds=about["seconds"], average=average, loss=about["loss"])


def adopt(source: Path, folder: Path) -> None:
    """Copy the checkpoints of an earlier run, from `source` or its `checkpoints/`, into `folder` where it lacks them.

    Raises:
        ModelUnavailable: There are none.
    """
    here = source / "checkpoints" if (source / "checkpoints").is_dir() else source
    found = sorted(here.glob("*.safetensors"))
    if not found:
        raise ModelUnavailable(f"{source} holds no checkpoints (*.safetensors); name the --out of an earlier run")
    folder.mkdir(parents=True, exist_ok=True)
    for path in found:
        if not (folder / path.name).exists():
            draft = folder / (path.name + ".draft")
            shutil.copyfile(path, draft)
            draft.replace(folder / path.name)


def write_tensors(path: Path, tensors: dict[str, Tensor], about: dict[str, Any]) -> None:
    """Write tensors and a few facts through a temporary file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".draft")
    whole = {name: tensor.detach().to("cpu").contiguous() for name, tensor in tensors.items()}
    save_file(whole, draft, metadata={"about": json.dumps(about)})
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    draft.chmod(0o644)  # safetensors makes them private
    draft.replace(path)


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Return what `write_tensors` wrote.

    Raises:
        ModelUnavailable: It is no such file.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = cast("dict[str, str] | None", file.metadata())
            about: dict[str, Any] = json.loads((metadata or {})["about"])
            return {name: file.get_tensor(name) for name in file.keys()}, about  # noqa: SIM118 - no mapping
    except (SafetensorError, KeyError, ValueError) as error:
        raise ModelUnavailable(f"{path} is not a checkpoint ({error}); remove it to start anew") from error


def _copy(network: nn.Module) -> dict[str, Tensor]:
    return {name: parameter.detach().clone() for name, parameter in network.named_parameters()}


def _of(path: Path, kind: str, tensors: dict[str, Tensor], network: nn.Module) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for name, parameter in network.named_parameters():
        saved = tensors.get(f"{kind}.{name}")
        if saved is None or saved.shape != parameter.shape:
            raise _of_another(path)
        found[name] = saved.to(parameter)
    return found


def _of_another(path: Path) -> ModelUnavailable:
    return ModelUnavailable(f"{path} is of a network of other sizes; remove it, or train with the settings it had")
