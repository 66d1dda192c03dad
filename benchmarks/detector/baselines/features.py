"""What each baseline sees of a clip, kept on disk: five folds look at it once.

All look at pictures that the detector looks at, canon's windows: the first 8 frames and the last 8, in the middle of
the long side (the detector also looks at its ends). CLIP, at a second a window, looks at the first 8 alone.
"""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ....detector.canon import FRAMES, SHORT_SIDE, SIDE, Frames, Windows, crop_at, filled, to_short_side
from ....detector.training.dataset import Row, read_clip_frames

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

    def __init__(self, folder: Path) -> None:
        """Use a folder, made when the first description is kept."""
        self._folder = folder
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
        return [self.of(row, describe) for row in rows]

    def _load_or_make(self, clip: Path, describe: Describe, digest: str) -> Features:
        path = self._folder / f"{describe.name}-{_FORM}" / f"{digest}.npy"
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

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            with path.open("rb") as file:
                self._digests[path] = hashlib.file_digest(file, "sha256").hexdigest()[:24]
        return self._digests[path]


def looks_at(frames: Frames) -> Windows:
    """Return the windows that baselines look at, (1 or 2, 8, 224, 224, 3): the first and the last 8 frames."""
    whole = filled(frames)
    parts = [whole[:FRAMES]] if len(whole) == FRAMES else [whole[:FRAMES], whole[-FRAMES:]]
    return np.stack([np.stack([crop_at(to_short_side(one), 0.5) for one in part]) for part in parts])
