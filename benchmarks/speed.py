"""How fast, and in how much memory: each promise of the README measured against its number.

Every measurement runs in a process of its own, one after the other, on files made for the run. CPU seconds are those
of the process (all threads); wall seconds depend on what else the machine does, which is why its load stands beside
them.
"""

import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from .machine import describe_machine
from .material import write_video, write_video_of_size
from .process import Measured, TaskFailed, run_task
from .report import Row, Skipped, SpeedReport

OnRow = Callable[[Row | Skipped], None]

GENERATE_SECONDS = 20.0
VERIFY_HASHES, VERIFY_SECONDS = 2.0, 0.5
EXTRACT_REAL_TIME = 2.0
OWN_STEPS = ("embed", "measure", "read_back", "sign", "record")
"""The steps of marking that are neither decode nor encode."""
MARK_SHARE = 0.15
MARK_MB = 500.0
MANIFEST_MB = 100.0
DETECT_SECONDS, DETECT_FRAMES = 6.0, 22.0
LOOKS = 12
"""Windows that the detector's network is timed on: some three seconds."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How large the files are; the goals are written for these."""

    width: int = 1920
    height: int = 1080
    rate: Fraction = Fraction(30)
    share_seconds: int = 10
    """Of the clip whose marking is compared with its encoding."""
    extract_seconds: int = 60
    memory_seconds: tuple[int, ...] = (10, 60, 300)
    small_bytes: int = 10_000_000
    big_bytes: int = 1_000_000_000


@dataclass(frozen=True, slots=True)
class SpeedConfig:
    """One run."""

    quick: bool = False
    """Leaves the 300-second clip out and measures each timing once."""
    repeats: int = 3
    goals: tuple[str, ...] = ()
    """Names of scenarios (`SCENARIOS`); empty means all."""
    directory: Path | None = None
    """Where the files are made, about 1.5 GB; removed afterwards. None: the system's temporary directory."""
    scale: Scale = field(default_factory=Scale)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.goals) - set(SCENARIOS))
        if unknown:
            raise ValueError(f"no scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
        if self.repeats < 1:
            raise ValueError(f"repeats must be at least 1, got {self.repeats}")


@dataclass(frozen=True, slots=True)
class Bench:
    """The place of one run: its files are made once, and used by every scenario that wants them."""

    directory: Path
    scale: Scale
    repeats: int
    memory_seconds: tuple[int, ...]
    marked: dict[int, Measured] = field(default_factory=dict[int, Measured])
    """By seconds: how marking the clip went."""

    def clip(self, seconds: int) -> Path:
        """Return an unmarked clip of that length."""
        path = self.directory / f"clip-{seconds}.mp4"
        scale = self.scale
        if not path.exists():
            write_video(path, width=scale.width, height=scale.height, rate=scale.rate, seconds=seconds)
        return path

    def marked_clip(self, seconds: int) -> Path:
        """Return the clip of that length, marked."""
        path = self.directory / f"marked-{seconds}.mp4"
        if seconds not in self.marked:
            self.marked[seconds] = self.run("mark", source=str(self.clip(seconds)), output=str(path))
        return path

    def signed_file(self, size_bytes: int) -> tuple[Path, Measured]:
        """Return a file of at least that size with a manifest, and how signing it went."""
        source, target = self.directory / f"plain-{size_bytes}.mp4", self.directory / f"signed-{size_bytes}.mp4"
        write_video_of_size(source, width=self.scale.width, height=self.scale.height, size_bytes=size_bytes)
        signing = self.run("sign", source=str(source), target=str(target))
        source.unlink()
        return target, signing

    def run(self, task: str, **arguments: str) -> Measured:
        """Run one task in a fresh process."""
        return run_task(task, self.directory, **arguments)

    def again(self, task: str, **arguments: str) -> list[Measured]:
        """Run it as often as this run repeats."""
        return [self.run(task, **arguments) for _ in range(self.repeats)]


def run_speed(config: SpeedConfig, *, on_row: OnRow | None = None) -> SpeedReport:
    """Measure, goal after goal.

    Args:
        config: What, and how often.
        on_row: Told of each row as it comes.

    Returns:
        The rows, whether their goals are met, and the machine. A scenario that fails (no embedded model, no disk) is
        listed as skipped with its reason; the others go on.
    """
    machine, started = describe_machine(), datetime.now(UTC)
    rows: list[Row] = []
    skipped: list[Skipped] = []
    with _bench(config) as bench:
        bench.run("prepare")
        for name in config.goals or tuple(SCENARIOS):
            try:
                for row in SCENARIOS[name](bench):
                    rows.append(row)
                    if on_row is not None:
                        on_row(row)
            except TaskFailed as error:
                skipped.append(Skipped(name, str(error)))
                if on_row is not None:
                    on_row(skipped[-1])
    return SpeedReport(machine, started, config.quick, tuple(rows), tuple(skipped))


def generate_scenario(bench: Bench) -> Iterator[Row]:
    """The default clip of the embedded model, from the start of the interpreter to the finished file."""
    runs = [
        bench.run("generate", output=str(bench.directory / f"generated-{index}.mp4")) for index in range(bench.repeats)
    ]
    yield Row(
        goal="generate.default_clip",
        text="default clip of the embedded model in a fresh process, interpreter and imports included",
        unit="s",
        wanted=GENERATE_SECONDS,
        better="lower",
        samples=tuple(run.wall_seconds for run in runs),
        details={"cpu_seconds": runs[0].values["cpu_seconds"], "peak_mb": runs[0].peak_mb},
    )


def verify_scenario(bench: Bench) -> Iterator[Row]:
    """A manifest alone, against hashing the same bytes in the same process."""
    path, _ = bench.signed_file(bench.scale.small_bytes)
    runs = bench.again("verify_manifest", path=str(path))
    hashing = min(run.values["sha256_seconds"] for run in runs)
    yield Row(
        goal="verify.manifest_only",
        text=f"verify of a {path.stat().st_size / 1e6:.1f}-MB MP4 without pixels, after the imports; "
        "wanted is 2 × sha256 of the file + 0.5 s",
        unit="s",
        wanted=VERIFY_HASHES * hashing + VERIFY_SECONDS,
        better="lower",
        samples=tuple(run.values["wall_seconds"] for run in runs),
        details={
            "sha256_seconds": hashing,
            "startup_cpu_seconds": min(run.values["startup_cpu_seconds"] for run in runs),
            "whole_process_seconds": min(run.wall_seconds for run in runs),
        },
    )


def extract_scenario(bench: Bench) -> Iterator[Row]:
    """The watermark of a long file, until it is sure."""
    seconds = bench.scale.extract_seconds
    path = bench.marked_clip(seconds)
    runs = bench.again("verify_pixels", path=str(path))
    yield Row(
        goal="verify.watermark",
        text=f"verify with watermark extraction until p ≤ 1e-9 on {seconds} s of "
        f"{bench.scale.width}×{bench.scale.height}, seconds of video a second",
        unit="× real time",
        wanted=EXTRACT_REAL_TIME,
        better="higher",
        samples=tuple(seconds / run.values["wall_seconds"] for run in runs),
        details={"p_value_log10": runs[0].values["p_value_log10"], "frames_read": runs[0].values["frames_read"]},
    )


def share_scenario(bench: Bench) -> Iterator[Row]:
    """What marking adds to its own decode and encode.

    Its own steps run in one thread between those two, so their wall time bounds their CPU time from above. (The
    difference of whole runs was tried first: it is lost in the noise of x264, whose own times differ by more.)
    """
    seconds = bench.scale.share_seconds
    source, target = str(bench.clip(seconds)), bench.directory
    samples: list[float] = []
    details: dict[str, float] = {}
    for _ in range(bench.repeats):
        decode = bench.run("decode", source=source).values["cpu_seconds"]
        both = bench.run("transcode", source=source, output=str(target / "transcoded.mp4")).values["cpu_seconds"]
        mark = bench.run("mark", source=source, output=str(target / "share.mp4")).values
        own = sum(mark[f"{step}_ms"] for step in OWN_STEPS) / 1000
        samples.append(own / (both - decode))
        details = {
            "own_seconds": own,
            "mark_cpu_seconds": mark["cpu_seconds"],
            "decode_cpu_seconds": decode,
            "encode_cpu_seconds": both - decode,
        }
    yield Row(
        goal="mark.share_of_encode",
        text=f"mark of {seconds} s minus decode and encode (embedding, measuring, reading back, fingerprint, signing, "
        "record), over the CPU seconds of an x264 medium encode of the unmarked pictures",
        unit="of encode",
        wanted=MARK_SHARE,
        better="lower",
        samples=tuple(samples),
        details=details,
    )


def mark_memory_scenario(bench: Bench) -> Iterator[Row]:
    """Peak memory of marking clips of several lengths."""
    for seconds in bench.memory_seconds:
        bench.marked_clip(seconds)
        run = bench.marked[seconds]
        yield Row(
            goal=f"memory.mark_{seconds}s",
            text=f"peak resident memory of marking {seconds} s of {bench.scale.width}×{bench.scale.height}",
            unit="MB",
            wanted=MARK_MB,
            better="lower",
            samples=(run.peak_mb,),
            details={"wall_seconds": run.wall_seconds, "imported_mb": run.values["imported_mb"]},
        )


def manifest_memory_scenario(bench: Bench) -> Iterator[Row]:
    """Peak memory of signing and of verifying a large file of ours."""
    path, signing = bench.signed_file(bench.scale.big_bytes)
    reading = bench.run("verify_manifest", path=str(path))
    for verb, run in (("sign", signing), ("verify", reading)):
        yield Row(
            goal=f"memory.{verb}_big_file",
            text=f"peak resident memory of {verb} of {path.stat().st_size / 1e9:.2f} GB, libraries included",
            unit="MB",
            wanted=MANIFEST_MB,
            better="lower",
            samples=(run.peak_mb,),
            details={"wall_seconds": run.wall_seconds, "imported_mb": run.values["imported_mb"]},
        )
    path.unlink()


def detect_scenario(bench: Bench) -> Iterator[Row]:
    """The detector on a long file, and its network alone on one core."""
    seconds, size = bench.scale.extract_seconds, f"{bench.scale.width}×{bench.scale.height}"
    runs = bench.again("detect", path=str(bench.clip(seconds)))
    yield Row(
        goal="detect.clip",
        text=f"detect of {seconds} s of {size} on all cores, after the imports, loading the weights included",
        unit="s",
        wanted=DETECT_SECONDS,
        better="lower",
        samples=tuple(run.values["wall_seconds"] for run in runs),
        details={"cpu_seconds": runs[0].values["cpu_seconds"], "peak_mb": runs[0].peak_mb},
    )
    looks = bench.again("look", windows=str(LOOKS))
    yield Row(
        goal="detect.frames",
        text="frames that the detector's network reads in a CPU second, each in colours and in its residual",
        unit="frames/s",
        wanted=DETECT_FRAMES,
        better="higher",
        samples=tuple(run.values["frames"] / run.values["cpu_seconds"] for run in looks),
        details={"wall_seconds": looks[0].values["wall_seconds"]},
    )


SCENARIOS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "generate": generate_scenario,
    "verify": verify_scenario,
    "extract": extract_scenario,
    "detect": detect_scenario,
    "share": share_scenario,
    "mark_memory": mark_memory_scenario,
    "manifest_memory": manifest_memory_scenario,
}


@contextmanager
def _bench(config: SpeedConfig) -> Generator[Bench]:
    seconds = config.scale.memory_seconds
    with tempfile.TemporaryDirectory(prefix="sealreel-bench-", dir=config.directory) as name:
        yield Bench(
            directory=Path(name),
            scale=config.scale,
            repeats=1 if config.quick else config.repeats,
            memory_seconds=tuple(one for one in seconds if not config.quick or one <= 60),
        )
