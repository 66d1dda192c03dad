"""A user's own labelled clips: sub-folders `real/` and `ai/`, or an `index.csv` as for training."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..errors import SettingsInvalid
from .training.dataset import INDEX, Label, Row, read_dataset

_FORM = "expected an index.csv with the columns file and label, or the sub-folders real/ and ai/"


def labelled_clips(folder: Path, *, suffixes: frozenset[str]) -> tuple[Row, ...]:
    """Return the clips of a folder, each once: of near-duplicates, which say the same thing twice, the first.

    Without an index, a folder below `real/` or `ai/` names its clips' source (`real/phone/…`, `ai/pika/…`), and files
    with the same bytes are duplicates. All of `ai/` is taken as fully synthetic; only an index can tell faces apart.

    Args:
        folder: Where the clips lie.
        suffixes: Lower-case, with the dot; other files are passed over. An index may name any.

    Raises:
        SettingsInvalid: Neither form, no clip of a kind, or one clip under both labels.
    """
    if not folder.is_dir():
        raise SettingsInvalid(f"{folder}: no such folder; {_FORM}")
    rows = read_dataset(folder) if (folder / INDEX).is_file() else tuple(_found(folder, suffixes))
    for label in ("real", "ai"):
        if not any(row.label == label for row in rows):
            raise SettingsInvalid(f"{folder}: no clip labelled {label}; {_FORM}")
    return _once(rows, folder)


def _found(folder: Path, suffixes: frozenset[str]) -> Iterator[Row]:
    for label in ("real", "ai"):
        for path in sorted((folder / label).rglob("*")):
            if path.is_file() and path.suffix.lower() in suffixes and not path.name.startswith("."):
                yield _row(path, label, below=folder / label)


def _row(path: Path, label: Label, *, below: Path) -> Row:
    folders = path.relative_to(below).parts[:-1]
    return Row(
        path=path,
        label=label,
        head="full_synthetic" if label == "ai" else None,
        source=folders[0] if folders else label,
        group=_sha256(path),
        use="evaluate",
        repository="",
        licence="",
        original_codec="",
        original_width=0,
        original_height=0,
        original_fps=0.0,
    )


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise SettingsInvalid(f"{path}: {error.strerror}; every clip of the folder must be readable") from error


def _once(rows: Sequence[Row], folder: Path) -> tuple[Row, ...]:
    first: dict[tuple[str, Label], Row] = {}
    for row in rows:
        first.setdefault((row.group, row.label), row)
    for row in rows:
        other = first.get((row.group, "ai"))
        if row.label == "real" and other is not None and _same_bytes(row.path, other.path):
            raise SettingsInvalid(f"{folder}: {row.path} is labelled real, and {other.path}, the same file, ai")
    return tuple(first.values())


def _same_bytes(one: Path, other: Path) -> bool:
    """Aligned pairs, a real clip and what a network made of it, share a group but not their bytes."""
    return one.stat().st_size == other.stat().st_size and _sha256(one) == _sha256(other)
