"""Put the mark into pictures."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import NoMarkPossible
from ...media import Picture
from ..payload import Payload
from .keys import WatermarkKey
from .layout import layout_of
from .mask import allowance
from .nonce import FADE_SECONDS, STRETCH_SECONDS, nonce_of
from .terms import Strength
from .tile import MAX_ASPECT, MIN_SHORT_SIDE, markable, pattern


def embed(
    pictures: Iterable[Picture], payload: Payload, key: WatermarkKey, *, strength: Strength = Strength()
) -> Iterator[Picture]:
    """Yield every picture with the payload in its luma; holds one picture and one pattern, whatever the length.

    One pattern is added to all pictures of a stretch of four seconds, weighted by what each of them hides; the next
    stretch has another nonce, and the last quarter second passes from one to the other. Chroma, time stamps and order
    are passed on untouched.

    Args:
        payload: Its `version` must be the key's id: readers use the four bits they know.

    Raises:
        ValueError: The payload is of another key.
        NoMarkPossible: The pictures are too small or too long-drawn to carry a mark.
    """
    if payload.version != key.key_id:
        raise ValueError(f"the payload is of key {payload.version}, but key {key.key_id} was given")
    marks: _Marks | None = None
    for picture in pictures:
        height, width = picture.luma.shape
        if marks is None or (marks.width, marks.height) != (width, height):
            marks = _Marks(payload, key, width=width, height=height, start_seconds=picture.pts_seconds)
        yield replace(picture, luma=_add(picture, marks.at(picture.pts_seconds), strength))


class _Marks:
    """The patterns of a clip, one after the other in time; holds two."""

    def __init__(self, payload: Payload, key: WatermarkKey, *, width: int, height: int, start_seconds: float) -> None:
        if not markable(width, height):
            raise NoMarkPossible(
                f"{width}×{height} pixels cannot carry a mark: the short side must be at least {MIN_SHORT_SIDE}, "
                f"the long side at most {MAX_ASPECT} times as much"
            )
        self.width, self.height = width, height
        self._payload, self._key, self._start = payload, key, start_seconds
        self._drawn: dict[int, NDArray[np.float32]] = {}

    def at(self, seconds: float) -> NDArray[np.float32]:
        """Return the pattern of a moment, (height, width): one stretch's, or two that pass into each other."""
        stretch, within = divmod(max(0.0, seconds - self._start), STRETCH_SECONDS)
        number, left = int(stretch), STRETCH_SECONDS - within
        if left >= FADE_SECONDS:
            return self._of(number)
        angle = (1.0 - left / FADE_SECONDS) * math.pi / 2.0  # cos² + sin² = 1: as strong as either throughout
        return np.asarray(
            cv2.addWeighted(self._of(number), math.cos(angle), self._of(number + 1), math.sin(angle), 0.0),
            dtype=np.float32,
        )

    def _of(self, number: int) -> NDArray[np.float32]:
        if number not in self._drawn:
            nonce = nonce_of(self._key, self._payload, number)
            drawn = pattern(layout_of(self._key), self._payload, width=self.width, height=self.height, nonce=nonce)
            self._drawn = {old: mark for old, mark in self._drawn.items() if old == number - 1} | {number: drawn}
        return self._drawn[number]


def _add(picture: Picture, mark: NDArray[np.float32], strength: Strength) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Return luma + allowance × mark, rounded, within the code values there are."""
    luma: NDArray[np.uint8 | np.uint16] = np.ascontiguousarray(
        picture.luma
    )  # a turned view has strides that OpenCV does not take
    height, width = luma.shape
    unit = 1 << (picture.bit_depth - 8)
    rms, even_rms = strength.rms_for(width, height) * unit, strength.even_rms_for(width, height) * unit
    weight = allowance(luma, bit_depth=picture.bit_depth, rms=rms, even_rms=even_rms)
    change = cv2.resize(weight, (width, height), interpolation=cv2.INTER_LINEAR)
    cv2.multiply(change, mark, dst=change)
    if picture.bit_depth == 8:
        return np.asarray(cv2.add(luma, change, dtype=cv2.CV_8U), dtype=np.uint8)
    marked = cv2.add(luma, change, dtype=cv2.CV_16U)
    return np.asarray(np.minimum(marked, (1 << picture.bit_depth) - 1), dtype=np.uint16)
