"""`sealreel bench`: how good it is here, measured."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ...errors import MissingExtra, OutputUnwritable, SettingsInvalid
from ..console import emit, say, warn
from ..doors import JsonFlag, example
from ..escape import escape
from ..exits import Exit
from ..settings import directories

if TYPE_CHECKING:
    from ...benchmarks.machine import Machine
    from ...benchmarks.report import Row, Skipped, SpeedReport
    from ...benchmarks.sectioned import Effort, Json

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

PageFile = Annotated[
    Path | None, typer.Option("--report", metavar="FILE.html", help="Write one page with plots and pictures.")
]
Full = Annotated[bool, typer.Option("--full", help="As much as there is, for hours; about 2 without.")]
Sections = Annotated[
    list[str] | None, typer.Option("--only", metavar="SECTION", help="Measure this one; may be repeated.")
]
Jobs = Annotated[int, typer.Option("--jobs", min=1, max=256, help="Processes of one thread each.")]
KeptRows = Annotated[
    Path | None,
    typer.Option("--directory", metavar="DIR", help="Where finished rows are kept, else in DATA/bench."),
]


def attach(above: typer.Typer) -> None:
    """Add the verbs to the command line."""
    from .bench_detector import attach as attach_detector  # which print as this file does
    from .bench_generator import attach as attach_generator

    attach_detector(app)
    attach_generator(app)
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
    print_machine(done.machine)
    print_table(done.table())


def print_machine(machine: "Machine") -> None:
    """Print what the numbers were taken on."""
    memory = "" if machine.memory_bytes is None else f", {machine.memory_bytes / 2**30:.0f} GiB"
    load = "" if machine.load is None else f", load {machine.load:g}"
    say(escape(f"{machine.cpu}, {machine.cores} cores{memory}{load}; {machine.system}; Python {machine.python}"))
    say(escape(", ".join(f"{name} {version}" for name, version in machine.versions.items())) + "\n")


def print_table(table: tuple[tuple[str, ...], ...]) -> None:
    """Print lines of cells, the header first."""
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]) - 1)]
    for line in table:
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        say("  ".join([*cells, escape(line[-1])]).rstrip())


@app.command(
    epilog=example(
        "sealreel bench watermark --quick --report watermark.html",
        "sealreel bench watermark --data clips --only robustness --jobs 2 --json > watermark.json",
    )
)
def watermark(
    *,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="A folder of clips, still images in DIR/stills; else drawn ones."),
    ] = None,
    further: Annotated[
        Path | None,
        typer.Option("--further", metavar="DIR", help="More clips, to search in vain and for those who collude."),
    ] = None,
    autoencoder: Annotated[
        Path | None, typer.Option("--autoencoder", metavar="DIR", help="TAEF2, for an adversary who regenerates.")
    ] = None,
    report: PageFile = None,
    quick: Annotated[bool, typer.Option("--quick", help="A few clips, at most 10 minutes.")] = False,
    full: Full = False,
    only: Sections = None,
    jobs: Jobs = 1,
    directory: KeptRows = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure the watermark: robustness, other methods beside it, visibility, false positives, security, speed.

    Ends with code 1 where a written goal is missed. A run that was broken off goes on where it stopped. Keys and
    records of the installation are not touched.
    """
    try:
        from ...benchmarks.watermark.run import WatermarkConfig, run_watermark, shown_clips
    except ModuleNotFoundError as error:
        raise MissingExtra(f"this needs {error.name}, which is not installed: pip install 'sealreel[bench]'") from error
    effort = effort_of(quick=quick, full=full)
    check_folders(data=data, further=further, autoencoder=autoencoder)
    check_report(report)
    try:
        config = WatermarkConfig(
            data=data,
            further_clips=further,
            autoencoder=autoencoder,
            effort=effort,
            only=tuple(only or ()),
            jobs=jobs,
            directory=kept_rows(directory),
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    done = run_watermark(config, on_row=_tell_of_section)
    if report is not None:
        from ...benchmarks.watermark.page import write_report

        write_report(done, report, clips=shown_clips(config))
        warn(f"{report} is written")
    if as_json:
        emit(done.as_json())
    else:
        print_machine(done.machine)
        print_table(done.table())
    raise typer.Exit(Exit.OK if done.met else Exit.FOUND)


@app.command(
    epilog=example(
        "sealreel bench platforms --data clips --report platforms.html",
        "sealreel bench platforms --quick --json > platforms.json",
    )
)
def platforms(
    *,
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="A folder of clips and pictures; else a drawn clip.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE.html", help="Write the table as a page.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Two files instead of five.")] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="RECIPE", help="Do this one; may be repeated.")
    ] = None,
    directory: KeptRows = None,
    as_json: JsonFlag = False,
) -> None:
    """Mark files, handle them as messengers and video sites do, and show what is left of their origin.

    Manifest, watermark, fingerprint and detector stand side by side. There is no goal, so the code is 0. Keys and
    records of the installation are not touched.
    """
    from ...benchmarks.platforms import PlatformsConfig, run_platforms
    from ...benchmarks.platforms_page import write_page

    if data is not None and not data.is_dir():
        raise SettingsInvalid(f"--data {data}: not an existing folder")
    _check_page(report)
    try:
        config = PlatformsConfig(data=data, recipes=tuple(only or ()), quick=quick, directory=kept_rows(directory))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    done = run_platforms(
        config, on_row=lambda row: warn(f"{row.clip}: {row.recipe}: {row.conclusion}, {row.watermark}")
    )
    if report is not None:
        write_page(done, report)
        warn(f"{report} is written")
    if as_json:
        emit(done.as_json())
    else:
        print_machine(done.machine)
        print_table(done.table())


def effort_of(*, quick: bool, full: bool) -> "Effort":
    """Return how much is measured."""
    if quick and full:
        raise typer.BadParameter("--quick and --full exclude each other")
    return "quick" if quick else "full" if full else "default"


def check_folders(**folders: Path | None) -> None:
    """Refuse an option that names no folder; options are named as they are spelled.

    Raises:
        SettingsInvalid: One of them is not there.
    """
    for name, folder in folders.items():
        if folder is not None and not folder.is_dir():
            raise SettingsInvalid(f"--{name} {folder}: not an existing folder")


def check_report(report: Path | None) -> None:
    """Say now what would be known only after hours."""
    if report is None:
        return
    _check_page(report)
    from ...benchmarks.drawing import check_drawable

    check_drawable()


def _check_page(report: Path | None) -> None:
    """Refuse the name of a page that cannot be written."""
    if report is None:
        return
    if report.suffix.lower() not in (".html", ".htm"):
        raise SettingsInvalid(f"--report {report}: the name of the page must end with .html")
    if report.is_dir() or not report.absolute().parent.is_dir():
        raise SettingsInvalid(f"--report {report}: not a file in an existing folder")


def kept_rows(directory: Path | None) -> Path:
    """Return the folder of finished rows; the one of this installation is made where it is missing."""
    if directory is not None:
        if not directory.is_dir():
            raise SettingsInvalid(f"--directory {directory}: not an existing folder")
        return directory
    kept = directories(os.environ).data / "bench"
    try:
        kept.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputUnwritable(f"{kept}: {error.strerror or error}; name another folder with --directory") from error
    return kept


def _tell_of_section(section: str, row: "Json | Skipped") -> None:
    """Say on stderr that there is progress, a line for each row."""
    from ...benchmarks.report import Skipped

    if isinstance(row, Skipped):
        warn(f"{section}: {row.goal} was not measured: {row.reason}")
        return
    values = row.as_json()
    named = [str(values[name]) for name in _TOLD if values.get(name) is not None]
    warn(f"{section}: {', '.join(named)}")


_TOLD = ("goal", "method", "medium", "clip", "attack", "search", "strength", "status", "outcome", "measured")
"""Fields of a row that say what it is of, and how it came out."""
