"""Text from a file takes one line and changes nothing else on the screen."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from sealreel.service.escape import LONGEST, escape

HOSTILE = {
    "a colour": "\x1b[31mred",
    "a cleared screen": "\x1b[2J\x1b[H",
    "a window title": "\x1b]0;owned\x07",
    "a one-byte control sequence": "\x9b31m",
    "a new line": "clip.mp4\nverdict: verified",
    "a carriage return": "tampered\rverified",
    "a line separator": "a\u2028b\u2029c\x85d",
    "a right-to-left override": "\u202e4pm.exe",
    "an isolate": "\u2066x\u2069",
    "a zero-width space": "a\u200bb\ufeff",
    "a NUL": "a\x00b",
    "a file name that is not UTF-8": "a\udcff.mp4",
    "a backspace": "bad\b\b\bgood",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_spelled_out(text: str) -> None:
    safe = escape(text)

    assert safe.isprintable()
    assert "\\u{" in safe


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_becomes_one_printable_line(text: str) -> None:
    safe = escape(text)

    assert safe.isprintable()
    assert len(safe.splitlines()) <= 1
    assert not any(
        unicodedata.bidirectional(char) in {"LRE", "RLE", "LRO", "RLO", "LRI", "RLI", "FSI"} for char in safe
    )


def test_ordinary_text_of_any_script_stays_as_it_is() -> None:
    assert escape("Ein Ball rollt – 玉が転がる – كرة") == "Ein Ball rollt – 玉が転がる – كرة"


def test_a_very_long_text_is_cut_and_says_so() -> None:
    assert escape("x" * 10_000) == "x" * LONGEST + "… (10000 characters)"
