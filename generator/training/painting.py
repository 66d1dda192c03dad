"""Train the autoencoder's two halves: the decoder paints sketches, the encoder finds them in pictures."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# diffusers declares many parameters and all submodules without types.

import random
from typing import Any, Final

import torch
from torch import Tensor

from ..world import CLIP_FRAMES, object_mask, paint, sample_scene
from .autoencoder import build_autoencoder, decode_frame, flatten_decoder
from .checkpoint import Progress
from .config import TrainingConfig
from .latents import BLOCK_FRAMES, LatentBasis, encode_scenes, fit_basis
from .loop import OnProgress, run_stage

_FIRST_FRAMES: Final = 0.15
"""Share of decoder samples that are a clip's first frame."""
_OBJECT_WEIGHT: Final = 7.0
"""How much more an error counts on and around the object, which covers a tenth of the frame."""
_LATENT_NOISE: Final = 0.05
"""Blurs the decoder's input by about what the transformer gets wrong."""
_PIECE: Final = BLOCK_FRAMES + 1


def train_decoder(config: TrainingConfig, *, on_progress: OnProgress | None = None) -> Progress:
    """Train the decoder on single frames, or go on training, until the budget is spent."""
    autoencoder = build_autoencoder(config)
    flatten_decoder(autoencoder)
    basis = fit_basis(config.seed)

    def loss_of_step(rng: random.Random, noise_rng: torch.Generator) -> Tensor:
        return painting_loss(autoencoder.decoder, basis, config.decoder.batch, rng, noise_rng)

    return run_stage("decoder", list(autoencoder.decoder.parameters()), loss_of_step, config, on_progress=on_progress)


def train_encoder(config: TrainingConfig, *, on_progress: OnProgress | None = None) -> Progress:
    """Train the encoder on nine-frame pieces, or go on training, until the budget is spent.

    The stage's loss is the mean squared error of normalised latents; an encoder that knows nothing has about 1.
    """
    autoencoder = build_autoencoder(config)
    basis = fit_basis(config.seed)

    def loss_of_step(rng: random.Random, _: torch.Generator) -> Tensor:
        return finding_loss(autoencoder.encoder, basis, config.encoder.batch, rng)

    return run_stage("encoder", list(autoencoder.encoder.parameters()), loss_of_step, config, on_progress=on_progress)


def painting_loss(
    decoder: Any, basis: LatentBasis, batch: int, rng: random.Random, noise_rng: torch.Generator
) -> Tensor:
    """Return the weighted absolute error of one painted frame a scene, in units of the [-1, 1] range."""
    scenes = [sample_scene(rng) for _ in range(batch)]
    every = encode_scenes(scenes, basis)  # (N, C, 4, GRID, GRID)
    index = [_frame_index(rng) for _ in scenes]
    moments = [frame / (CLIP_FRAMES - 1) for frame in index]
    block = torch.tensor([(frame + BLOCK_FRAMES - 1) // BLOCK_FRAMES for frame in index])
    phase = torch.tensor([(frame - 1) % BLOCK_FRAMES for frame in index])  # frame 0 -> 7, as LTX decoders do
    latents = every[torch.arange(batch), :, block].unsqueeze(2)
    latents = latents + _LATENT_NOISE * torch.randn(latents.shape, generator=noise_rng)
    wanted = torch.cat([paint(scene, [moment]) for scene, moment in zip(scenes, moments, strict=True)]) * 2 - 1
    mask = torch.cat([object_mask(scene, moment) for scene, moment in zip(scenes, moments, strict=True)])
    weight = 1 + _OBJECT_WEIGHT * mask[:, None]
    error = (decode_frame(decoder, latents, phase) - wanted).abs()
    return (error * weight).sum() / (3 * weight.sum())


def finding_loss(encoder: Any, basis: LatentBasis, batch: int, rng: random.Random) -> Tensor:
    """Return the mean squared error of the latents that the encoder finds in painted pieces of nine frames."""
    wanted: list[Tensor] = []
    pieces: list[Tensor] = []
    for _ in range(batch):
        scene = sample_scene(rng)
        start = BLOCK_FRAMES * rng.randrange((CLIP_FRAMES - 1) // BLOCK_FRAMES)
        moments = (torch.arange(_PIECE) + start) / (CLIP_FRAMES - 1)
        wanted.append(encode_scenes([scene], basis, moments))
        pieces.append(paint(scene, moments.tolist()).transpose(0, 1) * 2 - 1)
    target = torch.cat(wanted)
    found: Tensor = encoder(torch.stack(pieces).contiguous())[:, : target.shape[1]]
    return (found - target).square().mean()


def _frame_index(rng: random.Random) -> int:
    return 0 if rng.random() < _FIRST_FRAMES else rng.randint(1, CLIP_FRAMES - 1)
