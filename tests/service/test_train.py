"""`sealreel train` as a user types it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sealreel.service.answers import schema
from sealreel.service.verbs.train import Stage

Run = Callable[..., Any]
pytest.importorskip("torch", reason="the extra `generate` is not installed")


def test_a_run_visits_the_stages_that_are_asked_for_and_can_go_on(shell: Run, tmp_path: Path) -> None:
    first = shell("train", "generator", "--out", tmp_path / "run", "--smoke", "--stage", "autoencoder", "--json")

    again = shell("train", "generator", "--out", tmp_path / "run", "--smoke", "--stage", "autoencoder", "--json")

    assert first.code == again.code == 0, first.err
    assert first.answer == {"schema": "sealreel.train/1", "model": None, "evaluation": None}
    assert "of autoencoder" in first.err
    jsonschema.Draft202012Validator(schema("train")).validate(first.answer)  # pyright: ignore[reportUnknownMemberType]


def test_a_stage_without_those_before_it_says_so(shell: Run, tmp_path: Path) -> None:
    ran = shell("train", "generator", "--out", tmp_path / "run", "--smoke", "--stage", "export")

    assert ran.code == 3
    assert "autoencoder" in ran.err


def test_a_folder_that_cannot_be_made_is_said(shell: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    ran = shell("train", "generator", "--out", tmp_path / "file" / "run", "--smoke")

    assert ran.code == 3
    assert f"{tmp_path}/file/run" in ran.err


def test_data_that_cannot_be_used_is_said_before_clips_are_made(shell: Run, tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="the extra `train` is not installed")
    run, backbone = tmp_path / "run", ("--backbone", "test_efficientnet")

    ran = shell("train", "detector", "--data", tmp_path, "--out", run, "--own", "9", *backbone)

    assert ran.code == 2
    assert "index.csv" in ran.err
    assert not run.exists()


def test_the_stages_are_those_of_the_library() -> None:
    from sealreel.generator.training.config import STAGES

    assert tuple(stage.value for stage in Stage) == STAGES
