"""Denoise one window of frames with the parts of a stock LTX pipeline, given any number of clean leading frames.

With no leading frames these are LTXPipeline's steps, with one latent frame LTXImageToVideoPipeline's (diffusers 0.42.1;
tests compare the latents). Neither takes the two latent frames that carry a clip on; LTXConditionPipeline does, but
reads the prompt and places frames in time otherwise than those two, so otherwise than the model was trained.
Needs torch and the pipeline, nothing else of this package.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from .third_party import load_module

OnStep = Callable[[int, int], None]
"""Called after each denoising step with (steps done, steps in all)."""
Compare = Callable[[Any], Any]
"""Given the hidden states of candidates, (clips, candidates, frames, rows, columns, width), returns which of each
clip's is the best, (clips,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How one window is denoised."""

    frames: int
    """Of the window, leading ones included; one more than a multiple of what a latent frame stands for."""
    height: int
    """Pixels, a multiple of a latent cell's."""
    width: int
    """Pixels, a multiple of a latent cell's."""
    rate: float
    """Frames a second that the model is told: positions in time are in seconds."""
    steps: int
    guidance_scale: float
    """1 or less denoises without guidance."""
    candidates: int = 1
    """Of each clip, begun side by side where they can be compared; one is finished."""
    compared_at: float = 0.833
    """Share of noise that is left when they are compared: at the step that comes nearest to it."""


def sample(
    pipe: Any,
    prompts: Sequence[str],
    how: Sampling,
    *,
    rngs: Sequence[Any],
    leading: Any | None = None,
    negative_prompt: str = "",
    compare: Compare | None = None,
    on_step: OnStep | None = None,
) -> Any:
    """Denoise a batch of windows.

    The noise of the first candidate is that of a clip without others: the same seed begins the same clip.

    Args:
        pipe: A pipeline with the parts of LTXPipeline; its scheduler is set anew.
        prompts: One a clip.
        how: The window and the steps.
        rngs: A torch.Generator on the CPU for each clip; each draws the noise of its own window.
        leading: Clean latent frames (clips, channels, k, rows, columns), as `encode` gives them; they stay as they are.
        negative_prompt: What guidance moves away from.
        compare: Chooses between candidates; without it there is one a clip.
        on_step: Told of progress.

    Returns:
        Latents, (clips, channels, frames, rows, columns), of unit variance; float32 on the pipeline's device.
    """
    torch = load_module("torch")
    with torch.no_grad():
        count = 1 if compare is None else how.candidates
        guided = how.guidance_scale > 1
        each = _read(pipe, prompts, negative_prompt, guided=guided)
        shape = _latent_shape(pipe, how)
        noise = [torch.randn((1, *shape), generator=rng, dtype=torch.float32) for rng in rngs for _ in range(count)]
        tokens = _tokens(torch.cat(noise).to(each[0].device))
        clean = 0
        if leading is not None:
            known = _tokens(leading.to(tokens)).repeat_interleave(count, 0)
            clean = known.shape[1]
            tokens = torch.cat([known, tokens[:, clean:]], dim=1)
        moments = _moments(pipe, tokens, how)
        levels = [*(float(moment) / _full(pipe) for moment in moments), 0.0]
        compared_after = min(range(1, len(levels)), key=lambda done: abs(levels[done] - how.compared_at))
        embeds, mask = (part.repeat_interleave(count, 0) for part in each)
        for done, moment in enumerate(moments, start=1):
            velocity = _velocity(pipe, tokens, moment, embeds, mask, how=how, clean=clean)
            rest = pipe.scheduler.step(velocity[:, clean:], moment, tokens[:, clean:], return_dict=False)[0]
            tokens = torch.cat([tokens[:, :clean], rest], dim=1)
            if compare is not None and count > 1 and done == compared_after:
                states = middle_states(pipe, tokens, levels[done], how, clean=clean)
                chosen = compare(states.unflatten(0, (-1, count)))
                tokens, (embeds, mask) = tokens.unflatten(0, (-1, count))[range(len(prompts)), chosen.tolist()], each
            if on_step is not None:
                on_step(done, how.steps)
        return tokens.transpose(1, 2).unflatten(2, shape[1:])


def encode(pipe: Any, frames: Any) -> Any:
    """Turn clean frames into the latents that lead a window.

    Args:
        pipe: As for `sample`.
        frames: (clips, 1 + r (k - 1), height, width, 3), r frames to a latent one; uint8 or 0–1.

    Returns:
        (clips, channels, k, rows, columns), of unit variance; the middle of what the encoder holds possible, no draw.
    """
    torch = load_module("torch")
    vae = pipe.vae
    with torch.no_grad():
        pixels = torch.as_tensor(frames, device=pipe._execution_device)
        pixels = pixels.float() / 255 if pixels.dtype == torch.uint8 else pixels.float()
        picture = (pixels.permute(0, 4, 1, 2, 3) * 2 - 1).to(vae.dtype)  # (N, T, H, W, 3) -> (N, 3, T, H, W)
        latents = vae.encode(picture, return_dict=False)[0].mode().float()
        mean, deviation = _statistics(vae, latents)
        return (latents - mean) / deviation


def noisy(latents: Any, level: float, rng: Any) -> Any:
    """Return latents (clips, channels, frames, rows, columns) as tokens (clips, S, channels) that are partly noise."""
    torch = load_module("torch")
    tokens = _tokens(latents)
    return (1 - level) * tokens + level * torch.randn(tokens.shape, generator=rng).to(tokens)


def middle_states(pipe: Any, tokens: Any, level: float, how: Sampling, *, clean: int = 0) -> Any:
    """Return what the middle of the transformer makes of half-made clips without any words.

    Its later layers are not asked: nothing reads what they say.

    Args:
        pipe: As for `sample`.
        tokens: (clips, S, channels).
        level: Share of noise in them, 0 to 1.
        how: Their window.
        clean: How many leading tokens are no noise at all.

    Returns:
        Hidden states, (clips, frames, rows, columns, width).
    """
    torch = load_module("torch")
    kept: list[Any] = []

    def keep(_layer: Any, _given: Any, found: Any) -> None:
        kept.append(found)
        raise _MiddleSeen

    layers = pipe.transformer.transformer_blocks
    with torch.no_grad():
        embeds, mask = (part.expand(len(tokens), *part.shape[1:]) for part in _read(pipe, [""], "", guided=False))
        moment = torch.tensor(level * _full(pipe), device=tokens.device)
        hook = layers[len(layers) // 2].register_forward_hook(keep)
        try:
            with suppress(_MiddleSeen):
                _velocity(pipe, tokens, moment, embeds, mask, how=how, clean=clean)
        finally:
            hook.remove()
    return kept[0].unflatten(1, _latent_shape(pipe, how)[1:])


class _MiddleSeen(Exception):
    """No error: the transformer has come to its middle, and nobody asks for the rest of the pass."""


def decode(pipe: Any, latents: Any) -> Any:
    """Turn the latents of whole windows into pixels: (clips, frames, height, width, 3), float32 in 0–1."""
    torch = load_module("torch")
    vae = pipe.vae
    with torch.no_grad():
        mean, deviation = _statistics(vae, latents)
        raw = latents * deviation / vae.config.scaling_factor + mean
        video = vae.decode(raw.to(vae.dtype), None, return_dict=False)[0]
        return (video.float() * 0.5 + 0.5).clamp(0, 1).permute(0, 2, 3, 4, 1)  # (N, 3, T, H, W) -> (N, T, H, W, 3)


def _read(pipe: Any, prompts: Sequence[str], negative_prompt: str, *, guided: bool) -> tuple[Any, Any]:
    """Return prompt embeds and their mask, with guidance the negative ones first."""
    torch = load_module("torch")
    embeds, mask, negative_embeds, negative_mask = pipe.encode_prompt(
        prompt=list(prompts),
        negative_prompt=[negative_prompt] * len(prompts),
        do_classifier_free_guidance=guided,
        device=pipe._execution_device,
    )
    if not guided:
        return embeds, mask
    return torch.cat([negative_embeds, embeds]), torch.cat([negative_mask, mask])


def _latent_shape(pipe: Any, how: Sampling) -> tuple[int, int, int, int]:
    frames = (how.frames - 1) // pipe.vae_temporal_compression_ratio + 1
    side = pipe.vae_spatial_compression_ratio
    return pipe.transformer.config.in_channels, frames, how.height // side, how.width // side


def _tokens(latents: Any) -> Any:
    return latents.flatten(2).transpose(1, 2)  # (N, C, f, h, w) -> (N, f h w, C): patches of one cell


def _moments(pipe: Any, tokens: Any, how: Sampling) -> Any:
    """Set the scheduler as the stock pipelines do, and return its timesteps."""
    config = pipe.scheduler.config
    lowest, highest = config.get("base_image_seq_len", 256), config.get("max_image_seq_len", 4096)
    base, most = config.get("base_shift", 0.5), config.get("max_shift", 1.15)
    shift = base + (tokens.shape[1] - lowest) * (most - base) / (highest - lowest)  # used where it is dynamic
    pipe.scheduler.set_timesteps(sigmas=np.linspace(1.0, 1 / how.steps, how.steps), mu=shift, device=tokens.device)
    return pipe.scheduler.timesteps


def _velocity(pipe: Any, tokens: Any, moment: Any, embeds: Any, mask: Any, *, how: Sampling, clean: int) -> Any:
    """Ask the transformer; what is clean is told apart by its timestep, 0."""
    torch = load_module("torch")
    guided = len(embeds) > len(tokens)
    inputs = torch.cat([tokens, tokens]) if guided else tokens
    timestep = moment.expand(len(inputs))
    if clean:
        noisy = torch.ones(tokens.shape[1], device=tokens.device)
        noisy[:clean] = 0
        timestep = timestep[:, None] * noisy
    _, frames, rows, columns = _latent_shape(pipe, how)
    side = pipe.vae_spatial_compression_ratio
    found = pipe.transformer(
        hidden_states=inputs.to(embeds.dtype),
        encoder_hidden_states=embeds,
        timestep=timestep,
        encoder_attention_mask=mask,
        num_frames=frames,
        height=rows,
        width=columns,
        rope_interpolation_scale=(pipe.vae_temporal_compression_ratio / how.rate, side, side),
        return_dict=False,
    )[0].float()
    if not guided:
        return found
    without, with_prompt = found.chunk(2)
    return without + how.guidance_scale * (with_prompt - without)


def _full(pipe: Any) -> int:
    """Return the timestep of nothing but noise."""
    return pipe.scheduler.config.num_train_timesteps


def _statistics(vae: Any, latents: Any) -> tuple[Any, Any]:
    """Return mean and deviation of the raw latents, shaped to broadcast over (N, C, f, h, w)."""
    mean, deviation = vae.latents_mean, vae.latents_std
    return mean.view(1, -1, 1, 1, 1).to(latents), deviation.view(1, -1, 1, 1, 1).to(latents)
