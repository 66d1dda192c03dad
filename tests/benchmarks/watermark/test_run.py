"""Sections are joined into one report; what was measured once is not measured again."""

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from sealreel.benchmarks.machine import describe_machine
from sealreel.benchmarks.material import write_video
from sealreel.benchmarks.report import Row, Skipped
from sealreel.benchmarks.sectioned import Json, Section
from sealreel.benchmarks.watermark.page import write_report
from sealreel.benchmarks.watermark.results import WatermarkReport
from sealreel.benchmarks.watermark.run import (
    SECTIONS,
    WatermarkConfig,
    run_watermark,
    shown_clips,
    videos_in,
)
from sealreel.errors import OutputUnwritable, SettingsInvalid
from sealreel.service.answers import schema

MET = Row(goal="a.b", text="a thing", unit="dB", wanted=40.0, better="higher", samples=(44.0,))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_video(folder / "texture.mp4", width=256, height=192, rate=Fraction(30), seconds=2)
    (folder / "index.csv").write_text("file\n")
    return folder


def report(*goals: Row) -> WatermarkReport:
    return WatermarkReport(
        machine=describe_machine(),
        started_at=datetime.now(UTC),
        effort="quick",
        commit="abc",
        strength_db=44.0,
        material="a clip",
        tuned=(),
        sections=(Section("other", "Another question", ({"clip": "a"},), goals, (Skipped("x", "no disk"),), 1.0),),
    )


def test_one_missed_goal_misses_the_whole() -> None:
    missed = Row(goal="c.d", text="a thing", unit="dB", wanted=40.0, better="higher", samples=(39.0,))

    assert report(MET).met
    assert not report(MET, missed).met


def test_the_answer_follows_its_schema() -> None:
    answer = report(MET).as_json()

    jsonschema.Draft202012Validator(schema("bench")).validate(answer)  # pyright: ignore[reportUnknownMemberType]
    assert answer["sections"]["other"]["rows"] == [{"clip": "a"}]


def test_the_table_says_what_was_left_out() -> None:
    assert report(MET).table()[1:] == (("a.b", "44", "≥ 40", "dB", "yes"), ("x", "not measured", "", "", "no disk"))


def test_a_run_goes_on_where_it_stopped(data: Path, tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="VMAF comes with the extra `bench`")
    config = WatermarkConfig(data=data, effort="quick", only=("visibility",), directory=tmp_path)
    told: list[tuple[str, Json | Skipped]] = []

    first = run_watermark(config, on_row=lambda section, row: told.append((section, row)))
    kept = (tmp_path / "watermark-cells.jsonl").read_bytes()
    again = run_watermark(config)

    assert first.as_json()["rows"] == again.as_json()["rows"]
    assert (tmp_path / "watermark-cells.jsonl").read_bytes() == kept
    assert [section for section, _ in told] == ["visibility"]


def test_a_section_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no section nothing; there are robustness, stills"):
        WatermarkConfig(only=("nothing",))


def test_less_than_one_job_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        WatermarkConfig(jobs=0)


def test_only_videos_are_taken_from_a_folder(data: Path) -> None:
    assert [path.name for path in videos_in(data)] == ["texture.mp4"]
    assert [path.name for path in shown_clips(WatermarkConfig(data=data))] == ["texture.mp4"]


def test_a_folder_without_videos_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="no videos in it"):
        run_watermark(WatermarkConfig(data=tmp_path))


def test_a_report_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the page is drawn with the extra `bench`")
    with pytest.raises(OutputUnwritable, match=r"gone/page\.html"):
        write_report(report(MET), tmp_path / "gone" / "page.html")


def test_every_section_has_a_title() -> None:
    assert all(title for title, _ in SECTIONS.values())
