"""How much change the eye forgives at each place of a picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

MASK_SHORT_SIDE = 256
"""The mask is made at half the canonical size: it is smooth, and this is four times cheaper."""
BLACK = 16.0
"""Black of limited range. Full range uses less, where a change is just as visible: it gets none either."""
DARK_RAMP, DARK_EVEN_RAMP = 16.0, 24.0
"""Code values above black over which the allowance rises from none to all; slower where nothing else is to be seen."""
SMOOTH, WINDOW, REACH = 9, 5, 5
"""Pixels at mask size. What is slower than the first is no texture; its deviation is taken over the second; and it
counts only where there is as much all around within the third: an even wall beside a sharp edge stays an even wall."""
SLOPE = 0.35
"""By how much of the asked change an even place's cap rises with each code value of texture (contrast masking)."""
BUSY = 5.0
"""Code values of texture from where a place is given less again, as BUSY / texture: the picture drowns the mark there,
and what still shows costs as much of every measure of quality as anywhere else."""
LEAST_TYPICAL = 0.8
"""A busy or dark picture is given more where it can bear it, until its root mean square is what was asked, but no more
than 1 / 0.8 times as much: fur and foliage keep more of their PSNR."""
DROWNED, LOST = 0.45, 0.2
"""Where the busy places leave less than the first of the asked change, as snow on a screen does, the whole is given
more again, and all that was asked from the second on: it could not be marked otherwise. No clip or photograph of the
benchmark is below the first."""


def allowance(
    luma: NDArray[np.uint8 | np.uint16], *, bit_depth: int, rms: float, even_rms: float
) -> NDArray[np.float32]:
    """Return the standard deviation of the mark at each place, at mask size, in the unit of `rms`.

    With t = the texture of a place, the least local deviation around it: min(g · min(1, BUSY / t) · rms,
    even_rms + SLOPE · t · rms), times a ramp that is zero at black. Nothing raises the second term, the cap, but what
    was asked; g brings the whole to the root mean square `rms` where much of the picture is busy.
    It depends on this picture alone and continuously, so it can neither flicker nor be misled by a black first frame.

    All constants were chosen on `people_480p`, `coffee_720p`, two generated cartoons and a drawn slide, by what reads
    after hard encodes at equal VMAF, and by looking at walls three times enlarged.

    Args:
        luma: (height, width).
        bit_depth: Of `luma`.
        rms: Asked root mean square of a textured picture's change.
        even_rms: The most that an even place of this size gets; see `terms.Strength.even_rms_for`.
    """
    small = _at_mask_size(luma, bit_depth)
    texture, above = _texture(small), cv2.blur(small, (3, 3)) - np.float32(BLACK)
    light = np.clip(above / DARK_RAMP, 0.0, 1.0)
    share = np.minimum(1.0, BUSY / np.maximum(texture, 1e-3))
    typical = float(np.sqrt(np.mean((share * light) ** 2)))
    busy = typical / max(float(np.sqrt(np.mean(light * light))), 1e-6)  # darkness left out
    lost = min(max((DROWNED - busy) / (DROWNED - LOST), 0.0), 1.0)
    gain = max(1.0 / max(typical, LEAST_TYPICAL), lost / max(busy, 1e-3))
    cap = even_rms * np.clip(above / DARK_EVEN_RAMP, 0.0, 1.0) + SLOPE * rms * texture
    return np.asarray(np.minimum(share * (rms * gain), cap) * light, dtype=np.float32)


def _at_mask_size(luma: NDArray[np.uint8 | np.uint16], bit_depth: int) -> NDArray[np.float32]:
    """Return the picture with a short side of 256, in 8-bit code values."""
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
    return small


def _texture(small: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the local deviation in code values, the least of it in the neighbourhood."""
    high = small - cv2.blur(small, (SMOOTH, SMOOTH))
    power = cv2.blur(high * high, (WINDOW, WINDOW))
    least = cv2.erode(power, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (REACH, REACH)))
    # The running sums of the box filter can leave tiny negatives on flat blocks.
    return np.asarray(np.sqrt(np.maximum(cv2.blur(least, (WINDOW, WINDOW)), 0.0)), dtype=np.float32)
