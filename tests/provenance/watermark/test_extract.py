"""Finding the mark again, blind."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.media import Luma
from sealreel.provenance import Payload
from sealreel.provenance.watermark import ACCEPT_LOG10_P, WatermarkKey, extract_lumas

Plane = NDArray[np.uint8]
Planes = list[Plane]
Mark = Callable[..., Planes]
Stream = Callable[..., Iterator[Luma]]
Pan = Callable[..., Planes]


def crop(plane: Plane, share: float) -> Plane:
    height, width = (round(side * share) for side in plane.shape)
    top, left = (plane.shape[0] - height) // 3, (plane.shape[1] - width) // 4
    return plane[top : top + height, left : left + width]


def rotate(plane: Plane, degrees: float) -> Plane:
    height, width = plane.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(plane, turn, (width, height)), dtype=np.uint8)


def scale(plane: Plane, across: float, down: float) -> Plane:
    size = round(plane.shape[1] * across), round(plane.shape[0] * down)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


ATTACKS: dict[str, tuple[Callable[[Plane], Plane], str]] = {
    "nothing": (lambda plane: plane, "identity"),
    "half size": (lambda plane: scale(plane, 0.5, 0.5), "identity"),
    "brighter": (lambda plane: np.clip(plane * 1.3, 0, 255).astype(np.uint8), "identity"),
    "mirrored": (lambda plane: plane[:, ::-1], "mirrored"),
    "upside down": (lambda plane: plane[::-1, ::-1], "rotated 180.0°"),
    "quarter turn": (np.rot90, "rotated -90.0°"),
    "in negative": (lambda plane: 255 - plane, "in negative"),
    "in negative, cropped to 80 %": (lambda plane: 255 - crop(plane, 0.8), "scaled 1.25"),
    "cropped to 80 %": (lambda plane: crop(plane, 0.8), "scaled 1.25"),
    "rotated by 5°": (lambda plane: rotate(plane, 5.0), "rotated -5.0°"),
    "squeezed to 3/4": (lambda plane: scale(plane, 0.75, 1.0), "stretched 1.33"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_payload_is_found_after(attack: str, marked: Planes, stream: Stream, key: WatermarkKey) -> None:
    change, words = ATTACKS[attack]
    found = extract_lumas(stream(map(change, marked)), [key])

    assert found.status == "decoded"
    assert found.payload == Payload(record_id=0x123456789ABCDEF)
    assert found.p_value_log10 is not None
    assert found.p_value_log10 <= ACCEPT_LOG10_P
    assert words in found.geometry


def test_what_lies_as_it_was_marked_is_read_without_a_search_for_turns(
    marked: Planes, stream: Stream, key: WatermarkKey
) -> None:
    searched = extract_lumas(stream(marked), [key])
    turned = [np.ascontiguousarray(plane[:, ::-1]) for plane in marked]

    assert extract_lumas(stream(marked), [key], as_written=True) == searched
    assert extract_lumas(stream(turned), [key]).status == "decoded"
    assert extract_lumas(stream(turned), [key], as_written=True).status == "not_found"


def test_a_single_picture_is_enough(marked: Planes, stream: Stream, key: WatermarkKey, payload: Payload) -> None:
    assert extract_lumas(stream(marked[:1]), [key]).payload == payload


def test_reading_stops_as_soon_as_it_is_sure(marked: Planes, stream: Stream, key: WatermarkKey) -> None:
    lumas = stream(marked)
    found = extract_lumas(lumas, [key])

    assert found.frames_read == 1
    assert len(list(lumas)) == len(marked) - 1


def test_reading_a_cropped_clip_stops_after_its_first_segment(
    marked: Planes, stream: Stream, key: WatermarkKey, payload: Payload
) -> None:
    cropped = [crop(plane, 0.8) for plane in marked]
    found = extract_lumas(stream(cropped, seconds=2.0), [key])

    assert [(segment.start_ms, segment.payload) for segment in found.segments] == [(0, payload)]


def test_nothing_is_found_in_an_unmarked_clip(clip: Planes, stream: Stream, key: WatermarkKey) -> None:
    found = extract_lumas(stream(clip), [key])

    assert (found.status, found.payload) == ("not_found", None)
    assert found.p_value_log10 is not None
    assert found.p_value_log10 > ACCEPT_LOG10_P


def test_nothing_is_found_with_another_key(marked: Planes, stream: Stream, other_key: WatermarkKey) -> None:
    assert extract_lumas(stream(marked), [other_key]).status == "not_found"


def test_the_right_one_of_several_keys_is_found(
    marked: Planes, stream: Stream, key: WatermarkKey, other_key: WatermarkKey, payload: Payload
) -> None:
    assert extract_lumas(stream(marked), [other_key, key]).payload == payload


def test_trying_more_keys_costs_significance(
    marked: Planes, stream: Stream, key: WatermarkKey, other_key: WatermarkKey
) -> None:
    one = extract_lumas(stream(marked), [key]).p_value_log10
    two = extract_lumas(stream(marked), [other_key, key]).p_value_log10

    assert one is not None
    assert two is not None
    assert two > one


def test_clips_joined_from_two_payloads_are_told_apart(
    pan: Pan, mark: Mark, stream: Stream, key: WatermarkKey, payload: Payload
) -> None:
    second = Payload(record_id=77)
    first_half = mark(pan(320, 256, 6, seed=5), seconds=0.5)
    second_half = mark(pan(320, 256, 8, seed=6), payload=second, seconds=0.5)

    found = extract_lumas(stream(first_half + second_half, seconds=0.5), [key], stop_at_log10_p=None)

    assert [(part.start_ms, part.end_ms, part.payload, part.status) for part in found.segments] == [
        (0, 3000, payload, "decoded"),
        (3000, 7000, second, "decoded"),
    ]


def test_a_marked_clip_inside_an_unmarked_one_is_located(
    pan: Pan, mark: Mark, stream: Stream, key: WatermarkKey, payload: Payload
) -> None:
    plain, inside = pan(320, 256, 12, seed=7), mark(pan(320, 256, 6, seed=8), seconds=0.5)

    found = extract_lumas(stream([*plain[:8], *inside, *plain[8:]], seconds=0.5), [key], stop_at_log10_p=None)

    assert [(part.start_ms, part.end_ms, part.payload) for part in found.segments] == [
        (0, 4000, None),
        (4000, 7000, payload),
        (7000, 9000, None),
    ]


def test_both_payloads_of_a_joined_and_cropped_clip_are_located(
    pan: Pan, mark: Mark, stream: Stream, key: WatermarkKey, payload: Payload
) -> None:
    second = Payload(record_id=77)
    joined = mark(pan(480, 360, 6, seed=5), seconds=0.5) + mark(pan(480, 360, 6, seed=6), payload=second, seconds=0.5)

    cropped = [crop(plane, 0.8) for plane in joined]
    found = extract_lumas(stream(cropped, seconds=0.5), [key], stop_at_log10_p=None)

    assert [(part.start_ms, part.payload) for part in found.segments] == [(0, payload), (3000, second)]


def test_a_turned_clip_joined_to_one_that_was_not_shows_both(
    pan: Pan, mark: Mark, stream: Stream, key: WatermarkKey, payload: Payload
) -> None:
    second = Payload(record_id=77)
    mirrored = [plane[:, ::-1] for plane in mark(pan(320, 256, 6, seed=5), seconds=0.5)]
    upright = mark(pan(320, 256, 6, seed=6), payload=second, seconds=0.5)

    found = extract_lumas(stream(mirrored + upright, seconds=0.5), [key], stop_at_log10_p=None)

    assert [(part.start_ms, part.payload) for part in found.segments] == [(0, payload), (3000, second)]


def test_a_mark_that_comes_late_is_found(
    pan: Pan, mark: Mark, stream: Stream, key: WatermarkKey, payload: Payload
) -> None:
    plain, late = pan(320, 256, 4, seed=7), mark(pan(320, 256, 4, seed=8))

    found = extract_lumas(stream(plain + late, seconds=2.0), [key])

    assert found.payload == payload
    assert found.segments[0].payload is None


def test_what_is_read_without_a_search_is_no_surer_than_with_it(
    pan: Pan, mark: Mark, stream: Stream, key: WatermarkKey
) -> None:
    planes = pan(320, 256, 4, seed=7) + mark(pan(320, 256, 4, seed=8))

    searched, spared = (extract_lumas(stream(planes, seconds=2.0), [key], as_written=spare) for spare in (False, True))

    assert spared.payload == searched.payload is not None
    assert spared.p_value_log10 is not None
    assert searched.p_value_log10 is not None
    assert spared.p_value_log10 >= searched.p_value_log10
    assert spared.p_value_log10 == pytest.approx(searched.p_value_log10, abs=0.5)


@pytest.mark.parametrize("first", [0, 70, 95, 130])
def test_a_piece_from_anywhere_is_read(
    first: int, pan: Pan, mark: Mark, stream: Stream, key: WatermarkKey, payload: Payload
) -> None:
    marked = mark(pan(320, 256, 160, seed=9), seconds=0.05)

    assert extract_lumas(stream(marked[first : first + 20], seconds=0.05), [key]).payload == payload


def tilted(plane: Plane) -> Plane:
    height, width = plane.shape
    before = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    after = before + np.array([[18, 14], [-4, 6], [0, -2], [10, -10]], dtype=np.float32)
    change = cv2.getPerspectiveTransform(before, after)
    return np.asarray(cv2.warpPerspective(plane, change, (width, height)), dtype=np.uint8)


def test_a_picture_filmed_from_the_side_is_read(
    marked: Planes, stream: Stream, key: WatermarkKey, payload: Payload
) -> None:
    found = extract_lumas(stream(map(tilted, marked)), [key])

    assert found.payload == payload
    assert "in perspective" in found.geometry


def drowned(planes: Planes, sigma: float) -> Planes:
    rng = np.random.default_rng(11)
    return [np.clip(plane + rng.normal(0.0, sigma, plane.shape), 0, 255).astype(np.uint8) for plane in planes]


def test_a_mark_too_weak_to_be_read_is_present_when_asked_for(
    marked: Planes, stream: Stream, key: WatermarkKey, payload: Payload
) -> None:
    weak = drowned(marked[:2], 70.0)
    others = [Payload(record_id=n) for n in range(20)]
    asked = extract_lumas(stream(weak), [key], known=[*others, payload])

    assert extract_lumas(stream(weak), [key]).status == "not_found"
    assert (asked.status, asked.payload) == ("present", payload)
    assert asked.p_value_log10 is not None
    assert asked.p_value_log10 <= ACCEPT_LOG10_P
    assert [segment.status for segment in asked.segments] == ["present"]


def test_asking_for_payloads_that_are_not_there_finds_none(
    clip: Planes, marked: Planes, stream: Stream, key: WatermarkKey
) -> None:
    others = [Payload(record_id=n) for n in range(20)]

    assert extract_lumas(stream(clip), [key], known=others).status == "not_found"
    assert extract_lumas(stream(drowned(marked[:2], 70.0)), [key], known=others).status == "not_found"


def test_a_readable_mark_is_read_whatever_is_asked_for(
    marked: Planes, stream: Stream, key: WatermarkKey, payload: Payload
) -> None:
    found = extract_lumas(stream(marked), [key], known=[Payload(record_id=1), payload])

    assert (found.status, found.payload) == ("decoded", payload)


@pytest.mark.parametrize("size", [(256, 256), (192, 108)])
def test_a_small_generated_clip_reads_back(
    size: tuple[int, int], mark: Mark, stream: Stream, key: WatermarkKey, payload: Payload
) -> None:
    ramp = np.linspace(60, 200, size[0], dtype=np.float32)[None, :] * np.ones((size[1], 1), np.float32)
    frames = [cv2.circle(ramp.copy(), (20 + 4 * i, size[1] // 2), 15, 90.0, -1).astype(np.uint8) for i in range(25)]

    assert extract_lumas(stream(mark(frames)), [key]).payload == payload


def test_no_frames_and_no_keys_are_no_finding(marked: Planes, stream: Stream, key: WatermarkKey) -> None:
    assert extract_lumas([], [key]).status == "not_found"
    assert extract_lumas(stream(marked), []).status == "not_found"


@pytest.mark.parametrize("shape", [(1, 1), (2, 4000), (40, 40)])
def test_a_picture_too_small_for_a_mark_holds_none(shape: tuple[int, int], stream: Stream, key: WatermarkKey) -> None:
    assert extract_lumas(stream([np.zeros(shape, np.uint8)]), [key]).status == "not_found"


@pytest.mark.parametrize("level", [0, 16, 255])
def test_a_blank_picture_holds_none(level: int, stream: Stream, key: WatermarkKey) -> None:
    assert extract_lumas(stream([np.full((256, 256), level, np.uint8)] * 2), [key]).status == "not_found"


def test_a_stream_that_changes_its_size_is_read(
    marked: Planes, clip: Planes, stream: Stream, key: WatermarkKey, payload: Payload
) -> None:
    smaller = [scale(plane, 0.5, 0.5) for plane in clip[:2]]

    assert extract_lumas(stream([*smaller, *marked[:2]]), [key]).payload == payload
