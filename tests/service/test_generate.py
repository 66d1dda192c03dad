"""`sealreel generate` as a user types it, with the embedded model."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import pytest

from sealreel.service.answers import schema

Run = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("embedded")
QUICK = ("--steps", "2", "--preset", "ultrafast")


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, studio: Any, embedded: Path) -> Any:
    """Two clips of a batch, made in one go."""
    folder = tmp_path_factory.mktemp("made")
    prompts = "a red ball rolls to the left\n\na blue cube moves up\n"
    ran = studio.shell(
        "generate", "--batch", "-", "-o", folder / "a.mp4", "--seed", "7", *QUICK, "--json", stdin=prompts
    )
    assert ran.code == 0, ran.err
    return ran


def test_every_output_fits_its_schema(made: Any) -> None:
    for answer in made.answers:
        jsonschema.Draft202012Validator(schema("output")).validate(answer)  # pyright: ignore[reportUnknownMemberType]


def test_a_batch_numbers_its_outputs(made: Any) -> None:
    assert [Path(answer["file"]).name for answer in made.answers] == ["a-001.mp4", "a-002.mp4"]


def test_every_output_is_verified_and_says_that_it_is_made_by_ai(studio: Any, made: Any) -> None:
    ran = studio.shell("verify", *(answer["file"] for answer in made.answers), "--watermark", "always", "--json")

    assert ran.code == 0
    for found, output in zip(ran.answers, made.answers, strict=True):
        assert found["manifest"]["is_ai_generated"]
        assert found["watermark"]["payload"] == output["payload"]


def test_the_seed_is_reported(made: Any) -> None:
    assert [answer["seed"] for answer in made.answers] == [7, 7]


def test_several_videos_have_seeds_in_a_row(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell(
        "generate", "a red ball", "-o", tmp_path / "b.mp4", "--num-videos", "2", "--seed", "3", *QUICK, "--json"
    )

    assert [(Path(one["file"]).name, one["seed"]) for one in ran.answers] == [("b-001.mp4", 3), ("b-002.mp4", 4)]


def test_one_output_that_exists_does_not_stop_the_other(studio: Any, tmp_path: Path) -> None:
    (tmp_path / "b-001.mp4").write_text("mine")

    ran = studio.shell("generate", "a red ball", "-o", tmp_path / "b.mp4", "--num-videos", "2", *QUICK, "--json")

    assert ran.code == 3
    assert [answer["schema"] for answer in ran.answers] == ["sealreel.error/1", "sealreel.output/1"]
    assert (tmp_path / "b-001.mp4").read_text() == "mine"


def test_a_prompt_comes_from_stdin(studio: Any, tmp_path: Path) -> None:
    assert studio.shell("generate", "-", "-o", tmp_path / "a.png", *QUICK, stdin="a red ball\n").code in (0, 3)


def test_words_that_the_model_does_not_know_are_answered(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell("generate", "a red xyzzy", "-o", tmp_path / "a.mp4", "--seed", "7", *QUICK, "--json")

    (answer,) = ran.answers
    assert answer["wording"]["prompt"]["unplaced"] == ["xyzzy"]
    assert "I could not place: xyzzy" in ran.err
    assert "I could not place: xyzzy" in answer["notes"][0]
    jsonschema.Draft202012Validator(schema("output")).validate(answer)  # pyright: ignore[reportUnknownMemberType]


@pytest.mark.parametrize("option", ["--last-image", "--video"])
def test_ways_to_start_that_there_are_not_are_refused_with_the_one_there_is(
    studio: Any, tmp_path: Path, option: str
) -> None:
    ran = studio.shell("generate", "a red ball", "-o", tmp_path / "a.mp4", option, "b.mp4")

    assert ran.code == 3
    assert "--image FILE" in ran.err


def test_a_picture_that_a_clip_starts_from_is_verified_with_it(studio: Any, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "start.png"), np.random.default_rng(0).integers(0, 256, (128, 256, 3), dtype=np.uint8))

    ran = studio.shell(
        "generate", "a red ball", "-o", tmp_path / "a.mp4", "--image", tmp_path / "start.png", *QUICK, "--json"
    )
    looked = studio.shell("verify", tmp_path / "a.mp4", "--json")

    assert (ran.code, looked.code) == (0, 0), ran.err
    assert "the picture was scaled and cropped from 256x128 to 256x256" in ran.answer["notes"]
    assert [(one["title"], one["relationship"]) for one in looked.answer["manifest"]["ingredients"]] == [
        ("start.png", "inputTo")
    ]


def test_a_picture_that_is_missing_is_named(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell("generate", "a red ball", "-o", tmp_path / "a.mp4", "--image", tmp_path / "none.png")

    assert ran.code == 3
    assert "none.png" in ran.err


def test_a_style_that_there_is_not_is_refused(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell("generate", "a red ball", "-o", tmp_path / "a.mp4", "--style", "noir")

    assert ran.code == 3
    assert "no style 'noir'" in ran.err


def test_style_and_quality_can_be_set_once(studio: Any) -> None:
    ran = studio.shell("config", "--json", SEALREEL_STYLE="animated", SEALREEL_QUALITY="true")

    assert "animated" in ran.out


def test_the_prompt_is_not_kept(studio: Any, made: Any) -> None:
    assert "rolls to the left" not in studio.shell("store", "export", "-").out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_nothing(studio: Any, tmp_path: Path, number: int) -> None:
    log = tmp_path / "log"
    arguments = ["generate", "a red ball", "-o", str(tmp_path / "out" / "a.mp4"), "--steps", "500"]
    (tmp_path / "out").mkdir()
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", WATCHED, *arguments], env={**os.environ, **studio.shell.environment}, stderr=stream
        )
        while "step 2" not in log.read_text() and process.poll() is None:
            time.sleep(0.05)  # until it is in the middle of its work
        process.send_signal(number)
        code = process.wait(timeout=120)

    assert code == 128 + number, log.read_text()
    assert list((tmp_path / "out").iterdir()) == []
    assert "Traceback" not in log.read_text()


WATCHED = """
import sys
from sealreel.service import cli, console
def told(self, step, steps):
    print("step", step, file=sys.stderr, flush=True)
console.Progress.__call__ = told
cli.main()
"""
