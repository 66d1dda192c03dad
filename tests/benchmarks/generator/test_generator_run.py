"""A run asks a model, reads its clips, and writes down what came out; `sealreel bench generator` as a user types it."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner

from sealreel.service.answers import schema
from sealreel.service.cli import app

RUN = CliRunner()
OPTIONS = ("--device", "cpu", "--json")
FEW: dict[str, Any] = {
    "clips": 2,
    "relations": 1,
    "traces": 1,
    "long": 1,
    "seconds": 3,
    "twice": 1,
    "settings": 0,
    "languages": 0,
    "timed": 1,
}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a quick run a matter of seconds."""
    from sealreel.benchmarks.generator import sections

    monkeypatch.setitem(sections.BUDGETS, "quick", sections.Budget(**FEW, softened=False))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--quick", "--full"), 2, "exclude each other"),
        (("--model", "nowhere"), 2, "--model nowhere: not an existing folder"),
        (("--judges", "nowhere"), 2, "--judges nowhere: not an existing folder"),
        (("--only", "everything"), 2, "no section everything"),
        (("--report", "page.pdf"), 2, ".html"),
        (("--samples", "sheet.jpg"), 2, ".png"),
        (("--from", "nowhere.json"), 2, "expected what --json printed"),
    ],
)
def test_what_cannot_be_run_is_said_at_once(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    ran = RUN.invoke(app, ["bench", "generator", *arguments, "--directory", str(tmp_path)])

    assert ran.exit_code == code
    assert words in " ".join(ran.output.split())


def test_a_model_of_other_clips_is_refused(model: Path, tmp_path: Path) -> None:
    card = json.loads((model / "sealreel.json").read_text())
    other = tmp_path / "model"
    other.mkdir()
    for path in model.iterdir():
        (other / path.name).symlink_to(path) if path.name != "sealreel.json" else None
    (other / "sealreel.json").write_text(json.dumps(card | {"frames": 25}))

    ran = RUN.invoke(app, ["bench", "generator", "--model", str(other), "--directory", str(tmp_path)])

    assert ran.exit_code == 3
    assert "tiny world" in ran.output


def test_the_whole_exam_is_sat_and_drawn(small: None, model: Path, judges: Any, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the page is drawn with the extra `bench`")
    from sealreel.benchmarks.generator.keeping import save_judges
    from sealreel.benchmarks.generator.sections import SECTIONS

    save_judges(judges, tmp_path)
    page = tmp_path / "page.html"
    ran = RUN.invoke(
        app,
        [
            "bench",
            "generator",
            *map(str, ("--model", model, "--quick", "--report", page, "--directory", tmp_path, *OPTIONS)),
        ],
    )

    answer = json.loads(ran.stdout)
    jsonschema.Draft202012Validator(schema("bench")).validate(answer)  # pyright: ignore[reportUnknownMemberType]
    assert ran.exit_code == (0 if answer["met"] else 1)
    assert set(answer["sections"]) == set(SECTIONS)
    assert answer["sections"]["determinism"]["rows"][0]["same"]
    assert "<title>Sealreel generator benchmark</title>" in page.read_text(encoding="utf-8")


def test_clips_that_were_made_before_are_not_made_again(model: Path, judges: Any, tmp_path: Path) -> None:
    from sealreel.benchmarks.generator.exam import questions
    from sealreel.benchmarks.generator.sitting import sit
    from sealreel.benchmarks.generator.studio import open_studio

    studio, asked = open_studio(model, device="cpu"), questions("things-1", 1, things=1)
    first = sit(studio, judges, asked, kept=tmp_path)
    (kept,) = tmp_path.iterdir()
    written = kept.stat().st_mtime_ns
    again = sit(studio, judges, asked, kept=tmp_path)

    assert kept.stat().st_mtime_ns == written
    assert (again.made.reel == first.made.reel).all()


def test_the_sheet_shows_each_prompt(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="the sheet is drawn with the extra `bench`")
    import numpy as np

    from sealreel.benchmarks.generator.sheet import MOMENTS, write_sheet

    clips = np.zeros((3, len(MOMENTS), 64, 64, 3), np.uint8)
    write_sheet(tmp_path / "sheet.png", ["a red ball", "a cat", "a star"], clips)

    with image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > len(MOMENTS) * 128
