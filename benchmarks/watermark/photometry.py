"""What is done to the brightness, the colours and the sharpness of pictures."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]
LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""Weights of grey in torchvision's colour changes, which Video Seal's list uses (ITU-R BT.601)."""


def brightened(rgb: Rgb, *, factor: float) -> Rgb:
    """Multiply by a factor; what leaves the range is cut."""
    return _bytes(rgb.astype(np.float32) * factor)


def contrasted(rgb: Rgb, *, factor: float) -> Rgb:
    """Move every value away from the mean grey of the picture, or towards it."""
    mean = float((rgb @ LUMA).mean())
    return _bytes(mean + (rgb.astype(np.float32) - mean) * factor)


def saturated(rgb: Rgb, *, factor: float) -> Rgb:
    """Move every pixel away from its grey, or towards it."""
    grey = (rgb @ LUMA)[..., None]
    return _bytes(grey + (rgb.astype(np.float32) - grey) * factor)


def hue_shifted(rgb: Rgb, *, turn: float) -> Rgb:
    """Turn the colour wheel by this part of a circle."""
    hsv = cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV_FULL)
    hsv[..., 0] = (hsv[..., 0].astype(np.int32) + round(turn * 256)) % 256
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB_FULL), dtype=np.uint8)


def greyed(rgb: Rgb) -> Rgb:
    """Take the colours away."""
    return np.repeat(_bytes(rgb @ LUMA)[..., None], 3, axis=2)


def blurred(rgb: Rgb, *, kernel: int) -> Rgb:
    """Blur with a Gaussian of this width in pixels, sigma as OpenCV and torchvision derive it."""
    return np.asarray(cv2.GaussianBlur(rgb, (kernel, kernel), 0.0), dtype=np.uint8)


def median_filtered(rgb: Rgb, *, kernel: int) -> Rgb:
    """Replace every value by the median around it."""
    return np.asarray(cv2.medianBlur(rgb, kernel), dtype=np.uint8)


def noised(rgb: Rgb, *, sigma: float, seed: int) -> Rgb:
    """Add Gaussian noise, in code values."""
    rng = np.random.default_rng(seed)
    return _bytes(rgb + rng.standard_normal(rgb.shape, dtype=np.float32) * np.float32(sigma))


def through_jpeg(rgb: Rgb, *, quality: int) -> Rgb:
    """Store as JPEG and read again."""
    done, stored = cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError("OpenCV could not write a JPEG")
    read = cv2.imdecode(stored, cv2.IMREAD_COLOR)
    if read is None:
        raise RuntimeError("OpenCV could not read its own JPEG")
    return np.ascontiguousarray(np.asarray(read, dtype=np.uint8)[..., ::-1])


def _bytes(values: NDArray[np.floating[Any]]) -> Rgb:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
