"""Clips as the judge looks at them: few frames, small, in bytes; rendered, or reduced from what a model made."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch declares some of its functions without types, `unflatten` with half of one)

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from ...generator.world import CLIP_FPS, CLIP_FRAMES, CLIP_SIDE, Scene
from ...generator.world.packing import pack
from ...generator.world.painting import render
from .facts import LOOKED_AT
from .judge import SIDE

Reel = Tensor
"""Clips (N, frames, 3, SIDE, SIDE), bytes."""


def rendered(
    scenes: Sequence[Scene],
    *,
    start: float = 0.0,
    frames: Sequence[int] = LOOKED_AT,
    device: str = "cpu",
    batch: int = 64,
) -> Reel:
    """Render what scenes look like from `start` seconds on, at the size that a model makes, and reduce it."""
    parts: list[Tensor] = []
    for first in range(0, len(scenes), batch):
        some = list(scenes[first : first + batch])
        packed = pack(some, start=[start] * len(some), frames=CLIP_FRAMES, fps=CLIP_FPS)
        parts.append(reduced(render(packed, side=CLIP_SIDE, frames=frames, device=device)).cpu())
    return torch.cat(parts)


def round_trips(vae: Any, scenes: Sequence[Scene], *, device: str, batch: int = 16) -> Reel:
    """Render whole clips, pass them through a video autoencoder and back, and reduce what comes out."""
    parts: list[Tensor] = []
    dtype = next(iter(vae.parameters())).dtype
    with torch.no_grad():
        for first in range(0, len(scenes), batch):
            some = list(scenes[first : first + batch])
            packed = pack(some, start=[0.0] * len(some), frames=CLIP_FRAMES, fps=CLIP_FPS)
            clean = render(packed, side=CLIP_SIDE, device=device).float().transpose(1, 2)  # (N, 3, T, H, W)
            latents = vae.encode((clean * 2 - 1).to(dtype), return_dict=False)[0].mode()
            back = vae.decode(latents, None, return_dict=False)[0].float().transpose(1, 2)
            parts.append(reduced((back[:, list(LOOKED_AT)] * 0.5 + 0.5).clamp(0, 1)).cpu())
    return torch.cat(parts)


def reduced(clips: Tensor) -> Reel:
    """Shrink clips (N, T, 3, H, W) in [0, 1] to bytes of SIDE × SIDE, each pixel the mean of what it covers."""
    small = functional.interpolate(clips.flatten(0, 1).float(), size=(SIDE, SIDE), mode="area").unflatten(
        0, clips.shape[:2]
    )
    return (small * 255).round().clamp(0, 255).to(torch.uint8)


def batches(reel: Reel, size: int, *, device: str) -> Iterable[Tensor]:
    """Give clips as floats in [0, 1] on a device, some at a time."""
    for first in range(0, len(reel), size):
        yield reel[first : first + size].to(device).float() / 255
