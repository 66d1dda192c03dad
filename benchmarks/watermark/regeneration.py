# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# (torch and diffusers leave the types of modules and tensors' methods open)
"""Make every picture anew through an autoencoder, as image-to-image diffusion does at its ends."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ...detector.training.taef2 import MULTIPLE, load_taef2
from .footage import Rgb


class TinyAutoencoder:
    """RGB to latents and back, in bfloat16: four times as fast where the processor has it, and 0.1 dB coarser."""

    def __init__(self, directory: Path) -> None:
        """Load `taef2_encoder.pth` and `taef2_decoder.pth`; only tensors are read from them.

        Raises:
            FileNotFoundError: One of them is not there.
            RuntimeError: They hold another network.
        """
        self._encoder, self._decoder = load_taef2(directory)
        for network in (self._encoder, self._decoder):
            cast(Any, network).to(memory_format=torch.channels_last)

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
    """That of the model in the package."""

    def __init__(self, directory: Path | None = None) -> None:
        """Load it; `directory` holds `vae/`, the embedded model's if None."""
        from ...generator.loader import EMBEDDED
        from ...generator.third_party import load_module

        load_module("diffusers")
        from diffusers.models.auto_model import AutoModel

        self._network: Any = cast(Any, AutoModel).from_pretrained(str(directory or EMBEDDED), subfolder="vae")
        self._network.eval()

    @torch.inference_mode()
    def regenerate(self, frames: Sequence[Rgb]) -> list[Rgb]:
        """Encode and decode all frames together, padded to whole latent cells."""
        height, width = frames[0].shape[:2]
        count = len(frames)
        side, period = self._network.spatial_compression_ratio, self._network.temporal_compression_ratio
        clip = np.stack([*frames, *[frames[-1]] * (-(count - 1) % period)])
        clip = np.pad(clip, ((0, 0), (0, -height % side), (0, -width % side), (0, 0)), mode="edge")
        x = torch.from_numpy(clip).permute(3, 0, 1, 2)[None].float() / 127.5 - 1.0  # (1, 3, T, H, W)
        latents = self._network.encode(x).latent_dist.mode()
        video = self._network.decode(latents, return_dict=False)[0][0]  # (3, T, H, W)
        return [_bytes(video[:, index] / 2 + 0.5)[:height, :width] for index in range(count)]


def _bytes(picture: Tensor) -> NDArray[np.uint8]:
    """(3, H, W) in 0..1 -> (H, W, 3)."""
    return (picture.clamp(0, 1) * 255.0).round().byte().permute(1, 2, 0).contiguous().numpy()
