"""Clips from packed scenes."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ..packing import PackedScenes
from ..scene import CLIP_SIDE
from .batchwise import paint_batch
from .clipwise import paint_clip
from .fused import kernel_for, paint_fused
from .tiles import Window


@dataclass(frozen=True, slots=True)
class Crop:
    """A square window into every clip, px of the whole picture."""

    tops: Sequence[int]
    lefts: Sequence[int]
    """One a clip."""
    side: int


def render(
    packed: PackedScenes,
    *,
    side: int = CLIP_SIDE,
    frames: slice | Sequence[int] | None = None,
    crop: Crop | None = None,
    device: str | torch.device = "cpu",
    compiled: bool | None = None,
) -> Tensor:
    """Paint clips, anti-aliased; the same on every call, and on every device but for rounding.

    Args:
        packed: What to paint.
        side: Width and height of the whole picture, px.
        frames: Which of the packed frames; None for all.
        crop: The window to paint; None for the whole picture.
        device: Where to paint: a CPU goes clip by clip, CUDA paints everything at once.
        compiled: Whether CUDA paints in one kernel, compiled on first use (NVRTC and a CUDA toolkit's headers), or pass
            by pass; None tries the kernel, and warns where it must do without.

    Returns:
        sRGB 0 to 1, (clips, frames, 3, height, width): float32, from a GPU float16.

    Raises:
        ValueError: The crop has not one window a clip, or it leaves the picture.
    """
    chosen = packed if frames is None else packed.at(frames)
    device = torch.device(device)
    window = Window(side, crop.side if crop else side)
    tops = np.asarray(crop.tops if crop else [0] * len(chosen), dtype=np.int64)
    lefts = np.asarray(crop.lefts if crop else [0] * len(chosen), dtype=np.int64)
    if len(tops) != len(chosen) or len(lefts) != len(chosen):
        raise ValueError(f"{len(tops)} tops and {len(lefts)} lefts for {len(chosen)} clips; expected one a clip")
    if min(tops.min(), lefts.min()) < 0 or max(tops.max(), lefts.max()) > side - window.extent:
        raise ValueError(f"a window of {window.extent} px leaves the picture of {side} px; move or shrink it")
    with torch.no_grad():
        if device.type == "cpu":
            each = [paint_clip(chosen.clips(i, i + 1), window, int(tops[i]), int(lefts[i])) for i in range(len(chosen))]
            return torch.stack(each)
        if device.type == "cuda" and (compiled or (compiled is None and _has_kernel(device))):
            return paint_fused(chosen, window, tops=tops, lefts=lefts, device=device)
        return paint_batch(chosen, window, tops=tops, lefts=lefts, device=device)


@lru_cache(maxsize=8)
def _has_kernel(device: torch.device) -> bool:
    """Return whether the one kernel can be compiled for `device`; say so where it can't."""
    try:
        kernel_for(device)
    except (AttributeError, OSError, RuntimeError) as error:
        warnings.warn(f"painting pass by pass, several times slower: {error}", RuntimeWarning, stacklevel=3)
        return False
    return True
