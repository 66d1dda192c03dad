"""Files that get their final name only when they are whole: drafts, their locks, and sweeping up after a kill."""

import contextlib
import errno
import fcntl
import os
import secrets
from collections.abc import Generator
from pathlib import Path

from ..errors import OutputExists, OutputUnwritable, SameFile

_MARK = ".sealreel-draft"
_RANDOM = 1 + 16  # a dot and 8 bytes in hexadecimal digits
_FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file is larger than allowed",
}


def check_output(output: Path, *, source: Path | None = None, force: bool = False) -> None:
    """Raise unless `output` may be written; opens nothing and changes nothing.

    Args:
        output: Where the result is to go.
        source: The file that is read; writing onto it, by whatever name, is refused.
        force: An existing file may be replaced.

    Raises:
        SameFile: output and source are one file.
        OutputExists: without `force`.
        OutputUnwritable: the directory is missing or not writable, or output is a directory or a device.
    """
    if source is not None and _is_same(output, source):
        raise SameFile(f"{output}: this is the input itself; write to another name, the input is never changed")
    if output.is_dir():
        raise OutputUnwritable(f"{output}: this is a directory; give the name of a file")
    if os.path.lexists(output):
        if not force:
            raise OutputExists(f"{output}: exists already; choose another name, or replace it with --force")
        if output.exists() and not output.is_file():
            raise OutputUnwritable(f"{output}: is not a regular file, and is not replaced")
    directory = output.parent
    if not directory.is_dir():
        raise OutputUnwritable(f"{directory}: there is no such directory; create it first")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise OutputUnwritable(f"{directory}: no permission to create files there")


@contextlib.contextmanager
def unfinished(final: Path, *, force: bool = False) -> Generator[Path]:
    """Give a draft beside `final`; when the block ends well it is synced and takes the final name in one step.

    On any exception, Ctrl-C included, the draft is removed and `final` is as it was. A killed process leaves only
    a draft, which `sweep_drafts` tells from live ones by its lock.

    Args:
        final: The name that the result will have.
        force: Replace an existing file; else one that appeared meanwhile is left alone.

    Raises:
        OutputExists: `final` exists, before or at the end, and `force` was not given.
        OutputUnwritable: the draft cannot be created, written or renamed; the disk is full.
    """
    check_output(final, force=force)
    with scratch(final) as draft:
        yield draft
        try:
            _sync(draft)
            if force:
                draft.replace(final)
            else:
                _rename_without_replacing(draft, final)
            _sync(final.parent)
        except FileExistsError as error:
            raise OutputExists(f"{final}: appeared while the output was being made, and was left alone") from error
        except OSError as error:
            raise unwritable(final, error) from error


@contextlib.contextmanager
def scratch(beside: Path) -> Generator[Path]:
    """Give a locked, empty draft in the directory of `beside`, with its suffix; always removed at the end.

    Write into it; a file renamed onto it would not hold the lock.

    Raises:
        OutputUnwritable: it cannot be created, or the block ends with the disk full.
    """
    draft, descriptor = _locked_draft(beside)
    try:
        yield draft
    except OSError as error:
        if error.errno in _FULL:
            raise unwritable(beside, error) from error
        raise
    finally:
        draft.unlink(missing_ok=True)
        os.close(descriptor)


def sweep_drafts(directory: Path) -> int:
    """Remove the drafts in a directory that no living process holds.

    Returns:
        How many were removed; a draft that is held, or may not be removed, is passed over.
    """
    removed = 0
    for draft in sorted(directory.glob(f".*{_MARK}*")):
        with contextlib.suppress(OSError):
            removed += _sweep(draft)
    return removed


def unwritable(output: Path, error: OSError) -> OutputUnwritable:
    """Say why a write to `output`, or to a draft of it, failed, in words."""
    why = _FULL.get(error.errno or 0) or error.strerror or str(error)
    final = output.with_name(output.name[1:].split(_MARK)[0][:-_RANDOM]) if _MARK in output.name else output
    return OutputUnwritable(f"{final}: could not be written, {why}")


def _sweep(draft: Path) -> int:
    descriptor = os.open(draft, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # raises where its process lives
        draft.unlink()
    finally:
        os.close(descriptor)
    return 1


def _locked_draft(beside: Path) -> tuple[Path, int]:
    while True:
        # 120 bytes of the name, not characters: file systems end a name at 255 bytes.
        stem = beside.name.encode(errors="ignore")[:120].decode(errors="ignore")
        draft = beside.with_name(f".{stem}.{secrets.token_hex(_RANDOM // 2)}{_MARK}{beside.suffix[:16]}")
        try:
            # 0666 leaves the permissions to the user's umask, as for any file he makes.
            descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise unwritable(beside, error) from error
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink > 0:
            return draft, descriptor
        os.close(descriptor)  # a sweep came between the two calls


def _rename_without_replacing(draft: Path, final: Path) -> None:
    try:
        os.link(draft, final)  # unlike rename, never replaces a file
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        # No hard links on this file system (FAT): only a check is left, and a moment between it and the rename.
        if os.path.lexists(final):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(final)) from error
        draft.rename(final)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one.absolute() == other.absolute()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
