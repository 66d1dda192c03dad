"""The model card says what the data says."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sealreel.detector.calibration import calibrate_head
from sealreel.detector.calibration_file import head_to_json
from sealreel.detector.training.card import main, model_card
from sealreel.detector.training.dataset import Row
from sealreel.detector.training.recipe import Recipe
from sealreel.detector.weights import WeightsCard, write_card
from sealreel.errors import SettingsInvalid

RNG = np.random.default_rng(6)
HEAD = calibrate_head(RNG.normal(-1, 1, 320), RNG.normal(2, 1, 150))
CARD = WeightsCard(
    name="tiny",
    version="3",
    backbone="test_backbone",
    sha256="a" * 64,
    graph_sha256="b" * 64,
    licence="Apache-2.0",
    training_hash="c" * 64,
    trained_on={"phone": 2, "pika": 1},
    heads={"full_synthetic": head_to_json(HEAD)},
    notes={"device": "cpu", "recipe": {"seed": 7, "fit": {"steps": 900}}},
)
PHONE = Row(Path("a.mp4"), "real", None, "phone", "1", "train", "some/where", "NONE FOUND", "h264", 640, 360, 30.0)
ROWS = (
    PHONE,
    replace(PHONE, path=Path("b.mp4"), group="2", repository="else/where", licence="MIT"),
    replace(PHONE, path=Path("c.mp4"), label="ai", head="full_synthetic", source="pika", licence="CC-BY|4"),
    replace(PHONE, path=Path("d.mp4"), source="talk", use="evaluate", licence="CC-BY-NC-4.0"),
)
GROUP: dict[str, Any] = {"group": "game", "n": 40, "mean_score": 0.25, "likely_real": 0.6, "kinds": {}}
GROUPS: dict[str, Any] = {
    "weights": "a" * 64,
    "groups": [GROUP | {"passing": [{"fpr": 0.01, "clips": 2, "share": 0.05, "ci95": [0.006, 0.169]}]}],
}


def test_every_source_stands_with_its_clips_repositories_and_licences() -> None:
    text = model_card(CARD, ROWS)

    assert "| real | phone | 2 | else/where, some/where | MIT, none found |" in text
    assert "| full_synthetic | pika | 1 | some/where | CC-BY\\|4 |" in text


def test_weights_of_an_earlier_recipe_say_so() -> None:
    now = replace(CARD, notes={"recipe": Recipe().as_json()})

    assert "follows another recipe by now" in model_card(CARD, ROWS)
    assert "follows another recipe by now" not in model_card(now, ROWS)


def test_what_never_trained_stands_apart() -> None:
    trained, kept = model_card(CARD, ROWS).split("### Never trained on")

    assert "CC-BY-NC-4.0" not in trained
    assert "| real | talk | 1 | some/where | CC-BY-NC-4.0 |" in kept


def test_thresholds_come_from_the_card_and_those_not_carried_are_named() -> None:
    text = model_card(CARD, ROWS)

    assert f"| 0.01 | {HEAD.point(0.01).threshold:.4f} |" in text
    assert "No threshold at 0.001: 2995 real clips would be needed to promise it." in text


def test_hashes_seed_and_command_are_told() -> None:
    text = model_card(CARD, ROWS, command="sealreel train detector --data clips --out run")

    for told in ("a" * 64, "b" * 64, "c" * 64, "seed 7", "`sealreel train detector --data clips --out run`"):
        assert told in text


def test_tables_and_sentences_of_the_audit_are_told_and_the_rest_is_not() -> None:
    auroc = {"value": 0.9512, "low": 0.93, "high": 0.97}
    metrics = {"Held out": [{"contender": "ours", "auroc": auroc, "n": 1262}], "Note": "five folds", "seed": 0}

    text = model_card(CARD, ROWS, metrics=metrics)

    assert "| contender | auroc | n |" in text
    assert "| ours | 0.951 (0.930 to 0.970) | 1262 |" in text
    assert "Note: five folds" in text


def test_without_measurements_the_card_says_so() -> None:
    assert "Not yet: `sealreel bench detector` measures" in model_card(CARD, ROWS)


def test_kinds_are_told_with_their_false_alarms() -> None:
    assert "| game | 40 | 0.250 | 5.0% (0.60% to 16.90%) | 60% |" in model_card(CARD, ROWS, groups=GROUPS)


def test_kinds_measured_with_other_weights_are_refused() -> None:
    with pytest.raises(SettingsInvalid, match="measured with the weights aaaaaaaaaaaa…, the card's are dddddddddddd…"):
        model_card(replace(CARD, sha256="d" * 64), ROWS, groups=GROUPS)


def test_a_source_that_the_index_does_not_hold_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="trained on sora, which the index does not hold"):
        model_card(replace(CARD, trained_on={"sora": 3}), ROWS)


def test_the_page_is_written_beside_the_weights(tmp_path: Path) -> None:
    write_card(tmp_path, CARD)
    for name in "abc":
        (tmp_path / f"{name}.mp4").touch()
    (tmp_path / "index.csv").write_text("file,label,source\na.mp4,real,phone\nb.mp4,real,phone\n")
    (tmp_path / "groups.json").write_text(json.dumps(GROUPS))
    more = tmp_path / "more"
    more.mkdir()
    (more / "d.mp4").touch()
    (more / "index.csv").write_text("file,label,source\nd.mp4,ai,pika\n")
    folders = ["--data", str(tmp_path), "--data", str(more)]

    main(["--weights", str(tmp_path), *folders, "--groups", str(tmp_path / "groups.json")])

    assert (tmp_path / "README.md").read_text("utf-8").startswith("# tiny 3\n")
