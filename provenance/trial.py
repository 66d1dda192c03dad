"""Before a marked file leaves: what would be left of its mark after rough handling, tried on a second of it.

The trial of a clip is a Gaussian blur of 9 pixels and x264 at CRF 23: of list A of the robustness benchmark the attack
that weak marks are lost in first. Of that benchmark's 12 clips it warns of the one that was lost in it (log10 p of -3
to -8 in four tries); the next weakest pass (-12 to -19). An image is halved and written as JPEG 50.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ..media import Encoding, Form, Picture, generated_form, probe, scratch, write_pictures
from .watermark import ACCEPT_LOG10_P, Method, WatermarkKey
from .watermark.method import read_back

TRIED_PICTURES = 32
"""About a second, as long as what a short post or a cut leaves; more would cost more than 3 % of marking 10 s."""
TRIED_SECONDS = 1.0
"""What they are taken to last when the middle of a clip is looked for."""
TRIED_SHORT_SIDE = 720
"""At most: what is finer than this carries no mark, and costs time. The blur shrinks with the picture."""
BLUR_SIGMA = 1.7
"""Pixels of the picture itself; what OpenCV takes for a kernel of 9."""
ENCODING = Encoding(crf=23, preset="veryfast", jpeg_quality=50)
RATE = Fraction(25)
LEAST_SIDE = 16
"""Encoders take no less."""
Plane = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Trial:
    """How the mark read after rough handling."""

    p_value_log10: float
    handling: str
    """What was done, in words."""

    @property
    def is_safe(self) -> bool:
        """Whether the payload would have been read."""
        return self.p_value_log10 <= ACCEPT_LOG10_P


class Sample:
    """Keeps a second of marked pictures, handled roughly, as they go by."""

    def __init__(self, *, start_seconds: float = 0.0, still: bool = False) -> None:
        """Keep the first pictures from a time on, or the only one of an image."""
        self._handle = _halved if still else _blurred
        self._start_seconds = start_seconds
        self._first_seconds: float | None = None
        self.pictures: list[Picture] = []

    def see(self, picture: Picture) -> None:
        """Look at one picture; nearly all are let go at once."""
        if self._first_seconds is None:
            self._first_seconds = picture.pts_seconds
        since = picture.pts_seconds - self._first_seconds
        if len(self.pictures) < TRIED_PICTURES and since + 1e-6 >= self._start_seconds:
            small = self._handle(picture)
            self.pictures.append(replace(small, pts=len(self.pictures), time_base=1 / RATE, duration=1))


def try_out(sample: Sample, beside: Path, *, method: Method, key: WatermarkKey, still: bool) -> Trial | None:
    """Encode the sample roughly and read the mark back.

    Args:
        sample: What was kept of the marked pictures.
        beside: The rough copy is made, and removed, in the folder of this file.
        method: How they were marked.
        key: And with what.
        still: The output is an image.

    Returns:
        None where nothing can be said: no picture, or one that is too small, or a method without a p-value.
    """
    if not sample.pictures or not method.proves_presence or min(sample.pictures[0].luma.shape) < LEAST_SIDE:
        return None
    height, width = sample.pictures[0].luma.shape
    form: Form = generated_form(width, height, RATE, container="jpeg" if still else "mp4")
    with scratch(beside) as rough:
        write_pictures(iter(sample.pictures), rough, form=form, encoding=ENCODING)
        found = read_back(method, probe(rough), key)
    if found.p_value_log10 is None:
        return None
    handling = "half size and JPEG 50" if still else "a blur of 9 pixels and x264 CRF 23"
    return Trial(found.p_value_log10, handling)


def _halved(picture: Picture) -> Picture:
    return _shrunk(picture, scale=0.5)


def _blurred(picture: Picture) -> Picture:
    import cv2

    scale = min(1.0, TRIED_SHORT_SIDE / min(picture.luma.shape))
    small = _shrunk(picture, scale=scale)
    luma = cv2.GaussianBlur(small.luma, (0, 0), BLUR_SIGMA * scale)
    return replace(small, luma=np.asarray(luma, np.uint8))


def _shrunk(picture: Picture, *, scale: float) -> Picture:
    """Return the picture at another size, even, 8 bits a sample, chroma 4:2:0 where it is video."""
    height, width = picture.luma.shape
    width, height = (max(1, round(side * scale / 2)) * 2 for side in (width, height))
    coarse = 1 if len(picture.chroma) == 3 else 2
    return replace(
        picture,
        luma=cast("NDArray[np.uint8]", _resized(picture.luma, width, height, picture.bit_depth)),
        chroma=tuple(_resized(plane, width // coarse, height // coarse, picture.bit_depth) for plane in picture.chroma),
        bit_depth=8,
    )


def _resized(plane: Plane, width: int, height: int, bit_depth: int) -> NDArray[np.uint8] | NDArray[np.int16]:
    import cv2  # late, as everywhere on the way to the doors

    small = cv2.resize(
        cast("NDArray[np.uint8]", np.ascontiguousarray(plane)), (width, height), interpolation=cv2.INTER_AREA
    )
    if plane.dtype == np.int16:  # differences of an image's colours
        return np.asarray(small, np.int16)
    return np.asarray(np.asarray(small, plane.dtype) >> (bit_depth - 8), np.uint8)
