"""The model that is judged: loaded as users load it, asked in batches, its clips reduced at once."""

# pyright: reportUnknownMemberType=false
# (torch declares some of its functions without types)

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from ...errors import NotAVideoModel
from ...generator import ModelCard, load_pipeline
from ...generator.footage import candidates_of
from ...generator.loader import EMBEDDED
from ...generator.sampling import Sampling, decode, sample
from ...generator.third_party import deterministic, hushed
from ...generator.weights import weights_sha256
from ...generator.windows import Stretch, comparing, film
from ...generator.world import CLIP_FPS, CLIP_FRAMES, CLIP_SIDE
from .exam import Order
from .facts import LOOKED_AT
from .reels import Reel, reduced

OnClips = Callable[[int, int], None]
"""Told how many clips are made, and of how many."""
CUDA_BATCH: Final = 32


@dataclass(frozen=True, slots=True, eq=False)
class Studio:
    """A model that is ready to be asked."""

    pipe: Any
    sides: Any | None
    """Its readers of left and right."""
    matcher: Any | None
    """Its readers of words and half-made clips."""
    card: ModelCard
    how: Sampling
    """Its defaults, unless other steps were wanted."""
    sha256: str
    """Of its weights."""
    device: str
    batch: int
    """Clips made side by side."""


def open_studio(
    model: Path | None,
    *,
    device: str,
    steps: int | None = None,
    guidance: float | None = None,
    candidates: int | None = None,
) -> Studio:
    """Load a model directory, or the embedded model.

    On a GPU it computes in float32 too: the same numbers, but for rounding, as a CPU would give.

    Raises:
        ModelUnavailable: It is not there, or incomplete.
        NotAVideoModel: Its clips are no clips of the tiny world: another family, size, length or rate.
        OptionUnsupported: It has no readers to compare candidates with.
    """
    directory = EMBEDDED if model is None else model
    loaded = load_pipeline("embedded" if model is None else str(model), device="cuda" if device == "cuda" else "cpu")
    card = loaded.card
    found = (card.frames, None if card.fps is None else float(card.fps), card.width, card.height)
    wanted = (CLIP_FRAMES, float(CLIP_FPS), CLIP_SIDE, CLIP_SIDE)
    if not loaded.keywords.pipeline.startswith("LTX") or found != wanted:
        raise NotAVideoModel(
            f"{directory}: {loaded.keywords.pipeline} of (frames, rate, width, height) {found}; this benchmark asks "
            f"LTX models that were trained on the tiny world, {wanted}"
        )
    how = Sampling(
        frames=CLIP_FRAMES,
        height=CLIP_SIDE,
        width=CLIP_SIDE,
        rate=float(CLIP_FPS),
        steps=steps or card.steps or 8,
        guidance_scale=card.guidance_scale or 1.0 if guidance is None else guidance,
        candidates=candidates_of(loaded, candidates),
    )
    with hushed():
        pipe = loaded.pipe.to(torch.float32)
    return Studio(
        pipe,
        loaded.sides,
        loaded.matcher,
        card,
        how,
        weights_sha256(directory),
        device,
        CUDA_BATCH if device == "cuda" else 1,
    )


def quality_of(studio: Studio) -> Studio | None:
    """Return the same model in the quality mode of its card; None where it names none."""
    quality: Any = getattr(studio.card, "quality", None)
    if quality is None:
        return None
    return replace(studio, how=replace(studio.how, steps=quality.steps, guidance_scale=quality.guidance_scale))


def shoot(studio: Studio, asked: Sequence[Order], *, on_clips: OnClips | None = None) -> Reel:
    """Make a clip for each order, and keep what the judges look at."""
    parts: list[Tensor] = []
    for some in _batches(asked, studio.batch):
        parts.append(reduced(_clips(studio, some)[:, list(LOOKED_AT)]).cpu())
        if on_clips is not None:
            on_clips(sum(len(part) for part in parts), len(asked))
    return torch.cat(parts)


def footage(studio: Studio, asked: Sequence[Order], *, frames: Sequence[int]) -> Stretch:
    """Make a clip for each order, and keep some frames at full size: (N, frames, height, width, 3), bytes."""
    parts = [
        (_clips(studio, some)[:, list(frames)] * 255).round().byte().permute(0, 1, 3, 4, 2).cpu().numpy()
        for some in _batches(asked, studio.batch)
    ]
    return np.concatenate(parts)


def fingerprint(studio: Studio, order: Order) -> str:
    """Return the SHA-256 of a clip's pixels."""
    clip = (_clips(studio, [order]) * 255).round().byte().cpu().numpy()
    return hashlib.sha256(clip.tobytes()).hexdigest()


def seconds_of(studio: Studio, order: Order) -> dict[str, float]:
    """Return the wall seconds of one default clip: text and denoising, and decoding."""
    with hushed(), deterministic():
        start = _now(studio)
        compare = comparing(studio.matcher, [order.prompt])
        latents = sample(studio.pipe, [order.prompt], studio.how, rngs=[_rng(order)], compare=compare)
        denoised = _now(studio)
        decode(studio.pipe, latents)
        return {"denoise_seconds": denoised - start, "decode_seconds": _now(studio) - denoised}


def long_clips(studio: Studio, asked: Sequence[Order], *, frames: int) -> Iterator[Stretch]:
    """Make long clips side by side; see `windows.film`."""
    overlap = getattr(studio.card, "overlap", None) or 9
    with hushed(), deterministic():
        yield from film(
            studio.pipe,
            [one.prompt for one in asked],
            studio.how,
            frames=frames,
            overlap=overlap,
            rngs=[_rng(one) for one in asked],
            sides=studio.sides,
            matcher=studio.matcher,
        )


def _clips(studio: Studio, asked: Sequence[Order]) -> Tensor:
    """Make clips as users get them, (N, T, 3, H, W) in [0, 1], on the model's device."""
    (window,) = long_clips(studio, asked, frames=studio.how.frames)
    return torch.from_numpy(np.ascontiguousarray(window)).to(studio.device).permute(0, 1, 4, 2, 3).float() / 255


def _rng(order: Order) -> torch.Generator:
    return torch.Generator("cpu").manual_seed(order.seed)


def _batches(asked: Sequence[Order], size: int) -> Iterator[Sequence[Order]]:
    for first in range(0, len(asked), size):
        yield asked[first : first + size]


def _now(studio: Studio) -> float:
    if studio.device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()
