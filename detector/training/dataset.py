"""Labelled clips: a folder and its `index.csv`."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal, cast, get_args

import av
import numpy as np
from av.error import FFmpegError

from ...errors import SettingsInvalid, UnreadableMedia
from ..canon import Frames

Label = Literal["real", "ai"]
Head = Literal["full_synthetic", "face_manipulation"]
Use = Literal["train", "evaluate"]

INDEX = "index.csv"
ROWS = 1_000_000
"""More lines are not read: a list is a list, not an attack on memory."""
FRAMES_OF_A_CLIP = 20
PIXELS_OF_A_FRAME = 4096 * 4096


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled clip."""

    path: Path
    label: Label
    head: Head | None
    """What is synthetic about it; None for a real clip."""
    source: str
    """The generator that made it, or the collection it was filmed for."""
    group: str
    """Near-duplicates share it: they never stand on both sides of a split."""
    use: Use
    """`evaluate` rows never train: their licence forbids it, or a test needs them unseen."""
    repository: str
    licence: str
    original_codec: str
    original_width: int
    original_height: int
    original_fps: float


def read_dataset(folder: Path) -> tuple[Row, ...]:
    """Read the index of a folder; the columns are the fields of `Row` with `file` for the path.

    Columns that are missing but for `file` and `label` are filled in: the file's own name as its group, the label as
    its source, `train` as its use.

    Raises:
        SettingsInvalid: No index, a line that cannot be understood, a file outside the folder or missing.
    """
    index = folder / INDEX
    try:
        with index.open(encoding="utf-8", newline="") as stream:
            lines = list(_at_most(csv.DictReader(stream), index))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SettingsInvalid(f"{index}: {error}; expected a CSV file with the columns file and label") from error
    if not lines:
        raise SettingsInvalid(f"{index}: no clips are listed")
    return tuple(_row(folder, line, f"{index}, line {number}") for number, line in enumerate(lines, start=2))


def _at_most(reader: "csv.DictReader[str]", index: Path) -> Any:
    for number, line in enumerate(reader):
        if number >= ROWS:
            raise SettingsInvalid(f"{index}: more than {ROWS} lines")
        yield line


def _row(folder: Path, line: Mapping[str, str | None], where: str) -> Row:
    name, label = line.get("file") or "", line.get("label") or ""
    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or not (folder / name).is_file():
        raise SettingsInvalid(f"{where}: {name!r} is no file of this folder")
    if label not in get_args(Label):
        raise SettingsInvalid(f"{where}: label {label!r}, expected one of {', '.join(get_args(Label))}")
    head = line.get("head") or ("full_synthetic" if label == "ai" else None)
    use = line.get("use") or "train"
    if (head is None) != (label == "real") or (head is not None and head not in get_args(Head)):
        raise SettingsInvalid(f"{where}: head {head!r} of a clip labelled {label}; expected one of {get_args(Head)}")
    if use not in get_args(Use):
        raise SettingsInvalid(f"{where}: use {use!r}, expected one of {', '.join(get_args(Use))}")
    return Row(
        path=folder / name,
        label=cast(Label, label),
        head=cast(Head | None, head),
        source=line.get("source") or label,
        group=line.get("group") or name,
        use=cast(Use, use),
        repository=line.get("repository") or "",
        licence=line.get("licence") or "",
        original_codec=line.get("original_codec") or "",
        original_width=round(_number(line, "original_width", where)),
        original_height=round(_number(line, "original_height", where)),
        original_fps=_number(line, "original_fps", where),
    )


def _number(line: Mapping[str, str | None], column: str, where: str) -> float:
    text = line.get(column) or "0"
    try:
        return float(text)
    except ValueError as error:
        raise SettingsInvalid(f"{where}: {column} {text!r} is not a number") from error


def read_clip_frames(path: Path, *, limit: int = FRAMES_OF_A_CLIP) -> Frames:
    """Decode the first frames of a clip of a data set, (frames, height, width, 3).

    Raises:
        UnreadableMedia: Nothing of it decodes, or its frames are unreasonably large.
    """
    pictures: list[Any] = []
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "NONE"  # the callers work on many clips side by side
            if stream.width * stream.height > PIXELS_OF_A_FRAME:
                raise UnreadableMedia(f"{path}: frames of {stream.width}×{stream.height}, too large for a data set")
            for frame in container.decode(stream):
                pictures.append(frame.to_ndarray(format="rgb24"))
                if len(pictures) == limit:
                    break
    except (FFmpegError, IndexError) as error:
        if not pictures:
            raise UnreadableMedia(f"{path}: {error}; expected a video") from error
    if not pictures:
        raise UnreadableMedia(f"{path}: no frame in it")
    return np.stack([picture for picture in pictures if picture.shape == pictures[0].shape])
