"""The optimiser: orthogonal steps for the matrices inside the networks, AdamW for everything else.

A matrix moves by the nearest orthogonal matrix to its momentum, found by five Newton-Schulz steps (Jordan et al.,
"Muon: An optimizer for hidden layers in neural networks", 2024), scaled by 0.2 sqrt(max(rows, columns)) so that the
learning rate and decay mean what they mean to AdamW (Liu et al., "Muon is Scalable for LLM Training",
arXiv:2502.16982). Matrices of one shape are one batch. A kernel counts as the matrix (outputs, all inputs).
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares unflatten, split, step and others without types.

from collections.abc import Iterable
from typing import Any, Final

import torch
from torch import Tensor, nn

_COEFFICIENTS: Final = (3.4445, -4.7750, 2.0315)
_MOMENTUM: Final = 0.95
_DECAY: Final = 0.01


class Descent:
    """Steps the parameters of one network; `state` holds everything that a later step depends on."""

    def __init__(self, network: nn.Module, *, learning_rate: float) -> None:
        named = [(name, parameter) for name, parameter in network.named_parameters() if parameter.requires_grad]
        inner = [parameter for name, parameter in named if is_inner(name, parameter)]
        others = [parameter for name, parameter in named if not is_inner(name, parameter)]
        self._groups: dict[tuple[int, int], list[nn.Parameter]] = {}
        for parameter in inner:
            self._groups.setdefault(_matrix(parameter), []).append(parameter)
        self._momenta = {
            shape: torch.zeros((len(group), *shape), device=group[0].device) for shape, group in self._groups.items()
        }
        on_gpu = any(parameter.is_cuda for parameter in others)
        self._adam_rate = torch.tensor(learning_rate, device=others[0].device) if on_gpu else learning_rate
        self._adam = torch.optim.AdamW(
            others, lr=self._adam_rate, betas=(0.9, 0.98), weight_decay=_DECAY, fused=on_gpu or None, capturable=on_gpu
        )
        self._others = others
        self._parameters = [parameter for _, parameter in named]
        for parameter in others:  # so that state is whole before the first step
            self._adam.state[parameter] = {
                "step": torch.zeros((), device=parameter.device if on_gpu else "cpu"),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }

    def step(self, learning_rate: Tensor) -> None:
        """Move every parameter against its gradient and forget the gradients; the rate, (), is on their device."""
        if isinstance(self._adam_rate, Tensor):
            self._adam_rate.copy_(0.5 * learning_rate)
        else:
            for group in self._adam.param_groups:
                group["lr"] = 0.5 * float(learning_rate)
        self._adam.step()
        with torch.no_grad():
            for shape, group in self._groups.items():
                self._orthogonal_step(shape, group, learning_rate)
        for parameter in self._parameters:
            parameter.grad = None

    def _orthogonal_step(self, shape: tuple[int, int], group: list[nn.Parameter], learning_rate: Tensor) -> None:
        gradients = [torch.zeros_like(one) if one.grad is None else one.grad for one in group]
        found = torch.stack([gradient.reshape(shape) for gradient in gradients])
        momentum = self._momenta[shape]
        momentum.lerp_(found, 1 - _MOMENTUM)
        directions = orthogonal(found.lerp_(momentum, _MOMENTUM))  # Nesterov's
        steps = directions * (-learning_rate * 0.2 * max(shape) ** 0.5)
        foreach("mul", group, 1 - learning_rate * _DECAY)
        foreach("add", group, [step.view_as(parameter) for step, parameter in zip(steps, group, strict=True)])

    def state(self) -> dict[str, Tensor]:
        """Return the optimiser's own tensors by name; not copies."""
        state = {f"momentum.{rows}x{columns}": tensor for (rows, columns), tensor in self._momenta.items()}
        for index, parameter in enumerate(self._others):
            for name, tensor in self._adam.state[parameter].items():
                state[f"adam.{index}.{name}"] = tensor
        return state

    def parameters(self) -> list[nn.Parameter]:
        """Return what is trained, in a fixed order."""
        return self._parameters


def is_inner(name: str, parameter: Tensor) -> bool:
    """Return whether a parameter is a matrix inside a network: no table of words or places, no first or last layer."""
    outer = ("proj_in", "proj_out", "shared", "embed_tokens", "relative", "scale_shift_table", "timestep_embedder",
             "coder.conv_in", "coder.conv_out", "questions")  # fmt: skip
    edge = any(part in name for part in outer)
    return parameter.ndim >= 2 and min(_matrix(parameter)) >= 8 and not edge


def orthogonal(matrices: Tensor) -> Tensor:
    """Return nearly orthogonal matrices with the singular vectors of `matrices` (K, rows, columns); all float32."""
    tall = matrices.shape[1] > matrices.shape[2]
    x = matrices.to(torch.bfloat16 if matrices.is_cuda else torch.float32)
    x = x.transpose(1, 2) if tall else x
    x = x / (torch.linalg.vector_norm(x, dim=(1, 2), keepdim=True) + 1e-7)
    a, b, c = _COEFFICIENTS
    for _ in range(5):
        square = x @ x.transpose(1, 2)
        x = a * x + (b * square + c * square @ square) @ x
    return (x.transpose(1, 2) if tall else x).float()


def clip_(parameters: Iterable[nn.Parameter], most: float) -> None:
    """Scale the gradients down to a norm of `most` in all."""
    nn.utils.clip_grad_norm_(parameters, most)


def foreach(what: str, *arguments: Any, **options: Any) -> None:
    """Change many tensors in place at once; torch keeps these functions under private names."""
    getattr(torch, f"_foreach_{what}_")(*arguments, **options)


def _matrix(parameter: Tensor) -> tuple[int, int]:
    return parameter.shape[0], parameter.numel() // max(1, parameter.shape[0])
