"""Run one task in a fresh Python process and bring its numbers back."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ..errors import SealreelError

_MB = 1_000_000


class TaskFailed(SealreelError):
    """A measured process ended with an error; its message holds the last line it wrote."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one process took."""

    wall_seconds: float
    """From its start to its end: interpreter and imports included."""
    peak_bytes: int
    """Its largest resident memory, libraries included."""
    values: dict[str, float]
    """What the task itself measured."""

    @property
    def peak_mb(self) -> float:
        """Peak memory in megabytes (10^6)."""
        return self.peak_bytes / _MB


def run_task(name: str, directory: Path, *, module: str = "tasks", **arguments: Any) -> Measured:
    """Run one function of `tasks`, or of another module of its kind, in a new interpreter.

    Args:
        name: The function.
        module: Where it is, below `benchmarks`.
        directory: Where its keys, records and scratch files live.
        arguments: Its keyword arguments, as JSON.

    Raises:
        TaskFailed: It did not end well.
    """
    job = json.dumps({"task": name, "directory": str(directory), "arguments": arguments})
    command = [sys.executable, "-m", f"{__package__}.{module}"]
    start = time.perf_counter()
    done = subprocess.run(command, input=job, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
    wall = time.perf_counter() - start
    if done.returncode != 0:
        last_words = done.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise TaskFailed(f"the task {name} ended with code {done.returncode}: {last_words[0][:500]}")
    values = cast("dict[str, float]", json.loads(done.stdout.splitlines()[-1]))
    return Measured(wall_seconds=wall, peak_bytes=int(values.pop("peak_bytes")), values=values)


def peak_memory_bytes() -> int:
    """Return this process's largest resident memory so far.

    Linux: VmHWM, which belongs to this program alone. `ru_maxrss` does not: it keeps the peak of whatever forked us.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
