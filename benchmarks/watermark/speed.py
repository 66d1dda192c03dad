"""How fast the mark itself is: embedding against an encoder, extraction against the clip's own length.

Every measurement runs in a process of its own, one after the other. CPU seconds are those of the process (all
threads); wall seconds depend on what else the machine does.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, get_args

from ..machine import describe_machine
from ..process import Measured, TaskFailed, run_task
from ..report import Row, Skipped
from .cells import Cache, cell_key, code_version, file_sha256

TEXTURE = "grainy texture"
"""Drawn, 1920 × 1080; see `workload.TEXTURE`, which loads the picture libraries."""
REAL_CLIPS = ("room_1080p", "street_1080x1920")
"""Files of 1080p, by their names without suffix, where a folder of clips has them."""
SHARE_WANTED, MEMORY_WANTED = 0.10, 1.10
UNTOUCHED_WANTED, BLIND_WANTED = 10.0, 2.0
Goal = Literal[
    "embed_share", "embed_memory", "extract_untouched", "extract_cropped", "extract_rotated", "extract_unmarked"
]
GOALS: tuple[Goal, ...] = get_args(Goal)
_SOURCES = tuple(f"benchmarks/{name}.py" for name in ("material", "watermark/speed", "watermark/workload"))


@dataclass(frozen=True, slots=True)
class MarkSpeedConfig:
    """One run."""

    quick: bool = False
    """Measures each number once, on the drawn texture only."""
    clips: Path | None = None
    """A folder of clips."""
    repeats: int = 3
    share_frames: int = 96
    """Three to four seconds."""
    file_seconds: int = 60
    memory_seconds: tuple[int, int] = (10, 60)
    goals: tuple[Goal, ...] = GOALS
    files: tuple[Path, ...] = ()
    """Measured on instead of the folder's clips and the texture."""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.goals) - set(GOALS))
        if unknown:
            raise ValueError(f"no goal {', '.join(unknown)}; there are {', '.join(GOALS)}")
        if self.repeats < 1:
            raise ValueError(f"repeats must be at least 1, got {self.repeats}")

    def sources(self) -> dict[str, str]:
        """Return what is measured on, by name: a path, or the drawn texture."""
        if self.files:
            return {path.stem: str(path) for path in self.files}
        real: dict[str, str] = {}
        if self.clips is not None and not self.quick:
            real = {path.stem: str(path) for path in sorted(self.clips.iterdir()) if path.stem in REAL_CLIPS}
        return real | {TEXTURE: TEXTURE}


OnRow = Callable[[Row | Skipped], None]


@dataclass(frozen=True, slots=True)
class _Bench:
    config: MarkSpeedConfig
    directory: Path

    def run(self, task: str, **arguments: Any) -> Measured:
        return run_task(task, self.directory, module="watermark.workload", **arguments)

    def again(self, task: str, **arguments: Any) -> list[Measured]:
        return [self.run(task, **arguments) for _ in range(1 if self.config.quick else self.config.repeats)]

    def file(self, source: str, *, marked: bool, change: str, seconds: int) -> Path:
        """Return a file of `seconds`; the pictures that it repeats are encoded once."""
        name = f"{Path(source).stem}-{'marked' if marked else 'unmarked'}-{change.partition(' ')[0]}"
        seed, path = self.directory / f"{name}-seed.mp4", self.directory / "file.mp4"
        if not seed.exists():
            self.run("make_seed", source=source, output=str(seed), marked=marked, change=change)
        self.run("lengthen", source=str(seed), output=str(path), seconds=seconds)
        return path


def run_mark_speed(
    config: MarkSpeedConfig = MarkSpeedConfig(), *, cells: Cache | None = None, on_row: OnRow | None = None
) -> tuple[Row, ...]:
    """Measure, one source after another.

    Args:
        config: What, and how often.
        cells: Rows that it holds, measured on a machine with this processor, are not measured again.
        on_row: Told of each row as it comes, and of each that could not be measured.

    Returns:
        The rows; each names what limits it.
    """
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="sealreel-bench-") as directory:
        bench = _Bench(config, Path(directory))
        for name, source in config.sources().items():
            for goal in config.goals:
                if goal == "embed_memory" and name in REAL_CLIPS:
                    continue  # the length is what matters, not what is shown
                cell = _cell(config, name, source, goal)
                found = None if cells is None else cells.get(cell)
                try:
                    row = _row_of(found) if found is not None else MEASURES[goal](bench, name, source)
                except TaskFailed as error:
                    _tell(on_row, Skipped(f"{goal}.{name}", str(error)))
                    continue
                if cells is not None and found is None:
                    cells.put(cell, row.as_json())
                rows.append(row)
                _tell(on_row, row)
    return tuple(rows)


def embed_share(bench: _Bench, name: str, source: str) -> Row:
    """CPU seconds of embedding over those of an x264 medium encode, CRF 23, of the same pictures."""
    runs = bench.again(
        "share", source=source, frames=bench.config.share_frames, output=str(bench.directory / "encoded.mp4")
    )
    last = runs[-1].values
    frames = last["frames"]
    embedding = last["embed_cpu_seconds"]
    per_frame = {
        "embed_ms_per_frame": 1000 * embedding / frames,
        "encode_ms_per_frame": 1000 * last["encode_cpu_seconds"] / frames,
        "allowance_ms_per_frame": 1000 * last["allowance_cpu_seconds"] / frames,
        "pattern_ms_per_frame": 1000 * last["pattern_cpu_seconds"] / frames,
        "first_picture_ms": 1000 * last["first_picture_cpu_seconds"],
    }
    parts = {
        "judging what each place hides": last["allowance_cpu_seconds"],
        "drawing the pattern": last["pattern_cpu_seconds"],
        "adding it": embedding - last["allowance_cpu_seconds"] - last["pattern_cpu_seconds"],
    }
    return Row(
        goal=f"embed_share.{name}",
        text=f"CPU seconds of embedding over those of an x264 medium encode (CRF 23) of the same {frames:.0f} pictures "
        f"of {name}; {_largest(parts, embedding)}",
        unit="of encode",
        wanted=SHARE_WANTED,
        better="lower",
        samples=tuple(run.values["embed_cpu_seconds"] / run.values["encode_cpu_seconds"] for run in runs),
        details={"frames": frames} | per_frame,
    )


def embed_memory(bench: _Bench, name: str, source: str) -> Row:
    """Peak memory of embedding into a long file, over that of a short one."""
    short, long = bench.config.memory_seconds
    peaks: dict[int, float] = {}
    for seconds in (short, long):
        path = bench.file(source, marked=False, change="untouched", seconds=seconds)
        peaks[seconds] = bench.run("embed_stream", source=str(path)).peak_mb
    return Row(
        goal=f"embed_memory.{name}",
        text=f"peak memory of decoding and embedding {long} s over that of {short} s; limited by the libraries, the "
        "decoder's pictures, one picture and its pattern",
        unit="×",
        wanted=MEMORY_WANTED,
        better="lower",
        samples=(peaks[long] / peaks[short],),
        details={f"peak_mb_{seconds}s": peak for seconds, peak in peaks.items()},
    )


def _extraction(goal: Goal, *, marked: bool, change: str, wanted: float) -> Callable[[_Bench, str, str], Row]:
    def measure(bench: _Bench, name: str, source: str) -> Row:
        seconds = bench.config.file_seconds
        path = bench.file(source, marked=marked, change=change, seconds=seconds)
        runs = bench.again("extract_file", source=str(path))
        values = runs[-1].values
        parts = bench.run("extract_profiled", source=str(path)).values
        shares = {part: parts[f"{part}_share"] for part in EXTRACTION_PARTS}
        told = {EXTRACTION_PARTS[part]: share for part, share in shares.items()}
        outcome = "nothing found, read to the end" if not marked else _outcome(values)
        return Row(
            goal=f"{goal}.{name}",
            text=f"extraction of {values['video_seconds']:.0f} s of {name}, {'marked' if marked else 'unmarked'}, "
            f"{change}, seconds of video a second: {outcome}; {_largest(told, 1.0)}",
            unit="× real time",
            wanted=wanted,
            better="higher",
            samples=tuple(run.values["video_seconds"] / run.values["wall_seconds"] for run in runs),
            details={
                "wall_seconds": values["wall_seconds"],
                "cpu_seconds": values["cpu_seconds"],
                "frames_read": values["frames_read"],
                "decoded": values["decoded"],
                "p_value_log10": values["p_value_log10"],
                "peak_mb": runs[-1].peak_mb,
            }
            | {name: value for name, value in parts.items() if name.endswith("_share")},
        )

    return measure


def _outcome(values: dict[str, float]) -> str:
    found = "decoded" if values["decoded"] else "NOT decoded"
    return f"{found} after {values['frames_read']:.0f} frames"


EXTRACTION_PARTS = {
    "decoding": "decoding",
    "whitening": "levelling the pictures",
    "geometry_search": "searching the geometry",
    "reading_payload": "reading the payload",
}
"""Parts of an extraction that do not overlap: name in `details` to words."""


def _largest(parts: dict[str, float], whole: float) -> str:
    """Say what limits a number."""
    name = max(parts, key=lambda part: parts[part])
    return f"limited by {name}, {parts[name] / whole:.0%} of it" if whole > 0.0 else "too short to say what limits it"


MEASURES: dict[Goal, Callable[[_Bench, str, str], Row]] = {
    "embed_share": embed_share,
    "embed_memory": embed_memory,
    "extract_untouched": _extraction("extract_untouched", marked=True, change="untouched", wanted=UNTOUCHED_WANTED),
    "extract_cropped": _extraction("extract_cropped", marked=True, change="cropped to 80 %", wanted=BLIND_WANTED),
    "extract_rotated": _extraction("extract_rotated", marked=True, change="rotated by 5°", wanted=BLIND_WANTED),
    "extract_unmarked": _extraction("extract_unmarked", marked=False, change="untouched", wanted=BLIND_WANTED),
}


def _cell(config: MarkSpeedConfig, name: str, source: str, goal: str) -> str:
    return cell_key(
        "mark_speed",
        goal=goal,
        name=name,
        source=None if source == TEXTURE else file_sha256(Path(source)),
        cpu=describe_machine().cpu,
        repeats=1 if config.quick else config.repeats,
        frames=config.share_frames,
        seconds=config.file_seconds,
        code=code_version(*_SOURCES),
    )


def _row_of(found: dict[str, Any]) -> Row:
    given: dict[str, Any] = {field.name: found[field.name] for field in fields(Row)}
    given["samples"] = tuple(found["samples"])
    return Row(**given)


def _tell(on_row: OnRow | None, row: Row | Skipped) -> None:
    if on_row is not None:
        on_row(row)
