"""The demonstration's own parts; the steps it shows are what `test_verify` checks."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sealreel.service import demo

Run = Callable[..., Any]


def test_the_changed_byte_lies_in_the_pictures_data(footage: Path, tmp_path: Path) -> None:
    position = demo.flip_a_byte(footage, tmp_path / "changed.mp4")

    before, after = footage.read_bytes(), (tmp_path / "changed.mp4").read_bytes()
    assert [index for index, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [position]
    assert before.index(b"mdat") + 4 <= position


@pytest.mark.parametrize(
    ("head", "payload"),
    [(b"\0\0\0\x0cmdat", 8), (b"\0\0\0\1mdat" + b"\0\0\0\0\0\0\0\x14", 16), (b"\0\0\0\0mdat", 8)],
    ids=["32-bit size", "64-bit size", "to the end of the file"],
)
def test_a_box_header_is_never_hurt(tmp_path: Path, head: bytes, payload: int) -> None:
    source = tmp_path / "a.mp4"
    source.write_bytes(head + b"data")

    position = demo.flip_a_byte(source, tmp_path / "b.mp4")

    assert payload <= position < payload + 4


def test_the_contact_sheet_shows_frames_side_by_side(footage: Path, tmp_path: Path) -> None:
    import cv2

    sheet: Any = cv2.imread(str(demo.contact_sheet(footage, tmp_path / "sheet.png")))

    assert sheet.shape == (2 * 256, 4 * 256, 3)


@pytest.mark.parametrize("prompt", ["--help me", "-o", 'it\'s $HOME `id` "quoted"', "a  b", "--"])
def test_a_prompt_reaches_generate_as_it_is(shell: Run, tmp_path: Path, prompt: str) -> None:
    step = demo.generation(prompt, tmp_path / "clip.mp4")

    ran = shell(*step.arguments, SEALREEL_MODEL=str(tmp_path / "none"))

    assert ran.code == 3, "the command line was understood, and the model looked for"
    assert str(tmp_path / "none") in ran.err


def test_without_a_prompt_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main([]) == 2
    assert demo.USAGE in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()

    assert demo.main(["a ball", "--output", str(tmp_path / "file" / "below")]) == 3
    assert "choose a folder that can be written" in capsys.readouterr().err


def test_the_demonstration_keeps_its_promises(shell: Any, embedded: Path, tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "sealreel.service.demo", 'a "red" ball; $HOME', "--output", str(tmp_path / "out")],
        env={**os.environ, **shell.environment}, capture_output=True, text=True, check=False, timeout=580,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "All as promised" in ran.stdout
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "clip.mp4", "stripped.mp4", "changed.mp4", "frames.png",
    }  # fmt: skip
