"""Render windows, encode them, and keep their latents and their wordings on the device: what the denoiser learns from.

Latents are brought to mean 0 and variance 1 a channel by statistics that become the autoencoder's latents_mean and
latents_std, where stock pipelines look for them. Windows that start late are only ever continued, never begun, and in
use the frames that they go on from have been painted by the decoder: so their leading latents are those of frames that
were encoded, painted and encoded again.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares unflatten, split, step and others without types.

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from .autoencoder import Passes, decode
from .checkpoint import read_tensors, write_tensors
from .config import TrainingConfig
from .fusing import Fused
from .progress import OnProgress, TrainingEvent
from .reconstruction import encode_clips, finished_autoencoder
from .rendering import paint
from .supply import Clips, supply

LEADING: Final = 3
"""Latent frames that a window may be given: a picture and eight frames more."""
_BATCH: Final = 64
_TOGETHER: Final = 16
"""Clips that are encoded together."""
_FIRST_SEED: Final = 400_000_000
_LAST_SEED: Final = 1_000_000_000
_TELL_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Latents:
    """Encoded windows, of unit variance."""

    windows: Tensor
    """(clips, F, h, w, C) float16."""
    leading: Tensor
    """What a window may be given, (clips, 3, h, w, C) float16; painted once more where it starts late."""
    late: Tensor
    """(clips,) bool."""
    ids: Tensor
    """Token ids of the wordings, (clips, captions, 64) int16."""
    seen: Tensor
    """What is at each token, bits packed, (clips, F, h, w, bytes) uint8."""
    told: Tensor
    """What words can say, from `told_of`, (clips, TOLD) uint8."""
    mean: Tensor
    """Of each latent channel before it was brought to 0."""
    std: Tensor
    """Its deviation before it was brought to 1."""


def encode_world(config: TrainingConfig, *, on_progress: OnProgress | None = None) -> Latents:
    """Render and encode until there are `config.clips` windows or the time is over; keep them as a file as well.

    Raises:
        ModelUnavailable: The autoencoder has not been trained.
    """
    network = finished_autoencoder(config)
    encoder = Fused(partial(encode_clips, network), compiled=config.compiled)
    rows: list[tuple[Tensor, ...]] = []
    started = told = time.monotonic()
    first = _FIRST_SEED + (config.seed * 30_000_001) % ((_LAST_SEED - _FIRST_SEED) // 2)
    batch = min(_BATCH, config.clips)
    supplied = supply(
        first, clips=config.clips, batch=batch, frames=config.frames, captions=config.captions, rows=config.grid[1],
        jobs=config.jobs,
    )  # fmt: skip
    for clips in supplied:
        rows.append(_encode(network, encoder, paint(clips.packed, config), clips))
        spent = time.monotonic() - started
        if time.monotonic() - told > _TELL_SECONDS:
            told = time.monotonic()
            done = len(rows) * batch
            _tell(on_progress, done, done / config.clips, f"{done} windows, {done / spent:.0f} a second")
        if spent > 60 * config.latents_minutes:
            break
    getattr(supplied, "close", lambda: None)()
    latents = _normalised(rows)
    _save(latents, config.cached)
    _tell(on_progress, len(latents.late), 1.0, f"{len(latents.late)} windows, {time.monotonic() - started:.0f} s")
    return latents


def load_latents(path: Path, device: str) -> Latents:
    """Return what `encode_world` kept.

    Raises:
        ModelUnavailable: The file is not there, or another.
    """
    tensors, _ = read_tensors(path)
    found = {name: tensor.to(device) for name, tensor in tensors.items()}
    return Latents(**found)


def statistics(path: Path) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation of the channels, from the file of `encode_world`."""
    tensors, _ = read_tensors(path)
    return tensors["mean"], tensors["std"]


@torch.no_grad()
def _encode(network: Passes, encoder: Fused, pixels: Tensor, clips: Clips) -> tuple[Tensor, ...]:
    try:
        raw = torch.cat([encoder(part.contiguous()) for part in pixels.split(_TOGETHER)])
    except RuntimeError:
        if not encoder.compiled:
            raise
        encoder.settle()
        raw = torch.cat([encoder(part) for part in pixels.split(_TOGETHER)])
    late = torch.from_numpy(clips.late).to(raw.device)
    leading = raw[:, :LEADING].clone()
    which = torch.from_numpy(clips.late.nonzero()[0]).to(raw.device)
    if len(which):
        dtype = next(network.parameters()).dtype
        painted: Tensor = decode(network.autoencoder, leading[which].to(dtype)).float()
        leading[which] = encode_clips(network, (painted * 0.5 + 0.5).clamp(0, 1))
    said = (torch.from_numpy(array).to(raw.device) for array in (clips.ids, clips.seen, clips.told))
    return raw.half(), leading.half(), late, *said


def _normalised(rows: list[tuple[Tensor, ...]]) -> Latents:
    windows, leading, late, ids, seen, told = (torch.cat(column) for column in zip(*rows, strict=True))
    rows.clear()
    sample = windows[:4096].float().flatten(0, 3)
    mean, std = sample.mean(0), sample.std(0).clamp_min(1e-3)
    for part in (*windows.split(4096), *leading.split(4096)):  # views: in place, without a second copy
        part.copy_((part.float() - mean) / std)
    return Latents(windows=windows, leading=leading, late=late, ids=ids, seen=seen, told=told, mean=mean, std=std)


def _save(latents: Latents, path: Path) -> None:
    tensors = {name: getattr(latents, name) for name in Latents.__slots__}
    write_tensors(path, tensors, {"clips": len(latents.late)})


def _tell(on_progress: OnProgress | None, step: int, share: float, text: str) -> None:
    if on_progress is not None:
        on_progress(TrainingEvent("latents", step, share, text))
