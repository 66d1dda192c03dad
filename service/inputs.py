"""From what a user names (files, folders, globs, a list) to the files themselves."""

import glob
import os
import sys
import tempfile
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import SettingsInvalid, UnreadableMedia

VERIFIABLE = frozenset(
    {".mp4", ".m4v", ".mov", ".avi", ".webm", ".mkv", ".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif"}
    | {".heic", ".heif", ".tif", ".tiff"}
)
"""Suffixes that a folder is searched for by `verify`; a file named outright may have any."""
SCORABLE = VERIFIABLE - {".heic", ".heif", ".tif", ".tiff"} | {".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".flv", ".ogv"}
"""Suffixes that a folder is searched for by `detect`: what can be decoded; nothing has to be written back."""
MARKABLE = frozenset({".mp4", ".m4v", ".mov", ".png", ".jpg", ".jpeg", ".webp"})
"""Suffixes that a folder is searched for by `mark`: what can be written."""


_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Input:
    """One file to work on, or why there is none."""

    name: str
    """As the user would recognise it."""
    path: Path
    problem: UnreadableMedia | None = None
    root: Path | None = None
    """The folder it was found in, for outputs that keep the folders' shape."""


def gather(named: Sequence[str], *, from_list: str | None = None, suffixes: frozenset[str] = VERIFIABLE) -> list[Input]:
    """Return every input once, in the order named, folders searched depth first in alphabetical order.

    What is missing becomes an input with a problem, so that the others still run.

    Raises:
        SettingsInvalid: Nothing was named, or the list cannot be read.
    """
    names = [*named, *(() if from_list is None else _listed(from_list))]
    if not names:
        raise SettingsInvalid("no input: name files, folders or globs, or pass --from-list FILE (- is stdin)")
    return list(_once(found for name in names for found in _expand(name, suffixes)))


def _listed(source: str) -> list[str]:
    """Read a list of paths: one a line, or NUL-terminated as `find -print0` writes them."""
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise SettingsInvalid(
            f"--from-list {source}: {error.strerror}; expected a file with one path a line"
        ) from error
    lines = raw.split(b"\0") if b"\0" in raw else raw.splitlines()
    return [os.fsdecode(line) for line in lines if line.strip()]


def _expand(name: str, suffixes: frozenset[str]) -> Iterator[Input]:
    path = Path(name)
    if name == "-":  # stdin; a file of that name is ./-
        yield Input(name, path)
        return
    try:
        is_folder, exists = path.is_dir(), path.exists() or path.is_symlink()
    except OSError as error:  # a name too long, a loop of links, a folder we may not enter
        yield Input(name, path, UnreadableMedia(f"{name}: {error.strerror}; expected a media file"))
        return
    if is_folder:
        yield from _folder(path, suffixes)
    elif exists or not glob.has_magic(name):
        problem = None if exists else UnreadableMedia(f"{name}: no such file; expected a media file, folder or glob")
        yield Input(name, path, problem)
    else:
        yield from _matches(name, suffixes)


def _matches(pattern: str, suffixes: frozenset[str]) -> Iterator[Input]:
    matches = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob refuses absolute patterns
    if not matches:
        yield Input(pattern, Path(pattern), UnreadableMedia(f"{pattern}: no file matches this pattern"))
    for match in matches:
        path = Path(match)
        if path.is_dir():
            yield from _folder(path, suffixes)
        else:
            yield Input(match, path)


def _folder(folder: Path, suffixes: frozenset[str]) -> Iterator[Input]:
    """Search a folder; hidden files (our own drafts among them) and linked folders are left alone."""
    found = False
    closed: list[OSError] = []
    for directory, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for file in sorted(files):
            path = Path(directory, file)
            if not file.startswith(".") and path.suffix.lower() in suffixes:
                found = True
                yield Input(str(path), path, root=folder)
    for error in closed:
        name = str(error.filename or folder)
        yield Input(name, Path(name), UnreadableMedia(f"{name}: {error.strerror}; could not search this folder"))
    if not found and not closed:
        wanted = " ".join(sorted(suffixes))
        yield Input(str(folder), folder, UnreadableMedia(f"{folder}: no media in this folder; looked for {wanted}"))


def _once(inputs: Iterable[Input]) -> Iterator[Input]:
    seen: set[str] = set()
    for one in inputs:
        key = one.name if one.problem or one.name == "-" else os.path.realpath(one.path)
        if key not in seen:
            seen.add(key)
            yield one


@contextmanager
def spooled() -> Generator[Path]:
    """Keep stdin as a file for the time of a look: media is read back and forth.

    Raises:
        UnreadableMedia: stdin cannot be read.
    """
    with tempfile.NamedTemporaryFile(prefix="sealreel-stdin-") as stream:
        try:
            while chunk := sys.stdin.buffer.read(_CHUNK):
                stream.write(chunk)
            stream.flush()
        except OSError as error:
            raise UnreadableMedia(f"-: {error.strerror}; could not read stdin") from error
        yield Path(stream.name)
