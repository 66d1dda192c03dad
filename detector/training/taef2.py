# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of modules and tensors' methods open)
"""TAEF2, a tiny image autoencoder of the FLUX.2 latent space (16 channels folded to 32, 8× smaller each way; MIT).

Shipped as two state dicts by github.com/madebyollin/taesd: plain sequences of 3 × 3 convolutions, residual blocks of
three, and in the smallest blocks a 1 × 1 branch with group normalisation.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

CHANNELS, LATENTS, GROUPS = 64, 32, 4
MULTIPLE = 8
"""Pixels along a side of one latent."""
FILES = ("taef2_encoder.pth", "taef2_decoder.pth")


class Block(nn.Module):
    """Three convolutions around a skip; `pool` only in the smallest blocks."""

    def __init__(self, *, with_pool: bool) -> None:
        super().__init__()
        self.conv = nn.Sequential(_conv(), nn.ReLU(), _conv(), nn.ReLU(), _conv())
        wide = 4 * CHANNELS
        self.pool = (
            nn.Sequential(
                nn.Conv2d(CHANNELS, wide, 1, bias=False),
                nn.GroupNorm(GROUPS, wide),
                nn.ReLU(),
                nn.Conv2d(wide, CHANNELS, 1, bias=False),
            )
            if with_pool
            else None
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, 64, h, w) -> the same."""
        if self.pool is not None:
            x = x + self.pool(x)
        return torch.relu(self.conv(x) + x)


class Clamp(nn.Module):
    """Latents beyond ±3 are taken back, as in training."""

    def forward(self, x: Tensor) -> Tensor:
        """Any shape."""
        return torch.tanh(x / 3) * 3


def load_taef2(folder: Path) -> tuple[nn.Module, nn.Module]:
    """Return encoder and decoder: (n, 3, h, w) in [0, 1] -> (n, 32, h / 8, w / 8) and back.

    Raises:
        FileNotFoundError: One of the two files is not there.
        RuntimeError: They hold another network.
    """
    networks = encoder(), decoder()
    for name, network in zip(FILES, networks, strict=True):
        state = torch.load(folder / name, map_location="cpu", weights_only=True)
        network.load_state_dict({key: value.float() for key, value in state.items()}, strict=True)
        network.eval()
    return networks


def encoder() -> nn.Sequential:
    """Build it with random weights."""
    layers: list[nn.Module] = [_conv(3), Block(with_pool=False)]
    for stage in range(3):
        layers += [_conv(stride=2, bias=False), *(Block(with_pool=stage == 2) for _ in range(3))]
    return nn.Sequential(*layers, _conv(outputs=LATENTS))


def decoder() -> nn.Sequential:
    """Build it with random weights."""
    layers: list[nn.Module] = [Clamp(), _conv(LATENTS), nn.ReLU()]
    for stage in range(3):
        layers += [*(Block(with_pool=stage == 0) for _ in range(3)), nn.Upsample(scale_factor=2), _conv(bias=False)]
    return nn.Sequential(*layers, Block(with_pool=False), _conv(outputs=3))


def _conv(inputs: int = CHANNELS, outputs: int = CHANNELS, **options: Any) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1, **options)
