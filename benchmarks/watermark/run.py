"""The whole watermark benchmark: every question about the mark, one section after the other, into one report."""

import os
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from ...errors import MissingExtra, SettingsInvalid
from ...provenance.watermark import Strength
from ..machine import describe_machine
from ..material import write_video
from ..report import Skipped
from ..sectioned import Effort, Json, Section, as_rows, commit_of_code
from .cells import Cells
from .goals import (
    false_positive_goals,
    peer_goals,
    robustness_goals,
    security_goals,
    still_goals,
    visibility_goals,
)
from .results import WatermarkReport
from .robustness import TUNED

OnRow = Callable[[str, Json | Skipped], None]
"""Told the section's name and each row as it comes."""

VIDEO_SUFFIXES = (".mp4", ".mov", ".avi", ".webm", ".mkv")
QUICK_CLIPS = 3
QUICK_STEP = 4
"""A quick run takes one attack of so many, through all the lists."""
VISIBLE_FRAMES: dict[Effort, int] = {"quick": 24, "default": 60, "full": 150}
SHOWN = ("chair_480x720.mp4", "dog_720p.mp4", "bunny_720p.mp4")
"""Clips that the page shows pictures of; the first three where these are not there."""


@dataclass(frozen=True, slots=True)
class WatermarkConfig:
    """One run."""

    data: Path | None = None
    """A folder of clips, with still images in `stills`. None: moving textures are drawn for the run."""
    effort: Effort = "default"
    """About 10 minutes, 2 hours, or as long as it takes."""
    only: tuple[str, ...] = ()
    """Names of `SECTIONS`; empty means all."""
    further_clips: Path | None = None
    """Another folder: more unmarked media to search, more clips for those who collude."""
    autoencoder: Path | None = None
    """A folder of TAEF2, through which an adversary regenerates the pictures; None leaves that out."""
    jobs: int = 1
    """Processes, each with one thread, where a section can use several."""
    directory: Path | None = None
    """Where finished rows are kept, so that a run that was broken off goes on. None: nowhere."""
    strength: Strength = field(default_factory=Strength)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.only) - set(SECTIONS))
        if unknown:
            raise ValueError(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
        if self.jobs < 1:
            raise ValueError(f"jobs must be at least 1, got {self.jobs}")


@dataclass(frozen=True, slots=True)
class Run:
    """What the sections of one run share."""

    config: WatermarkConfig
    folder: Path
    """Of the clips."""
    clips: tuple[Path, ...]
    stills: tuple[Path, ...]
    cells: Cells
    on_row: OnRow | None

    def tell(self, section: str) -> Callable[[Any], None]:
        """Return what is told of each row of a section."""

        def told(row: Json | Skipped) -> None:
            if self.on_row is not None:
                self.on_row(section, row)

        return told

    @property
    def quick(self) -> bool:
        """Whether everything is to be small."""
        return self.config.effort == "quick"


def run_watermark(config: WatermarkConfig, *, on_row: OnRow | None = None) -> WatermarkReport:
    """Run every section that is asked for.

    Args:
        config: What, on which clips, how much of it.
        on_row: Told of each row as it comes.

    Returns:
        The rows, whether the goals are met, and the machine. A section whose package is not installed is listed as
        skipped with its reason; the others go on.

    Raises:
        SettingsInvalid: There is no video in the folder.
        MediaError: A clip of the folder can't be read.
    """
    machine, started = describe_machine(), datetime.now(UTC)
    os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 would tell stderr its settings at each encode; 1 is errors only
    with _prepared(config, on_row) as run:
        sections: list[Section] = []
        for name in config.only or tuple(SECTIONS):
            start = time.perf_counter()
            title, measure = SECTIONS[name]
            try:
                found = measure(run)
            except MissingExtra as error:
                run.tell(name)(Skipped(name, str(error)))
                found = Section(name, title, skipped=(Skipped(name, str(error)),))
            sections.append(
                Section(
                    name=name,
                    title=title,
                    rows=found.rows,
                    goals=found.goals,
                    skipped=found.skipped,
                    seconds=round(time.perf_counter() - start, 1),
                    extras=found.extras,
                )
            )
    return WatermarkReport(
        machine=machine,
        started_at=started,
        effort=config.effort,
        commit=commit_of_code(),
        strength_db=config.strength.psnr_y_db,
        material=_material(run),
        tuned=tuple(clip.name for clip in run.clips if clip.name in TUNED),
        sections=tuple(sections),
    )


def _robustness(run: Run) -> Section:
    from .attacks import ATTACKS
    from .robustness import run_robustness

    attacks = ATTACKS[::QUICK_STEP] if run.quick else ATTACKS
    told = run.tell("robustness")
    rows = run_robustness(run.clips, cells=run.cells, on_row=told, jobs=run.config.jobs, attacks=attacks)
    return Section("robustness", "", as_rows(rows), robustness_goals(rows))


def _stills(run: Run) -> Section:
    from .robustness import run_stills

    if not run.stills:
        return Section("stills", "", skipped=(Skipped("stills", "there is no folder of still images"),))
    rows = run_stills(run.stills, cells=run.cells, on_row=run.tell("stills"), jobs=run.config.jobs)
    return Section("stills", "", as_rows(rows), still_goals(rows))


def _peers(run: Run) -> Section:
    from .peers import COMPARED, OURS, PEERS, SLOW, missing, run_peers
    from .standing import standings

    absent = missing()
    if run.quick:
        absent[SLOW] = "it takes seconds a frame: not in a quick run"
    methods = (OURS, *(name for name in PEERS if name not in absent))
    reported = [clip for clip in run.clips if clip.name not in TUNED] or list(run.clips)
    attacks = COMPARED[::QUICK_STEP] if run.quick else COMPARED
    rows = run_peers(reported, methods=methods, attacks=attacks, cells=run.cells, on_row=run.tell("peers"))
    found = standings(rows)
    skipped = tuple(Skipped(f"peers.{name}", reason) for name, reason in absent.items())
    extras = {"standings": [one.as_json() for one in found]}
    return Section("peers", "", as_rows(rows), peer_goals(found), skipped, extras=extras)


def _visibility(run: Run) -> Section:
    from .visibility import run_visibility

    rows = run_visibility(
        run.clips,
        strength=run.config.strength,
        frames=VISIBLE_FRAMES[run.config.effort],
        cells=run.cells,
        on_row=run.tell("visibility"),
    )
    return Section("visibility", "", as_rows(rows), visibility_goals(rows))


def _false_positives(run: Run) -> Section:
    from .false_positives import FalsePositivesConfig, pooled, run_false_positives

    skipped: list[Skipped] = []

    def told(row: Json | Skipped) -> None:
        if isinstance(row, Skipped):
            skipped.append(row)
        run.tell("false_positives")(row)

    config = FalsePositivesConfig(
        size=run.config.effort,
        clips=run.config.data,
        further_clips=run.config.further_clips,
        workers=run.config.jobs,
    )
    rows = run_false_positives(config, cells=run.cells, on_row=told)
    pools = [pool.as_json() for pool in pooled(rows)]
    goals = false_positive_goals(rows, quick=run.quick)
    return Section("false_positives", "", as_rows(rows), goals, tuple(skipped), extras={"pools": pools})


def _security(run: Run) -> Section:
    from .security import SecurityConfig, run_security

    config = SecurityConfig(
        clips=run.folder,
        size=run.config.effort,
        further_clips=run.config.further_clips,
        autoencoder=run.config.autoencoder,
    )
    rows = run_security(config, cells=run.cells, on_row=run.tell("security"))
    return Section("security", "", as_rows(rows), security_goals(rows))


def _speed(run: Run) -> Section:
    from .speed import MarkSpeedConfig, run_mark_speed

    skipped: list[Skipped] = []

    def told(row: Json | Skipped) -> None:
        if isinstance(row, Skipped):
            skipped.append(row)
        run.tell("speed")(row)

    rows = run_mark_speed(MarkSpeedConfig(quick=run.quick, clips=run.config.data), cells=run.cells, on_row=told)
    return Section("speed", "", as_rows(rows), rows, tuple(skipped))


SECTIONS: dict[str, tuple[str, Callable[[Run], Section]]] = {
    "robustness": ("Robustness of video", _robustness),
    "stills": ("Robustness of still images", _stills),
    "peers": ("Side by side with other watermarks", _peers),
    "visibility": ("Visibility", _visibility),
    "false_positives": ("False positives", _false_positives),
    "security": ("Security", _security),
    "speed": ("Speed", _speed),
}
"""Title and measurement of each section, in the order of the page."""


@contextmanager
def _prepared(config: WatermarkConfig, on_row: OnRow | None) -> Generator[Run]:
    with tempfile.TemporaryDirectory(prefix="sealreel-bench-") as name:
        scratch = Path(name)
        clips = _drawn(scratch) if config.data is None else videos_in(config.data)
        if config.effort == "quick":
            clips = _few(clips)
        stills = () if config.data is None else tuple(sorted((config.data / "stills").glob("*.png")))
        cells = Cells((scratch if config.directory is None else config.directory) / "watermark-cells.jsonl")
        yield Run(
            config,
            config.data or scratch,
            clips,
            stills[:QUICK_CLIPS] if config.effort == "quick" else stills,
            cells,
            on_row,
        )


def videos_in(folder: Path) -> tuple[Path, ...]:
    """Return the videos of a folder by name.

    Raises:
        SettingsInvalid: There is none.
    """
    found = tuple(sorted(path for path in folder.iterdir() if path.suffix.lower() in VIDEO_SUFFIXES))
    if not found:
        raise SettingsInvalid(f"{folder}: no videos in it; their names end with {', '.join(VIDEO_SUFFIXES)}")
    return found


def shown_clips(config: WatermarkConfig) -> tuple[Path, ...]:
    """Return the clips of the folder whose pictures the page shows."""
    if config.data is None:
        return ()
    clips = videos_in(config.data)
    return tuple(clip for clip in clips if clip.name in SHOWN) or clips[: len(SHOWN)]


def _few(clips: tuple[Path, ...]) -> tuple[Path, ...]:
    """Take clips from the whole list, and none that constants were chosen on if there are others."""
    fresh = [clip for clip in clips if clip.name not in TUNED] or list(clips)
    step = max(1, len(fresh) // QUICK_CLIPS)
    return tuple(fresh[::step][:QUICK_CLIPS])


def _drawn(folder: Path) -> tuple[Path, ...]:
    sizes = ((854, 480), (1280, 720))
    return tuple(
        write_video(folder / f"texture_{height}p.mp4", width=width, height=height, rate=Fraction(30), seconds=4)
        for width, height in sizes
    )


def _material(run: Run) -> str:
    clips = f"{len(run.clips)} clips"
    if run.config.data is None:
        return f"{clips} of moving texture, drawn for this run because no folder of real ones was given."
    return f"{clips} and {len(run.stills)} still images of a folder."
