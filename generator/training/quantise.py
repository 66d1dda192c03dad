"""Weights as the files will hold them: eight bits, seen by training from the first step.

A network that is trained through its rounded weights loses nothing when they are rounded for good. Forward uses
round(w); backward passes the gradient on as if nothing had been rounded, the straight-through estimator (Bengio,
Leonard, Courville, arXiv:1308.3432). float8_e4m3fn holds 3 bits of mantissa from 2^-6 to 448 and steps of 2^-9 below
(Micikevicius et al., "FP8 Formats for Deep Learning", arXiv:2209.05433); there is no scale beside it, because stock
loaders would not apply one.
"""

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

_LEAST: Final = 4096
"""Smaller tensors are not worth the error."""
_KEPT: Final = ("scale_shift_table", "proj_out", "decoder.conv_out", "relative_attention_bias")
"""The last layers of each network and the tables that every token is scaled by stay at 16 bits."""


def is_narrow(name: str, weight: Tensor) -> bool:
    """Return whether the parameter `name` is stored in 8 bits."""
    return weight.ndim >= 2 and weight.numel() >= _LEAST and not any(kept in name for kept in _KEPT)


def rounded(weight: Tensor) -> Tensor:
    """Return the nearest 8-bit value of every weight, in the weight's own type; gradients pass straight through."""
    near = weight.detach().to(torch.float8_e4m3fn).to(weight.dtype)
    return weight + (near - weight.detach())


def as_used(weights: Mapping[str, Tensor], dtype: torch.dtype, *, narrow: bool = True) -> dict[str, Tensor]:
    """Return weights by name as a forward pass uses them: rounded where stored in 8 bits, all in `dtype`."""
    return {
        name: (rounded(weight) if narrow and is_narrow(name, weight) else weight).to(dtype)
        for name, weight in weights.items()
    }


def stored(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return a state dict as it is written: float8_e4m3fn where `is_narrow`, float16 elsewhere."""
    return {
        name: tensor.to(torch.float8_e4m3fn if is_narrow(name, tensor) else torch.float16).contiguous()
        for name, tensor in state.items()
    }
