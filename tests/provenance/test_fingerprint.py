"""The fingerprint: near for handled copies, far for other content, small and bounded for any length."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings, strategies as st

from sealreel.media import Luma, probe, read_luma
from sealreel.provenance import Fingerprint, content_distance, distance, fingerprint
from sealreel.provenance.fingerprints import (
    MAX_GLIMPSES,
    SAME_HASH,
    Glimpser,
    fingerprint_glimpses,
    fingerprint_lumas,
    glimpse,
    views,
)
from sealreel.provenance.likeness import (
    DIFFERENT_CONTENT,
    SAME_CONTENT,
    TELLING_STRUCTURE,
    UNCLEAR_CONTENT,
    structure,
)

Plane = npt.NDArray[np.uint8]
CLIPS = Path(__file__).parents[2] / "../shared/data/watermark"
EASY = ["dog_720p.mp4", "coffee_720p.mp4", "walking_720p.mp4", "people_480p.mp4", "bunny_720p.mp4"]


def bytes_of(picture: object) -> Plane:
    return np.clip(np.asarray(picture), 0, 255).astype(np.uint8)


def scene(seed: int) -> Plane:
    """A picture with structure of every size, as nature has it: 1/f noise."""
    rng = np.random.default_rng(seed)
    layers = [
        np.asarray(cv2.resize(rng.normal(0, 1, (s, s)), (480, 480), interpolation=cv2.INTER_CUBIC)) * 90 / s**0.5
        for s in (4, 8, 16, 32, 64)
    ]
    return bytes_of(120 + np.sum(layers, axis=0))


def clip_of(seed: int, handle: Callable[[Plane], Plane] = lambda picture: picture) -> Iterator[Luma]:
    """Pan over a scene for a second and a half."""
    wide = scene(seed)
    for index in range(12):
        picture = np.ascontiguousarray(wide[: 4 * 68, 8 * index : 8 * index + 360])
        yield Luma(np.ascontiguousarray(handle(picture)), index / 8)


def jpeg(picture: Plane) -> Plane:
    return bytes_of(cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 30])[1], 0))


def half(picture: Plane) -> Plane:
    return bytes_of(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))


def brighter(picture: Plane) -> Plane:
    return bytes_of(picture * 1.3)


def mirrored(picture: Plane) -> Plane:
    return picture[:, ::-1]


def cropped(picture: Plane) -> Plane:
    height, width = picture.shape
    return picture[int(0.1 * height) : int(0.9 * height), int(0.1 * width) : int(0.9 * width)]


def cropped_at_the_corner(picture: Plane) -> Plane:
    return picture[: int(0.8 * picture.shape[0]), int(0.2 * picture.shape[1]) :]


def turned(picture: Plane) -> Plane:
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 5, 1)
    return bytes_of(cv2.warpAffine(picture, matrix, (width, height)))


def on_its_side(picture: Plane) -> Plane:
    return np.rot90(picture)


WHOLE = [jpeg, half, brighter, mirrored, on_its_side]
HANDLED = [*WHOLE, cropped, cropped_at_the_corner, turned]


@pytest.mark.parametrize("handle", WHOLE)
def test_a_whole_copy_is_found_by_its_hash(handle: Callable[[Plane], Plane]) -> None:
    stored = fingerprint_lumas(clip_of(1))

    assert distance(fingerprint_lumas(clip_of(1, handle)), stored) <= SAME_HASH


def test_other_content_has_another_hash() -> None:
    stored = fingerprint_lumas(clip_of(1))

    assert all(distance(fingerprint_lumas(clip_of(seed)), stored) > SAME_HASH for seed in range(2, 30))


@pytest.mark.parametrize("handle", HANDLED)
def test_a_handled_copy_is_the_same_content(handle: Callable[[Plane], Plane]) -> None:
    stored = fingerprint_lumas(clip_of(1))

    assert content_distance(glimpse(clip_of(1, handle)), stored) <= SAME_CONTENT


def test_a_shortened_copy_is_the_same_content() -> None:
    rest = list(clip_of(1))[5:9]

    assert content_distance(glimpse(iter(rest)), fingerprint_lumas(clip_of(1))) <= SAME_CONTENT


@pytest.mark.parametrize("seed", range(2, 8))
def test_other_content_is_other_content(seed: int) -> None:
    assert content_distance(glimpse(clip_of(seed)), fingerprint_lumas(clip_of(1))) >= DIFFERENT_CONTENT


def test_a_plain_wall_accuses_nobody() -> None:
    wall = [Luma(np.full((240, 320), 128, np.uint8), index / 8) for index in range(8)]

    assert content_distance(glimpse(iter(wall)), fingerprint_lumas(clip_of(1))) == UNCLEAR_CONTENT


def test_a_disc_on_plain_ground_is_not_telling() -> None:
    disc = np.full((256, 256), 200, np.uint8)
    cv2.circle(disc, (90, 120), 30, (60,), -1)

    assert structure(glimpse(iter([Luma(disc, 0.0)]))) < TELLING_STRUCTURE < structure(glimpse(clip_of(1)))


def test_nothing_is_compared_with_nothing() -> None:
    nothing = fingerprint_lumas(iter(()))

    assert nothing == Fingerprint(hashes=(), duration_ms=0)
    assert distance(nothing, fingerprint_lumas(clip_of(1))) == 0.5
    assert content_distance(glimpse(iter(())), fingerprint_lumas(clip_of(1))) == UNCLEAR_CONTENT


@settings(max_examples=30, deadline=None, derandomize=True)
@given(frames=st.integers(1, 900), rate=st.sampled_from([1.0, 23.976, 25.0, 30.0, 60.0]))
def test_a_clip_of_any_length_is_glimpsed_evenly_and_seldom(frames: int, rate: float) -> None:
    plane = np.zeros((16, 16), np.uint8)
    times = glimpse(Luma(plane, index / rate) for index in range(frames)).times_seconds

    gaps = np.diff(times)
    assert 1 <= len(times) <= MAX_GLIMPSES
    assert len(gaps) == 0 or gaps.max() - gaps.min() <= 2 / rate + 1e-9
    assert frames / rate < 2 or len(times) >= min(frames, MAX_GLIMPSES // 2)


def test_a_clip_is_glimpsed_at_the_same_moments_at_half_the_rate() -> None:
    plane = np.zeros((16, 16), np.uint8)
    whole = glimpse(Luma(plane, index / 32) for index in range(320)).times_seconds

    assert glimpse(Luma(plane, index / 16) for index in range(160)).times_seconds == whole


def test_deep_samples_look_like_bytes() -> None:
    deep = Glimpser()
    deep.see(np.asarray(scene(1) * np.uint16(4), np.uint16), 0.0, bits=10)

    assert distance(fingerprint_glimpses(deep.glimpses()), fingerprint_lumas(iter([Luma(scene(1), 0.0)]))) == 0.0


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (3000, 2), (9, 16)])
def test_any_shape_has_a_fingerprint(shape: tuple[int, int]) -> None:
    found = fingerprint_lumas(iter([Luma(np.full(shape, 77, np.uint8), 0.0)]))

    assert (len(found.hashes), len(found.sketches)) == (1, 1)


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=5))
def test_the_first_view_is_the_hash_itself(hashes: list[int]) -> None:
    found = views(Fingerprint(hashes=tuple(hashes), duration_ms=0))

    assert found.shape == (8, len(hashes))
    assert found[0].tolist() == hashes


@pytest.mark.parametrize(
    "wrong", [{"hashes": (2**64,)}, {"hashes": (-1,)}, {"sketches": (b"1",)}, {"rows": 1000, "columns": 1000}]
)
def test_an_impossible_fingerprint_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"hash|sketch"):
        Fingerprint(**{"hashes": (), "duration_ms": 0, **wrong})  # pyright: ignore[reportArgumentType] - on purpose


def test_a_file_s_fingerprint_is_that_of_its_pictures(footage: Path) -> None:
    clip = probe(footage)

    assert fingerprint(clip) == fingerprint_lumas(read_luma(clip))


@pytest.mark.benchmark
@pytest.mark.skipif(not CLIPS.is_dir(), reason="the robustness clips are not here")
@pytest.mark.parametrize("name", EASY)
def test_a_real_clip_is_told_from_the_others(name: str) -> None:
    stored = fingerprint(probe(CLIPS / name))

    for other in EASY:
        apart = content_distance(glimpse(read_luma(probe(CLIPS / other))), stored)
        assert apart <= SAME_CONTENT if other == name else apart >= DIFFERENT_CONTENT
