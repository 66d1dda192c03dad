"""`sealreel bench watermark` as a user types it."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sealreel.benchmarks.material import write_video
from sealreel.service.answers import schema

Run = Callable[..., Any]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--quick", "--full"), "exclude each other"),
        (("--only", "nothing"), "no section nothing"),
        (("--data", "gone"), "--data gone: not an existing folder"),
        (("--data", "."), "no videos in it"),
        (("--report", "page.txt"), "must end with .html"),
        (("--report", "gone/page.html"), "not a file in an existing folder"),
        (("--directory", "gone"), "--directory gone: not an existing folder"),
        (("--jobs", "0"), "--jobs"),
    ],
)
def test_a_wrong_option_is_a_usage_error(
    shell: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)

    ran = shell("bench", "watermark", *arguments)

    assert ran.code == 2
    assert words in ran.err


def test_one_section_is_measured_and_drawn(shell: Run, tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="VMAF comes with the extra `bench`")
    pytest.importorskip("matplotlib", reason="the page is drawn with the extra `bench`")
    page, data = tmp_path / "page.html", tmp_path / "data"
    data.mkdir()
    write_video(data / "texture.mp4", width=256, height=192, rate=Fraction(30), seconds=2)

    ran = shell("bench", "watermark", "--data", data, "--quick", "--only", "visibility", "--report", page, "--json")

    assert ran.code in (0, 1), ran.err
    assert [row["clip"] for row in ran.answer["sections"]["visibility"]["rows"]] == ["texture.mp4"]
    assert "visibility: texture.mp4" in ran.err
    assert "<title>Sealreel watermark benchmark</title>" in page.read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(schema("bench")).validate(ran.answer)  # pyright: ignore[reportUnknownMemberType]
