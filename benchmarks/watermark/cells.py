"""Rows that are finished, kept on disk: a run that is broken off goes on where it stopped.

One JSON object a line. Several processes may add to one file: each row is one write at its end, between two newlines,
so a row that was torn by a crash spoils neither the row before it nor the one after.
"""

import ast
import hashlib
import json
import os
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, cast

_ROOT = Path(__file__).resolve().parents[2]
_MARK_SOURCES = ("provenance/watermark", "provenance/payload.py", "media")
_LIBRARIES = ("av", "numpy", "scipy", "opencv-python-headless")


class Cache(Protocol):
    """Where a section keeps its finished rows; `Cells` is one."""

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the row of a key, or None."""
        ...

    def put(self, key: str, row: dict[str, Any]) -> None:
        """Keep a row."""
        ...


class Cells:
    """A map of key strings to JSON objects on disk; the newest row of a key counts, and rows are never taken back."""

    def __init__(self, path: Path) -> None:
        """Open the file, or one that the first `put` makes.

        Raises:
            OSError: Its folder does not exist, or it may not be read.
        """
        if not path.parent.is_dir():
            raise FileNotFoundError(f"{path}: {path.parent} is not a folder")
        self._path = path
        self._rows: dict[str, dict[str, Any]] = {}
        self._read_bytes = 0
        self._refresh()

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the row of this key, also where another process has just finished it; None where there is none."""
        if key not in self._rows:
            self._refresh()
        found = self._rows.get(key)
        return None if found is None else dict(found)

    def put(self, key: str, row: dict[str, Any]) -> None:
        """Keep a row, on disk before this returns.

        Raises:
            ValueError: The row holds NaN or infinity, which JSON has no word for.
        """
        line = json.dumps({"key": key, "row": row}, allow_nan=False)
        handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(handle, f"\n{line}\n".encode())
        finally:
            os.close(handle)
        self._rows[key] = cast("dict[str, Any]", json.loads(line)["row"])  # as it will be read: lists, no tuples

    def __len__(self) -> int:
        return len(self._rows)

    def _refresh(self) -> None:
        """Take in the lines that are new and whole."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read_bytes)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read_bytes += len(whole)
        for line in whole.split(b"\n"):
            entry = _parse(line)
            if entry is not None:
                self._rows[entry[0]] = entry[1]


def cell_key(section: str, **parts: str | float | bool | None) -> str:
    """Return the key of a row: its section, and everything that its numbers depend on, in one readable line.

    Floats are written as Python writes them, so 0.1 + 0.2 and 0.3 are two keys.
    """
    return f"{section} {json.dumps(parts, sort_keys=True, allow_nan=False)}"


@cache
def code_version(*sources: str) -> str:
    """Return 16 hex digits that change with the code behind a row; comments, docstrings and layout do not count.

    Args:
        sources: Files and folders below the package, such as `benchmarks/watermark/attacks.py`, that the row
            depends on in addition to the mark itself (`provenance/watermark`, `media`) and its libraries.
    """
    return version_of(*_MARK_SOURCES, *sources, libraries=_LIBRARIES)


@cache
def version_of(*sources: str, libraries: tuple[str, ...]) -> str:
    """Return 16 hex digits that change with this code and these distributions; see `code_version`."""
    digest = hashlib.sha256()
    for path in _python_files(sources):
        digest.update(f"{path.relative_to(_ROOT).as_posix()}\n{_meaning(path)}\n".encode())
    for library in libraries:
        digest.update(f"{library} {version(library)}\n".encode())
    return digest.hexdigest()[:16]


@cache
def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, read once a process."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parse(line: bytes) -> tuple[str, dict[str, Any]] | None:
    """Return key and row of a line; None where it is empty or torn."""
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    if not isinstance(entry, dict):
        return None
    entry = cast("dict[str, Any]", entry)
    key, row = entry.get("key"), entry.get("row")
    return (key, cast("dict[str, Any]", row)) if isinstance(key, str) and isinstance(row, dict) else None


def _python_files(sources: Iterable[str]) -> list[Path]:
    found: set[Path] = set()
    for source in sources:
        path = _ROOT / source
        if not path.exists():
            raise ValueError(f"no such source: {source}")
        found.update([path] if path.is_file() else path.glob("*.py"))
    return sorted(found)


def _meaning(path: Path) -> str:
    return ast.dump(_WithoutText().visit(ast.parse(path.read_text(encoding="utf-8"))))


class _WithoutText(ast.NodeTransformer):
    """Leaves statements out that are a mere string: docstrings."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        """Drop it where it is text."""
        return None if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str) else node
