"""Putting the mark in: how strong, where, and what stays untouched."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.errors import NoMarkPossible
from sealreel.media import Picture
from sealreel.provenance import Payload
from sealreel.provenance.watermark import LADDER_DB, Strength, WatermarkKey, load_method, psnr_y
from sealreel.provenance.watermark.layout import GROUPS, NONCES, layout_of
from sealreel.provenance.watermark.mask import allowance
from sealreel.provenance.watermark.nonce import nonce_of

Planes = list[NDArray[np.uint8]]
Pictures = Callable[[Iterable[NDArray[np.uint8]]], Iterator[Picture]]
Mark = Callable[..., Planes]


@pytest.mark.parametrize("strength_db", [LADDER_DB[0], LADDER_DB[-1]])
def test_a_textured_picture_is_changed_as_much_as_asked(clip: Planes, mark: Mark, strength_db: float) -> None:
    marked = mark(clip[:1], psnr=strength_db)

    assert psnr_y(clip[0], marked[0]) == pytest.approx(strength_db, abs=0.7)


def test_the_ladder_climbs_down_to_36_db() -> None:
    assert list(LADDER_DB) == sorted(LADDER_DB, reverse=True)
    assert LADDER_DB[-1] == 36.0


@pytest.mark.parametrize(
    ("size", "db"), [((256, 256), 42.0), ((640, 480), 42.0), ((1280, 720), 46.2), ((7680, 4320), 48.7)]
)
def test_larger_pictures_are_changed_less(size: tuple[int, int], db: float) -> None:
    assert Strength().db_for(*size) == db
    assert Strength(40.0).db_for(*size) == 40.0


def test_black_is_left_alone(mark: Mark) -> None:
    black = np.full((256, 256), 16, np.uint8)

    assert np.array_equal(mark([black])[0], black)


def test_black_bars_are_left_alone(clip: Planes, mark: Mark) -> None:
    boxed = np.pad(clip[0], ((60, 60), (0, 0)), constant_values=16)

    assert np.array_equal(mark([boxed])[0][:50], boxed[:50])


def test_an_even_grey_wall_is_hardly_changed(mark: Mark) -> None:
    wall = np.full((512, 512), 128, np.uint8)
    change = mark([wall], psnr=44.0)[0].astype(int) - wall

    assert np.abs(change).max() <= 3
    assert np.std(change) < 1.0


def test_a_wall_beside_a_sharp_edge_stays_a_wall(mark: Mark) -> None:
    wall = np.full((512, 512), 128, np.uint8)
    room = wall.copy()
    room[:, 300:] = 60

    beside = (mark([room])[0].astype(int) - room)[:, 200:284]  # 16 pixels from it
    assert np.std(beside) < 1.2 * np.std(mark([wall])[0].astype(int) - wall)


def test_the_busiest_texture_is_given_less_than_a_moderate_one() -> None:
    rng = np.random.default_rng(2)
    busy = np.clip(rng.normal(128.0, 8.0, (256, 512)), 0, 255)
    busy[:, 256:] = np.clip(rng.normal(128.0, 50.0, (256, 256)), 0, 255)
    share = allowance(busy.astype(np.uint8), bit_depth=8, rms=1.0, even_rms=0.2)

    assert share[:, 300:].mean() < 0.5 * share[:, :200].mean()


@pytest.mark.parametrize("size", [(854, 480), (1280, 720), (2160, 3840)])
def test_an_even_wall_is_given_as_little_at_any_size(size: tuple[int, int]) -> None:
    assert Strength().even_rms_for(*size) == pytest.approx(0.5)


def test_even_places_follow_the_strength_that_is_asked_for() -> None:
    default = Strength().db_for(854, 480)

    assert Strength(default - 6.0).even_rms_for(854, 480) == pytest.approx(1.0, abs=0.01)


def changes(planes: Planes, marked: Planes) -> list[NDArray[np.floating[Any]]]:
    return [after.astype(np.float32) - before for before, after in zip(planes, marked, strict=True)]


def test_the_pattern_changes_every_four_seconds_and_not_in_between(clip: Planes, mark: Mark) -> None:
    planes = [clip[0]] * 9
    residuals = changes(planes, mark(planes, seconds=1.0))
    alike = [float(np.corrcoef(residuals[0].ravel(), other.ravel())[0, 1]) for other in residuals]

    assert alike[1] == alike[2] == alike[3] == pytest.approx(1.0)
    # Pilots, a quarter of the energy, stay.
    assert max(alike[4], alike[8]) < 0.4


def test_two_patterns_pass_into_each_other(clip: Planes, mark: Mark) -> None:
    planes = [clip[0]] * 101
    residuals = changes(planes, mark(planes, seconds=0.04))
    size = [float(np.std(residual)) for residual in residuals]
    jumps = [float(np.std(b - a)) for a, b in pairwise(residuals)]

    assert max(size) < 1.35 * min(size)  # the pilots of both add up
    assert 0.0 < max(jumps) < 0.5 * size[0]


def test_no_two_clips_of_a_key_begin_alike(key: WatermarkKey) -> None:
    begin = {nonce_of(key, Payload(record_id=n), 0) for n in range(800)}

    # 800 draws of 4,096 leave 4096 (1 - exp(-800 / 4096)) = 727 different ones; the deviation is about 8.
    assert NONCES == 4096
    assert abs(len(begin) - 727) < 40


def test_two_nonces_share_the_scrambling_of_few_groups(key: WatermarkKey) -> None:
    scrambling_of = layout_of(key).scrambling_of
    shared = (scrambling_of[:2048] == scrambling_of[2048:]).mean(axis=1)

    assert shared.mean() == pytest.approx(1 / 1024, abs=0.0005)  # 131,072 draws
    assert shared.max() < 4 / GROUPS


def test_a_black_first_picture_does_not_weaken_the_next(clip: Planes, mark: Mark) -> None:
    alone = mark([clip[0]])[0]

    assert np.array_equal(mark([np.full_like(clip[0], 16), clip[0]])[1], alone)


def test_the_mark_grows_with_a_picture_that_fades_in(clip: Planes, mark: Mark) -> None:
    fade = [(16 + (clip[0] - 16.0) * level).astype(np.uint8) for level in (0.02, 0.08, 1.0)]
    errors = [float(np.std(a.astype(float) - b)) for a, b in zip(mark(fade), fade, strict=True)]

    assert errors[0] < errors[1] < errors[2]


def test_only_luma_changes(clip: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload) -> None:
    before = list(pictures(clip[:2]))
    after = list(load_method().embed(before, payload, key, strength=Strength()))

    for old, new in zip(before, after, strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(old.chroma, new.chroma, strict=True))
        assert (new.pts, new.time_base, new.bit_depth) == (old.pts, old.time_base, old.bit_depth)
        assert not np.array_equal(old.luma, new.luma)


def test_ten_bits_are_marked_as_strongly(clip: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload) -> None:
    deep = clip[0].astype(np.uint16) * 4
    picture = replace(next(pictures(clip)), luma=deep, bit_depth=10)
    marked = next(load_method().embed([picture], payload, key, strength=Strength(43.0)))

    assert marked.luma.dtype == np.uint16
    assert psnr_y(deep, marked.luma, bit_depth=10) == pytest.approx(43.0, abs=0.7)


def test_ten_bit_white_stays_within_ten_bits(
    clip: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload
) -> None:
    white = np.minimum(clip[0].astype(np.uint16) * 8, 1023)
    picture = replace(next(pictures(clip)), luma=white, bit_depth=10)

    assert int(next(load_method().embed([picture], payload, key, strength=Strength(36.0))).luma.max()) <= 1023


def test_pictures_are_marked_one_at_a_time(
    clip: Planes, pictures: Pictures, key: WatermarkKey, payload: Payload
) -> None:
    taken: list[int] = []

    def source() -> Iterator[Picture]:
        for picture in pictures(clip):
            taken.append(picture.pts)
            yield picture

    next(load_method().embed(source(), payload, key, strength=Strength()))

    assert taken == [0]


def test_no_pictures_are_no_pictures(key: WatermarkKey, payload: Payload) -> None:
    assert list(load_method().embed([], payload, key, strength=Strength())) == []


@pytest.mark.parametrize("shape", [(1, 1), (63, 200), (64, 600)])
def test_a_picture_that_cannot_hold_the_mark_is_refused(shape: tuple[int, int], mark: Mark) -> None:
    with pytest.raises(NoMarkPossible, match=f"{shape[1]}×{shape[0]}"):
        mark([np.full(shape, 100, np.uint8)])


def test_a_payload_of_another_key_is_refused(clip: Planes, mark: Mark, other_key: WatermarkKey) -> None:
    with pytest.raises(ValueError, match="the payload is of key 1, but key 2 was given"):
        mark(clip, key=other_key)


@pytest.mark.parametrize("psnr", [29.0, 61.0, float("nan")])
def test_a_senseless_strength_is_refused(psnr: float) -> None:
    with pytest.raises(ValueError, match="30 to 60 dB"):
        Strength(psnr)


def test_equal_planes_are_infinitely_alike(clip: Planes) -> None:
    assert psnr_y(clip[0], clip[0]) == float("inf")


def test_planes_of_two_shapes_cannot_be_compared(clip: Planes) -> None:
    with pytest.raises(ValueError, match="one shape"):
        psnr_y(clip[0], clip[0][:-1])
