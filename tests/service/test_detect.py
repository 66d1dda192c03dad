"""`sealreel detect` and `verify --detect` as a user types them, with a small network of random weights."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import pytest

from sealreel.service.answers import schema

Run = Callable[..., Any]
REAL, UNSURE, SYNTHETIC = "likely_real", "inconclusive", "likely_synthetic"


def valid(answer: dict[str, Any]) -> dict[str, Any]:
    jsonschema.Draft202012Validator(schema("detect")).validate(answer)  # pyright: ignore[reportUnknownMemberType]
    return answer


@pytest.mark.parametrize(("verdict", "code"), [(REAL, 0), (SYNTHETIC, 1), (UNSURE, 4)])
def test_every_verdict_has_its_code(shell: Run, judging: Run, footage: Path, verdict: str, code: int) -> None:
    judging(verdict)

    ran = shell("detect", footage, "--json")

    assert ran.code == code, ran.err
    assert valid(ran.answer)["verdict"] == verdict


def test_the_report_says_what_the_score_is_and_is_not(shell: Run, judging: Run, footage: Path) -> None:
    judging(REAL)

    ran = shell("detect", footage)

    assert f"{footage}: likely_real" in ran.out
    assert "only an origin proves that it is" in ran.out
    assert "timeline" in ran.out


def test_an_image_is_scored_with_a_warning(shell: Run, judging: Run, tmp_path: Path) -> None:
    judging(REAL)
    cv2.imwrite(str(tmp_path / "still.png"), np.random.default_rng(0).integers(0, 255, (300, 400, 3), dtype=np.uint8))

    answer = valid(shell("detect", tmp_path / "still.png", "--json").answer)

    assert "still_image" in answer["warnings"]
    assert answer["segments"] == []
    assert [frame["t_ms"] for frame in answer["frames"]] == [0]


def test_what_cannot_be_read_stops_no_other_file(shell: Run, judging: Run, footage: Path, tmp_path: Path) -> None:
    judging(SYNTHETIC)
    (tmp_path / "bad.mp4").write_bytes(b"no media" * 100)

    ran = shell("detect", tmp_path / "bad.mp4", tmp_path / "none.mp4", footage, "--json")

    assert ran.code == 3
    assert [answer["schema"] for answer in ran.answers] == ["sealreel.error/1"] * 2 + ["sealreel.detect/1"]
    assert "3 files: 2 error, 1 likely_synthetic" in ran.err


def test_webm_that_cannot_be_signed_can_be_looked_at(shell: Run, judging: Run, webm: Path) -> None:
    judging(REAL)

    assert shell("detect", webm).code == 0


def test_a_clip_on_stdin_is_looked_at(judging: Run, footage: Path, shell: Any) -> None:
    folder = judging(REAL)
    command = [sys.executable, "-m", "sealreel.service.cli", "detect", "-", "--model", str(folder), "--json"]

    with footage.open("rb") as stdin:
        ran = subprocess.run(command, stdin=stdin, capture_output=True, check=False, env=os.environ | shell.environment)

    assert json.loads(ran.stdout)["file"] == "-"


def test_the_heat_map_gets_the_files_name(shell: Run, judging: Run, footage: Path, tmp_path: Path) -> None:
    judging(REAL)

    ran = shell("detect", footage, "--heatmap", tmp_path / "pictures")

    assert ran.code == 0, ran.err
    assert cv2.imread(str(tmp_path / "pictures" / "footage.mp4.png")) is not None


def test_a_heat_map_that_exists_is_kept(shell: Run, judging: Run, footage: Path, tmp_path: Path) -> None:
    judging(REAL)
    (tmp_path / "footage.mp4.png").write_text("mine")

    assert shell("detect", footage, "--heatmap", tmp_path).code == 3
    assert (tmp_path / "footage.mp4.png").read_text() == "mine"
    assert shell("detect", footage, "--heatmap", tmp_path, "--force").code == 0


def test_files_of_one_name_get_a_heat_map_each(shell: Run, judging: Run, footage: Path, tmp_path: Path) -> None:
    judging(REAL)
    (tmp_path / "other").mkdir()
    other = shutil.copy(footage, tmp_path / "other")

    shell("detect", footage, other, "--heatmap", tmp_path / "out")

    assert {path.name for path in (tmp_path / "out").iterdir()} == {"footage.mp4.png", "footage.mp4.2.png"}


def test_an_unknown_rate_is_a_usage_error(shell: Run, judging: Run, footage: Path) -> None:
    judging(REAL)

    ran = shell("detect", footage, "--fpr", "0.5")

    assert ran.code == 2
    assert "0.01" in ran.err


def test_changed_weights_are_refused(shell: Run, judging: Run, footage: Path) -> None:
    folder = judging(REAL)
    with (folder / "detector.safetensors").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x55")

    ran = shell("detect", footage, "--model", folder)

    assert ran.code == 3
    assert "its card says" in ran.err


def test_an_unknown_model_is_refused(shell: Run, footage: Path) -> None:
    ran = shell("detect", footage, "--model", "gpt")

    assert ran.code == 3
    assert "neither 'embedded' nor a folder" in ran.err


def test_verify_keeps_its_verdict_and_code_beside_the_detectors(shell: Run, judging: Run, stranger: Path) -> None:
    judging(SYNTHETIC)
    alone = shell("verify", stranger, "--json")

    both = shell("verify", stranger, "--detect", "--json")

    assert (both.code, both.answer["verdict"]) == (alone.code, alone.answer["verdict"])
    assert valid(both.answer["detection"])["verdict"] == SYNTHETIC


@pytest.mark.parametrize(("verdict", "code"), [(SYNTHETIC, 1), (REAL, 0), (UNSURE, 0)])
def test_verify_can_fail_on_likely_synthetic(shell: Run, judging: Run, stranger: Path, verdict: str, code: int) -> None:
    judging(verdict)

    ran = shell("verify", stranger, "--detect", "--fail-on", SYNTHETIC)

    assert ran.code == code
    assert f"detector    {verdict}" in ran.out


def test_failing_on_likely_synthetic_without_asking_is_a_usage_error(shell: Run, stranger: Path) -> None:
    ran = shell("verify", stranger, "--fail-on", SYNTHETIC)

    assert ran.code == 2
    assert "needs --detect" in ran.err


def test_nothing_but_onnxruntime_is_loaded_to_detect(judging: Run, footage: Path, shell: Any) -> None:
    folder = judging(REAL)
    program = "import sys; from sealreel.detector import load_detector; "
    program += f"load_detector(model={str(folder)!r}, device='cpu').score({str(footage)!r}); print(*sys.modules)"

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert set(ran.stdout.split()) & {"torch", "timm", "torchvision", "sklearn", "sqlalchemy", "c2pa"} == set()
