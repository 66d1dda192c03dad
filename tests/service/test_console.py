"""What is said, where."""

import io
import json

import pytest

from sealreel.errors import UnreadableMedia
from sealreel.service.console import Progress, complain, describe, emit


def test_progress_is_drawn_on_a_terminal_alone() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal, pipe = Terminal(), io.StringIO()
    for stream in (terminal, pipe):
        progress = Progress("denoising", stream=stream)
        progress(1, 2)
        progress(2, 2)

    assert terminal.getvalue().endswith("\rdenoising [##############################] 2/2\n")
    assert pipe.getvalue() == ""


def test_what_comes_after_an_open_bar_starts_on_its_own_line() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    progress = Progress("denoising", stream=terminal)
    progress(1, 2)
    progress.close()
    progress.close()

    assert terminal.getvalue().endswith("1/2\n")


def test_an_error_names_its_file_once() -> None:
    assert describe(UnreadableMedia("a.mp4: empty"), file="a.mp4") == "a.mp4: empty"
    assert describe(UnreadableMedia("1×1 pixels"), file="a.mp4") == "a.mp4: 1×1 pixels"


def test_a_defect_is_called_one() -> None:
    assert "defect of Sealreel" in describe(KeyError("x"))
    assert "out of memory" in describe(MemoryError())


def test_a_message_takes_one_safe_line(capsys: pytest.CaptureFixture[str]) -> None:
    complain(UnreadableMedia("a\x1b[2J\nb.mp4: empty"))

    assert capsys.readouterr().err == "sealreel: a\\u{1b}[2J\\u{a}b.mp4: empty\n"


def test_json_is_ascii_and_takes_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    emit({"title": "\x1b[2J\u202e\n\udcff"})

    out = capsys.readouterr().out
    assert out.isascii()
    assert "\x1b" not in out
    assert len(out.splitlines()) == 1
    assert json.loads(out)["title"] == "\x1b[2J\u202e\n\udcff"
