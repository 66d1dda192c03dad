"""`sealreel bench detector` as a user types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sealreel.service.cli import app

RUN = CliRunner()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "--data"),
        (("--data", "nowhere"), 2, "nowhere"),
        (("--data", "{data}", "--run", "nowhere"), 2, "nowhere"),
        (("--data", "{data}", "--quick", "--full"), 2, "exclude each other"),
        (("--data", "{data}", "--only", "everything"), 2, "no section everything"),
        (("--data", "{data}", "--run", "{data}"), 2, "folds.json"),
        (("--data", "{empty}"), 2, "index.csv"),
        (("--data", "{data}", "--report", "page.pdf"), 2, ".html"),
        (("--data", "{data}", "--fetch-clip"), 2, "--clip DIR"),
    ],
)
def test_what_cannot_be_run_is_said_at_once(
    data: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    filled = [argument.format(data=data, empty=tmp_path) for argument in arguments]
    ran = RUN.invoke(app, ["bench", "detector", *filled, "--directory", str(tmp_path)])

    assert ran.exit_code == code
    assert words in ran.output


def test_a_run_prints_json_and_writes_page_and_tables(data: Path, trained: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    page, tables = tmp_path / "page.html", tmp_path / "metrics.json"
    options = ["--run", trained, "--quick", "--only", "held_out", "--device", "cpu", "--directory", tmp_path, "--json"]
    outputs = ["--report", page, "--metrics", tables]
    ran = RUN.invoke(app, ["bench", "detector", "--data", str(data), *map(str, (*options, *outputs))])

    answer = json.loads(ran.stdout)
    assert ran.exit_code == (0 if answer["met"] else 1)
    assert answer["benchmark"] == "detector"
    assert "Generators and real sources held out" in json.loads(tables.read_text(encoding="utf-8"))
    assert "<title>Sealreel detector audit</title>" in page.read_text(encoding="utf-8")
