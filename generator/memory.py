"""Where a pipeline runs, and what is given up so that it fits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import ModelUnavailable
from .third_party import load_module

Device = Literal["auto", "cpu", "cuda"]
"""`auto` takes CUDA if there is one."""

Rung = Literal["cpu", "whole", "tiled", "one part at a time", "one layer at a time"]

_WORKING_BYTES = 2 << 30
"""Left free for activations: an allowance, not a measurement; running out of it is an error that says so."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The device, and the rung of the memory ladder."""

    device: Literal["cpu", "cuda"]
    rung: Rung


def dtype_for(device: Device) -> Any:
    """Return the dtype that weights are read in: fp32 for a CPU (bf16 is four times slower there), bf16 for CUDA.

    Raises:
        ModelUnavailable: CUDA was asked for and there is none.
    """
    torch = load_module("torch")
    return torch.bfloat16 if _is_cuda(device) else torch.float32


def _is_cuda(device: Device) -> bool:
    has_cuda = bool(load_module("torch").cuda.is_available())
    if device == "cuda" and not has_cuda:
        raise ModelUnavailable("CUDA was asked for, torch sees no such device; use the CPU")
    return has_cuda and device != "cpu"


def place(pipe: Any, device: Device) -> Placement:
    """Put a loaded pipeline where it can run. Raises as `dtype_for`."""
    torch = load_module("torch")
    if not _is_cuda(device):
        pipe.to("cpu")
        return Placement("cpu", "cpu")
    free, _ = torch.cuda.mem_get_info()
    sizes = [_bytes_of(part) for part in pipe.components.values()]
    rung = choose_rung(free=int(free), total=sum(sizes), largest=max(sizes, default=0))
    _climb(pipe, rung)
    return Placement("cuda", rung)


def choose_rung(*, free: int, total: int, largest: int) -> Rung:
    """Return how much of the model may stay on the device.

    Args:
        free: Bytes free on the device.
        total: Bytes of all weights.
        largest: Bytes of the largest part: what must fit when parts take turns.
    """
    if total + 2 * _WORKING_BYTES <= free:
        return "whole"
    if total + _WORKING_BYTES <= free:
        return "tiled"
    return "one part at a time" if largest + _WORKING_BYTES <= free else "one layer at a time"


def _climb(pipe: Any, rung: Rung) -> None:
    if rung != "whole":
        _try_tiling(getattr(pipe, "vae", None))
    steps: dict[Rung, Callable[[], object]] = {
        "whole": lambda: pipe.to("cuda"),
        "tiled": lambda: pipe.to("cuda"),
        "one part at a time": pipe.enable_model_cpu_offload,
        "one layer at a time": pipe.enable_sequential_cpu_offload,
    }
    steps[rung]()


def _try_tiling(vae: Any) -> None:
    for name in ("enable_tiling", "enable_slicing"):
        enable = getattr(vae, name, None)
        if enable is None:
            continue
        try:
            enable()
        except NotImplementedError:  # 2D VAEs of some families have the method and refuse
            continue


def _bytes_of(part: Any) -> int:
    parameters = getattr(part, "parameters", None)
    return 0 if parameters is None else sum(one.numel() * one.element_size() for one in parameters())
