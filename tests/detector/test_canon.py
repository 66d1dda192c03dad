"""One form for every clip."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from sealreel.detector.canon import crop_at, filled, places_of, to_short_side, trim_border, windows_of


@settings(max_examples=25, deadline=None)
@given(height=st.integers(8, 400), width=st.integers(8, 400), count=st.integers(1, 12))
def test_every_clip_becomes_windows_of_one_shape(height: int, width: int, count: int) -> None:
    windows = windows_of(np.zeros((count, height, width, 3), np.uint8))

    assert windows.shape[1:] == (8, 224, 224, 3)
    assert len(windows) == (1 if count <= 8 else 2) * len(places_of(height, width))


def test_a_short_clip_plays_forth_and_back() -> None:
    frames = np.arange(3, dtype=np.uint8).reshape(3, 1, 1, 1)

    assert filled(frames).ravel().tolist() == [0, 1, 2, 1, 0, 1, 2, 1]


def test_a_still_picture_is_repeated() -> None:
    assert filled(np.full((1, 2, 2, 3), 7, np.uint8)).shape == (8, 2, 2, 3)


def test_a_border_of_thirteen_percent_is_cut_off() -> None:
    assert trim_border(np.zeros((100, 200, 3), np.uint8)).shape == (74, 148, 3)


@pytest.mark.parametrize(("height", "width"), [(256, 512), (512, 256)])
def test_places_run_along_the_long_side(height: int, width: int) -> None:
    picture = np.zeros((height, width, 3), np.uint8)
    picture[-1, -1] = 255

    first, last = crop_at(picture, 0.0), crop_at(picture, 1.0)

    assert first.shape == last.shape == (224, 224, 3)
    assert first.max() == 0


def test_the_short_side_is_always_the_same() -> None:
    assert [min(to_short_side(np.zeros((h, w, 3), np.uint8)).shape[:2]) for h, w in ((90, 160), (1080, 1920))] == [
        256,
        256,
    ]
