"""What the judges learn from: fresh scenes of their own range of seeds, packed for the renderer, with their labels."""

import random
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

import numpy as np

from ...generator.world import CLIP_FPS, CLIP_FRAMES, Action, scene_of
from ...generator.world.packing import PackedScenes, pack
from .exam import TRACES
from .facts import HAPPENED_AFTER, LOOKED_AT, Facts, facts_of
from .spots import Spots, spots_of

LESSON_SEEDS: Final = range(10**9, 19 * 10**8)
"""Scenes of lessons; the model's training draws below, the evaluation above."""
_AHEAD: Final = 3
"""Lessons that each process may be ahead."""
_LATE: Final = 62.0
"""Seconds: pictures of lessons are taken so late in a scene at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """One batch of scenes."""

    packed: PackedScenes
    """The frames of each that are looked at, from its start, and one more from some moment after everything."""
    facts: Facts
    spots: Spots
    """Where things are in each of these frames."""


def lessons(*, size: int, jobs: int, first: int = 0) -> Iterator[Lesson]:
    """Give lessons without end, the same ones in the same order whatever the jobs.

    Args:
        size: Scenes of each.
        jobs: Processes that prepare them; 0 prepares them here.
        first: Number of the first one.
    """
    numbers = range(first, len(LESSON_SEEDS) // size)
    if jobs == 0:
        yield from (lesson(number, size) for number in numbers)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        ahead: deque[Future[Lesson]] = deque()
        try:
            for number in numbers:
                ahead.append(pool.submit(lesson, number, size))
                if len(ahead) > _AHEAD * jobs:
                    yield ahead.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def lesson(number: int, size: int) -> Lesson:
    """Draw one lesson."""
    first = LESSON_SEEDS.start + number * size
    scenes = [scene_of(first + place, action=_action(number + place)) for place in range(size)]
    rng = random.Random(first)
    late = [rng.uniform(HAPPENED_AFTER, _LATE if rng.random() < 0.5 else CLIP_FRAMES / CLIP_FPS) for _ in scenes]
    facts = facts_of(scenes, rng=rng)
    start = pack(scenes, start=[0.0] * size, frames=CLIP_FRAMES, fps=CLIP_FPS).at(LOOKED_AT)
    end = pack(scenes, start=late, frames=1, fps=CLIP_FPS)
    packed = PackedScenes(
        items=np.concatenate([start.items, end.items], axis=1),
        frames=np.concatenate([start.frames, end.frames], axis=1),
    )
    return Lesson(packed, facts, spots_of(packed, facts))


def _action(place: int) -> Action | None:
    """Return what a scene must show: every third a trace, which few scenes do that are drawn freely; None: anything."""
    traces = tuple(TRACES)
    return traces[place // 3 % len(traces)] if place % 3 == 0 else None
