"""`sealreel bench platforms` as a user types it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sealreel.service.answers import schema

Run = Callable[..., Any]
RECIPE = "social network, copied, metadata stripped"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--only", "nothing"), "no recipe nothing"),
        (("--data", "gone"), "--data gone: not an existing folder"),
        (("--data", "."), "no clip or picture here"),
        (("--report", "page.txt"), "must end with .html"),
    ],
)
def test_a_wrong_option_is_a_usage_error(
    shell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)

    ran = shell("bench", "platforms", *arguments)

    assert ran.code == 2
    assert words in ran.err


def test_the_table_is_json_and_a_page(shell: Run, footage: Path, tmp_path: Path) -> None:
    data, page = tmp_path / "data", tmp_path / "platforms.html"
    data.mkdir()
    (data / "clip.mp4").write_bytes(footage.read_bytes())

    ran = shell("bench", "platforms", "--data", data, "--only", RECIPE, "--report", page, "--json")

    assert ran.code == 0
    jsonschema.Draft202012Validator(schema("bench")).validate(ran.answer)  # pyright: ignore[reportUnknownMemberType]
    assert ran.answer["sections"]["platforms"]["rows"][0]["recipe"] == RECIPE
    assert RECIPE in page.read_text(encoding="utf-8")
