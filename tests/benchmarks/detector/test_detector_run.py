"""The whole audit in small: drawn clips, fold models with random weights, real encoders and runtimes."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sealreel.benchmarks.detector import sections
from sealreel.benchmarks.detector.adversarial import attacks, run_attacks
from sealreel.benchmarks.detector.conditions import SMALL_AND_ROUGH
from sealreel.benchmarks.detector.divisions import divisions_of_run
from sealreel.benchmarks.detector.evaluation import Reader
from sealreel.benchmarks.detector.judging import Ours
from sealreel.benchmarks.detector.page import page
from sealreel.benchmarks.detector.results import DetectorReport
from sealreel.benchmarks.detector.run import CELLS, PAGE, REPORT, SUMMARY, DetectorConfig, main, run_detector, write_all
from sealreel.benchmarks.watermark.cells import Cells
from sealreel.detector.training.dataset import read_dataset


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where finished rows and the report lie."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="session")
def config(data: Path, trained: Path, kept: Path) -> DetectorConfig:
    names = ("held_out", "robustness", "controls")
    return DetectorConfig(data=data, run=trained, effort="quick", only=names, device="cpu", directory=kept)


@pytest.fixture(scope="session")
def report(config: DetectorConfig) -> DetectorReport:
    small = replace(sections.BUDGETS["quick"], per_source=3, robust_per_source=2)
    small = replace(small, conditions=(SMALL_AND_ROUGH,), draws=50)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sections.BUDGETS, "quick", small)
        return run_detector(config)


def test_every_held_out_clip_is_judged_once(report: DetectorReport) -> None:
    found = report.section("held_out")

    assert found is not None
    row = found.rows[0]
    assert (row["synthetic_clips"], row["generators"]) == (12, 4)
    assert (row["real_clips"], row["real_sources"]) == (12, 4)


def test_faces_are_judged_apart(report: DetectorReport) -> None:
    found = report.section("held_out")

    assert found is not None
    assert found.extras["faces"]["synthetic_clips"] == 3


def test_a_condition_is_set_beside_the_same_clips_as_stored(report: DetectorReport) -> None:
    found = report.section("robustness")

    assert found is not None
    stored, spoilt = found.rows
    assert stored["loss"]["value"] == 0.0
    assert spoilt["condition"] == SMALL_AND_ROUGH.name
    assert spoilt["loss"]["value"] == pytest.approx(stored["auroc"]["value"] - spoilt["auroc"]["value"])


def test_fewer_clips_of_a_source_and_chosen_conditions_may_be_asked_for(
    report: DetectorReport, config: DetectorConfig
) -> None:
    few = replace(config, only=("robustness",), per_source=1, conditions=(SMALL_AND_ROUGH.name,))

    found = run_detector(few).section("robustness")

    assert found is not None
    assert [row["condition"] for row in found.rows] == ["as stored", SMALL_AND_ROUGH.name]
    assert {(row["synthetic_clips"], row["real_clips"]) for row in found.rows} == {(4, 4)}


@pytest.mark.parametrize("wrong", [{"per_source": 0}, {"conditions": ("rain",)}])
def test_what_cannot_be_asked_is_refused_at_once(config: DetectorConfig, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"per_source must be at least 1|no condition rain; there are"):
        replace(config, **wrong)


def test_controls_stand_beside_ours_on_one_frame(report: DetectorReport) -> None:
    found = report.section("controls")

    assert found is not None
    assert [row["contender"] for row in found.rows] == [
        "metadata only",
        "clip length",
        "first frame's thumbnail",
        "shuffled labels",
        "Sealreel, first frame alone",
    ]


def test_goals_carry_their_interval_and_n(report: DetectorReport) -> None:
    goals = {goal.goal: goal for goal in report.goals}

    assert {"held_out.auroc", "held_out.tpr_at_1_percent", "robustness.crf_35_half_size"} <= set(goals)
    assert {"ci95_low", "ci95_high", "synthetic_clips", "real_clips"} <= set(goals["held_out.auroc"].details)


def test_a_second_run_asks_the_network_nothing(
    report: DetectorReport, config: DetectorConfig, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (kept / CELLS).read_bytes()
    monkeypatch.setattr("sealreel.benchmarks.detector.evaluation.open_runtime", None)

    again = run_detector(replace(config, only=("held_out",)))

    assert again.section("held_out") is not None
    assert (kept / CELLS).read_bytes() == before


def test_worker_processes_give_the_same_logits(
    report: DetectorReport, data: Path, trained: Path, tmp_path: Path
) -> None:
    division = divisions_of_run(trained, read_dataset(data))[0]
    few = (replace(division, test=division.test[:2] + division.test[-2:], faces=()),)
    alone = Ours(Reader(Cells(tmp_path / "a.jsonl")), few).fit_predict((), few[0].test)

    helped = Ours(Reader(Cells(tmp_path / "b.jsonl"), jobs=2), few).fit_predict((), few[0].test)

    assert helped.tolist() == alone.tolist()


def test_the_page_holds_everything_in_itself(report: DetectorReport) -> None:
    pytest.importorskip("matplotlib")
    html = page(report)

    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)""", html)
    assert "<script" not in html
    assert html.count("<section") == 1 + len(report.sections)


def test_report_page_and_summary_are_written(report: DetectorReport, config: DetectorConfig, kept: Path) -> None:
    pytest.importorskip("matplotlib")
    write_all(report, kept, config)

    assert json.loads((kept / REPORT).read_text())["benchmark"] == "detector"
    assert "Robustness" in json.loads((kept / SUMMARY).read_text())
    assert "the surest catch" in (kept / PAGE).read_text()


def test_the_report_is_of_the_published_form(report: DetectorReport) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((Path(__file__).parents[3] / "service/schemas/bench.json").read_text())

    jsonschema.validate(report.as_json(), schema)


def test_an_attack_is_judged_as_it_is_and_after_an_encode(data: Path, trained: Path, tmp_path: Path) -> None:
    ours = Ours(Reader(Cells(tmp_path / "cells.jsonl")), divisions_of_run(trained, read_dataset(data))[:1])
    tried = attacks(epsilons=(4,), kinds=("FGSM",))
    rows = run_attacks(ours, cells=Cells(tmp_path / "cells.jsonl"), attacks=tried, clips=1)

    assert [(row.attack, row.after, row.clips) for row in rows] == [
        ("FGSM", "8-bit pixels", 2),
        ("FGSM", "x264 CRF 23", 2),
    ]
    assert all(34.0 < row.psnr_db < 39.0 for row in rows)  # 36.1 dB if every pixel moves by 4; less moves at the ends


def test_an_unknown_run_ends_with_a_message_and_a_code(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["--data", str(data), "--run", str(tmp_path), "--out", str(tmp_path / "out"), "--effort", "quick"])

    assert code == 3
    assert "folds.json" in capsys.readouterr().err
