"""Secrets on disk: readable by their owner alone, whole or not there at all, one writer at a time."""

import fcntl
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import OutputUnwritable


def private_directory(directory: Path) -> Path:
    """Make the directory, and the missing ones above it, for its owner alone (0700).

    Raises:
        OutputUnwritable: It can't be made.
    """
    try:
        for missing in reversed([one for one in (directory, *directory.parents) if not one.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)  # with parents=True, the mode would be the last one's alone
        directory.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise OutputUnwritable(f"{directory}: {error.strerror}; choose a directory that can be written") from error
    return directory


@contextmanager
def locked(directory: Path) -> Generator[None]:
    """Hold the directory's lock; a second process waits, and a killed one lets go.

    Raises:
        OutputUnwritable: The lock file can't be made.
    """
    try:
        descriptor = os.open(private_directory(directory) / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise OutputUnwritable(f"{directory}: {error.strerror}; the keys' directory must be writable") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _sweep(directory)  # whoever left a draft here is dead: we hold the lock
        yield
    finally:
        os.close(descriptor)


def write_private(target: Path, content: bytes) -> None:
    """Write a file of mode 0600 that appears whole or not at all.

    Raises:
        OutputUnwritable: The directory is missing or read-only, or the disk is full.
    """
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}.draft")
    try:
        _write(draft, content)
        draft.replace(target)
        _sync(target.parent)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise OutputUnwritable(f"{target}: {error.strerror}; nothing was written") from error


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(descriptor)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(directory: Path) -> None:
    for leftover in directory.glob(".*.draft"):
        with suppress(OSError):
            leftover.unlink()
