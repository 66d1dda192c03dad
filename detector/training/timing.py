"""What happens to a clip's frames on the way: some are lost, some shown twice, others a mixture of two."""

import numpy as np
from numpy.typing import NDArray

from ..canon import RATE, Frames, filled

RATES = (6.0, 12.0)
"""Frames a second that a clip is brought to and back from."""


def retimed(frames: Frames, rng: np.random.Generator) -> Frames:
    """Drop frames, show some twice, or change the rate; 8 to 2 T frames come back, repeated to and fro if too few.

    Args:
        frames: (T, height, width, 3).
        rng: What is drawn depends on T alone, never on the pixels.
    """
    kind = rng.choice(("drop", "double", "rate", "blended rate"))
    count = len(frames)
    if kind == "drop":
        kept = np.sort(rng.permutation(count)[max(1, count // 8) :]) if count > 1 else np.zeros(1, dtype=np.intp)
        return filled(frames[kept])
    if kind == "double":
        twice = rng.permutation(count)[: max(1, count // 6)]
        return filled(frames[np.sort(np.concatenate([np.arange(count), twice]))])
    moments = _moments(count, float(rng.uniform(*RATES)))
    return filled(_between(frames, moments) if kind == "blended rate" else frames[np.round(moments).astype(np.intp)])


def _moments(count: int, rate: float) -> NDArray[np.float64]:
    """Return the moments that are shown, in frames: below 8 frames/s some stay twice, above it the clip is faster."""
    if rate < RATE:
        step = RATE / rate
        return np.clip(np.floor(np.arange(count) / step) * step, 0, count - 1)
    return np.arange(0, count - 1 + 1e-9, rate / RATE)


def _between(frames: Frames, moments: NDArray[np.float64]) -> Frames:
    first = np.floor(moments).astype(np.intp)
    second = np.minimum(first + 1, len(frames) - 1)
    share = (moments - first).astype(np.float32)[:, None, None, None]
    mixed = frames[first] * (1 - share) + frames[second] * share
    return np.round(mixed).astype(np.uint8)


def frozen(frames: Frames, rng: np.random.Generator) -> Frames:
    """Stand still: all along, or from some frame on; as many frames as before."""
    start = 0 if rng.random() < 0.4 else int(rng.integers(len(frames)))
    return frames[np.minimum(np.arange(len(frames)), start)]
