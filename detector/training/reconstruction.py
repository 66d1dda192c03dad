# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# (torch and diffusers leave the types of modules and tensors' methods open)
"""Aligned fakes: a real clip through an autoencoder shows the same thing, with the traces of a decoder on it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...errors import ModelUnavailable
from ..canon import Frames
from ..torchvision_shim import fit_torchvision
from . import autoencoders, taef2
from .autoencoders import Autoencoder

PASS_LOW = 0.5
"""Share of reconstructions whose low band is the original's (WaveRep, arXiv 2506.16802): then only detail differs."""
NOISE = 0.15
"""Largest deviation of the noise on the latents, as the last steps of a diffusion leave it; set by hand, not tuned."""


@dataclass(frozen=True, slots=True, eq=False)
class Reconstructor:
    """An autoencoder of any kind behind one door."""

    name: str
    multiple: int
    """Pixels: both sides must be multiples of it."""
    period: int
    """Frames: their count must be one more than a multiple of it, or anything if it is 1."""
    through: Callable[[Tensor, float], Tensor]
    """(t, 3, h, w) in [0, 1] and the deviation of the latents' noise -> the same shape."""


def load_reconstructor(folder: Path, *, device: str = "cpu") -> Reconstructor:
    """Load what `--vae DIR` names: TAEF2, one of ours, or any diffusers directory of an autoencoder (or with `vae/`).

    Raises:
        ModelUnavailable: The folder holds none of these.
    """
    try:
        if (folder / taef2.FILES[0]).is_file():
            return _taef2(folder, device)
        if (folder / autoencoders.FILE).is_file():
            return ours(autoencoders.load_autoencoder(folder), folder.name, device=device)
        inner = folder / "vae" if (folder / "vae" / "config.json").is_file() else folder
        if (inner / "config.json").is_file():
            return _diffusers(inner, folder.name, device)
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise ModelUnavailable(f"{folder}: {error}; could not be loaded as an autoencoder") from error
    raise ModelUnavailable(
        f"{folder}: no autoencoder; expected {taef2.FILES[0]}, {autoencoders.FILE} or a diffusers directory"
    )


def ours(network: Autoencoder, name: str, *, device: str) -> Reconstructor:
    """Wrap one of the small video autoencoders."""
    network = network.to(device)

    def through(frames: Tensor, noise: float) -> Tensor:
        return network(frames[None] * 2.0 - 1.0, noise=noise)[0] / 2.0 + 0.5

    return Reconstructor(name, autoencoders.MULTIPLE, 1, through)


def _taef2(folder: Path, device: str) -> Reconstructor:
    encoder, decoder = (network.to(device) for network in taef2.load_taef2(folder))

    def through(frames: Tensor, noise: float) -> Tensor:
        latents = encoder(frames)
        return decoder(latents + noise * torch.randn_like(latents))

    return Reconstructor("taef2", taef2.MULTIPLE, 1, through)


def _diffusers(folder: Path, name: str, device: str) -> Reconstructor:
    """Any AutoencoderKL… class of diffusers; whether it is of pictures or of clips shows in its first convolution."""
    fit_torchvision()
    import diffusers

    class_name = json.loads((folder / "config.json").read_text("utf-8"))["_class_name"]
    if not str(class_name).startswith(("AutoencoderKL", "AutoencoderTiny")):
        raise ValueError(f"class {class_name}, expected an autoencoder of diffusers")
    network = getattr(diffusers, class_name).from_pretrained(str(folder), local_files_only=True)
    network = network.eval().to(device)
    of_clips = any(parameter.ndim == 5 for parameter in network.parameters())
    spatial = int(getattr(network, "spatial_compression_ratio", 8))
    temporal = int(getattr(network, "temporal_compression_ratio", 1)) if of_clips else 1

    def through(frames: Tensor, noise: float) -> Tensor:
        pixels = frames * 2.0 - 1.0
        pixels = pixels.transpose(0, 1)[None] if of_clips else pixels
        latents = network.encode(pixels).latent_dist.mode()
        latents = latents + noise * latents.std() * torch.randn_like(latents)
        made = network.decode(latents, return_dict=False)[0]
        made = made[0].transpose(0, 1) if of_clips else made
        return made / 2.0 + 0.5

    return Reconstructor(name, spatial, temporal, through)


@torch.inference_mode()
def reconstruct(frames: Frames, by: Reconstructor, rng: np.random.Generator, *, device: str = "cpu") -> Frames:
    """Return the clip with the traces of a decoder; same shape, (t, h, w, 3).

    Nothing is scaled on the way: a change of size would be a trace of another kind. Sides and frames are padded by
    their last ones and cut again.
    """
    count, height, width = frames.shape[:3]
    noise = float(rng.uniform(0.0, NOISE)) if rng.random() < 0.5 else 0.0
    pixels = torch.from_numpy(frames).to(device).permute(0, 3, 1, 2).float() / 255.0
    padded = functional.pad(pixels, (0, -width % by.multiple, 0, -height % by.multiple), mode="replicate")
    if by.period > 1:
        padded = torch.cat([padded, padded[-1:].expand(-(count - 1) % by.period, -1, -1, -1)])
    torch.manual_seed(int(rng.integers(1 << 31)))
    with torch.autocast(device.split(":", maxsplit=1)[0], torch.bfloat16, enabled=device != "cpu"):
        made = by.through(padded, noise)
    made = made[:count, :, :height, :width].float().clamp(0, 1)
    out = (made * 255.0).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    return with_low_band_of(frames, out) if rng.random() < PASS_LOW else out


def with_low_band_of(original: Frames, made: Frames) -> Frames:
    """Give a reconstruction the low band (one level of the Haar wavelet: means over 2 × 2) of its original."""
    return np.stack([_swapped(one, other) for one, other in zip(original, made, strict=True)])


def _swapped(original: Any, made: Any) -> Any:
    height, width = original.shape[:2]
    even = made[: height // 2 * 2, : width // 2 * 2]
    difference = original[: even.shape[0], : even.shape[1]].astype(np.float32) - even
    low = cv2.resize(difference, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    low = np.repeat(np.repeat(low, 2, axis=0), 2, axis=1)
    out = made.copy()
    out[: even.shape[0], : even.shape[1]] = np.clip(np.rint(even + low), 0, 255)
    return out
