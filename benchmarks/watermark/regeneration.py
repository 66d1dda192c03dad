# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# (torch and diffusers leave the types of modules and tensors' methods open)
"""Make every picture anew through an autoencoder, as image-to-image diffusion does at its ends.

TAEF2 is the tiny autoencoder of the FLUX.2 latent space (16 channels folded to 32 here, 8× smaller each way; MIT),
shipped as two state dicts. Their names are those of `taesd.py` (github.com/madebyollin/taesd): plain sequences of
3 × 3 convolutions, residual blocks of three, and in the smallest blocks a 1 × 1 branch with group normalisation.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from .footage import Rgb

CHANNELS, LATENTS, GROUPS = 64, 32, 4
MULTIPLE = 8
"""Pixels along a side of one latent."""


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


class TinyAutoencoder:
    """RGB to latents and back, in bfloat16: four times as fast where the processor has it, and 0.1 dB coarser."""

    def __init__(self, directory: Path) -> None:
        """Load `taef2_encoder.pth` and `taef2_decoder.pth`; only tensors are read from them.

        Raises:
            FileNotFoundError: One of them is not there.
            RuntimeError: They hold another network.
        """
        self._encoder, self._decoder = _encoder(), _decoder()
        for name, network in (("encoder", self._encoder), ("decoder", self._decoder)):
            state = torch.load(directory / f"taef2_{name}.pth", map_location="cpu", weights_only=True)
            network.load_state_dict(state, strict=True)
            cast(Any, network.eval()).to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def regenerate(self, rgb: Rgb, *, noise: float, seed: int = 0) -> Rgb:
        """Encode, add Gaussian noise of this standard deviation to the latents, decode; (height, width, 3)."""
        height, width = rgb.shape[:2]
        padded = np.pad(rgb, ((0, -height % MULTIPLE), (0, -width % MULTIPLE), (0, 0)), mode="edge")
        x = torch.tensor(padded).permute(2, 0, 1)[None].float() / 255.0  # (1, 3, H, W)
        with torch.autocast("cpu", torch.bfloat16):
            latents = self._encoder(x.contiguous(memory_format=torch.channels_last))
            latents += noise * torch.randn(latents.shape, generator=torch.Generator().manual_seed(seed))
            return _bytes(self._decoder(latents)[0].float())[:height, :width]


class EmbeddedAutoencoder:
    """That of the model in the package: 64 × 64 pixels × 8 frames to one latent of 48 numbers."""

    def __init__(self, directory: Path | None = None) -> None:
        """Load it; `directory` holds `vae/`, the embedded model's if None."""
        from ...generator.loader import EMBEDDED
        from ...generator.third_party import load_module

        load_module("diffusers")
        from diffusers.models.autoencoders.autoencoder_kl_ltx import AutoencoderKLLTXVideo

        self._network = cast(Any, AutoencoderKLLTXVideo).from_pretrained(str(directory or EMBEDDED), subfolder="vae")
        self._network.eval()

    @torch.inference_mode()
    def regenerate(self, frames: Sequence[Rgb]) -> list[Rgb]:
        """Encode and decode all frames together; the sides are padded to multiples of 64, the frames to 8 n + 1."""
        height, width = frames[0].shape[:2]
        count = len(frames)
        clip = np.stack([*frames, *[frames[-1]] * (-(count - 1) % 8)])
        clip = np.pad(clip, ((0, 0), (0, -height % 64), (0, -width % 64), (0, 0)), mode="edge")
        x = torch.from_numpy(clip).permute(3, 0, 1, 2)[None].float() / 127.5 - 1.0  # (1, 3, T, H, W)
        latents = self._network.encode(x).latent_dist.mode()
        video = self._network.decode(latents, return_dict=False)[0][0]  # (3, T, H, W)
        return [_bytes(video[:, index] / 2 + 0.5)[:height, :width] for index in range(count)]


def _conv(inputs: int = CHANNELS, outputs: int = CHANNELS, **options: Any) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1, **options)


def _encoder() -> nn.Sequential:
    layers: list[nn.Module] = [_conv(3), Block(with_pool=False)]
    for stage in range(3):
        layers += [_conv(stride=2, bias=False), *(Block(with_pool=stage == 2) for _ in range(3))]
    return nn.Sequential(*layers, _conv(outputs=LATENTS))


def _decoder() -> nn.Sequential:
    layers: list[nn.Module] = [Clamp(), _conv(LATENTS), nn.ReLU()]
    for stage in range(3):
        layers += [*(Block(with_pool=stage == 0) for _ in range(3)), nn.Upsample(scale_factor=2), _conv(bias=False)]
    return nn.Sequential(*layers, Block(with_pool=False), _conv(outputs=3))


def _bytes(picture: Tensor) -> NDArray[np.uint8]:
    """(3, H, W) in 0..1 -> (H, W, 3)."""
    return (picture.clamp(0, 1) * 255.0).round().byte().permute(1, 2, 0).contiguous().numpy()
