# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch and timm leave the types of modules open)
"""A backbone cut in two: early layers that stay as they are, whose maps can be kept, and late ones that learn.

Two thirds of lite0's time goes into its first three stages of seven (16 of 24 ms a frame on one core), and what they
see, edges and textures, is not what a few hundred clips should bend. Kept once, their maps serve every fit.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from ..network import Network


@dataclass(frozen=True, slots=True, eq=False)
class Halves:
    """The two halves of a network's backbone; `late(early(x))` is `network.features(x)`."""

    early: Callable[[Tensor], Tensor]
    """(n, 3, side, side) of -1 to 1 -> (n, channels, h, w)"""
    late: Callable[[Tensor], list[Tensor]]
    """-> the maps of each stage that is judged, the last features last."""
    learning: tuple[nn.Module, ...]
    """The modules of the late half."""

    def parameters(self) -> Iterator[nn.Parameter]:
        """Give what learns."""
        for module in self.learning:
            yield from module.parameters()

    def train(self, *, learns: bool) -> None:
        """Let the late half's batch norms follow their batches, or stay."""
        for module in self.learning:
            module.train(learns)


def halves_of(network: Network) -> Halves:
    """Cut after the first half of the stages where timm calls the backbone an EfficientNet; else all of it is late."""
    backbone = cast(Any, network.backbone)
    if type(backbone).__name__ != "EfficientNet":
        return Halves(lambda inputs: inputs, network.features, (network.backbone,))
    stages = list(backbone.blocks)
    judged = [end - 1 for end in backbone.stage_ends[len(backbone.stage_ends) - len(network.early_spots) :]]
    cut = min([len(stages) // 2, *judged])

    @torch.no_grad()
    def early(inputs: Tensor) -> Tensor:
        maps = backbone.bn1(backbone.conv_stem(inputs))
        for stage in stages[:cut]:
            maps = stage(maps)
        return maps

    def late(maps: Tensor) -> list[Tensor]:
        seen: list[Tensor] = []
        for number, stage in enumerate(stages[cut:], start=cut):
            maps = stage(maps)
            if number in judged:
                seen.append(maps)
        return [*seen, backbone.bn2(backbone.conv_head(maps))]

    return Halves(early, late, (*stages[cut:], backbone.conv_head, backbone.bn2))
