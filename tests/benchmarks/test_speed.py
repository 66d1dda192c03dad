"""Each goal of the speed benchmark is measured for real, here on files that take no time."""

from fractions import Fraction
from pathlib import Path

import pytest

from sealreel.benchmarks.material import moving_texture, write_video, write_video_of_size
from sealreel.benchmarks.process import TaskFailed, peak_memory_bytes, run_task
from sealreel.benchmarks.report import Row, Skipped
from sealreel.benchmarks.speed import Scale, SpeedConfig, run_speed
from sealreel.media import probe, read_luma

TINY = Scale(
    width=320,
    height=240,
    share_seconds=2,
    extract_seconds=2,
    memory_seconds=(2, 300),
    small_bytes=100_000,
    big_bytes=200_000,
)


def test_a_long_clip_is_made_of_a_short_one(tmp_path: Path) -> None:
    clip = probe(write_video(tmp_path / "clip.mp4", width=64, height=48, rate=Fraction(30), seconds=6))

    times = [luma.pts_seconds for luma in read_luma(clip)]
    assert clip.duration_seconds == pytest.approx(6)
    assert times == pytest.approx([index / 30 for index in range(180)])


def test_a_file_has_at_least_the_size_asked(tmp_path: Path) -> None:
    path = write_video_of_size(tmp_path / "big.mp4", width=320, height=240, size_bytes=300_000)

    assert 300_000 <= path.stat().st_size < 600_000
    assert sum(1 for _ in read_luma(probe(path))) > 1


def test_the_texture_moves_and_is_the_same_each_time() -> None:
    first, second = (
        list(moving_texture(width=64, height=48, rate=Fraction(30), frames=2, noise=2.0)) for _ in range(2)
    )

    assert (first[0].luma == second[0].luma).all()
    assert (first[0].luma != first[1].luma).any()


def test_a_task_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(TaskFailed, match=r"the task decode ended with code 1: sealreel\.errors\.UnreadableMedia"):
        run_task("decode", tmp_path, source=str(tmp_path / "none.mp4"))


def test_peak_memory_is_this_programs_own() -> None:
    before = peak_memory_bytes()
    block = bytearray(b"x" * 30_000_000)

    assert 10_000_000 < before < 20_000_000_000
    assert peak_memory_bytes() >= before
    assert len(block) == 30_000_000


def test_every_goal_of_files_gets_its_row(tmp_path: Path) -> None:
    told: list[Row | Skipped] = []
    goals = ("verify", "extract", "detect", "share", "mark_memory", "manifest_memory")

    report = run_speed(SpeedConfig(quick=True, goals=goals, directory=tmp_path, scale=TINY), on_row=told.append)

    rows = {row.goal: row for row in report.rows}
    assert report.skipped == ()
    assert told == list(report.rows)
    assert list(rows) == [
        "verify.manifest_only",
        "verify.watermark",
        "detect.clip",
        "detect.frames",
        "mark.share_of_encode",
        "memory.mark_2s",
        "memory.sign_big_file",
        "memory.verify_big_file",
    ]
    hashing = rows["verify.manifest_only"].details["sha256_seconds"]
    assert rows["verify.manifest_only"].wanted == 2 * hashing + 0.5
    assert rows["verify.watermark"].details["p_value_log10"] <= -9
    assert all(10 < rows[goal].measured < 2000 for goal in rows if goal.startswith("memory"))
    assert list(tmp_path.iterdir()) == []


def test_a_scenario_that_fails_is_listed_with_its_reason_and_the_others_go_on(tmp_path: Path) -> None:
    too_small = Scale(width=32, height=32, extract_seconds=2, small_bytes=1000)  # no room for the mark
    config = SpeedConfig(quick=True, goals=("extract", "verify"), directory=tmp_path, scale=too_small)

    report = run_speed(config)

    assert [one.goal for one in report.skipped] == ["extract"]
    assert "NoMarkPossible" in report.skipped[0].reason
    assert [row.goal for row in report.rows] == ["verify.manifest_only"]


def test_an_unknown_scenario_is_refused() -> None:
    with pytest.raises(ValueError, match="no scenario warp; there are generate, verify"):
        SpeedConfig(goals=("warp",))
