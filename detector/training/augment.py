"""What a clip goes through before the detector sees it in training: what clips go through before anybody sees them.

Real and synthetic clips take the same chances: a trace that only one class bears, of a codec, a size or a rate, is a
shortcut (arXiv 2403.17608: removing those of JPEG and size alone gave +11 points on unseen generators).
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields

import numpy as np
from av.error import FFmpegError

from ..canon import Frames, filled
from .codecs import Family, draw_codec, round_trip
from .geometry import SMALLEST, cropped, mirrored, rescaled
from .overlays import framed, overlaid
from .photometry import blurred, jpegged, miscoloured, noisy, sharpened, toned
from .timing import frozen, retimed

Step = Callable[[Frames, np.random.Generator], Frames]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How likely each step is, and how strong; probabilities unless said otherwise."""

    plain: float = 0.25
    """Of all clips, how many are only cut and mirrored: most of what is judged went through nothing else."""
    crop: float = 0.5
    crop_shares: tuple[float, float] = (0.7, 1.0)
    """Of each side, what is kept."""
    mirror: float = 0.5
    retime: float = 0.2
    freeze: float = 0.05
    rescale: float = 0.5
    scales: tuple[float, float] = (0.4, 1.5)
    """First to this share of the size, drawn evenly by ratio …"""
    back: tuple[float, float] = (0.7, 1.1)
    """… then to this one."""
    blur: float = 0.15
    sharpen: float = 0.12
    noise: float = 0.2
    tone: float = 0.3
    miscolour: float = 0.12
    jpeg: float = 0.1
    overlay: float = 0.1
    border: float = 0.1
    codec: float = 0.7
    again: float = 0.12
    """Of the clips that were encoded, how many are a second time."""
    crf: tuple[int, int] = (18, 42)
    """Quality on x264's scale, both ends included."""
    families: tuple[tuple[Family, float], ...] = (("x264", 0.74), ("vp9", 0.16), ("x265", 0.06), ("av1", 0.04))
    """Codecs and their weights; the dear ones are rare."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, float) and not 0.0 <= value <= 1.0:
                raise ValueError(f"{field.name} is a probability, got {value}")


def augment(frames: Frames, rng: np.random.Generator, recipe: Recipe = Recipe()) -> Frames:
    """Send a clip down one random chain, the same for all its frames.

    What is drawn depends on `rng` and on the clip's shape, never on its pixels: a clip and its reconstruction that
    start from the same seed go through the same.

    Args:
        frames: (T, height, width, 3), sRGB; sides of 64 pixels and more.
        rng: All chance comes from it; the same seed gives the same bytes (with the same libraries).
        recipe: Probabilities and strengths.

    Returns:
        (8 to 2 T frames, or 8 if T is less; height, width, 3); other sizes, but never stretched and never below
        64 pixels.

    Raises:
        ValueError: Frames of another form.
    """
    if frames.ndim != 4 or frames.shape[3] != 3 or not len(frames) or min(frames.shape[1:3]) < SMALLEST:
        raise ValueError(f"frames must be (time, height ≥ {SMALLEST}, width ≥ {SMALLEST}, 3), got {frames.shape}")
    clip = _taken(filled(frames), rng, recipe)
    if rng.random() < recipe.plain:
        return clip
    for step, chance in _on_the_way(rng, recipe):
        clip = step(clip, rng) if rng.random() < chance else clip
    clip = overlaid(clip, rng) if rng.random() < recipe.overlay else clip
    clip = framed(clip, rng) if rng.random() < recipe.border else clip
    return _published(clip, rng, recipe)


def _taken(clip: Frames, rng: np.random.Generator, recipe: Recipe) -> Frames:
    """Choose what of the clip is seen: which part, which way round, which frames."""
    if rng.random() < recipe.crop:
        clip = cropped(clip, rng, recipe.crop_shares)
    if rng.random() < recipe.mirror:
        clip = mirrored(clip)
    if rng.random() < recipe.retime:
        clip = retimed(clip, rng)
    return frozen(clip, rng) if rng.random() < recipe.freeze else clip


def _on_the_way(rng: np.random.Generator, recipe: Recipe) -> list[tuple[Step, float]]:
    """Put the steps that edit pixels in a random order: editors and platforms keep to none."""

    def resize(frames: Frames, rng: np.random.Generator) -> Frames:
        return rescaled(frames, rng, scales=recipe.scales, back=recipe.back)

    steps: list[tuple[Step, float]] = [
        (resize, recipe.rescale),
        (blurred, recipe.blur),
        (sharpened, recipe.sharpen),
        (noisy, recipe.noise),
        (toned, recipe.tone),
        (miscoloured, recipe.miscolour),
        (jpegged, recipe.jpeg),
    ]
    return [steps[index] for index in rng.permutation(len(steps))]


def _published(clip: Frames, rng: np.random.Generator, recipe: Recipe) -> Frames:
    """Encode and decode, once or twice."""
    rounds = 0 if rng.random() >= recipe.codec else 1 + int(rng.random() < recipe.again)
    for _ in range(rounds):
        codec = draw_codec(rng, crf=recipe.crf, families=recipe.families)
        with suppress(FFmpegError):  # a few sizes and settings do not go together: such a clip stays as it is
            clip = round_trip(clip, codec)
    return clip
