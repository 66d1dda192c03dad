"""Each number of the mark's own speed is measured for real, here on files that take no time."""

from fractions import Fraction
from pathlib import Path

import pytest

from sealreel.benchmarks.material import write_video
from sealreel.benchmarks.report import Row, Skipped
from sealreel.benchmarks.watermark.cells import Cells
from sealreel.benchmarks.watermark.speed import GOALS, REAL_CLIPS, Goal, MarkSpeedConfig, run_mark_speed


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "small.mp4"
    return write_video(path, width=480, height=360, rate=Fraction(30), seconds=2)


def config(path: Path, *goals: Goal) -> MarkSpeedConfig:
    return MarkSpeedConfig(quick=True, files=(path,), share_frames=12, file_seconds=6, goals=goals)


def test_embedding_is_compared_with_an_encode_of_the_same_pictures(small: Path) -> None:
    (row,) = run_mark_speed(config(small, "embed_share"))

    assert row.goal == "embed_share.small"
    assert row.details["frames"] == 12
    assert 0.0 < row.details["allowance_ms_per_frame"] < row.details["embed_ms_per_frame"]
    assert row.measured == pytest.approx(row.details["embed_ms_per_frame"] / row.details["encode_ms_per_frame"])
    assert "limited by" in row.text


def test_a_turned_file_is_decoded_and_the_parts_of_its_time_are_told(small: Path) -> None:
    (row,) = run_mark_speed(config(small, "extract_rotated"))

    assert row.details["decoded"] == 1.0
    assert row.details["geometry_search_share"] > 0.0
    assert 0.0 < sum(row.details[f"{part}_share"] for part in ("decoding", "whitening", "geometry_search")) < 1.0
    assert "rotated by 5°" in row.text


def test_an_unmarked_file_is_read_to_the_end(small: Path) -> None:
    (row,) = run_mark_speed(config(small, "extract_unmarked"))

    assert (row.details["decoded"], row.details["frames_read"]) == (0.0, 69)  # 32, then every 4th of 180
    assert "nothing found, read to the end" in row.text


def test_finished_rows_are_kept(small: Path, tmp_path: Path) -> None:
    path, told = tmp_path / "cells.jsonl", list[Row | Skipped]()
    first = run_mark_speed(config(small, "extract_untouched"), cells=Cells(path))

    again = run_mark_speed(config(small, "extract_untouched"), cells=Cells(path), on_row=told.append)

    assert again == first == tuple(told)


def test_what_cannot_be_measured_is_told_with_its_reason(tmp_path: Path) -> None:
    told: list[Row | Skipped] = []
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")

    assert run_mark_speed(config(broken, "embed_share"), on_row=told.append) == ()
    assert isinstance(told[0], Skipped)
    assert told[0].goal == "embed_share.broken"


def test_real_clips_are_taken_by_name_and_a_quick_run_leaves_them_out(tmp_path: Path) -> None:
    for name in (*REAL_CLIPS, "other"):
        (tmp_path / f"{name}.mp4").touch()

    assert list(MarkSpeedConfig(clips=tmp_path).sources()) == [*REAL_CLIPS, "grainy texture"]
    assert list(MarkSpeedConfig(clips=tmp_path, quick=True).sources()) == ["grainy texture"]


def test_an_unknown_goal_is_refused() -> None:
    with pytest.raises(ValueError, match=f"no goal warp; there are {', '.join(GOALS)}"):
        MarkSpeedConfig(goals=("warp",))  # pyright: ignore[reportArgumentType]
