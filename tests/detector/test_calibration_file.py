"""A calibration file says what it was made for, and is refused anywhere else."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sealreel.detector.calibration import calibrate_head
from sealreel.detector.calibration_file import (
    CalibrationFile,
    calibration_to_json,
    head_from_json,
    head_to_json,
    read_calibration,
)
from sealreel.errors import CalibrationInvalid

RNG = np.random.default_rng(1)
HEAD = calibrate_head(RNG.normal(-1, 1, 320), RNG.normal(1, 1, 200))
FILE = CalibrationFile("a" * 64, {"full_synthetic": HEAD}, "2026-11-22T20:00:00+00:00", {"real": 320, "ai": 200})


def written(folder: Path, **changed: Any) -> Path:
    path = folder / "calibration.json"
    path.write_text(json.dumps(calibration_to_json(FILE) | changed))
    return path


def test_a_head_is_read_back_as_it_was() -> None:
    assert head_from_json(json.loads(json.dumps(head_to_json(HEAD)))) == HEAD


def test_a_file_is_read_back_as_it_was(tmp_path: Path) -> None:
    assert read_calibration(written(tmp_path), weights_sha256="a" * 64) == FILE


def test_a_calibration_of_other_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        CalibrationInvalid, match=r"made for the weights aaaaaaaaaaaa…, those in force are bbbbbbbbbbbb…"
    ):
        read_calibration(written(tmp_path), weights_sha256="b" * 64)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "nonsense",
        "[" * 100_000,
        '{"schema": "sealreel.other/1"}',
        '{"schema": "sealreel.calibration/1"}',
        '{"schema": "sealreel.calibration/1", "weights_sha256": "", "made_at": "", "clips": {}, "heads": []}',
        '{"schema": "sealreel.calibration/1", "weights_sha256": "", "made_at": "", "clips": {}, "heads": {"x": {}}}',
    ],
)
def test_what_is_no_calibration_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "calibration.json"
    path.write_text(text)

    with pytest.raises(CalibrationInvalid, match="not a file of `sealreel calibrate detector`"):
        read_calibration(path, weights_sha256="a" * 64)


@pytest.mark.parametrize(
    "change",
    [
        {"calibration": {"slope": -1.0, "intercept": 0.0}},
        {"calibration": {"slope": "1", "intercept": 0.0}},
        {"calibration": {"slope": float("nan"), "intercept": 0.0}},
        {"ece": 2.0},
        {"points": [{"fpr": 0.01}]},
        {"points": "all"},
        {"real_limit": {**head_to_json(HEAD)["real_limit"], "threshold": float("nan")}},
        {"real_limit": {**head_to_json(HEAD)["real_limit"], "n_synthetic": 1.5}},
        {"real_limit": {**head_to_json(HEAD)["real_limit"], "ci95": [0.1]}},
    ],
)
def test_a_head_with_an_impossible_value_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"not the calibration|must be|from 0 to 1|number of clips"):
        head_from_json(head_to_json(HEAD) | change)


def test_a_file_that_is_missing_or_huge_is_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    huge.write_bytes(b" " * ((1 << 20) + 1))

    for path, why in ((tmp_path / "none.json", "No such file"), (huge, "larger than"), (tmp_path, "directory")):
        with pytest.raises(CalibrationInvalid, match=why):
            read_calibration(path, weights_sha256="a" * 64)
