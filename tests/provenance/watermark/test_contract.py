"""What every watermarking method must do; `docs/watermark-methods.md` says it in words.

`trustmark` and `videoseal` run here on stand-ins for their weights: what is tested is how they are called.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.errors import MissingExtra, NoMarkPossible
from sealreel.media import Encoding, Picture, generated_form, picture_of, probe, write_pictures
from sealreel.provenance import Payload
from sealreel.provenance.watermark import ACCEPT_LOG10_P, METHOD_NAMES, Method, Strength, WatermarkKey, load_method

Planes = list[NDArray[np.uint8]]
Pictures = Callable[[Iterable[NDArray[np.uint8]]], Iterator[Picture]]
WIDTH, HEIGHT, FRAMES = 384, 288, 4
MAX_HELD = 16
"""Pictures that a method may have taken in and not given out."""


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.benchmark if name == "rivaGan" else ())  # a second and a half a frame
        for name in METHOD_NAMES
    ]
)
def method(request: pytest.FixtureRequest) -> Method:
    if request.param in ("trustmark", "videoseal"):
        request.getfixturevalue(f"{request.param}_weights")
    try:
        return load_method(request.param)
    except MissingExtra as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def planes(pan: Callable[..., Planes]) -> Planes:
    return pan(WIDTH, HEIGHT, FRAMES)


def _rgb_pictures(planes: Planes) -> Iterator[Picture]:
    for index, plane in enumerate(planes):
        rgb = np.stack([plane, plane // 2 + 40, 255 - plane], axis=-1)
        yield picture_of(rgb, pts=3 * index, time_base=Fraction(1, 90), duration=3)


def test_a_method_says_what_it_is(method: Method, request: pytest.FixtureRequest) -> None:
    assert method.name in request.node.name
    assert 1 <= method.capacity_bits <= 64
    assert method.proves_presence is (method.name == "sealreel.1")


def test_every_picture_comes_out_once_and_in_order(
    method: Method, planes: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload
) -> None:
    marked = list(method.embed(pictures(planes), payload, key, strength=Strength()))

    assert [(picture.pts, picture.time_base) for picture in marked] == [(i, Fraction(1, 25)) for i in range(FRAMES)]
    assert [_nearest(picture.luma, planes) for picture in marked] == [*range(FRAMES)]


def _nearest(luma: NDArray[np.uint8] | NDArray[np.uint16], planes: Planes) -> int:
    """The plane whose edges lie as in this picture."""
    edges = np.diff(luma.astype(np.float32)).ravel()
    return int(np.argmax([np.corrcoef(edges, np.diff(plane.astype(np.float32)).ravel())[0, 1] for plane in planes]))


@pytest.mark.parametrize("kind", ["video", "image"])
def test_the_form_of_a_picture_stays(
    method: Method, kind: str, planes: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload
) -> None:
    (before,) = pictures(planes[:1]) if kind == "video" else _rgb_pictures(planes[:1])
    (after,) = method.embed([before], payload, key, strength=Strength())

    assert (after.bit_depth, after.pts, after.time_base, after.duration) == (8, 0, before.time_base, before.duration)
    assert [(plane.shape, plane.dtype) for plane in (after.luma, *after.chroma)] == [
        (plane.shape, plane.dtype) for plane in (before.luma, *before.chroma)
    ]


def test_a_mark_changes_a_picture_and_leaves_the_one_that_came_in_alone(
    method: Method, planes: Planes, key: WatermarkKey, payload: Payload
) -> None:
    (before,) = _rgb_pictures(planes[:1])
    copies = [plane.copy() for plane in (before.luma, *before.chroma)]
    (after,) = method.embed([before], payload, key, strength=Strength())

    assert all(np.array_equal(a, b) for a, b in zip(copies, (before.luma, *before.chroma), strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(copies, (after.luma, *after.chroma), strict=True))


def test_no_pictures_give_no_pictures(method: Method, key: WatermarkKey, payload: Payload) -> None:
    assert list(method.embed([], payload, key, strength=Strength())) == []


def test_few_pictures_are_held_at_a_time(
    method: Method, planes: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload
) -> None:
    taken = itertools.count()
    endless = pictures(plane for plane in itertools.cycle(planes[:2]) if next(taken) >= 0)

    marked = method.embed(endless, payload, key, strength=Strength())
    for _ in range(3):
        next(marked)

    assert next(taken) <= 3 + MAX_HELD


def test_the_same_pictures_are_marked_the_same(
    method: Method, planes: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload
) -> None:
    twice = [list(method.embed(pictures(planes[:2]), payload, key, strength=Strength())) for _ in range(2)]

    for one, other in zip(*twice, strict=True):
        for a, b in zip((one.luma, *one.chroma), (other.luma, *other.chroma), strict=True):
            assert np.array_equal(a, b)


def test_pictures_without_room_are_refused(
    method: Method, pictures: Pictures, key: WatermarkKey, payload: Payload
) -> None:
    small = pictures([np.full((16, 16), 90, np.uint8)])

    with pytest.raises(NoMarkPossible, match=r"16 ?× ?16"):
        next(method.embed(small, payload, key, strength=Strength()))


def _unmarked(kind: str, planes: Planes, pictures: Pictures, folder: Path) -> Path:
    """A file without a mark."""
    rng = np.random.default_rng(4)
    stills = {
        "one picture": np.stack([planes[0]] * 3, axis=-1),
        "tiny": np.full((2, 2, 3), 90, np.uint8),
        "flat": np.full((HEIGHT, WIDTH, 3), 90, np.uint8),
        "black": np.zeros((HEIGHT, WIDTH, 3), np.uint8),
        "noise": rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8),
        "strip": rng.integers(0, 256, (4, 900, 3), dtype=np.uint8),
    }
    path = folder / ("clip.png" if kind in stills else "clip.mp4")
    if kind in stills:
        cv2.imwrite(str(path), stills[kind])
    else:
        few = planes[: {"video": FRAMES, "one frame": 1}[kind]]
        form = generated_form(WIDTH, HEIGHT, rate=Fraction(25))
        write_pictures(pictures(few), path, form=form, encoding=Encoding(preset="ultrafast"))
    return path


@pytest.mark.parametrize("kind", ["video", "one frame", "one picture", "tiny", "flat", "black", "noise", "strip"])
def test_what_holds_no_mark_is_never_proven_to_hold_one(
    method: Method, kind: str, planes: Planes, pictures: Pictures, key: WatermarkKey, tmp_path: Path
) -> None:
    found = method.extract(probe(_unmarked(kind, planes, pictures, tmp_path)), [key])

    assert (found.method, found.capacity_bits) == (method.name, method.capacity_bits)
    assert found.status != "present"
    assert found.status == "not_found" or not method.proves_presence
    assert found.p_value_log10 is None or (method.proves_presence and found.p_value_log10 > ACCEPT_LOG10_P)


def test_without_a_key_nothing_is_proven(method: Method, planes: Planes, pictures: Pictures, tmp_path: Path) -> None:
    found = method.extract(probe(_unmarked("video", planes, pictures, tmp_path)), [])

    assert found.p_value_log10 is None or found.p_value_log10 > ACCEPT_LOG10_P


def test_reading_twice_reads_the_same(
    method: Method, planes: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload, tmp_path: Path
) -> None:
    form = generated_form(WIDTH, HEIGHT, rate=Fraction(25))
    marked = method.embed(pictures(planes), payload, key, strength=Strength())
    write_pictures(marked, tmp_path / "marked.mp4", form=form, encoding=Encoding(preset="ultrafast"))
    clip = probe(tmp_path / "marked.mp4")

    assert method.extract(clip, [key]) == method.extract(clip, [key])


def test_known_payloads_may_be_given(
    method: Method, planes: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload, tmp_path: Path
) -> None:
    clip = probe(_unmarked("video", planes, pictures, tmp_path))

    assert method.extract(clip, [key], known=[payload]).status in ("not_found", "decoded")


def test_ours_refuses_the_payload_of_another_key(
    planes: Planes, pictures: Pictures, other_key: WatermarkKey, payload: Payload
) -> None:
    with pytest.raises(ValueError, match="of key 1, but key 2"):
        next(load_method().embed(pictures(planes), payload, other_key))
