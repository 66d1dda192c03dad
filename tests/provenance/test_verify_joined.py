"""Clips joined from others: every mark with its time, and every record compared with its own stretch."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from sealreel.media import Picture, generated_form, probe, read_pictures, write_pictures
from sealreel.provenance import MarkConfig, Output, Payload, ReleaseConfig, Verdict, VerifyConfig, mark, verify

RATE = Fraction(4)
FRAMES = 48
"""Twelve seconds."""
Join = Callable[..., Path]


def pictures(seed: int) -> Iterator[Picture]:
    """A texture that slides; slow enough that any moment of it is known by the moments around."""
    rng = np.random.default_rng(seed)
    smooth = cv2.resize(rng.integers(40, 215, (16, 18), dtype=np.uint8), (288, 256), interpolation=cv2.INTER_CUBIC)
    scene = np.asarray(cv2.add(np.asarray(smooth), rng.integers(0, 25, (256, 288), dtype=np.uint8)), np.uint8)
    chroma = np.full((128, 128), 128, np.uint8)
    for index in range(FRAMES):
        luma = np.ascontiguousarray(scene[:, index // 2 : index // 2 + 256])
        yield Picture(luma=luma, chroma=(chroma, chroma), bit_depth=8, pts=index, time_base=1 / RATE, duration=1)


def joined(*parts: Iterator[Picture]) -> Iterator[Picture]:
    index = 0
    for part in parts:
        for picture in part:
            yield replace(picture, pts=index, time_base=1 / RATE, duration=1)
            index += 1


@pytest.fixture
def write(tmp_path: Path, installation: ReleaseConfig) -> Join:
    """Write pictures as a file of their own, unmarked and unsigned."""

    def write(name: str, *parts: Iterator[Picture]) -> Path:
        path = tmp_path / name
        write_pictures(joined(*parts), path, form=generated_form(256, 256, RATE), encoding=installation.encoding)
        return path

    return write


@pytest.fixture
def marked(write: Join, tmp_path: Path, installation: ReleaseConfig) -> Callable[[int], Output]:
    """Mark a clip of its own content."""

    def marked(seed: int) -> Output:
        source = write(f"source-{seed}.mp4", pictures(seed))
        config = MarkConfig(release=installation, digital_source_type="digitalCapture")
        return mark(source, tmp_path / f"marked-{seed}.mp4", config)

    return marked


def of(output: Output) -> Iterator[Picture]:
    return iter(read_pictures(probe(output.file)))


def seen(verdict: Verdict) -> list[Payload | None]:
    """The payloads in the order of time, each once in a row."""
    payloads = [segment.payload for segment in verdict.watermark.segments]
    return [one for index, one in enumerate(payloads) if index == 0 or payloads[index - 1] != one]


def test_both_marks_of_a_joined_clip_are_seen_and_both_records_found(
    marked: Callable[[int], Output], write: Join, look: VerifyConfig
) -> None:
    first, second = marked(1), marked(2)

    verdict = verify(write("joined.mp4", of(first), of(second)), replace(look, thorough=True))

    assert [payload for payload in seen(verdict) if payload is not None] == [first.payload, second.payload]
    assert (verdict.conclusion, verdict.reasons[0].code) == ("recovered", "recovered.by_watermark")
    assert verdict.recovery is not None
    assert {one.record.payload for one in verdict.recovery.all} == {first.record, second.record}
    assert all(one.matches for one in verdict.recovery.all)
    assert "watermark.several_records" in {reason.code for reason in verdict.reasons}


def test_a_marked_clip_inside_an_unmarked_one_is_located(
    marked: Callable[[int], Output], write: Join, look: VerifyConfig
) -> None:
    inner = marked(1)

    verdict = verify(write("around.mp4", pictures(3), of(inner), pictures(4)), look)

    assert seen(verdict) == [None, inner.payload, None]
    assert (verdict.conclusion, verdict.reasons[0].code) == ("recovered", "recovered.by_watermark")
    assert "watermark.in_part" in {reason.code for reason in verdict.reasons}


def test_reading_goes_on_by_itself_where_the_content_is_not_the_record_s(
    marked: Callable[[int], Output], write: Join, look: VerifyConfig
) -> None:
    start = marked(1)

    verdict = verify(write("longer.mp4", of(start), pictures(3), pictures(4), pictures(5)), look)

    assert seen(verdict) == [start.payload, None]
    assert verdict.conclusion == "recovered"


def test_reading_stops_early_where_nothing_speaks_against_it(
    marked: Callable[[int], Output], write: Join, look: VerifyConfig
) -> None:
    output = marked(1)
    stripped = write("stripped.mp4", of(output))

    assert verify(stripped, look).watermark.frames_read < FRAMES
    assert verify(stripped, replace(look, thorough=True)).watermark.segments[-1].end_ms == 12_000
