# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of modules and tensors' methods open)
"""Fit the frames' linear heads on features that stay as they are.

Logistic regression on standardised features with a strong L2 penalty. What is left of the residual says less by itself
(AUROC .77 against .88 with ImageNet's features) and takes from the other where both weigh alike (.866 against .873),
so its features are held back.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ..network import Network
from .draws import Numbered, shares
from .halves import halves_of
from .kept import Kept
from .recipe import FitRecipe

ITEMS = 2
"""Looked at together."""
ROUNDS = 100
"""Of L-BFGS; the penalty makes the problem an easy one."""


@torch.no_grad()
def fit_probe(
    network: Network, kept: Kept, items: Sequence[Numbered], recipe: FitRecipe, *, studied: nn.Linear | None = None
) -> None:
    """Write both heads' linear weights into the network, which is in evaluation mode.

    Args:
        network: Its late half reads the kept maps.
        kept: All windows.
        items: Those to learn from, with their numbers.
        recipe: Strength of the penalties.
        studied: What the study read the label off with; the first head says the mean of it and of the probe. Both are
            linear in the same features, so that two opinions cost no more than one.
    """
    pictures, rest = described(network, kept, [number for number, _ in items])
    scale = torch.cat([torch.ones(pictures.shape[1]), torch.full((rest.shape[1],), recipe.probe_residual)])
    table = torch.cat([pictures, rest], 1)
    scale = scale.to(table.device) / table.std(0).clamp(min=1e-6)
    mean = table.mean(0)
    share = np.repeat(shares([item for _, item in items]), kept.windows, axis=0) / kept.windows
    targets = np.repeat(np.array([item.targets for _, item in items], np.float32), kept.windows, axis=0)
    fitted, bias = logistic(
        (table - mean) * scale,
        torch.from_numpy(targets).to(table.device),
        torch.from_numpy(share.astype(np.float32)).to(table.device),
        penalty=recipe.probe_penalty,
    )
    fitted = fitted * scale[:, None]  # (channels of all stages, of both streams; heads)
    bias = bias - mean @ fitted
    if studied is not None:
        silent = len(fitted) - studied.in_features  # of the residual the study says nothing
        read = functional.pad(studied.weight[0], (0, silent))
        fitted[:, 0] = torch.lerp(fitted[:, 0], read, recipe.studied)
        bias[0] = torch.lerp(bias[0], studied.bias[0], recipe.studied)
    network.bias.copy_(bias)
    stages = [*(cast(nn.ModuleList, one) for one in network.early_spots), network.spots]
    for stream, weights in enumerate(fitted.split(pictures.shape[1])):
        place = 0
        for stage in stages:
            spots = cast(nn.Conv2d, stage[stream]).weight
            spots.copy_(weights[place : place + spots.shape[1]].T[:, :, None, None])
            place += spots.shape[1]


@torch.no_grad()
def described(network: Network, kept: Kept, numbers: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Return what the network sees in each window of each item, pooled over place and time.

    Two tables (items · windows, channels of all judged stages): of the pictures, and of their residual.
    """
    halves, where = halves_of(network), next(network.parameters()).device
    rows: list[Tensor] = []
    for start in range(0, len(numbers), ITEMS):
        maps = torch.from_numpy(kept.early[list(numbers[start : start + ITEMS])]).to(where).float()
        shape = maps.shape[:4]  # items, windows, frames, streams
        with torch.autocast(where.type, torch.bfloat16, enabled=where.type != "cpu"):
            features = halves.late(maps.flatten(0, 3).contiguous(memory_format=torch.channels_last))
        pooled = torch.cat([one.float().mean((-2, -1)) for one in features], 1)
        rows.append(pooled.unflatten(0, shape).mean(2).flatten(0, 1))  # (items · windows, streams, channels)
    table = torch.cat(rows)
    return table[:, 0], table[:, 1]


def logistic(table: Tensor, targets: Tensor, weights: Tensor, *, penalty: float) -> tuple[Tensor, Tensor]:
    """Fit one logistic regression a head.

    Args:
        table: (clips, channels), standardised.
        targets: (clips, heads): 0, 1, or -1 where a head is not asked.
        weights: (clips, heads), 0 where it is not asked; each head's sum is 1.
        penalty: As of `fit_probe`.

    Returns:
        (channels, heads) and the intercepts (heads,), which no penalty holds back.
    """
    with torch.enable_grad():
        found = torch.zeros(table.shape[1], targets.shape[1], device=table.device, requires_grad=True)
        bias = torch.zeros(targets.shape[1], device=table.device, requires_grad=True)
        solver = torch.optim.LBFGS([found, bias], max_iter=ROUNDS, history_size=20, line_search_fn="strong_wolfe")

        def loss() -> Tensor:
            solver.zero_grad()
            each = functional.binary_cross_entropy_with_logits(
                table @ found + bias, targets.clamp(min=0.0), reduction="none"
            )
            value = (each * weights).sum() + 0.5 * penalty * (found**2).sum()
            value.backward()
            return value

        solver.step(loss)  # pyright: ignore[reportArgumentType] - its stub wants a float, torch a tensor
    return found.detach(), bias.detach()
