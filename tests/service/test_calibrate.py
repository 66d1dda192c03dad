"""`sealreel calibrate detector` as a user types it, with a small network of random weights."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import pytest

from sealreel.detector import load_detector
from sealreel.detector.calibration import calibrate_head
from sealreel.detector.calibration_file import head_to_json, read_calibration
from sealreel.detector.rates import clips_needed
from sealreel.detector.weights import GRAPH, WEIGHTS, WeightsCard, read_card, sha256_of, write_card
from sealreel.service.answers import schema

Run = Callable[..., Any]
for _needed in ("torch", "onnx", "safetensors"):  # timm is loaded with a shim of its own
    pytest.importorskip(_needed, reason="the extra `train` is not installed")
pytest.importorskip("onnxruntime", reason="the extra `detect` is not installed")
REAL, AI = 60, 30


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of weights: random, but with a card that holds."""
    import torch

    from sealreel.detector.export import export
    from sealreel.detector.network import Network

    folder = tmp_path_factory.mktemp("weights")
    torch.manual_seed(0)  # pyright: ignore[reportUnknownMemberType]
    export(Network("test_efficientnet").eval(), folder)
    rng = np.random.default_rng(0)
    head = head_to_json(calibrate_head(rng.normal(-1, 1, 320), rng.normal(1, 1, 100)))
    write_card(
        folder,
        WeightsCard(
            name="tiny",
            version="0",
            backbone="test_efficientnet",
            sha256=sha256_of(folder / WEIGHTS),
            graph_sha256=sha256_of(folder / GRAPH),
            licence="Apache-2.0",
            training_hash="0" * 64,
            trained_on={},
            heads={"full_synthetic": head, "face_manipulation": head},
            notes={},
        ),
    )
    return folder


def draw(path: Path, level: float, seed: int) -> Path:
    picture = np.random.default_rng(seed).normal(level, 30, (96, 96, 3))
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.clip(picture, 0, 255).astype(np.uint8))
    return path


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Path:
    """Dark and bright pictures; whichever the random network gives the higher logits are called AI."""
    folder = tmp_path_factory.mktemp("clips")
    detector = load_detector(model=weights, device="cpu")
    dark, bright = (
        detector.logits(draw(folder / "tried" / f"{level}.png", level, 1))["full_synthetic"] for level in (60, 190)
    )
    real, ai = (60, 190) if dark < bright else (190, 60)
    for index in range(REAL):
        draw(folder / "set" / "real" / f"camera{index % 6}" / f"{index}.png", real, 100 + index)
    for index in range(AI):
        draw(folder / "set" / "ai" / f"generator{index % 6}" / f"{index}.png", ai, 200 + index)
    return folder / "set"


def valid(answer: dict[str, Any]) -> dict[str, Any]:
    jsonschema.Draft202012Validator(schema("calibrate")).validate(answer)  # pyright: ignore[reportUnknownMemberType]
    return answer


def test_without_clips_it_says_how_many_a_rate_needs(shell: Run) -> None:
    ran = shell("calibrate", "detector", "--fpr", "0.001", "--json")

    assert ran.code == 0
    (needs,) = valid(ran.answer)["needs"]
    assert (needs["promise"], needs["half"]) == (clips_needed(0.001).promise, clips_needed(0.001).half)
    assert "2995" in shell("calibrate", "detector").out


@dataclass(frozen=True)
class Calibrated:
    """A calibration as a user made it; one clip was broken."""

    file: Path
    answer: dict[str, Any]
    err: str


@pytest.fixture(scope="module")
def calibrated(
    tmp_path_factory: pytest.TempPathFactory, installation: Callable[[Path], Any], clips: Path, weights: Path
) -> Calibrated:
    shell = installation(tmp_path_factory.mktemp("calibrated"))
    broken = clips / "ai" / "broken.png"
    broken.write_bytes(b"\x89PNG nothing")
    ran = shell("calibrate", "detector", "--data", clips, "--model", weights, "--json")
    broken.unlink()
    assert ran.code == 0, ran.err
    return Calibrated(shell.home / "data" / "detector-calibration.json", ran.answer, ran.err)


def test_thresholds_are_written_where_detect_looks_for_these_weights_only(
    calibrated: Calibrated, weights: Path
) -> None:
    card = read_card(weights)

    head = read_calibration(calibrated.file, weights_sha256=card.sha256).heads["full_synthetic"]

    assert [point.fpr for point in head.points] == [0.05]
    assert sha256_of(weights / WEIGHTS) == card.sha256


def test_the_answer_says_what_was_made_of_how_many_clips(calibrated: Calibrated) -> None:
    answer = valid(calibrated.answer)

    assert (answer["file"], answer["clips"]) == (str(calibrated.file), {"real": REAL, "ai": AI})
    assert answer["heads"]["full_synthetic"]["too_fine"] == [0.01, 0.001]
    assert "face_manipulation" in answer["left_alone"]


def test_a_clip_that_cannot_be_read_is_named_and_left_out(calibrated: Calibrated) -> None:
    assert [Path(one["file"]).name for one in calibrated.answer["unread"]] == ["broken.png"]
    assert "broken.png: left out" in calibrated.err


def test_detect_judges_by_what_was_written(calibrated: Calibrated, clips: Path, weights: Path, shell: Run) -> None:
    ai = next((clips / "ai").rglob("*.png"))
    chosen = ("--model", weights, "--json")

    new = shell("detect", ai, *chosen, "--calibration", calibrated.file).answer
    old = shell("detect", ai, *chosen, SEALREEL_DETECTOR_CALIBRATION="none").answer

    (point,) = calibrated.answer["heads"]["full_synthetic"]["points"]
    assert new["operating_point"] == {"fpr": 0.05, "threshold": point["threshold"], "ci95": point["ci95"]}
    assert old["operating_point"]["fpr"] == 0.01
    assert new["score"] != old["score"]


def test_detect_finds_what_was_left_in_the_data_folder(
    calibrated: Calibrated, clips: Path, weights: Path, shell: Any
) -> None:
    (shell.home / "data").mkdir(parents=True)
    (shell.home / "data" / "detector-calibration.json").write_bytes(calibrated.file.read_bytes())

    found = shell("detect", next((clips / "ai").rglob("*.png")), "--model", weights, "--json")

    assert found.answer["operating_point"]["fpr"] == 0.05


def test_detect_refuses_what_was_made_for_other_weights(
    calibrated: Calibrated, clips: Path, weights: Path, shell: Run, tmp_path: Path
) -> None:
    other = json.loads(calibrated.file.read_text()) | {"weights_sha256": "f" * 64}
    (tmp_path / "other.json").write_text(json.dumps(other))

    ran = shell("detect", clips / "ai", "--model", weights, "--calibration", tmp_path / "other.json")

    assert ran.code == 3
    assert "made for the weights ffffffffffff…" in ran.err


def test_the_report_says_what_was_held_out_and_what_is_missing(
    shell: Run, clips: Path, weights: Path, tmp_path: Path
) -> None:
    out = tmp_path / "ours.json"
    out.write_text("an older one")

    ran = shell("calibrate", "detector", "--data", clips, "--model", weights, "--out", out, "--force")

    assert ran.code == 0, ran.err
    assert json.loads(out.read_text())["schema"] == "sealreel.calibration/1"
    for words in (
        f"{REAL} real, {AI} ai clips scored, thresholds in {out}",
        "FPR 0.05: likely_synthetic above",
        "FPR 0.01: no threshold, 299 real clips are needed to promise it, 60 are here",
        "held out by source:",
        "with the thresholds that the weights came with:",
        "real camera0",
        "face_manipulation: as the weights came",
    ):
        assert words in ran.out


def test_a_rate_that_the_clips_do_not_carry_is_refused_and_nothing_is_written(
    shell: Any, clips: Path, weights: Path
) -> None:
    ran = shell("calibrate", "detector", "--data", clips, "--model", weights, "--fpr", "0.01", "--json")

    assert ran.code == 3
    assert ran.answer["reasons"][0]["code"] == "error.TooFewClips"
    assert "60 different real clips do not carry an FPR of 0.01: 299 are needed" in ran.err
    assert not (shell.home / "data" / "detector-calibration.json").exists()


def test_an_output_that_exists_is_kept(shell: Run, clips: Path, weights: Path, tmp_path: Path) -> None:
    out = tmp_path / "ours.json"
    out.write_text("mine")

    ran = shell("calibrate", "detector", "--data", clips, "--model", weights, "--out", out)

    assert ran.code == 3
    assert "exists already" in ran.err
    assert out.read_text() == "mine"


def test_labels_the_wrong_way_round_are_said(shell: Run, clips: Path, weights: Path, tmp_path: Path) -> None:
    few_real = sorted((clips / "real").rglob("*.png"))[:24]
    few_ai = sorted((clips / "ai").rglob("*.png"))[:9]
    for called, pictures in (("ai", few_real), ("real", few_ai)):
        (tmp_path / called).mkdir()
        for picture in pictures:
            (tmp_path / called / picture.name).write_bytes(picture.read_bytes())

    ran = shell("calibrate", "detector", "--data", tmp_path, "--model", weights, "--fpr", "0.3")

    assert ran.code == 2
    assert "are the labels swapped?" in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data", "nowhere"], "nowhere: no such folder"),
        (["--fpr", "2"], "--fpr 2: a rate is between 0 and 1"),
        (["--data", "."], "no clip labelled real"),
    ],
)
def test_what_cannot_be_used_is_a_usage_error(
    shell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)

    ran = shell("calibrate", "detector", *arguments)

    assert ran.code == 2
    assert words in ran.err
