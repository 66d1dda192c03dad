"""An installation of its own for every test, driven as a user drives it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sealreel.service.cli import app


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def answer(self) -> dict[str, Any]:
        """The only JSON line on stdout."""
        (answer,) = self.answers
        return answer


@dataclass(frozen=True)
class Shell:
    """A user at a terminal, with an installation in folders of its own."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make the installation live below `home`."""
        return {"SEALREEL_CONFIG_DIR": str(self.home / "config"), "SEALREEL_DATA_DIR": str(self.home / "data")}

    def __call__(self, *arguments: object, stdin: str | None = None, **variables: str) -> Ran:
        """Run `sealreel ARGUMENTS…` in this process."""
        result = CliRunner().invoke(
            app, [str(argument) for argument in arguments], input=stdin, env={**self.environment, **variables}
        )
        return Ran(code=result.exit_code, out=result.stdout, err=result.stderr)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A fresh installation."""
    return Shell(tmp_path / "home")
