"""Clips to logits: worker processes decode and spoil them, one process asks the network; every answer is kept."""

import json
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from ...detector.canon import Windows, windows_of
from ...detector.runtime import Device, Runtime, open_runtime
from ...detector.training.dataset import read_clip_frames
from ...detector.training.folds import HELD_OUT
from ...detector.weights import WEIGHTS
from ..watermark.cells import Cache, cell_key, file_sha256, version_of
from ..watermark.workers import one_thread_each
from .baselines.features import looks_at
from .conditions import EVERYTHING, STORED

Look = Literal["everywhere", "middle"]
"""Which windows of a clip are judged: all that use looks at, or of these the ones in the middle alone."""
HEADS = ("full_synthetic", "face_manipulation")
"""As `detector.network.HEADS`, which would load torch."""
WAITING = 4
"""Clips a worker that may be decoded before the network asks for them: about 7 MB each."""
TELL_SECONDS = 20.0
_SOURCES = ("benchmarks/detector/conditions.py", "benchmarks/detector/evaluation.py", "benchmarks/watermark/codecs.py")
_MORE_SOURCES = ("detector/canon.py", "detector/training/dataset.py", "benchmarks/watermark/footage.py")

Tell = Callable[[str], None]
"""Told of progress, in words."""


@dataclass(frozen=True, slots=True)
class Task:
    """One question: what do these weights say of this clip after that was done to it?"""

    weights: Path
    """A folder of weights."""
    clip: Path
    condition: str
    """A name of `conditions.EVERYTHING`."""
    look: Look = "everywhere"


@dataclass(frozen=True, slots=True)
class Reader:
    """Answers tasks, from disk where it can."""

    cells: Cache
    jobs: int = 1
    """Worker processes; with 1 this process does all by itself."""
    device: Device = "cpu"
    tell: Tell = field(default=lambda _: None)

    def logits(self, tasks: Sequence[Task]) -> NDArray[np.float64]:
        """Return for each task the logits of both heads, (tasks, 2): the mean over the windows of its clip.

        Raises:
            UnreadableMedia: A clip does not decode.
            ModelUnavailable, WeightsInvalid: A folder does not hold the weights that its card tells of.
        """
        keys = [self._key(task) for task in tasks]
        missing = {key: task for key, task in zip(keys, tasks, strict=True) if self.cells.get(key) is None}
        if missing:
            self._answer(missing)
        return np.array([_logits_in(self.cells.get(key)) for key in keys], dtype=np.float64).reshape(-1, len(HEADS))

    def _answer(self, missing: dict[str, Task]) -> None:
        for key, task in list(missing.items()):
            if (recorded := _recorded(task)) is not None:
                self.cells.put(key, {"logits": recorded})
                del missing[key]
        by_weights = sorted(missing.items(), key=lambda entry: str(entry[1].weights))
        done, total, started, told = 0, len(by_weights), time.monotonic(), time.monotonic()
        with _workers(self.jobs) as pool:
            for weights, entries in groupby(by_weights, key=lambda entry: entry[1].weights):
                questions = list(entries)
                windows = _prepared([task for _, task in questions], pool, self.jobs)
                for (key, _), logits in zip(questions, self._judged(weights, windows), strict=True):
                    self.cells.put(key, {"logits": [float(one) for one in logits]})
                    done += 1
                    if time.monotonic() - told > TELL_SECONDS:
                        told = time.monotonic()
                        self.tell(f"{done} of {total} clips judged, {done / (told - started):.1f} a second")

    def _judged(self, weights: Path, clips: Iterable[Windows]) -> Iterator[NDArray[np.float64]]:
        """Ask the network in batches that take no notice of where a clip ends; one answer a clip, in order."""
        runtime = open_runtime(weights, device=self.device)
        size = runtime.batch * self.jobs
        waiting: list[Windows] = []
        with ThreadPoolExecutor(self.jobs) as pool:  # onnxruntime on a core each; a GPU takes its batches in turn
            for windows in clips:
                waiting.append(windows)
                if sum(len(one) for one in waiting) >= size:
                    yield from _read(runtime, waiting, pool)
                    waiting.clear()
            if waiting:
                yield from _read(runtime, waiting, pool)

    def _key(self, task: Task) -> str:
        return cell_key(
            "detector",
            weights=file_sha256(task.weights / WEIGHTS),
            clip=file_sha256(task.clip),
            condition=task.condition,
            look=task.look,
            device=self.device,
            code=version_of(*_SOURCES, *_MORE_SOURCES, libraries=("av", "numpy")),
        )


def _recorded(task: Task) -> list[float] | None:
    """Return what training wrote down of a clip that it held out, as stored and through all its windows.

    The same weights, windows and runtime, but on the device that trained.
    """
    if task.condition != STORED.name or task.look != "everywhere":
        return None
    return _held_out(task.weights / HELD_OUT).get(task.clip.name)


@cache
def _held_out(file: Path) -> Mapping[str, list[float]]:
    try:
        return cast(dict[str, list[float]], json.loads(file.read_text("utf-8")))
    except FileNotFoundError:
        return {}


def _read(runtime: Runtime, clips: Sequence[Windows], pool: ThreadPoolExecutor) -> Iterator[NDArray[np.float64]]:
    stacked = np.concatenate(clips)
    parts = [stacked[start : start + runtime.batch] for start in range(0, len(stacked), runtime.batch)]
    logits = np.concatenate([reading.clip_logits for reading in pool.map(runtime.read, parts)]).astype(np.float64)
    place = 0
    for windows in clips:
        yield logits[place : place + len(windows)].mean(0)
        place += len(windows)


def prepare(clip: Path, condition: str, look: Look) -> Windows:
    """Decode a clip, do to it what the condition says, and cut the windows, (windows, 8, 224, 224, 3)."""
    frames = EVERYTHING[condition].apply(read_clip_frames(clip))
    return windows_of(frames) if look == "everywhere" else looks_at(frames)


def _prepared(tasks: Sequence[Task], pool: ProcessPoolExecutor | None, jobs: int) -> Iterator[Windows]:
    """Give the windows of each task in order, a few clips ahead of whoever takes them."""
    if pool is None:
        for task in tasks:
            yield prepare(task.clip, task.condition, task.look)
        return
    ahead: deque[Future[Windows]] = deque()
    rest = iter(tasks)
    try:
        for task in rest:
            ahead.append(pool.submit(prepare, task.clip, task.condition, task.look))
            if len(ahead) >= jobs * WAITING:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        for future in ahead:
            future.cancel()


@contextmanager
def _workers(jobs: int) -> Generator[ProcessPoolExecutor | None, None, None]:
    """Workers that inherit nothing (spawn) and take one thread each."""
    if jobs == 1:
        yield None
        return
    with one_thread_each(), ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield pool


def _logits_in(cell: dict[str, list[float]] | None) -> list[float]:
    if cell is None:
        raise RuntimeError("a cell that was put is not there")
    return cell["logits"]
