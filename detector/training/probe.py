# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of modules and tensors' methods open)
"""Fit the frames' linear heads on features that stay as they are: the best that can be said before fine-tuning.

Logistic regression on standardised features with a strong L2 penalty; of the pictures' stream alone. What is left of
the residual says less by itself (AUROC .77 against .88 with ImageNet's features) and takes from the other where both
are read (.87), so that fine-tuning has to find it.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ..network import Network
from .draws import Numbered, shares
from .shelf import Cut, Shelf
from .views import ROOM

CLIPS = 32
"""Looked at together."""
ROUNDS = 100
"""Of L-BFGS; the penalty makes the problem an easy one."""


@torch.no_grad()
def fit_probe(network: Network, shelf: Shelf, items: Sequence[Numbered], *, views: int, penalty: float) -> None:
    """Write both heads' linear weights into the network, and zeros where the residual is read.

    Args:
        network: In evaluation mode.
        shelf: All views.
        items: Those to learn from.
        views: How many views of each are looked at.
        penalty: Of half the squared weights of standardised features, where the mean loss of a clip weighs 1.
    """
    table, targets, weights = _described(network, shelf, items, min(views, shelf.views))
    mean, deviation = table.mean(0), table.std(0).clamp(min=1e-6)
    fitted, bias = logistic((table - mean) / deviation, targets, weights, penalty=penalty)
    fitted = fitted / deviation[:, None]  # (channels of all stages, heads)
    network.bias.copy_(bias - mean @ fitted)
    stages = [*(cast(nn.ModuleList, one) for one in network.early_spots), network.spots]
    place = 0
    for stage in stages:
        pictures, rest = (cast(nn.Conv2d, one).weight for one in stage)
        pictures.copy_(fitted[place : place + pictures.shape[1]].T[:, :, None, None])
        rest.zero_()
        place += pictures.shape[1]


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


def _described(network: Network, shelf: Shelf, items: Sequence[Numbered], views: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return each view's features, pooled over place and time, its targets and its weights."""
    asked = [(number, view) for number, _ in items for view in range(views)]
    rows: list[Tensor] = []
    kind = shelf.device.split(":", maxsplit=1)[0]
    for start in range(0, len(asked), CLIPS):
        part = asked[start : start + CLIPS]
        middle = np.full((len(part), 2), ROOM // 2, np.int64)
        cut = Cut([one for one, _ in part], [one for _, one in part], middle, np.zeros(len(part), np.bool_))
        windows = shelf.windows(cut).permute(0, 1, 4, 2, 3).float() / 255.0  # (n, 8, 3, side, side)
        with torch.autocast(kind, torch.bfloat16, enabled=kind != "cpu"):
            maps = network.features(windows.flatten(0, 1) * 2.0 - 1.0)
        pooled = torch.cat([one.float().mean((-2, -1)) for one in maps], 1)
        rows.append(pooled.unflatten(0, (len(part), -1)).mean(1))
    share = np.repeat(shares([item for _, item in items]), views, axis=0) / views
    targets = np.repeat(np.array([item.targets for _, item in items], np.float32), views, axis=0)
    return (
        torch.cat(rows),
        torch.from_numpy(targets).to(shelf.device),
        torch.from_numpy(share.astype(np.float32)).to(shelf.device),
    )
