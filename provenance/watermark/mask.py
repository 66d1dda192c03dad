"""How much change the eye forgives at each place of a picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

MASK_SHORT_SIDE = 256
"""The mask is made at half the canonical size: it is smooth, and this is four times cheaper."""
BLACK = 16.0
"""Black of limited range. Full range uses less, where a change is just as visible: it gets none either."""
DARK_RAMP = 16.0
"""Code values above black over which the allowance rises from none to all."""
FLAT, BUSY, EXPONENT = 0.12, 2.2, 0.6
"""Allowance of a flat wall and of foliage, and how it rises between them (chosen on two clips, facts measured)."""
FLATTEST_MEAN = 0.6
"""A picture with a lower mean allowance than this is flat and is not given more gain to reach the asked PSNR.

So the mark of an even area stays below a standard deviation of 0.32 / 0.6 of the asked change: 0.86 code values at
44 dB, 0.96 at the 43 dB of small pictures. Looked at and measured: at 0.5 a wall shows it; at 0.75 a cartoon of flat
areas loses it at CRF 23.
"""


def allowance(luma: NDArray[np.uint8 | np.uint16], *, bit_depth: int, rms: float) -> NDArray[np.float32]:
    """Return the standard deviation of the mark at each place, at mask size, in the unit of `rms`.

    Texture hides change (contrast masking), black does not: s = local deviation of what a 15-box leaves,
    clip((s + 1.2) / 8, 0.12, 2.2)^0.6, times a ramp that is zero at black. The whole is scaled so that the root mean
    square is `rms`, but never further up than `FLATTEST_MEAN` allows: flat pictures keep more of their PSNR.
    It depends on this picture alone and continuously, so it can neither flicker nor be misled by a black first frame.
    """
    height, width = luma.shape
    scale = MASK_SHORT_SIDE / min(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    while min(luma.shape) >= 2 * min(size) and luma.shape[0] % 2 == 0 and luma.shape[1] % 2 == 0:
        # Halving is a quarter of the time of one uneven step, and the mean of means is the mean.
        half = luma.shape[1] // 2, luma.shape[0] // 2
        luma = np.asarray(cv2.resize(luma, half, interpolation=cv2.INTER_AREA), dtype=luma.dtype)
    small = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    if bit_depth > 8:
        small *= 1.0 / (1 << (bit_depth - 8))
    high = small - cv2.blur(small, (15, 15))
    # The running sums of the box filter can leave tiny negatives on flat blocks.
    deviation = np.sqrt(np.maximum(cv2.blur(high * high, (11, 11)), 0.0))
    mask = np.clip((deviation + 1.2) / 8.0, FLAT, BUSY) ** EXPONENT
    mask *= np.clip((cv2.blur(small, (3, 3)) - BLACK) / DARK_RAMP, 0.0, 1.0)
    typical = float(np.sqrt(np.mean(mask * mask)))
    return np.asarray(mask * (rms / max(typical, FLATTEST_MEAN)), dtype=np.float32)
