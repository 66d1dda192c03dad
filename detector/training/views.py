"""Augmented forms of every clip, made once by all cores and shared by all that train on them."""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..canon import FRAMES, SHORT_SIDE, SIDE, Frames, filled, to_short_side
from .augment import augment

Kind = Literal["real", "generated", "aligned", "face", "blend"]
"""Filmed; made by a generator; a real one through an autoencoder; face manipulation by others; and by ourselves."""
Pool: TypeAlias = NDArray[np.uint8]
"""(items, views, 8, 232, 232, 3)"""

ROOM = 8
"""Pixels more than a window a side, for crops that move."""
EXCERPT = 12
"""Frames that a view starts from: changes of rate need some more than a window."""
SCALES = (0.92, 1.3)
"""Of the canonical short side: what stands close to a border at other distances."""


@dataclass(frozen=True, slots=True)
class Item:
    """One clip to train on, made or filmed."""

    frames: Path
    """A NumPy file, uint8 (time, height, width, 3)."""
    kind: Kind
    source: str
    group: str
    clip: int
    """Number of the row it comes from: a reconstruction shares it with its original, and so all chance of its views."""

    @property
    def targets(self) -> tuple[float, float]:
        """What the two heads should say: 0, 1, or -1 where it is not asked."""
        return {
            "real": (0.0, 0.0),
            "generated": (1.0, -1.0),
            "aligned": (1.0, -1.0),
            "face": (-1.0, 1.0),
            "blend": (-1.0, 1.0),
        }[self.kind]


def make_views(
    items: Sequence[Item],
    folder: Path,
    *,
    views: int,
    seed: int,
    jobs: int,
    on_item: Callable[[int, int], None] = lambda _done, _of: None,
) -> Pool:
    """Return the pool, (items, views, 8, 232, 232, 3), a file in `folder` that is read as it is needed.

    What an earlier run finished is kept: each finished item is noted.
    """
    file, notes = folder / "views.npy", folder / "views.json"
    shape: tuple[int, ...] = (len(items), views, FRAMES, SIDE + ROOM, SIDE + ROOM, 3)
    done: set[int] = set()
    if file.exists() and notes.exists() and tuple(np.load(file, mmap_mode="r").shape) == shape:
        done = set(json.loads(notes.read_text("utf-8")))
    else:
        np.lib.format.open_memmap(file, mode="w+", dtype=np.uint8, shape=shape).flush()
    todo = [number for number in range(len(items)) if number not in done]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=one_thread) as pool:
        made = [pool.submit(_fill, file, number, items[number], views, seed) for number in todo]
        for future in as_completed(made):
            done.add(future.result())
            on_item(len(done), len(items))
            if len(done) % 200 == 0 or len(done) == len(items):
                notes.write_text(json.dumps(sorted(done)), "utf-8")
    return np.load(file, mmap_mode="c")  # nothing is written to it, but torch wants memory that could be


def one_thread() -> None:
    """Keep OpenCV of a worker process to its own core."""
    import cv2

    cv2.setNumThreads(1)


def _fill(file: Path, number: int, item: Item, views: int, seed: int) -> int:
    pool: Pool = np.load(file, mmap_mode="r+")
    frames: Frames = np.load(item.frames)
    for view in range(views):
        pool[number, view] = view_of(frames, np.random.default_rng([seed, item.clip, view]))
    return number


def view_of(frames: Frames, rng: np.random.Generator) -> Frames:
    """Return one augmented view, (8, 232, 232, 3); what is drawn depends on the clip's shape, never on its pixels."""
    clip = filled(frames)
    start = int(rng.integers(max(1, len(clip) - FRAMES + 1)))
    clip = augment(clip[start : start + EXCERPT], rng)
    start = int(rng.integers(len(clip) - FRAMES + 1))
    short_side = round(SHORT_SIDE * float(rng.uniform(*SCALES)))
    scaled: Frames = np.stack([to_short_side(one, short_side) for one in clip[start : start + FRAMES]])
    side = SIDE + ROOM
    height, width = int(scaled.shape[1]), int(scaled.shape[2])
    y, x = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
    return scaled[:, y : y + side, x : x + side]
