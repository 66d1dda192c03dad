"""RGB to luma and differences, exactly invertible for images; RGB to BT.709 video for generated frames."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from .frame import Frame, Picture

Rgb = npt.NDArray[np.uint8]

# ITU-R BT.601 luma weights, as in JPEG (ITU-T T.871), in 1/65536.
_WEIGHTS_601 = (19595, 38470, 7471)

# ITU-R BT.709 § 3.2-3.5: luma weights, and the scale of limited range: 219 steps of luma, 224 of chroma.
_KR, _KG, _KB = 0.2126, 0.7152, 0.0722
_TO_YUV = np.array(
    [
        [_KR, _KG, _KB],
        [-_KR / (2 * (1 - _KB)), -_KG / (2 * (1 - _KB)), 0.5],
        [0.5, -_KG / (2 * (1 - _KR)), -_KB / (2 * (1 - _KR))],
    ],
    np.float32,
) * np.array([[219 / 255], [224 / 255], [224 / 255]], np.float32)
_OFFSETS = np.array([[16.0], [128.0], [128.0]], np.float32)


def luma_of(rgb: Rgb) -> npt.NDArray[np.uint8]:
    """Return BT.601 full-range luma, rounded, of (height, width, 3) RGB."""
    red, green, blue = (rgb[:, :, channel].astype(np.uint32) for channel in range(3))
    weighted = red * _WEIGHTS_601[0] + green * _WEIGHTS_601[1] + blue * _WEIGHTS_601[2]
    return ((weighted + 32768) >> 16).astype(np.uint8)


def picture_of(rgb: Rgb, *, pts: int, time_base: Fraction, duration: int) -> Picture:
    """Split RGB into luma and the three differences R-Y, G-Y, B-Y, so that adding them back is exact."""
    luma = luma_of(rgb)
    differences = rgb.astype(np.int16) - luma[:, :, None]
    return Picture(
        luma=luma,
        chroma=tuple(np.ascontiguousarray(differences[:, :, channel]) for channel in range(3)),
        bit_depth=8,
        pts=pts,
        time_base=time_base,
        duration=duration,
    )


def rgb_of(picture: Picture) -> Rgb:
    """Add luma and differences back to RGB, clipped to 0..255.

    Raises:
        ValueError: the picture is one of video, without the three differences.
    """
    if len(picture.chroma) != 3:
        raise ValueError(f"expected a picture with three differences, got {len(picture.chroma)} chroma planes")
    luma = picture.luma.astype(np.int16)
    return np.stack([np.clip(luma + plane, 0, 255) for plane in picture.chroma], axis=2).astype(np.uint8)


def pictures_from_frames(frames: Iterable[Frame], *, rate: Fraction) -> Iterator[Picture]:
    """Turn RGB frames into BT.709 limited-range 8-bit 4:2:0 pictures at a constant rate.

    Chroma is sited as H.264 assumes where nothing is said: left, half-way between rows; hence (1, 2, 1)/4 across
    and the mean of two rows. The frames' own times are not used: a rate makes them exact.

    Args:
        frames: (height, width, 3) each, of one size.
        rate: Frames a second.
    """
    time_base = 1 / rate
    for index, frame in enumerate(frames):
        luma, blue, red = _to_yuv(frame.rgb)
        yield Picture(
            luma=_quantised(luma),
            chroma=(_quantised(_subsampled(blue)), _quantised(_subsampled(red))),
            bit_depth=8,
            pts=index,
            time_base=time_base,
            duration=1,
        )


def _to_yuv(rgb: Rgb) -> list[npt.NDArray[np.float32]]:
    """(height, width, 3) RGB -> three float planes (height, width)."""
    planes: Any = cv2.transform(rgb.astype(np.float32), np.hstack([_TO_YUV, _OFFSETS]))
    return [np.ascontiguousarray(planes[:, :, index]) for index in range(3)]


def _subsampled(plane: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    height, width = plane.shape
    padded = np.pad(plane, ((0, height % 2), (1, 1 + width % 2)), mode="edge")
    across = padded[:, 0:-2:2] + 2 * padded[:, 1:-1:2] + padded[:, 2::2]  # (rows, ceil(width / 2)), four times too much
    return ((across[0::2] + across[1::2]) / 8).astype(np.float32)


def _quantised(plane: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8)
