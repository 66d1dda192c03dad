"""Bad input: the right code, a message that names the file and what to do, nothing lost and nothing left."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

Run = Callable[..., Any]
Make = Callable[[Path, Path], None]
FAST = ("--preset", "ultrafast")


def truncated(path: Path, footage: Path) -> None:
    path.write_bytes(footage.read_bytes()[:3000])


def audio_only(path: Path, _footage: Path) -> None:
    container: Any = av.open(str(path), "w", format="mp4")
    with container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def one_pixel(path: Path, _footage: Path) -> None:
    path.write_bytes(cv2.imencode(".png", np.zeros((1, 1, 3), np.uint8))[1].tobytes())


def text(path: Path, _footage: Path) -> None:
    path.write_text("# a text\n" * 99)


BAD: dict[str, tuple[str, Make, int, int, str]] = {
    # what: (name, maker, code of verify, code of mark, words of both messages)
    "empty": ("a.mp4", lambda path, _: path.touch(), 3, 3, "empty"),
    "truncated": ("a.mp4", truncated, 3, 3, ""),
    "text": ("a.mp4", text, 3, 3, ""),
    "missing": ("a.mp4", lambda _path, _: None, 3, 3, "no such file"),
    "folder": ("a.mp4", lambda path, _: path.mkdir(), 3, 3, "no media in this folder"),
    "audio only": ("a.mp4", audio_only, 4, 3, ""),
    "one pixel": ("a.png", one_pixel, 4, 3, ""),
}


@pytest.fixture(params=BAD)
def bad(request: pytest.FixtureRequest, footage: Path, tmp_path: Path) -> tuple[Path, int, int, str]:
    """A file that no mark fits in, and what verbs say of it."""
    name, make, verify, mark, words = BAD[request.param]
    (tmp_path / "in").mkdir()
    make(tmp_path / "in" / name, footage)
    return tmp_path / "in" / name, verify, mark, words


def test_verify_says_it_and_goes_on(studio: Any, bad: tuple[Path, int, int, str]) -> None:
    path, code, _, words = bad

    ran = studio.shell("verify", path, studio.marked, "--json")

    assert [answer["verdict"] for answer in ran.answers][1] == "verified"
    assert ran.code == code
    if code == 3:
        assert ran.answers[0]["verdict"] in ("error", "unsupported")
        assert str(path) in ran.err
        assert words in ran.err


def test_mark_says_it_and_leaves_nothing(studio: Any, bad: tuple[Path, int, int, str], tmp_path: Path) -> None:
    path, _, code, words = bad
    (tmp_path / "out").mkdir()

    ran = studio.shell("mark", path, studio.original, "-o", tmp_path / "out", *FAST, "--json")

    assert ran.code == code
    assert [answer["schema"] for answer in ran.answers] == ["sealreel.error/1", "sealreel.output/1"]
    assert str(path) in ran.err
    assert words in ran.err
    assert [one.name for one in (tmp_path / "out").iterdir()] == [studio.original.name]


def test_an_unreadable_file_is_said(studio: Any, tmp_path: Path, footage: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(footage.read_bytes())
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")

    ran = studio.shell("verify", path)

    assert ran.code == 3
    assert f"{path}: Permission denied" in ran.err


def test_webm_can_hold_no_manifest_and_that_is_what_verify_says(shell: Run, webm: Path) -> None:
    ran = shell("verify", webm, "--json")

    assert (ran.code, ran.answer["verdict"]) == (3, "unsupported")
    assert ran.answer["reasons"][0]["code"] == "manifest.unsupported"


def test_an_input_as_its_own_output_is_refused(studio: Any, tmp_path: Path, footage: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(footage.read_bytes())

    ran = studio.shell("mark", path, "-o", tmp_path / "." / "a.mp4", "--force")

    assert (ran.code, path.read_bytes()) == (3, footage.read_bytes())
    assert "the input itself" in ran.err


@pytest.mark.parametrize("verb", ["mark", "generate"])
class TestOutputs:
    """Outputs that cannot be written, for both verbs that write."""

    def run(self, studio: Any, verb: str, output: Path, *more: object) -> Any:
        return studio.shell(verb, studio.original if verb == "mark" else "a red ball", "-o", output, *more)

    def test_an_existing_output_is_kept(self, studio: Any, verb: str, tmp_path: Path) -> None:
        (tmp_path / "a.mp4").write_text("mine")

        ran = self.run(studio, verb, tmp_path / "a.mp4")

        assert (ran.code, (tmp_path / "a.mp4").read_text()) == (3, "mine")
        assert "--force" in ran.err

    def test_a_missing_folder_is_said(self, studio: Any, verb: str, tmp_path: Path) -> None:
        ran = self.run(studio, verb, tmp_path / "none" / "a.mp4")

        assert (ran.code, list(tmp_path.iterdir())) == (3, [])
        assert f"{tmp_path}/none" in ran.err

    def test_a_read_only_folder_is_said(self, studio: Any, verb: str, tmp_path: Path) -> None:
        tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write everywhere")

        ran = self.run(studio, verb, tmp_path / "a.mp4")

        assert ran.code == 3
        assert str(tmp_path) in ran.err

    @pytest.mark.parametrize("suffix", [".webm", ".mkv", ".avi", ".txt", ""])
    def test_a_suffix_that_holds_no_manifest_is_said(self, studio: Any, verb: str, tmp_path: Path, suffix: str) -> None:
        ran = self.run(studio, verb, tmp_path / f"a{suffix}")

        assert (ran.code, list(tmp_path.iterdir())) == (3, [])
        assert ".mp4" in ran.err

    def test_an_unusable_certificate_is_said_before_any_work(self, studio: Any, verb: str, tmp_path: Path) -> None:
        ran = self.run(studio, verb, tmp_path / "a.mp4", "--signer", f"pem:{tmp_path}/c.pem,{tmp_path}/k.pem")

        assert (ran.code, list(tmp_path.iterdir())) == (3, [])
        assert f"{tmp_path}/c.pem" in ran.err


def test_an_authority_that_is_down_fails_if_required(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell("mark", studio.original, "-o", tmp_path / "a.mp4", "--tsa-url", "http://127.0.0.1:9/tsa", *FAST)

    assert (ran.code, list(tmp_path.iterdir())) == (3, [])
    assert "127.0.0.1:9" in ran.err


def test_a_corrupt_store_is_said(studio: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.sqlite").write_bytes(b"not a database" * 100)

    ran = studio.shell(
        "mark", studio.original, "-o", tmp_path / "a.mp4", "--store", f"sqlite:///{tmp_path}/bad.sqlite", *FAST
    )

    assert ran.code == 3
    assert "bad.sqlite" in ran.err
    assert [one.name for one in tmp_path.iterdir()] == ["bad.sqlite"]


def test_an_authority_that_is_down_is_noted_if_it_is_best_effort(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell(
        "mark", studio.original, "-o", tmp_path / "a.mp4", "--tsa-url", "http://127.0.0.1:9/tsa",
        "--timestamp", "best-effort", *FAST, "--json",
    )  # fmt: skip

    assert ran.code == 0
    assert any("time stamp" in note for note in ran.answer["notes"])


@pytest.mark.parametrize("prompt", ["", "   ", "\u200b", "x" * 100_000, "a\x00b"])
def test_a_prompt_that_cannot_be_used_is_a_usage_error(studio: Any, tmp_path: Path, prompt: str) -> None:
    ran = studio.shell("generate", "-o", tmp_path / "a.mp4", "--json", "--", prompt)

    assert (ran.code, ran.answer["exit"]) == (2, 2)
    assert "prompt" in ran.err
    assert len(ran.err) < 500
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--size", "big"], ["--size", "0x9"], ["--fps", "0"], ["--fps", "1/0"], ["--frames", "0"], ["--steps", "0"],
        ["--seed", "-1"], ["--num-videos", "0"], ["--guidance-scale", "much"], ["--watermark-strength", "20"],
        ["--batch", "prompts.txt"],
    ],
)  # fmt: skip
def test_an_impossible_option_is_a_usage_error(studio: Any, tmp_path: Path, arguments: list[str]) -> None:
    ran = studio.shell("generate", "a red ball", "-o", tmp_path / "a.mp4", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert list(tmp_path.iterdir()) == []


def test_generate_needs_a_prompt(studio: Any, tmp_path: Path) -> None:
    assert studio.shell("generate", "-o", tmp_path / "a.mp4").code == 2


def test_a_batch_that_is_not_there_is_a_usage_error(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell("generate", "--batch", tmp_path / "none.txt", "-o", tmp_path / "a.mp4")

    assert ran.code == 2
    assert "one prompt a line" in ran.err


def test_a_model_that_is_not_there_is_said(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell("generate", "a red ball", "-o", tmp_path / "a.mp4", "--model", tmp_path / "none")

    assert ran.code == 3
    assert f"{tmp_path}/none" in ran.err


@pytest.fixture
def busy(tmp_path: Path, studio: Any, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    """A store with a record that another program holds; we wait for it less patiently than usual."""
    url = f"sqlite:///{tmp_path}/busy.sqlite"
    studio.shell("store", "import", "-", "--store", url, stdin=studio.shell("store", "export", "-").out)
    monkeypatch.setattr("sealreel.provenance.store.opening.BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(tmp_path / "busy.sqlite")) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield url


def test_a_store_that_another_program_holds_is_said(studio: Any, busy: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()

    ran = studio.shell("mark", studio.original, "-o", tmp_path / "out" / "a.mp4", "--store", busy, *FAST)

    assert (ran.code, list((tmp_path / "out").iterdir())) == (3, [])
    assert "busy.sqlite" in ran.err


def test_an_intact_manifest_needs_no_store(studio: Any, busy: str) -> None:
    assert studio.shell("verify", studio.marked, "--store", busy).code == 0


def test_a_reader_that_goes_away_is_no_error_of_ours(studio: Any, tmp_path: Path) -> None:
    script = f"'{sys.executable}' -m sealreel.service.cli verify {studio.marked} --json | true; echo ${{PIPESTATUS[0]}}"

    ran = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, **studio.shell.environment},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stderr == ""
    assert ran.stdout.strip() in ("0", "141")
