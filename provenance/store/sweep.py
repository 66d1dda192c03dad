"""What became of a file whose writer never said that it was done."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from .writer import life_of

Fate = Literal["appeared", "gone", "open"]

PATIENCE = timedelta(hours=24)
"""How long a record may stay pending where this machine cannot tell: another host's, or on a disk that is not there."""


def fate(path: Path, sha256: str, *, created_at: datetime, writer: str) -> Fate:
    """Return whether a pending record's file got its final name, never will, or may still.

    Raises nothing: a file that cannot be read leaves the question open.
    """
    life = life_of(writer)
    if life == "alive":
        return "open"
    try:
        if sha256_of(path) == sha256:
            return "appeared"
        told = life == "dead"  # another file has that name
    except FileNotFoundError:
        told = life == "dead" and path.parent.is_dir()
    except OSError:
        told = False
    return "gone" if told or datetime.now(UTC) - created_at > PATIENCE else "open"


def sha256_of(path: Path) -> str:
    """Return 64 hex digits, reading in pieces.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
