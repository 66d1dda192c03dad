"""What makes a score less sure is measured."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from sealreel.detector.caveats import TEXTS, Caveat, caveats_of
from sealreel.detector.sampling import Sample, prepared, stretches_of

Make = Callable[..., Any]


def seen(frames: list[Any], **fields: Any) -> Sample:
    """A sample of a video that is large, long and well encoded unless said otherwise."""
    stretches = stretches_of([prepared(one) for one in frames], [125 * i for i in range(len(frames))])
    known: dict[str, Any] = {"kind": "video", "width": 1280, "height": 720, "duration_ms": 2000, "bits_per_pixel": 0.1}
    return Sample(stretches=tuple(stretches), **(known | fields))


@pytest.fixture(scope="module")
def footage(moving: Make) -> list[Any]:
    """Soft and moving, as film is."""
    return [cv2.GaussianBlur(one, (0, 0), 2.5) for one in moving(16, width=160, height=120)]


def test_ordinary_footage_has_none(footage: list[Any]) -> None:
    assert caveats_of(seen(footage)) == ()


@pytest.mark.parametrize(
    ("caveat", "fields"),
    [
        ("low_resolution", {"height": 200}),
        ("heavy_compression", {"bits_per_pixel": 0.012}),
        ("heavy_compression", {"bits_per_pixel": 0.012, "codec": "hevc"}),
        ("partly_unreadable", {"oddities": frozenset({"damaged"})}),
        ("unevenly_sampled", {"oddities": frozenset({"approximate"})}),
        ("hdr", {"oddities": frozenset({"hdr"})}),
    ],
)
def test_what_the_file_tells(footage: list[Any], caveat: Caveat, fields: dict[str, Any]) -> None:
    assert caveats_of(seen(footage, **fields)) == (caveat,)


def test_a_thrifty_codec_may_do_with_fewer_bits(footage: list[Any]) -> None:
    assert caveats_of(seen(footage, bits_per_pixel=0.017, codec="hevc")) == ()


def test_less_than_a_second_is_short(footage: list[Any]) -> None:
    assert caveats_of(seen(footage[:5])) == ("short",)


def test_one_picture_is_a_still(footage: list[Any]) -> None:
    assert caveats_of(seen(footage[:1], kind="image", bits_per_pixel=0.001)) == ("still_image",)


def test_what_does_not_move_is_static(footage: list[Any]) -> None:
    assert caveats_of(seen([footage[0]] * 16)) == ("static",)


def test_night_is_dark(footage: list[Any]) -> None:
    assert caveats_of(seen([one // 8 for one in footage])) == ("dark",)


def test_one_colour_is_featureless() -> None:
    assert "featureless" in caveats_of(seen([np.full((90, 160, 3), 200, np.uint8)] * 8))


def test_flat_shapes_with_hard_edges_are_animation() -> None:
    frames: list[Any] = []
    for step in range(16):
        frame = np.full((480, 640, 3), (90, 160, 230), np.uint8)
        for place in range(6):
            left = 80 + 80 * place + 2 * step
            cv2.rectangle(frame, (left, 80), (left + 40, 400), (200, 30, 10), -1)
        frames.append(frame)

    assert caveats_of(seen(frames)) == ("animation",)


def test_every_caveat_has_its_words() -> None:
    assert set(TEXTS) == set(Caveat.__args__)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType, reportUnknownArgumentType]
