# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of tensors' methods open)
"""What does not change while networks learn, worked out once for all of them: early maps, and the teacher's lessons.

A lesson takes 0.14 s of a core, early maps 16 ms a picture or more; a step of 64 pictures that reads both from disk
takes 2.8 s where two fits share two cores. Six fits look at 190,000 pictures: keeping saves eight hours of a core.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..canon import FRAMES, SIDE, Frames, crop_at, filled, to_short_side
from ..network import Network, residual
from .cores import Tasks
from .draws import GRID
from .halves import halves_of
from .teacher import PROJECTED, TAUGHT, WIDTH, Teacher
from .views import ROOM, Item, Pool

SEEN, SEEN_PLAIN = (1, 6), (2, 5)
"""Frames of a window that are looked at: of a view, and of the clip's first window as it is."""
TAUGHT_KINDS = ("real", "generated", "aligned", "face")
NOTE_EVERY = 50
Float16s = NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """What the teacher says of one frame of each window."""

    wholes: Float16s
    """(items, windows, 2304): of the whole frame."""
    places: Float16s
    """(items, windows, 384, 7, 7): of its places."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Of each item its views, and behind them the middle of its first window with nothing done to it."""

    early: Float16s
    """(items, windows, 2 frames, 2 streams, channels, h, w): pictures, and what is left of their residual."""
    lessons: Lessons | None = None
    """None without a teacher."""

    @property
    def windows(self) -> int:
        """Windows an item."""
        return int(self.early.shape[1])

    def taught(self, window: int) -> int:
        """Return which of a window's two frames the lesson is about."""
        return 0 if window == self.windows - 1 else window % 2


def keep(
    network: Network,
    teacher: Teacher | None,
    pool: Pool,
    items: Sequence[Item],
    folder: Path,
    *,
    device: str,
    jobs: int = 1,
    on_item: Callable[[int, int], None] = lambda _done, _of: None,
) -> Kept:
    """Work everything out that is not in the folder yet, and return it as files that are read as they are needed.

    Args:
        network: With its first weights; its early half is what is kept of it.
        teacher: Whose lessons are taken; None for none.
        pool: All views, (items, views, 8, 232, 232, 3).
        items: Theirs.
        folder: Gets 2.1 GB for 1,400 items of four views; 9 GB with a backbone that is not cut in halves.
        device: Of torch, for the early maps; lessons are worked out on the CPU.
        jobs: Threads that look side by side.
        on_item: Told how many are done, of how many.
    """
    eyes = _Eyes(halves_of(network.to(device).eval()).early, teacher, device)
    windows = pool.shape[1] + 1
    first = eyes.early_maps(_window(pool, items[0], 0, 0), SEEN)
    lessons = teacher and Lessons(
        wholes=_file(folder / "wholes.npy", (len(items), windows, len(TAUGHT) * WIDTH)),
        places=_file(folder / "places.npy", (len(items), windows, len(TAUGHT) * PROJECTED, GRID, GRID)),
    )
    made = Kept(_file(folder / "early.npy", (len(items), windows, *first.shape)), lessons)
    notes, taught = folder / "kept.json", [] if teacher is None else list(TAUGHT_KINDS)
    found = json.loads(notes.read_text("utf-8")) if notes.exists() else {}
    done = int(found["items"]) if found.get("taught") == taught else 0
    for start in range(done, len(items), NOTE_EVERY):
        end = min(start + NOTE_EVERY, len(items))
        Tasks().run([partial(eyes.look, made, one, items[one], pool) for one in range(start, end)], jobs=jobs)
        notes.write_text(json.dumps({"items": end, "taught": taught}), "utf-8")
        on_item(end, len(items))
    return made


@dataclass(frozen=True, slots=True, eq=False)
class _Eyes:
    early: Callable[[Tensor], Tensor]
    teacher: Teacher | None
    device: str

    def look(self, made: Kept, number: int, item: Item, pool: Pool) -> None:
        """Look at all windows of one item."""
        for place in range(made.windows):
            window = _window(pool, item, number, place)
            seen = SEEN if place < pool.shape[1] else SEEN_PLAIN
            made.early[number, place] = self.early_maps(window, seen)
            if made.lessons is not None and self.teacher is not None and item.kind in TAUGHT_KINDS:
                places, whole = self.teacher.lesson(window[seen[made.taught(place)]])
                made.lessons.places[number, place], made.lessons.wholes[number, place] = places, whole

    @torch.no_grad()
    def early_maps(self, window: Frames, seen: Sequence[int]) -> Float16s:
        """Of both frames and both streams, (2, 2, channels, h, w)."""
        pictures = torch.from_numpy(window.copy()).to(self.device).permute(0, 3, 1, 2)[None].float() / 255.0
        both = torch.stack([pictures[0] * 2.0 - 1.0, residual(pictures)[0]], 1)[list(seen)]
        maps = self.early(both.flatten(0, 1).contiguous(memory_format=torch.channels_last))
        return maps.unflatten(0, (len(seen), 2)).half().cpu().numpy()


def _window(pool: Pool, item: Item, number: int, place: int) -> Frames:
    """(8, 224, 224, 3): the middle of a view, or behind the views that of the clip's first window."""
    if place < pool.shape[1]:
        return pool[number, place, :, ROOM // 2 : ROOM // 2 + SIDE, ROOM // 2 : ROOM // 2 + SIDE]
    clip: Frames = np.load(item.frames, mmap_mode="r")
    return np.stack([crop_at(to_short_side(np.asarray(one)), 0.5) for one in filled(np.asarray(clip))[:FRAMES]])


def _file(file: Path, shape: tuple[int, ...]) -> Float16s:
    if not file.exists() or tuple(np.load(file, mmap_mode="r").shape) != shape:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.lib.format.open_memmap(file, mode="w+", dtype=np.float16, shape=shape).flush()
    return np.load(file, mmap_mode="r+")
