# pyright: reportUnknownMemberType=false
# (torch leaves the types of its settings open)
"""Work side by side on the cores of one machine, in threads: torch and onnxruntime let go of Python's lock.

Each task has cores of its own. What they share, views and kept maps, is in memory once.
"""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from threading import Event, Lock
from typing import TypeVar

import torch

T = TypeVar("T")
ALONE = Lock()
"""Held by who does what torch can only do for one thread at a time: draw by a seed, trace a graph."""


class Stopped(Exception):
    """Raised in a task by `Tasks.go_on` when another one failed or the user has enough."""


class Tasks:
    """What runs side by side; each asks now and then whether it is still wanted."""

    def __init__(self) -> None:
        """Start with nothing stopped."""
        self._stop = Event()

    def go_on(self) -> None:
        """Return if the task is still wanted.

        Raises:
            Stopped: It is not.
        """
        if self._stop.is_set():
            raise Stopped

    def run(self, tasks: Sequence[Callable[[], T]], *, jobs: int) -> list[T]:
        """Return what each task returns, in their order; with one job they run here, one after the other.

        The first error stops the others at their next question and is raised; so does an interruption. Each task has
        its share of the threads that torch would take.
        """
        if jobs == 1:
            return [task() for task in tasks]
        with _threads_shared(jobs), ThreadPoolExecutor(jobs) as pool:
            futures = [pool.submit(task) for task in tasks]
            try:
                done, _ = wait(futures, return_when=FIRST_EXCEPTION)
                failed = [one for one in futures if one in done and one.exception() is not None]
                return [one.result() for one in failed or futures]
            finally:
                self._stop.set()
                for one in futures:
                    one.cancel()


@contextmanager
def _threads_shared(jobs: int) -> Generator[None, None, None]:
    before = torch.get_num_threads()
    torch.set_num_threads(max(1, before // jobs))
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def seeded(seed: int) -> Generator[None, None, None]:
    """Draw first weights by a seed: torch has one chance for all threads."""
    with ALONE:
        torch.manual_seed(seed)
        yield
