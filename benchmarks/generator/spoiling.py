"""Small damage done to renders, so that the judge is not surprised by clips that are less clean than its lessons."""

# pyright: reportUnknownMemberType=false
# (torch declares some of its functions without types)

import random

import torch
from torch import Tensor
from torch.nn import functional

_BLURRED, _RESAMPLED, _GRAINY, _TINTED = 0.5, 0.3, 0.5, 0.5
"""Shares of batches or clips that this is done to."""
_MOST_GRAIN = 0.05
_MOST_TINT = 0.05


def spoiled(clips: Tensor, rng: random.Random) -> Tensor:
    """Return clips (N, T, 3, H, W) in [0, 1], some of them a little soft, grainy or off in brightness."""
    torch_rng = torch.Generator(clips.device).manual_seed(rng.getrandbits(32))

    def drawn() -> Tensor:
        return torch.rand((len(clips), 1, 1, 1, 1), generator=torch_rng, device=clips.device)

    if rng.random() < _BLURRED:
        clips = torch.lerp(clips, _blurred(clips, rng.choice((1, 2))), drawn())
    if rng.random() < _RESAMPLED:
        clips = torch.lerp(clips, _resampled(clips, rng.uniform(0.5, 0.9)), drawn().round())
    if rng.random() < _TINTED:
        clips = clips * (1 + _MOST_TINT * (2 * drawn() - 1)) + _MOST_TINT * (2 * drawn() - 1)
    if rng.random() < _GRAINY:
        noise = torch.randn(clips.shape, generator=torch_rng, device=clips.device)
        clips = clips + _MOST_GRAIN * drawn() * noise
    return clips.clamp(0, 1)


def _blurred(clips: Tensor, radius: int) -> Tensor:
    frames = functional.pad(clips.flatten(0, 1), (radius,) * 4, mode="replicate")
    return functional.avg_pool2d(frames, 2 * radius + 1, 1).view_as(clips)


def _resampled(clips: Tensor, scale: float) -> Tensor:
    frames, size = clips.flatten(0, 1), clips.shape[-2:]
    small = functional.interpolate(frames, scale_factor=scale, mode="bilinear", antialias=True)
    return functional.interpolate(small, size=size, mode="bilinear").view_as(clips)
