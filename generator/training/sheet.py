"""A picture of what a model makes: rendered and generated frames of the same captions, row under row."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares unflatten, split, step and others without types.

from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from ..world import scene_of
from ..world.captions import plain_caption
from ..world.packing import pack
from ..world.painting import render
from .autoencoder import decode
from .config import TrainingConfig
from .denoiser import Denoiser
from .distil import sampling_moments
from .flow import empty_ids
from .latents import Latents
from .reconstruction import Passes
from .supply import FPS, token_ids

_SEED: Final = 1_950_000_000
"""Scenes of the sheet: neither training's nor the evaluation's."""
_SHOWN: Final = 6
"""Frames of each clip."""
_SIDE: Final = 128


def write_sheet(
    config: TrainingConfig,
    denoiser: Denoiser,
    autoencoder: Passes,
    latents: Latents,
    path: Path,
    *,
    scenes: int,
    steps: int,
    guidance: float,
) -> None:
    """Write a PNG: for each of `scenes` captions a row of rendered and a row of generated frames."""
    drawn = [scene_of(_SEED + index) for index in range(scenes)]
    shown = np.linspace(0, config.frames - 1, _SHOWN).round().astype(int).tolist()
    packed = pack(drawn, start=[0.0] * scenes, frames=config.frames, fps=FPS)
    real = render(packed, side=_SIDE, frames=shown, device=config.device).permute(0, 1, 3, 4, 2)
    ids = torch.from_numpy(token_ids([plain_caption(scene) for scene in drawn])).to(config.device, torch.long)
    made = imagine(config, denoiser, autoencoder, latents, ids, steps=steps, guidance=guidance)[:, shown]
    made = torch.nn.functional.interpolate(made.flatten(0, 1).movedim(-1, 1), (_SIDE, _SIDE), mode="area")
    made = made.movedim(1, -1).unflatten(0, (scenes, _SHOWN))
    _write(torch.stack([real.float().to(made.device), made], dim=1), path)


@torch.no_grad()
def write_reconstructions(config: TrainingConfig, autoencoder: Passes, path: Path, *, scenes: int) -> None:
    """Write a PNG: for each of `scenes` scenes a row of rendered frames and a row of the same, encoded and decoded."""
    drawn = [scene_of(_SEED + index) for index in range(scenes)]
    packed = pack(drawn, start=[0.0] * scenes, frames=config.frames, fps=FPS)
    real = render(packed, side=config.side, device=config.device).permute(0, 1, 3, 4, 2).float()
    dtype = next(autoencoder.parameters()).dtype
    painted = torch.cat([autoencoder((part * 2 - 1).to(dtype))[2].float() for part in real.split(4)])
    shown = np.linspace(0, config.frames - 1, 4).round().astype(int).tolist()
    pair = torch.stack([real[:, shown], painted[:, shown] * 0.5 + 0.5], dim=1)
    _write(pair, path)


@torch.no_grad()
def imagine(
    config: TrainingConfig,
    denoiser: Denoiser,
    autoencoder: Passes,
    latents: Latents,
    ids: Tensor,
    *,
    steps: int,
    guidance: float,
) -> Tensor:
    """Return clips (N, T, H, W, 3) in [0, 1] of captions (N, 64), by Euler steps from seeded noise."""
    frames, rows, columns = denoiser.grid
    device = ids.device
    rng = torch.Generator(device).manual_seed(config.seed)
    shape = (len(ids), frames * rows * columns, config.sizes.latent_channels)
    tokens = torch.randn(shape, generator=rng, device=device)
    clean = torch.zeros(shape[:2], dtype=torch.bool, device=device)
    blank = empty_ids(config).expand_as(ids)
    moments = sampling_moments(steps, config.shift, device)
    for start, end in pairwise(moments):
        moment = start.expand(len(ids))
        found = denoiser(tokens, moment, clean, ids)
        if guidance > 1:
            untold = denoiser(tokens, moment, clean, blank)
            found = untold + guidance * (found - untold)
        tokens = tokens + (end - start) * found
    cells = tokens.unflatten(1, (frames, rows, columns)) * latents.std + latents.mean
    dtype = next(autoencoder.parameters()).dtype
    painted = [decode(autoencoder.autoencoder, part.to(dtype)).float() for part in cells.split(4)]
    return (torch.cat(painted) * 0.5 + 0.5).clamp(0, 1)


def _write(pairs: Tensor, path: Path) -> None:
    """Write clips two by two, (N, 2, T, H, W, 3) in [0, 1], a clip a row."""
    import cv2

    count, _, frames, height, width, _ = pairs.shape
    sheet = pairs.permute(0, 1, 3, 2, 4, 5).reshape(count * 2 * height, frames * width, 3)
    pixels = (sheet.clamp(0, 1) * 255).round().to(torch.uint8).cpu().numpy()
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
