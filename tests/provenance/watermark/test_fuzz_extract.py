"""Whatever the pictures are, looking for a mark ends with an answer."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from sealreel.media import Luma
from sealreel.provenance import Extraction, Payload
from sealreel.provenance.watermark import WatermarkKey, extract_lumas

FEW = settings(max_examples=3, deadline=None, derandomize=True)
"""Each picture that holds nothing costs a search of the geometry, about two seconds."""
MANY = settings(max_examples=60, deadline=None, derandomize=True)
KEY = WatermarkKey(1, bytes(range(32)))
KNOWN = (Payload(record_id=5), Payload(record_id=6))
TYPES: tuple[Any, ...] = (np.uint8, np.uint16, np.int16, np.float32, np.float64)
SIDES = st.integers(min_value=1, max_value=160)
LOOKS = st.sampled_from(("noise", "flat", "half", "columns"))
TIMES = st.floats(min_value=-1e6, max_value=1e9, allow_nan=False)


def plane(height: int, width: int, look: str, seed: int, dtype: Any) -> np.ndarray[Any, Any]:
    """A picture of one kind; of wide types, values far outside of 8 bits."""
    rng = np.random.default_rng(seed)
    top = 255 if dtype == np.uint8 else 30_000
    values: np.ndarray[Any, Any] = rng.integers(0, top + 1, (height, width))
    if look == "flat":
        values[:] = seed % (top + 1)
    elif look == "half":
        values[: height // 2] = 0
    elif look == "columns":
        values[:, ::2] = top
    return values.astype(dtype)


def check(found: Extraction) -> None:
    """Nothing is found, and the times are in order where the stream's are."""
    assert found.status == "not_found"
    assert found.payload is None
    assert all(segment.start_ms <= segment.end_ms and segment.payload is None for segment in found.segments)


STREAMS = given(
    sizes=st.lists(st.tuples(SIDES, SIDES), min_size=1, max_size=3),
    look=LOOKS,
    dtype=st.sampled_from(TYPES),
    seed=st.integers(min_value=0, max_value=2**31),
    times=st.lists(TIMES, min_size=3, max_size=3),
    thorough=st.booleans(),
)


def look_for_a_mark(
    sizes: list[tuple[int, int]], look: str, dtype: Any, seed: int, times: list[float], thorough: bool
) -> None:
    lumas = [
        Luma(plane(height, width, look, seed + index, dtype), seconds)
        for index, ((height, width), seconds) in enumerate(zip(sizes, times, strict=False))
    ]

    check(extract_lumas(lumas, [KEY], known=KNOWN, stop_at_log10_p=None if thorough else -9.0))


@FEW
@STREAMS
def test_fuzzed_pictures_hold_no_mark(**stream: Any) -> None:
    look_for_a_mark(**stream)


@pytest.mark.benchmark
@MANY
@STREAMS
def test_many_fuzzed_pictures_hold_no_mark(**stream: Any) -> None:
    look_for_a_mark(**stream)


@FEW
@given(steps=st.lists(st.floats(min_value=-30.0, max_value=30.0), min_size=1, max_size=12))
def test_times_that_jump_or_go_backwards_are_taken_as_they_come(steps: list[float]) -> None:
    seconds = np.cumsum(steps).tolist()
    picture = np.full((96, 96), 90, np.uint8)

    found = extract_lumas([Luma(picture, second) for second in seconds], [KEY], stop_at_log10_p=None)

    check(found)
    assert all(one.start_ms <= next_.start_ms for one, next_ in pairwise(found.segments)) or min(steps) < 0


def test_luck_has_no_say_in_a_picture_of_one_pixel_a_side() -> None:
    for shape in ((1, 1), (1, 4000), (4000, 1), (64, 513), (63, 64)):
        check(extract_lumas([Luma(np.zeros(shape, np.uint8), 0.0)], [KEY]))
