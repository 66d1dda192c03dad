"""How far a marked picture is from the original."""

import math

import numpy as np
from numpy.typing import NDArray

LumaPlane = NDArray[np.uint8] | NDArray[np.uint16]


def psnr_y(original: LumaPlane, marked: LumaPlane, *, bit_depth: int = 8) -> float:
    """Return the PSNR in dB of two luma planes of one shape; peak 255, or 1020 with 10 bits; inf where they are equal.

    Raises:
        ValueError: The shapes differ.
    """
    if original.shape != marked.shape:
        raise ValueError(f"the planes must have one shape, got {original.shape} and {marked.shape}")
    difference = original.astype(np.float32) - marked.astype(np.float32)
    error = float(np.mean(np.square(difference), dtype=np.float64))
    peak = 255 << (bit_depth - 8)
    return 10.0 * math.log10(peak * peak / error) if error > 0.0 else math.inf
