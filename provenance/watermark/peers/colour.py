"""Change a picture as a method changes its RGB; what the method leaves alone stays bit for bit."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ....media import Picture

Rgb = NDArray[np.uint8]
"""(height, width, 3)."""
BT709_RED, BT709_BLUE = 1.5748, 1.8556
"""V to R and U to B (ITU-R BT.709 § 3.3)."""


def through_rgb(picture: Picture, encode: Callable[[Rgb], Rgb]) -> Picture:
    """Return the picture with the change that `encode` makes to its RGB; 8 bits a sample."""
    luma = picture.luma.astype(np.float32)
    if len(picture.chroma) == 3:
        rgb = np.stack([np.clip(luma + difference, 0, 255) for difference in picture.chroma], axis=-1)
        return replace(picture, chroma=tuple(_differences(encode(_bytes(rgb)), picture)))
    before = _bytes(_rgb_of(picture))
    change = encode(before).astype(np.float32) - before
    red, green, blue = change[:, :, 0], change[:, :, 1], change[:, :, 2]
    y = 0.0722 * blue + 0.7152 * green + 0.2126 * red
    height, width = picture.chroma[0].shape
    chroma = [
        cv2.resize((c - y) / r, (width, height), interpolation=cv2.INTER_AREA)
        for c, r in ((blue, BT709_BLUE), (red, BT709_RED))
    ]
    planes = tuple(_bytes(old + new * (224 / 255)) for old, new in zip(picture.chroma, chroma, strict=True))
    return replace(picture, luma=_bytes(luma + y * (219 / 255)), chroma=planes)


def _differences(rgb: Rgb, picture: Picture) -> Iterator[NDArray[np.int16]]:
    for channel in range(3):
        yield rgb[:, :, channel].astype(np.int16) - picture.luma.astype(np.int16)


def _rgb_of(picture: Picture) -> NDArray[np.float32]:
    """Convert with the matrix of BT.709, limited range; only the difference that the method makes is used."""
    height, width = picture.luma.shape
    y = (picture.luma.astype(np.float32) - 16.0) * (255 / 219)
    u, v = (
        (cv2.resize(plane.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) - 128.0) * (255 / 224)
        for plane in picture.chroma
    )
    blue, red = y + BT709_BLUE * u, y + BT709_RED * v
    return np.stack([red, (y - 0.0722 * blue - 0.2126 * red) / 0.7152, blue], axis=-1).astype(np.float32)


def _bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
