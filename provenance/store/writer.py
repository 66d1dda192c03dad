"""Which process wrote a pending record, and whether it still runs."""

import os
import socket
from pathlib import Path
from typing import Literal

Life = Literal["alive", "dead", "unknown"]


def this_writer() -> str:
    """Return a text that names this process on this machine, also after its number was given to another."""
    return f"{_machine()} {os.getpid()} {_started(os.getpid())}"


def life_of(writer: str) -> Life:
    """Return whether the process that wrote this text runs; `unknown` for another machine or container."""
    machine, _, process = writer.partition(" ")
    number, _, started = process.partition(" ")
    if machine != _machine() or not number.isdigit() or len(number) > 10:
        return "unknown"
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return "dead"
    except (PermissionError, OverflowError):  # it runs, as somebody else
        return "alive"
    return "alive" if _started(int(number)) == started else "dead"


def _machine() -> str:
    """Return host, boot and process-number space: two containers of one host can have equal names and numbers."""
    boot = _read(Path("/proc/sys/kernel/random/boot_id"))
    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # not Linux
        space = ""
    return f"{socket.gethostname()}/{boot}/{space}".replace(" ", "_")


def _started(process: int) -> str:
    """Return the start time in clock ticks since boot, or nothing where the system does not say so (not Linux)."""
    status = _read(Path(f"/proc/{process}/stat"))
    fields = status.rpartition(")")[2].split()  # the name before it may hold spaces
    return fields[19] if len(fields) > 19 else ""


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
