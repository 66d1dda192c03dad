"""`sealreel bench generator`: how well clips keep to their prompts."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ...errors import MissingExtra, SettingsInvalid
from ..console import emit, warn
from ..doors import JsonFlag, example
from ..exits import Exit
from .bench import (
    Full,
    KeptRows,
    PageFile,
    Sections,
    check_folders,
    check_report,
    effort_of,
    kept_rows,
    print_machine,
    print_table,
)

if TYPE_CHECKING:
    from ...benchmarks.generator.results import GeneratorReport

_FOUND_NOTHING = "this needs {}, which is not installed: pip install 'sealreel[generate,bench]'"


def attach(bench: typer.Typer) -> None:
    """Add the verb to the benchmarks."""
    bench.command(
        epilog=example(
            "sealreel bench generator --quick --report generator.html",
            "sealreel bench generator --model runs/generator/model --full --device cuda --json > generator.json",
            "sealreel bench generator --from generator.json --report generator.html",
        )
    )(generator)


def generator(
    *,
    model: Annotated[
        Path | None, typer.Option("--model", metavar="DIR", help="A model directory; else the embedded model.")
    ] = None,
    report: PageFile = None,
    samples: Annotated[
        Path | None, typer.Option("--samples", metavar="FILE.png", help="Write a sheet of forty fixed prompts.")
    ] = None,
    written: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE.json", help="Measure nothing: read what an earlier run printed as JSON."),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="A few clips, at most 10 minutes.")] = False,
    full: Full = False,
    only: Sections = None,
    judges: Annotated[
        Path | None,
        typer.Option("--judges", metavar="DIR", help="Where trained judges are, or will be kept; else --directory."),
    ] = None,
    train: Annotated[
        bool, typer.Option("--train-judges", help="Have them go on learning where there are some.")
    ] = False,
    school_seconds: Annotated[
        float | None,
        typer.Option("--judge-seconds", metavar="S", min=1, help="Of training them, where there are none."),
    ] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1, max=1000, help="Instead of the model's own.")] = None,
    guidance: Annotated[
        float | None, typer.Option("--guidance", min=0, max=1000, help="Guidance scale instead of the model's own.")
    ] = None,
    candidates: Annotated[
        int | None,
        typer.Option("--candidates", min=1, max=64, help="Clips begun for each that is finished; 1 compares none."),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", min=0, max=256, help="Processes that draw scenes for the judges' training.")
    ] = 0,
    device: Annotated[
        Literal["auto", "cpu", "cuda"],
        typer.Option("--device", help="Where to run; auto takes a GPU where there is one."),
    ] = "auto",
    directory: KeptRows = None,
    as_json: JsonFlag = False,
) -> None:
    """Judge the generator: what prompts say, permanence, identity, Fréchet distance, drift, determinism, speed.

    Judges that learned from renders alone read its clips, next to renders of the same scenes. They are trained first
    where there are none. Ends with code 1 where a written goal is missed. A run that was broken off goes on where it
    stopped.
    """
    try:
        from ...benchmarks.generator.run import GeneratorConfig, run_generator, write_samples
    except ModuleNotFoundError as error:
        raise MissingExtra(_FOUND_NOTHING.format(error.name)) from error
    effort = effort_of(quick=quick, full=full)
    check_folders(model=model, judges=judges)
    check_report(report)
    _check_samples(samples)
    if written is not None:
        _show(_read(written), report=report, samples=samples, as_json=as_json)
    try:
        config = GeneratorConfig(
            model=model,
            effort=effort,
            only=tuple(only or ()),
            device=device,
            judges=judges,
            train=train,
            school_seconds=school_seconds,
            steps=steps,
            guidance=guidance,
            candidates=candidates,
            jobs=jobs,
            directory=kept_rows(directory),
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    done = run_generator(config, on_row=_tell)
    if samples is not None:
        write_samples(done, samples)
        warn(f"{samples} is written")
    _show(done.report, report=report, samples=samples, as_json=as_json)


def _show(done: "GeneratorReport", *, report: Path | None, samples: Path | None, as_json: bool) -> None:
    """Write the page, print the rest, and end."""
    if report is not None:
        from ...benchmarks.generator.page import write_report

        sheet = samples.read_bytes() if samples is not None and samples.is_file() else None
        write_report(done, report, sheet=sheet)
        warn(f"{report} is written")
    if as_json:
        emit(done.as_json())
    else:
        print_machine(done.machine)
        print_table(done.table())
    raise typer.Exit(Exit.OK if done.met else Exit.FOUND)


def _read(path: Path) -> "GeneratorReport":
    from ...benchmarks.generator.results import report_of

    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsInvalid(f"--from {path}: {error}; expected what --json printed") from error
    return report_of(found)


def _check_samples(samples: Path | None) -> None:
    if samples is None:
        return
    if samples.suffix.lower() != ".png":
        raise SettingsInvalid(f"--samples {samples}: the name of the sheet must end with .png")
    if samples.is_dir() or not samples.absolute().parent.is_dir():
        raise SettingsInvalid(f"--samples {samples}: not a file in an existing folder")


def _tell(section: str, row: Any) -> None:
    from ...benchmarks.generator.run import told

    warn(f"{section}: {told(row)}")
