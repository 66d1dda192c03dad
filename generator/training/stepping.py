"""One step of training: draw, lose, descend; on CUDA captured once and replayed, no kernel waits for its launch.

Networks this small launch thousands of kernels of a few microseconds each, and the host cannot launch them as fast as a
large GPU runs them. A CUDA graph launches all of a step's kernels at once; it needs every tensor in the same place at
every step, so a batch is drawn outside and copied into the tensors that the graph reads.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares backward, step and others without types.

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import torch
from torch import Tensor, nn

from .descent import Descent, clip_

Batch: TypeAlias = tuple[Tensor, ...]
_CLIP: Final = 1.0
_BEFORE_CAPTURE: Final = 4
"""Steps taken as they are written: they compile, and let libraries choose their kernels."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a stage does again and again."""

    draw: Callable[[torch.Generator, float], Batch]
    """Draws a batch of the same shapes every time, given a source of all chance on the run's device, and the share of
    the budget that is spent."""
    loss: Callable[..., Tensor]
    """Of a batch; draws nothing."""


class Stepper:
    """Takes steps of a network; `capture` says whether to replay them on CUDA."""

    def __init__(self, network: nn.Module, descent: Descent, step: Step, *, capture: bool) -> None:
        self._network, self._descent, self._step = network, descent, step
        self._capture = capture
        self._taken = 0
        self._graph: Any = None
        self._inputs: Batch = ()
        self._loss = torch.zeros(())
        self._rate = torch.zeros((), device=next(network.parameters()).device)

    @property
    def captured(self) -> bool:
        """Whether steps are replayed."""
        return self._graph is not None

    def take(self, rng: torch.Generator, share: float, rate: float) -> Tensor:
        """Take one step and return its loss, detached.

        Args:
            rng: Of this step.
            share: Of the budget that is spent.
            rate: The learning rate.

        Raises:
            RuntimeError: A compiled part does not run.
        """
        batch = self._step.draw(rng, share)
        self._rate.fill_(rate)
        self._taken += 1
        if self._capture and self._taken > _BEFORE_CAPTURE and self._graph is None:
            self._capture = self._captured(batch)
        if self._graph is None:
            return self._descend(batch)
        for held, drawn in zip(self._inputs, batch, strict=True):
            held.copy_(drawn)
        self._graph.replay()
        return self._loss

    def _descend(self, batch: Batch) -> Tensor:
        loss = self._step.loss(*batch)
        torch.autograd.backward(loss)
        clip_(self._descent.parameters(), _CLIP)
        self._descent.step(self._rate)
        return loss.detach()

    def _captured(self, batch: Batch) -> bool:
        """Capture a step without taking it; return whether that worked."""
        self._inputs = tuple(tensor.clone() for tensor in batch)
        torch.cuda.synchronize()
        torch.cuda.empty_cache()  # a graph has memory of its own: what the first steps took would lie idle
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph):
                self._loss = self._descend(self._inputs)
        except RuntimeError:
            torch.cuda.synchronize()
            for parameter in self._descent.parameters():
                parameter.grad = None  # what half a capture left there was never computed
            return False
        self._graph = graph
        return True
