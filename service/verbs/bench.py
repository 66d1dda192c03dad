"""`sealreel bench`: how good it is here, measured."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import SettingsInvalid
from ..console import emit, say, warn
from ..doors import JsonFlag, example
from ..escape import escape
from ..exits import Exit

if TYPE_CHECKING:
    from ...benchmarks.report import Row, Skipped, SpeedReport

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


def attach(above: typer.Typer) -> None:
    """Add the verbs to the command line."""
    above.add_typer(app, name="bench", epilog=example("sealreel bench speed --quick"))


@app.callback()
def bench() -> None:
    """Benchmarks: what this version promises, measured on this machine."""


@app.command(epilog=example("sealreel bench speed --quick", "sealreel bench speed --only verify --json > speed.json"))
def speed(
    *,
    quick: Annotated[bool, typer.Option("--quick", help="Measure each timing once, and no clip of 300 s.")] = False,
    repeats: Annotated[int, typer.Option("--repeats", min=1, max=100, help="How often each timing is measured.")] = 3,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="SCENARIO", help="Measure this one; may be repeated.")
    ] = None,
    directory: Annotated[
        Path | None,
        typer.Option("--directory", metavar="DIR", help="Where the files are made, about 1.5 GB for a while."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure time and memory against the written goals; ends with code 1 where one is missed.

    Keys and records of the installation are not touched.
    """
    from ...benchmarks.speed import SpeedConfig, run_speed

    if directory is not None and not directory.is_dir():
        raise SettingsInvalid(f"--directory {directory}: not an existing folder")
    try:
        config = SpeedConfig(quick=quick, repeats=repeats, goals=tuple(only or ()), directory=directory)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    done = run_speed(config, on_row=_tell)
    if as_json:
        emit(done.as_json())
    else:
        _print(done)
    raise typer.Exit(Exit.OK if done.met else Exit.FOUND)


def _tell(row: "Row | Skipped") -> None:
    """Say on stderr that there is progress: the whole takes minutes."""
    from ...benchmarks.report import Skipped

    warn(f"{row.goal}: not measured: {row.reason}" if isinstance(row, Skipped) else f"{row.goal}: {row.measured:.3g}")


def _print(done: "SpeedReport") -> None:
    machine = done.machine
    memory = "" if machine.memory_bytes is None else f", {machine.memory_bytes / 2**30:.0f} GiB"
    load = "" if machine.load is None else f", load {machine.load:g}"
    say(escape(f"{machine.cpu}, {machine.cores} cores{memory}{load}; {machine.system}; Python {machine.python}"))
    say(escape(", ".join(f"{name} {version}" for name, version in machine.versions.items())) + "\n")
    table = done.table()
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]) - 1)]
    for line in table:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        say("  ".join([*cells, escape(line[-1])]).rstrip())
