"""What the numbers were taken on; a timing without its machine says nothing."""

import os
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_PACKAGES = ("sealreel", "numpy", "opencv-python-headless", "av", "c2pa-python", "torch", "diffusers", "transformers")


@dataclass(frozen=True, slots=True)
class Machine:
    """One computer at one moment."""

    cpu: str
    cores: int
    """That this process may use."""
    memory_bytes: int | None
    system: str
    python: str
    load: float | None
    """Processes that wanted to run over the last minute, before the first measurement."""
    versions: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


def describe_machine() -> Machine:
    """Look at this computer; what it does not tell is None or left out."""
    return Machine(
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_bytes=_memory(),
        system=platform.platform(),
        python=platform.python_version(),
        load=round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        versions={name: found for name in _PACKAGES if (found := _version(name)) is not None},
    )


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
