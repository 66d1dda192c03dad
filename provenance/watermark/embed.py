"""Put the mark into pictures."""

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
from .terms import Strength
from .tile import MAX_ASPECT, MIN_SHORT_SIDE, markable, pattern


def embed(
    pictures: Iterable[Picture], payload: Payload, key: WatermarkKey, *, strength: Strength = Strength()
) -> Iterator[Picture]:
    """Yield every picture with the payload in its luma; holds one picture and one pattern, whatever the length.

    The same pattern is added to all pictures, weighted by what each of them hides. Chroma, time stamps and order
    are passed on untouched.

    Args:
        payload: Its `version` must be the key's id: readers use the four bits they know.

    Raises:
        ValueError: The payload is of another key.
        NoMarkPossible: The pictures are too small or too long-drawn to carry a mark.
    """
    if payload.version != key.key_id:
        raise ValueError(f"the payload is of key {payload.version}, but key {key.key_id} was given")
    mark: NDArray[np.float32] | None = None
    for picture in pictures:
        height, width = picture.luma.shape
        if mark is None or mark.shape != (height, width):
            mark = _pattern_for(payload, key, width=width, height=height)
        yield replace(picture, luma=_add(picture, mark, rms=strength.rms))


def _pattern_for(payload: Payload, key: WatermarkKey, *, width: int, height: int) -> NDArray[np.float32]:
    if not markable(width, height):
        raise NoMarkPossible(
            f"{width}×{height} pixels cannot carry a mark: the short side must be at least {MIN_SHORT_SIDE}, "
            f"the long side at most {MAX_ASPECT} times as much"
        )
    return pattern(layout_of(key), payload, width=width, height=height)


def _add(picture: Picture, mark: NDArray[np.float32], *, rms: float) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Return luma + allowance × mark, rounded, within the code values there are."""
    luma: NDArray[np.uint8 | np.uint16] = np.ascontiguousarray(
        picture.luma
    )  # a turned view has strides that OpenCV does not take
    height, width = luma.shape
    weight = allowance(luma, bit_depth=picture.bit_depth, rms=rms * (1 << (picture.bit_depth - 8)))
    change = cv2.resize(weight, (width, height), interpolation=cv2.INTER_LINEAR)
    cv2.multiply(change, mark, dst=change)
    if picture.bit_depth == 8:
        return np.asarray(cv2.add(luma, change, dtype=cv2.CV_8U), dtype=np.uint8)
    marked = cv2.add(luma, change, dtype=cv2.CV_16U)
    return np.asarray(np.minimum(marked, (1 << picture.bit_depth) - 1), dtype=np.uint16)
