"""What each baseline sees of a clip, kept on disk: five folds look at it once.

All look at pictures that the detector looks at, canon's windows: the first 8 frames and the last 8, in the middle of
the long side (the detector also looks at its ends). CLIP, at a second a window, looks at the first 8 alone.
"""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ....detector.canon import FRAMES, SHORT_SIDE, SIDE, Frames, Windows, crop_at, filled, to_short_side
from ....detector.training.dataset import Row, read_clip_frames
from ...watermark.workers import one_thread_each

Features = NDArray[np.float32]
_FORM = f"{FRAMES}x{SIDE}of{SHORT_SIDE}"


class Describe(Protocol):
    """Turns the pictures of one window into numbers."""

    @property
    def name(self) -> str:
        """A folder's name; it changes with everything that the numbers depend on."""
        ...

    @property
    def windows(self) -> int:
        """How many of a clip's windows are described at most: 2, or 1 where one takes a second."""
        ...

    def __call__(self, window: Frames) -> Features:
        """(8, 224, 224, 3) uint8 -> numbers of one shape, whatever the window."""
        ...


class FeatureCache:
    """Descriptions of clips, on disk and in memory, found by what is in a file and not by its name."""

    def __init__(self, folder: Path, *, jobs: int = 1) -> None:
        """Use a folder, made when the first description is kept; and so many processes to make many at once."""
        self._folder, self._jobs = folder, jobs
        self._digests: dict[Path, str] = {}
        self._known: dict[tuple[str, str], Features] = {}

    def of(self, row: Row, describe: Describe) -> Features:
        """Return the descriptions of a clip's windows, (windows, …).

        Raises:
            UnreadableMedia: The clip does not decode.
        """
        key = (describe.name, self._digest(row.path))
        if key not in self._known:
            self._known[key] = self._load_or_make(row.path, describe, key[1])
        return self._known[key]

    def of_all(self, rows: Sequence[Row], describe: Describe) -> list[Features]:
        """Return the descriptions of many clips, in their order."""
        if self._jobs > 1:
            self._make_side_by_side(rows, describe)
        return [self.of(row, describe) for row in rows]

    def _make_side_by_side(self, rows: Sequence[Row], describe: Describe) -> None:
        """Put what is missing on disk: each worker loads its network once, and takes one part of the clips."""
        missing = [row for row in rows if not self._path(describe, self._digest(row.path)).is_file()]
        parts = [missing[number :: self._jobs] for number in range(min(self._jobs, len(missing)))]
        if len(parts) < 2:
            return
        with one_thread_each(), ProcessPoolExecutor(len(parts), mp_context=get_context("spawn")) as pool:
            for done in [pool.submit(_keep, self._folder, part, describe) for part in parts]:
                done.result()

    def _load_or_make(self, clip: Path, describe: Describe, digest: str) -> Features:
        path = self._path(describe, digest)
        if path.is_file():
            return np.load(path, allow_pickle=False)
        windows = looks_at(read_clip_frames(clip))[: describe.windows]
        made = np.stack([describe(window) for window in windows]).astype(np.float32)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        with draft.open("wb") as file:
            np.save(file, made)
        draft.replace(path)  # whole or not at all, whoever else makes it
        return made

    def _path(self, describe: Describe, digest: str) -> Path:
        return self._folder / f"{describe.name}-{_FORM}" / f"{digest}.npy"

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            with path.open("rb") as file:
                self._digests[path] = hashlib.file_digest(file, "sha256").hexdigest()[:24]
        return self._digests[path]


def _keep(folder: Path, rows: Sequence[Row], describe: Describe) -> None:
    cache = FeatureCache(folder)
    for row in rows:
        cache.of(row, describe)


def looks_at(frames: Frames) -> Windows:
    """Return the windows that baselines look at, (1 or 2, 8, 224, 224, 3): the first and the last 8 frames."""
    whole = filled(frames)
    parts = [whole[:FRAMES]] if len(whole) == FRAMES else [whole[:FRAMES], whole[-FRAMES:]]
    return np.stack([np.stack([crop_at(to_short_side(one), 0.5) for one in part]) for part in parts])
