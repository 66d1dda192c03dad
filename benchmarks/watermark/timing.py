"""What is done to the order, the number and the speed of pictures."""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from .footage import Footage


def sped_up(footage: Footage, *, factor: float) -> Footage:
    """Play faster (frames are left out) or slower (frames are repeated) at the same frame rate."""
    count = max(1, round(len(footage.frames) / factor))
    indices = [min(len(footage.frames) - 1, int(index * factor)) for index in range(count)]
    return footage.of([footage.frames[index] for index in indices])


def at_half_rate(footage: Footage) -> Footage:
    """Keep every second picture, shown twice as long: 30 → 15 fps."""
    return replace(footage, frames=footage.frames[::2], rate=footage.rate / 2)


def with_drops(footage: Footage, *, share: float, seed: int = 3) -> Footage:
    """Lose this share of the pictures at random; the others close up."""
    rng = np.random.default_rng(seed)
    kept = [frame for frame in footage.frames if rng.random() >= share]
    return footage.of(kept or [footage.frames[0]])


def averaged(footage: Footage, *, window: int, weight: float = 1.0) -> Footage:
    """Blend every picture with the mean of those around it."""
    half = window // 2
    frames = [frame.astype(np.float32) for frame in footage.frames]
    blended = [
        (1.0 - weight) * frames[index] + weight * np.mean(frames[max(0, index - half) : index + half + 1], axis=0)
        for index in range(len(frames))
    ]
    return footage.of([np.clip(np.rint(frame), 0, 255).astype(np.uint8) for frame in blended])


def reordered(footage: Footage, *, window: int, share: float, seed: int = 4) -> Footage:
    """Shuffle the pictures inside this share of all windows."""
    rng = np.random.default_rng(seed)
    order: list[int] = []
    for first in range(0, len(footage.frames), window):
        indices = np.arange(first, min(first + window, len(footage.frames)))
        order += (rng.permutation(indices) if rng.random() < share else indices).tolist()
    return footage.of([footage.frames[index] for index in order])


def piece(footage: Footage, *, seconds: float, start_seconds: float) -> Footage:
    """Cut a piece out; it begins earlier where the footage is too short."""
    length = max(1, round(seconds * float(footage.rate)))
    first = max(0, min(round(start_seconds * float(footage.rate)), len(footage.frames) - length))
    return footage.of(list(footage.frames[first : first + length]))


def at_rate(footage: Footage, rate: Fraction) -> Footage:
    """Show the same moments at another rate: the nearest earlier picture each."""
    count = max(1, int(len(footage.frames) / footage.rate * rate))
    indices = [min(len(footage.frames) - 1, int(index / rate * footage.rate)) for index in range(count)]
    return Footage(tuple(footage.frames[index] for index in indices), rate)
