"""Which frame counts and sizes a pipeline can really make; anything else is an error that names the nearest."""

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from ..errors import OptionUnsupported

_TEMPORAL = ("vae_scale_factor_temporal", "vae_temporal_compression_ratio", "vae_temporal_scale_factor")
_SPATIAL = (
    "vae_scale_factor_spatial",
    "vae_spatial_compression_ratio",
    "vae_spatial_scale_factor",
    "vae_scale_factor",
)


@dataclass(frozen=True, slots=True)
class Rules:
    """What one loaded pipeline accepts, and the rate that its clips were made for."""

    frame_step: int
    """Frame counts are frame_first, frame_first + frame_step, …"""
    frame_first: int
    size_step: int
    """Width and height are multiples of this."""
    fps: Fraction | None
    """The family's rate; None where it is not known."""
    frames_only: int | None = None
    """The one count that it makes, where its positions are fixed."""


@dataclass(frozen=True, slots=True)
class _Family:
    prefix: str
    fps: int | None
    size_step: int
    """What the family's `check_inputs` demands, in pixels."""
    window: int | None = None
    """Frames come in whole windows of this many."""


# Rates: the model cards and the examples in diffusers' docstrings; sizes: `check_inputs` of diffusers 0.42.1.
# The longest prefix of the class name wins.
_FAMILIES = (
    _Family("Allegro", 15, 8),
    _Family("AnimateDiff", 8, 8),
    _Family("AnyFlow", 16, 16),
    _Family("CogVideoX", 8, 8),
    _Family("Cosmos", 30, 16),
    _Family("Cosmos2", 16, 16),
    _Family("Cosmos3", 24, 16),
    _Family("EasyAnimate", 8, 16),
    _Family("Helios", 24, 16, window=33),
    _Family("HunyuanVideo", 15, 16),
    _Family("HunyuanVideo15", 24, 16),
    _Family("Kandinsky", 24, 16),
    _Family("LTX", 25, 32),
    _Family("LTX2", 24, 32),
    _Family("Latte", 8, 8),
    _Family("Mochi", 30, 8),
    _Family("MotifVideo", 24, 16),
    _Family("SanaVideo", 16, 32),
    _Family("SkyReelsV2", 24, 16),
    _Family("TextToVideoSD", 8, 8),
    _Family("TextToVideoZero", 4, 8),
    _Family("Wan", 16, 16),
)
_UNKNOWN = _Family("", None, 8)


def rules_of(pipe: Any) -> Rules:
    """Read the rules off a loaded pipeline: its VAE's compression, its transformer's patch, its family's checks.

    A VAE that is causal in time keeps the first frame and packs the rest by its ratio r: counts are k·r + 1. Without
    one (the 2D-VAE families) any count will do. Allegro's packs the first frame too: k·r.
    """
    name = type(pipe).__name__
    family = max((row for row in _FAMILIES if name.startswith(row.prefix)), key=_prefix_length, default=_UNKNOWN)
    ratio = next((int(getattr(pipe, key)) for key in _TEMPORAL if getattr(pipe, key, None)), 1)
    spatial = next((int(getattr(pipe, key)) for key in _SPATIAL if getattr(pipe, key, None)), 1)
    first = ratio if name.startswith("Allegro") else 1
    config = getattr(getattr(pipe, "transformer", None), "config", None)
    fixed = getattr(config, "video_length", None) if name.startswith("Latte") else None
    return Rules(
        frame_step=family.window or ratio,
        frame_first=family.window or first,
        size_step=lcm(spatial * _patch(config), family.size_step),
        fps=None if family.fps is None else Fraction(family.fps),
        frames_only=fixed,
    )


def check_frames(frames: int, rules: Rules, *, pipeline: str) -> None:
    """Refuse a count that the pipeline would quietly round.

    Raises:
        OptionUnsupported: Names the nearest counts that it makes.
    """
    if rules.frames_only is not None:
        if frames != rules.frames_only:
            raise OptionUnsupported(f"{pipeline} makes exactly {rules.frames_only} frames, {frames} were asked")
        return
    if frames >= rules.frame_first and (frames - rules.frame_first) % rules.frame_step == 0:
        return
    nearest = _nearest(frames, rules.frame_step, rules.frame_first)
    raise OptionUnsupported(f"{pipeline} cannot make {frames} frames; the nearest it can are {nearest}")


def check_size(width: int | None, height: int | None, rules: Rules, *, pipeline: str) -> None:
    """Refuse a size that the pipeline would quietly round, or not take.

    Raises:
        OptionUnsupported: Names the nearest sizes.
    """
    for side, pixels in (("width", width), ("height", height)):
        if pixels is not None and pixels % rules.size_step:
            nearest = _nearest(pixels, rules.size_step, rules.size_step)
            raise OptionUnsupported(
                f"{pipeline} makes pictures whose sides are multiples of {rules.size_step} pixels; "
                f"{side} {pixels} was asked, the nearest are {nearest}"
            )


def _prefix_length(family: _Family) -> int:
    return len(family.prefix)


def _patch(config: Any) -> int:
    patch = getattr(config, "patch_size", None)
    if isinstance(patch, list | tuple):
        return int(patch[-1])  # pyright: ignore[reportUnknownArgumentType] - a frozen config holds plain ints
    return int(patch) if isinstance(patch, int) else 1


def _nearest(asked: int, step: int, first: int) -> str:
    below = first + (asked - first) // step * step
    return str(first) if below < first else f"{below} and {below + step}"
