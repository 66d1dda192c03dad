"""The frame of the command line: help, version, completion, and what a start costs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from sealreel import __version__
from sealreel.service.cli import app

HEAVY = (
    *("torch", "diffusers", "transformers", "timm", "numpy", "scipy", "av", "cv2"),
    *("c2pa", "cryptography", "sqlalchemy", "alembic", "rich"),
)


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


COMMANDS = [pytest.param(path, id=" ".join(path) or "sealreel") for path in commands(typer.main.get_command(app))]


@pytest.mark.parametrize("path", COMMANDS)
def test_every_help_text_ends_with_an_example(shell: Any, path: tuple[str, ...]) -> None:
    ran = shell(*path, "--help")

    assert ran.code == 0
    assert ran.out.rstrip().splitlines()[-1].startswith("    ")
    assert " sealreel " in ran.out.rpartition("Example:")[2]


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_has_a_help_text(path: tuple[str, ...]) -> None:
    command: Any = typer.main.get_command(app)
    for name in path:
        command = command.commands[name]

    assert [one.name for one in command.params if one.param_type_name == "option" and not one.help] == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["verify", "--help"], ["generate", "--help"]])
def test_a_start_loads_nothing_heavy(arguments: list[str]) -> None:
    script = f"""
import sys
from sealreel.service import cli
sys.argv = ["sealreel", *{arguments!r}]
try:
    cli.main()
except SystemExit as end:
    assert not end.code, end.code
print(*sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert ran.stderr.strip() == ""


def test_the_version_is_the_packages(shell: Any) -> None:
    assert shell("--version").out == f"sealreel {__version__}\n"


@pytest.mark.parametrize("arguments", [["vrify"], ["--nonsense"], ["verify", "--nonsense"], ["keys", "nonsense"]])
def test_a_wrong_command_line_is_a_usage_error(shell: Any, arguments: list[str]) -> None:
    ran = shell(*arguments)

    assert (ran.code, ran.out) == (2, "")
    assert "No such" in ran.err


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_is_there_for_the_usual_shells(name: str) -> None:
    environment = {**os.environ, "_SEALREEL_COMPLETE": f"source_{name}"}
    ran = subprocess.run(
        [sys.executable, "-m", "sealreel.service.cli"], env=environment, capture_output=True, text=True, check=True
    )

    assert f"complete_{name}" in ran.stdout


def test_completion_knows_the_verbs() -> None:
    environment = {
        **os.environ, "_SEALREEL_COMPLETE": "complete_bash", "COMP_WORDS": "sealreel ver", "COMP_CWORD": "1",
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-m", "sealreel.service.cli"], env=environment, capture_output=True, text=True, check=True
    )

    assert ran.stdout.split() == ["verify"]


def test_a_verdict_on_a_manifest_needs_neither_torch_nor_the_store(studio: Any) -> None:
    script = f"""
import sys
from sealreel.service import cli
sys.argv = ["sealreel", "verify", {str(studio.marked)!r}]
try:
    cli.main()
except SystemExit as end:
    assert not end.code, end.code
print(*sorted({{"torch", "diffusers", "transformers", "sqlalchemy", "alembic"}} & set(sys.modules)), file=sys.stderr)
"""
    environment = {**os.environ, **studio.shell.environment}
    ran = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)

    assert ran.stderr.strip() == ""


def test_a_terminal_that_knows_only_ascii_is_served(studio: Any) -> None:
    environment = {**os.environ, **studio.shell.environment, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "sealreel.service.cli", "verify", str(studio.marked)]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)

    assert "signed by \\u201cSealreel" in ran.stdout
    assert ran.stderr == ""


def test_a_closed_stdout_changes_no_verdict(studio: Any) -> None:
    environment = {**os.environ, **studio.shell.environment}
    script = '"$0" -m sealreel.service.cli verify "$1" >&-'
    ran = subprocess.run(
        ["bash", "-c", script, sys.executable, str(studio.marked)], env=environment, capture_output=True, check=False
    )

    assert (ran.returncode, ran.stderr) == (0, b"")
