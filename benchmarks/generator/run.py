"""The whole evaluation of a generator, one question after the other, into one report.

Runs without the command line's packages too, for machines that have a GPU and little else:
`python -m sealreel.benchmarks.generator.run --model DIR --out DIR --effort full --device cuda`.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, get_args

from ...errors import OutputUnwritable, SealreelError
from ..machine import describe_machine
from ..report import Skipped
from ..sectioned import Effort, Section, commit_of_code
from .results import GeneratorReport
from .schooling import GPU_SCHOOL, Judges, Schooling, train_judges
from .sections import BUDGETS, SECTIONS, OnRow, Run
from .studio import Studio, open_studio

Device = Literal["auto", "cpu", "cuda"]
REPORT, SHEET, CLIPS = "generator.json", "generator-samples.png", "generator-clips"
SCHOOL_SECONDS: Final[dict[Effort, float]] = {"quick": 240.0, "default": 1800.0, "full": 5400.0}
"""Of training the judges on a CPU, where there are none yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorConfig:
    """One run."""

    model: Path | None = None
    """A model directory; None: the embedded model."""
    effort: Effort = "default"
    only: tuple[str, ...] = ()
    """Names of `SECTIONS`; empty means all."""
    device: Device = "auto"
    judges: Path | None = None
    """A folder where trained judges are, or will be kept; None: `directory`."""
    train: bool = False
    """Have judges go on learning where there are some."""
    school_seconds: float | None = None
    """Of training them; None: as the effort and the device say."""
    steps: int | None = None
    """Denoising steps instead of the model's own."""
    guidance: float | None = None
    """Guidance scale instead of the model's own."""
    candidates: int | None = None
    """Clips begun for each that is finished, instead of the model's own."""
    jobs: int = 0
    """Processes that draw scenes for the judges' training; 0 draws them in this one."""
    directory: Path | None = None
    """Where judges and made clips are kept, so that a run that was broken off goes on. None: nowhere."""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.only) - set(SECTIONS))
        if unknown:
            raise ValueError(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
        if self.steps is not None and self.steps < 1:
            raise ValueError(f"steps must be at least 1, got {self.steps}")
        if self.candidates is not None and self.candidates < 1:
            raise ValueError(f"candidates must be at least 1, got {self.candidates}")
        if self.school_seconds is not None and self.school_seconds <= 0:
            raise ValueError(f"the judges' training takes more than 0 s, got {self.school_seconds:g}")


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """What a run leaves: the report, and the model for whoever wants to see more of it."""

    report: GeneratorReport
    studio: Studio
    judges: Judges


OnReport = Callable[[GeneratorReport], None]


def run_generator(config: GeneratorConfig, *, on_row: OnRow | None = None, on_report: OnReport | None = None) -> Done:
    """Ask every question that is wanted.

    Args:
        config: Which model, how much.
        on_row: Told of each row, and of progress, as it comes.
        on_report: Given the report so far after each section, for runs that may be broken off.

    Returns:
        The report. A section that fails is listed as skipped with its reason; the others go on.

    Raises:
        ModelUnavailable, NotAVideoModel: The model is not there, or none of the tiny world.
        WeightsInvalid: The judges' files are damaged.
    """
    machine, started = describe_machine(), datetime.now(UTC)
    device = device_in_force(config.device)
    studio = open_studio(
        config.model, device=device, steps=config.steps, guidance=config.guidance, candidates=config.candidates
    )
    judges = judges_of(config, studio, on_row)
    report = GeneratorReport(
        machine=machine,
        started_at=started,
        effort=config.effort,
        commit=commit_of_code(),
        device=_named(device),
        model={
            "fold": 0,
            "name": studio.card.name,
            "version": studio.card.version or "",
            "sha256": studio.sha256,
            "steps": studio.how.steps,
            "guidance_scale": studio.how.guidance_scale,
            "candidates": studio.how.candidates,
        },
        judges={"clips_shown": judges.seen, "width": judges.clips.width},
        sections=(),
    )
    kept = None if config.directory is None else config.directory / CLIPS
    run = Run(studio, judges, BUDGETS[config.effort], kept, on_row)
    for name in config.only or tuple(SECTIONS):
        report = replace(report, sections=(*report.sections, _measured(run, name)))
        if on_report is not None:
            on_report(report)
    return Done(report, studio, judges)


def judges_of(config: GeneratorConfig, studio: Studio, on_row: OnRow | None) -> Judges:
    """Return the judges that are at hand, or train them and keep them; see `run_generator` for the errors."""
    from .keeping import load_judges, save_judges

    folder = config.judges or config.directory
    found = None if folder is None else load_judges(folder, device=studio.device)
    if found is not None and not config.train:
        return found

    def told(shown: int, clips: float, pictures: float) -> None:
        if on_row is not None:
            on_row("judges", f"{shown} clips shown, loss {clips:.2f}, of pictures {pictures:.2f}")

    trained = train_judges(schooling_of(config, studio.device), vae=studio.pipe.vae, known=found, on_lesson=told)
    if folder is not None:
        save_judges(trained, folder)
    return trained


def schooling_of(config: GeneratorConfig, device: str) -> Schooling:
    """Return how judges are trained where there are none."""
    how = GPU_SCHOOL if device == "cuda" else Schooling(seconds=SCHOOL_SECONDS[config.effort])
    return replace(
        how,
        jobs=config.jobs or how.jobs,
        **({} if config.school_seconds is None else {"seconds": config.school_seconds}),
    )


def device_in_force(wanted: Device) -> Literal["cpu", "cuda"]:
    """Return where everything runs."""
    if wanted != "auto":
        return wanted
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _named(device: str) -> str:
    import torch

    return f"cuda, {torch.cuda.get_device_name()}" if device == "cuda" else device


def write_samples(done: Done, path: Path) -> None:
    """Make the clips of the fixed prompts and write the sheet.

    Raises:
        OutputUnwritable: The disk is full or the folder read-only.
        MissingExtra: Pillow is not installed.
        ModelError: The model failed.
    """
    from .exam import Order
    from .prompts import SHEET_PROMPTS
    from .sheet import MOMENTS, write_sheet
    from .studio import footage

    orders = [Order(prompt, seed) for seed, prompt in enumerate(SHEET_PROMPTS)]
    write_sheet(path, SHEET_PROMPTS, footage(done.studio, orders, frames=MOMENTS))


def write_json(report: GeneratorReport, path: Path) -> None:
    """Write the report.

    Raises:
        OutputUnwritable: The disk is full or the folder read-only.
    """
    try:
        path.write_text(json.dumps(report.as_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutputUnwritable(f"{path}: {error.strerror or error}") from error


def _measured(run: Run, name: str) -> Section:
    start = time.perf_counter()
    title, measure = SECTIONS[name]
    try:
        found = measure(run)
    except (SealreelError, RuntimeError, ValueError, ArithmeticError) as error:  # hours of the others are not lost
        found = Section(name, "", skipped=(Skipped(name, f"it failed: {type(error).__name__}: {error}"),))
    for one in found.skipped:
        run.tell(name, one)
    return replace(found, name=name, title=title, seconds=round(time.perf_counter() - start, 1))


def told(row: Any) -> str:
    """Return one line of progress."""
    return f"{row.goal} was not measured: {row.reason}" if isinstance(row, Skipped) else str(row)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; the exit code is 1 where a goal is missed, and 3 where nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m sealreel.benchmarks.generator.run", description=__doc__)
    parser.add_argument("--model", type=Path, help="a model directory; else the embedded model")
    parser.add_argument("--out", type=Path, required=True, help="gets the report, the sample sheet and the judges")
    parser.add_argument("--judges", type=Path, help="where judges are, or will be kept; else --out")
    parser.add_argument("--train", action="store_true", help="have judges go on learning where there are some")
    parser.add_argument("--school-seconds", type=float, help="of training them")
    parser.add_argument("--effort", choices=get_args(Effort), default="default")
    parser.add_argument("--only", action="append", choices=tuple(SECTIONS), default=[], help="may be repeated")
    parser.add_argument("--device", choices=get_args(Device), default="auto")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--guidance", type=float)
    parser.add_argument("--candidates", type=int)
    parser.add_argument("--jobs", type=int, default=0, help="processes that draw scenes")
    given = parser.parse_args(arguments)
    given.out.mkdir(parents=True, exist_ok=True)
    names = ("model", "train", "school_seconds", "effort", "device", "steps", "guidance", "candidates", "jobs")
    try:
        config = GeneratorConfig(
            **{name: getattr(given, name) for name in names}, only=tuple(given.only), judges=given.judges or given.out
        )
        done = run_generator(config, on_row=_tell, on_report=lambda report: write_json(report, given.out / REPORT))
        write_samples(done, given.out / SHEET)
    except (SealreelError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 3
    return 0 if done.report.met else 1


def _tell(section: str, row: Any) -> None:
    sys.stderr.write(f"{datetime.now(UTC):%H:%M:%S} {section}: {told(row)}\n")


if __name__ == "__main__":
    sys.exit(main())
