"""`sealreel mark` as a user types it."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sealreel.service.answers import schema

Run = Callable[..., Any]
FAST = ("--preset", "ultrafast")


def left(folder: Path) -> set[str]:
    """Everything in a folder, hidden files too."""
    return {path.name for path in folder.iterdir()}


def test_the_output_fits_its_schema(studio: Any) -> None:
    jsonschema.Draft202012Validator(schema("output")).validate(studio.output)  # pyright: ignore[reportUnknownMemberType]


def test_the_output_is_what_the_answer_says(studio: Any) -> None:
    assert hashlib.sha256(studio.marked.read_bytes()).hexdigest() == studio.output["sha256"]
    assert studio.output["mark"]["p_value_log10"] <= -9
    assert studio.output["mark"]["psnr_y_db"] >= 36


def test_nothing_but_the_output_is_left(studio: Any) -> None:
    assert left(studio.marked.parent) == {"marked.mp4", "home"}


def test_a_person_reads_what_was_done(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell("mark", studio.original, "-o", tmp_path / "a.mp4", *FAST)

    assert ran.code == 0
    assert f"{tmp_path}/a.mp4: marked, signed and recorded" in ran.out


def test_an_earlier_manifest_is_kept_as_ingredient(studio: Any, tmp_path: Path) -> None:
    studio.shell("mark", studio.marked, "-o", tmp_path / "again.mp4", *FAST)

    manifest = studio.shell("verify", tmp_path / "again.mp4", "--json").answer["manifest"]

    assert [ingredient["state"] for ingredient in manifest["ingredients"]] == ["trusted"]


def test_a_picture_is_marked_too(studio: Any, tmp_path: Path) -> None:
    import cv2
    import numpy as np

    noise = np.random.default_rng(3).integers(60, 200, (64, 64, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), cv2.resize(noise, (512, 512), interpolation=cv2.INTER_CUBIC))

    ran = studio.shell("mark", tmp_path / "a.png", "-o", tmp_path / "b.png")

    assert ran.code == 0, ran.err
    assert studio.shell("verify", tmp_path / "b.png").code == 0


def test_webm_says_how_to_convert(studio: Any, webm: Path, tmp_path: Path) -> None:
    ran = studio.shell("mark", webm, "-o", tmp_path / "a.mp4")

    assert ran.code == 3
    assert "--remux" in ran.err
    assert left(tmp_path) == set()


def test_webm_is_remuxed_on_request(studio: Any, webm: Path, tmp_path: Path) -> None:
    ran = studio.shell("mark", webm, "-o", tmp_path / "a.mp4", "--remux", *FAST)

    assert ran.code == 0, ran.err
    assert studio.shell("verify", tmp_path / "a.mp4").code == 0


def test_sign_only_leaves_the_pixels_alone(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell(
        "mark", studio.original, "-o", tmp_path / "a.mp4", "--sign-only", "--digital-source-type", "digitalCapture",
        "--json",
    )  # fmt: skip

    assert (ran.code, ran.answer["payload"], ran.answer["mark"]["psnr_y_db"]) == (0, None, None)
    assert studio.shell("verify", tmp_path / "a.mp4").code == 0


def test_sign_only_is_refused_for_ai_media(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell(
        "mark", studio.original, "-o", tmp_path / "a.mp4", "--sign-only",
        "--digital-source-type", "trainedAlgorithmicMedia", "--json",
    )  # fmt: skip

    assert (ran.code, ran.answer["exit"]) == (7, 7)
    assert left(tmp_path) == set()


def test_an_unknown_source_type_is_a_usage_error(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell("mark", studio.original, "-o", tmp_path / "a.mp4", "--digital-source-type", "deepfake")

    assert ran.code == 2
    assert "trainedAlgorithmicMedia" in ran.err


def test_the_manifest_stands_beside_the_output_on_request(studio: Any, tmp_path: Path) -> None:
    studio.shell("mark", studio.original, "-o", tmp_path / "a.mp4", "--sidecar", *FAST)

    assert left(tmp_path) == {"a.mp4", "a.c2pa"}


def test_a_folder_is_marked_into_a_folder(studio: Any, tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    shutil.copy(studio.original, tmp_path / "in" / "a.mp4")
    shutil.copy(studio.original, tmp_path / "in" / "sub" / "b.mp4")
    (tmp_path / "in" / "sub" / "c.mp4").write_text("not a video")

    ran = studio.shell("mark", tmp_path / "in", "-o", tmp_path / "out", "--json", *FAST)

    assert ran.code == 3
    assert [Path(answer["file"]).name for answer in ran.answers] == ["a.mp4", "b.mp4", "c.mp4"]
    assert left(tmp_path / "out") == {"a.mp4", "sub"}
    assert left(tmp_path / "out" / "sub") == {"b.mp4"}


def test_a_folder_that_got_no_output_is_not_left(studio: Any, tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "in" / "sub" / "c.mp4").write_text("not a video")

    studio.shell("mark", tmp_path / "in", "-o", tmp_path / "out")

    assert left(tmp_path / "out") == set()


def test_two_inputs_of_one_name_do_not_overwrite_each_other(studio: Any, tmp_path: Path) -> None:
    for name in ("one", "two", "out"):
        (tmp_path / name).mkdir()
    first, second = (Path(shutil.copy(studio.original, tmp_path / name / "a.mp4")) for name in ("one", "two"))

    ran = studio.shell("mark", first, second, "-o", tmp_path / "out", "--force", *FAST)

    assert ran.code == 3
    assert f"another input of this run is written to {tmp_path}/out/a.mp4" in ran.err


def test_several_inputs_need_a_folder(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell("mark", studio.original, studio.marked, "-o", tmp_path / "a.mp4")

    assert ran.code == 2
    assert "not an existing folder" in ran.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_leaves_nothing(studio: Any, tmp_path: Path, number: int) -> None:
    records = studio.shell("store", "list").out
    process = subprocess.Popen(
        [sys.executable, "-m", "sealreel.service.cli", "mark", studio.original, "-o", tmp_path / "a.mp4"],
        env={**os.environ, **studio.shell.environment, "SEALREEL_PRESET": "placebo"},
        stderr=subprocess.PIPE,
        text=True,
    )
    while not left(tmp_path) and process.poll() is None:
        time.sleep(0.005)  # until the draft is begun
    process.send_signal(number)
    _, said = process.communicate(timeout=120)

    assert (process.returncode, said) == (128 + number, "")
    assert left(tmp_path) == set()
    assert studio.shell("store", "list").out == records


def test_a_hostile_title_reaches_no_terminal(studio: Any, tmp_path: Path) -> None:
    title = "\x1b[2J\u202everified\nverdict: verified"
    studio.shell("mark", studio.original, "-o", tmp_path / "a.mp4", "--title", title, *FAST)
    studio.shell("mark", tmp_path / "a.mp4", "-o", tmp_path / "b.mp4", *FAST)

    for ran in (studio.shell("verify", tmp_path / "b.mp4"), studio.shell("verify", tmp_path / "b.mp4", "--json")):
        assert all(line.isprintable() for line in (ran.out + ran.err).splitlines())
