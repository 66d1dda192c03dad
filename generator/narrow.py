"""Weights in eight bits beside a model: whole numbers, and a scale for each row."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# torch and safetensors declare some of their functions without types.

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from ..errors import ModelUnavailable

_FAULTS: Final = (LookupError, RuntimeError, AttributeError, AssertionError, TypeError, ValueError, OSError)
"""What tensors that are missing or of sizes that no network has lead to."""
_LEAST: Final = 1024
"""Smaller tensors are not worth the error."""
_SCALE: Final = "|scale"
"""Ends the name of a tensor of scales; no parameter is named so."""


def narrowed(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return tensors as they are written: int8 and a float16 scale a row where that is worth it, else float16."""
    found: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if tensor.ndim < 2 or tensor.numel() < _LEAST:
            found[name] = tensor.half().contiguous()
            continue
        rows = tensor.float().flatten(1)
        scale = (rows.abs().amax(1) / 127).clamp_min(1e-7).half()
        found[name] = (rows / scale.float()[:, None]).round().clamp(-127, 127).to(torch.int8).view(tensor.shape)
        found[name + _SCALE] = scale
    return found


def widened(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the same in float32, up to rounding."""
    found: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if not name.endswith(_SCALE):
            scale = tensors.get(name + _SCALE)
            wide = tensor.float()
            found[name] = wide if scale is None else wide * scale.float().view(-1, *[1] * (wide.ndim - 1))
    return found


@contextmanager
def reading(path: Path, what: str) -> Generator[dict[str, Tensor]]:
    """Give the tensors of a file, widened; whatever fails while something is built of them is the file's fault.

    Raises:
        ModelUnavailable: The file does not hold what it should.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        yield widened(load_file(path))
    except (*_FAULTS, SafetensorError) as error:
        raise ModelUnavailable(f"{path} holds no {what}: {error}") from error


def part_of(tensors: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    """Return the tensors whose names begin with `name` and a dot, without it."""
    return {key.removeprefix(f"{name}."): tensor for key, tensor in tensors.items() if key.startswith(f"{name}.")}
