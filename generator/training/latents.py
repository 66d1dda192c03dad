"""The latent space of the embedded model, in closed form.

A scene is sketched as smooth fields over the frame: a Gaussian bump that follows the object, the same bump times
each number of the object's code (colour, shape, size, velocity), and three constant numbers for the backdrop. Every
64 x 64 pixel cell of every block of eight frames is then written as a few principal components of the moving bump.
So the transformer's training targets need no trained encoder; the decoder learns to paint pictures from them, the
encoder to find them in pictures. The first latent frame stands for one frame, as in every LTX-style autoencoder.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares svd and unflatten without types.

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from ..world import BACKGROUNDS, COLOURS, DIRECTIONS, SHAPES, Scene, sample_scene

LATENT_CHANNELS: Final = 48
"""9 components of the bump, 4 of each of its 9 products, 3 numbers for the backdrop."""
BLOCK_FRAMES: Final = 8
"""Frames in a latent frame, the first excepted."""
GRID: Final = 4
"""Latent cells along each side of the frame."""
_CELL: Final = 4
"""Samples of a field along each side of a cell."""
_BUMP_WIDTH: Final = 0.15
"""Standard deviation of the bump in frame widths: its steep part lies where objects have their outline."""
_BUMP_MODES: Final = 9
_PRODUCT_MODES: Final = 4
_SPEED_CODE: Final = 3.5
"""Brings a usual way of half a frame to the size of the other codes."""
_WHITENING: Final = 0.5
"""0 keeps the components' natural sizes, 1 makes them all alike; between, coarse things still come before fine ones."""


@dataclass(frozen=True, slots=True, eq=False)
class LatentBasis:
    """What turns sketches into latents; fitted once, and a part of every checkpoint."""

    centre: Tensor
    """(BLOCK_FRAMES * _CELL * _CELL,): the mean block of a bump."""
    components: Tensor
    """(9, BLOCK_FRAMES * _CELL * _CELL), orthonormal rows, the strongest first."""
    mean: Tensor
    """(LATENT_CHANNELS,): becomes the autoencoder's `latents_mean`."""
    std: Tensor
    """(LATENT_CHANNELS,): becomes the autoencoder's `latents_std`."""


def fit_basis(seed: int, scenes: int = 3000) -> LatentBasis:
    """Fit components and scales on `scenes` fresh scenes."""
    rng = random.Random(seed)
    sample = [sample_scene(rng) for _ in range(scenes)]
    blocks = _blocks(_bumps(sample)).flatten(0, 3)
    centre = blocks.mean(0)
    rows: Tensor = torch.linalg.svd(blocks - centre, full_matrices=False)[2]
    # The sign of a singular vector is arbitrary: fix it, so that a seed gives one basis on every machine.
    components = rows[:_BUMP_MODES] * torch.sign(rows[:_BUMP_MODES].sum(1, keepdim=True))
    raw = LatentBasis(centre, components, torch.zeros(LATENT_CHANNELS), torch.ones(LATENT_CHANNELS))
    latents = encode_scenes(sample, raw).transpose(0, 1).flatten(1)
    mean, std = latents.mean(1), latents.std(1)
    scale = std.pow(_WHITENING)
    scale = scale * (std / scale).square().mean().sqrt()  # unit variance over all channels together
    return LatentBasis(centre, components, mean, scale)


def encode_scenes(scenes: Sequence[Scene], basis: LatentBasis, moments: Tensor | None = None) -> Tensor:
    """Return the scenes' latents as the model sees them, float32 (len(scenes), LATENT_CHANNELS, F, GRID, GRID).

    Args:
        scenes: What to sketch.
        basis: From `fit_basis`.
        moments: When, as in `Scene.position`, (8k + 1,); by default the whole clip, which gives F = 4.
    """
    blocks = _blocks(_bumps(scenes, moments))  # (N, F, GRID, GRID, samples)
    coefficients = (blocks - basis.centre) @ basis.components.T
    plain = blocks @ basis.components[:_PRODUCT_MODES].T  # products have mean zero already: the codes do
    codes = torch.tensor([_object_code(scene) for scene in scenes])  # (N, 9)
    codes = codes[:, None, :].repeat(1, blocks.shape[1], 1)
    codes[:, 0, -2:] = 0  # one frame shows no velocity
    products = (codes[:, :, None, None, :, None] * plain[..., None, :]).flatten(-2)
    stage = torch.tensor([BACKGROUNDS[scene.background].code for scene in scenes], dtype=torch.float32)
    stage = stage[:, None, None, None, :].expand(*coefficients.shape[:-1], 3)
    latents = torch.cat([coefficients, products, stage], dim=-1)
    return ((latents - basis.mean) / basis.std).movedim(-1, 1)


def _object_code(scene: Scene) -> tuple[float, ...]:
    size = (scene.radius - 0.14) / 0.03
    step_x, step_y = DIRECTIONS[scene.direction].step
    speed = _SPEED_CODE * scene.way
    return (*COLOURS[scene.colour].code, *SHAPES[scene.shape].code, size, step_x * speed, step_y * speed)


def _bumps(scenes: Sequence[Scene], moments: Tensor | None = None) -> Tensor:
    """The bumps at the samples' places, (N, T, 16, 16)."""
    if moments is None:
        moments = torch.arange(25) / 24
    centre = torch.tensor([scene.centre for scene in scenes])[:, None]  # (N, 1, 2)
    step = torch.tensor([DIRECTIONS[scene.direction].step for scene in scenes], dtype=torch.float32)
    way = torch.tensor([scene.way for scene in scenes])[:, None] * step
    position = centre + (moments - 0.5)[None, :, None] * way[:, None]  # (N, T, 2)
    axis = (torch.arange(GRID * _CELL) + 0.5) / (GRID * _CELL)
    across = torch.exp(-((axis - position[..., 0:1]) ** 2) / (2 * _BUMP_WIDTH**2))
    down = torch.exp(-((axis - position[..., 1:2]) ** 2) / (2 * _BUMP_WIDTH**2))
    return down[..., :, None] * across[..., None, :]


def _blocks(fields: Tensor) -> Tensor:
    """Cut (N, 8k + 1, 16, 16) into blocks, (N, k + 1, GRID, GRID, samples); the first frame is held for a block."""
    first = fields[:, :1].expand(-1, BLOCK_FRAMES, -1, -1)
    fields = torch.cat([first, fields[:, 1:]], dim=1)
    cells: Tensor = fields.unflatten(3, (GRID, _CELL)).unflatten(2, (GRID, _CELL)).unflatten(1, (-1, BLOCK_FRAMES))
    # (N, k + 1, 8, GRID, CELL, GRID, CELL) -> (N, k + 1, GRID, GRID, 8 * CELL * CELL)
    return cells.permute(0, 1, 3, 5, 2, 4, 6).flatten(4)
