"""Train transformer and text encoder together: flow matching with free guidance.

The transformer learns the velocity noise - latents at (1 - t) * latents + t * noise (Lipman et al., "Flow Matching for
Generative Modeling", arXiv:2210.02747), t logit-normal (Esser et al., "Scaling Rectified Flow Transformers",
arXiv:2403.03206), and the empty caption for guidance (Ho and Salimans, arXiv:2207.12598).
"""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# diffusers and transformers declare many parameters without types.

import random
from dataclasses import dataclass
from typing import Final

import torch
from diffusers.models.transformers.transformer_ltx import LTXVideoTransformer3DModel
from torch import Tensor, nn
from transformers import PreTrainedTokenizerFast, T5EncoderModel

from ..world import CLIP_FPS, caption, sample_scene
from .checkpoint import Progress
from .config import TrainingConfig
from .latents import BLOCK_FRAMES, GRID, LATENT_CHANNELS, LatentBasis, encode_scenes, fit_basis
from .loop import OnProgress, run_stage
from .text import TEXT_WIDTH, build_text_encoder, build_tokenizer, embed_captions

_CELL_PIXELS: Final = 64
_EMPTY_CAPTIONS: Final = 0.1
_FULL_LENGTH_STEPS: Final = 0.15
_OTHER_RATES: Final = (8, 12, 16, 24, 25, 30)
"""Frame rates that callers may name; LTX pipelines feed the rate to the position code."""


@dataclass(frozen=True, slots=True, eq=False)
class Denoiser:
    """Transformer, text encoder and its tokenizer."""

    transformer: LTXVideoTransformer3DModel
    text_encoder: T5EncoderModel
    tokenizer: PreTrainedTokenizerFast

    def parameters(self) -> list[nn.Parameter]:
        """All of them, in a fixed order."""
        return [*self.transformer.parameters(), *self.text_encoder.parameters()]


def build_denoiser(config: TrainingConfig) -> Denoiser:
    """Return the untrained networks, seeded."""
    torch.manual_seed(config.seed)
    transformer = LTXVideoTransformer3DModel(
        in_channels=LATENT_CHANNELS,
        out_channels=LATENT_CHANNELS,
        num_attention_heads=config.width // 32,
        attention_head_dim=32,
        cross_attention_dim=config.width,
        num_layers=config.depth,
        caption_channels=TEXT_WIDTH,
    )
    nn.init.zeros_(transformer.proj_out.weight)
    nn.init.zeros_(transformer.proj_out.bias)
    tokenizer = build_tokenizer()
    return Denoiser(transformer=transformer, text_encoder=build_text_encoder(tokenizer), tokenizer=tokenizer)


def train_denoiser(config: TrainingConfig, *, on_progress: OnProgress | None = None) -> Progress:
    """Train, or go on training, until the budget is spent."""
    denoiser = build_denoiser(config)
    basis = fit_basis(config.seed)

    def loss_of_step(rng: random.Random, noise_rng: torch.Generator) -> Tensor:
        return flow_loss(denoiser, basis, config.denoiser.batch, rng, noise_rng)

    return run_stage("denoiser", denoiser.parameters(), loss_of_step, config, on_progress=on_progress)


def flow_loss(
    denoiser: Denoiser, basis: LatentBasis, batch: int, rng: random.Random, noise_rng: torch.Generator
) -> Tensor:
    """Return the mean squared error of the velocity over a fresh batch of captioned scenes."""
    scenes = [sample_scene(rng) for _ in range(batch)]
    captions = ["" if rng.random() < _EMPTY_CAPTIONS else caption(scene, rng) for scene in scenes]
    latents = encode_scenes(scenes, basis).flatten(2).transpose(1, 2)  # (N, C, F, GRID, GRID) -> (N, tokens, C)
    embeds, mask = embed_captions(
        denoiser.text_encoder, denoiser.tokenizer, captions, full_length=rng.random() < _FULL_LENGTH_STEPS
    )
    moment = torch.sigmoid(torch.randn(batch, generator=noise_rng) + 0.3)
    noise = torch.randn(latents.shape, generator=noise_rng)
    share = moment[:, None, None]
    fps = CLIP_FPS if rng.random() < 0.5 else rng.choice(_OTHER_RATES)
    velocity: Tensor = denoiser.transformer(
        hidden_states=(1 - share) * latents + share * noise,
        encoder_hidden_states=embeds,
        timestep=moment * 1000,
        encoder_attention_mask=mask,
        num_frames=latents.shape[1] // GRID**2,
        height=GRID,
        width=GRID,
        rope_interpolation_scale=(BLOCK_FRAMES / fps, _CELL_PIXELS, _CELL_PIXELS),
        return_dict=False,
    )[0]
    return (velocity - (noise - latents)).square().mean()
