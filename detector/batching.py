"""One network for many callers: all wait in one queue, and windows that wait are read together."""

import os
import threading
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

import numpy as np

from .canon import Windows
from .runtime import Reading, Runtime, joined


class Queue:
    """Reads windows for any number of threads; in a forked child it opens a runtime of its own.

    A GPU gets the windows of several callers as one batch. On a CPU every worker reads one window at a time, so the
    windows of one caller spread over the cores, and a short file does not wait behind a long one.
    """

    def __init__(self, open_runtime: Callable[[], Runtime], *, workers: int) -> None:
        """Open the runtime now, so that what is wrong with it is said here.

        Args:
            open_runtime: Called once in each process.
            workers: Threads that read; 1 for a GPU.
        """
        self._open = open_runtime
        self._workers = workers
        self._desk = _Desk(open_runtime())
        weakref.finalize(self, self._desk.close)
        _ALIVE.add(self)

    def read(self, windows: Windows) -> Reading:
        """Read windows (n, 8, 224, 224, 3), n at least 1; returns when all have been read."""
        if self._desk.runtime is None:
            self._desk.runtime = self._open()
        return joined([future.result() for future in self._desk.ask(windows, workers=self._workers)])

    @property
    def waiting(self) -> int:
        """How many windows wait for a thread right now."""
        return self._desk.waiting

    def forget(self) -> None:
        """Start anew in a child process: threads are not copied into it, and a lock may be copied closed."""
        self._desk = _Desk(None)
        weakref.finalize(self, self._desk.close)


class _Desk:
    """What a queue and its threads share; the threads hold no queue, so that it can go."""

    def __init__(self, runtime: Runtime | None) -> None:
        self.runtime = runtime
        self._ready = threading.Condition()
        self._waiting: deque[tuple[Windows, Future[Reading]]] = deque()
        self._threads: list[threading.Thread] = []
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many windows nobody has taken yet."""
        with self._ready:
            return len(self._waiting)

    def ask(self, windows: Windows, *, workers: int) -> list[Future[Reading]]:
        """Put windows in the queue; one answer each."""
        asked = [(windows[i : i + 1], Future[Reading]()) for i in range(len(windows))]
        with self._ready:
            while len(self._threads) < workers:
                thread = threading.Thread(target=self._work, name="sealreel-detector", daemon=True)
                thread.start()
                self._threads.append(thread)
            self._waiting.extend(asked)
            self._ready.notify_all()
        return [future for _, future in asked]

    def close(self) -> None:
        """Let the threads end."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()

    def _work(self) -> None:
        runtime = self.runtime
        assert runtime is not None  # noqa: S101 - the queue opens it before it asks
        while True:
            with self._ready:
                while not self._waiting:
                    if self._closed:
                        return
                    self._ready.wait()
                batch = [self._waiting.popleft() for _ in range(min(runtime.batch, len(self._waiting)))]
            _answer(runtime, batch)


def _answer(runtime: Runtime, batch: list[tuple[Windows, Future[Reading]]]) -> None:
    try:
        reading = runtime.read(np.concatenate([windows for windows, _ in batch]))
    except BaseException as error:  # noqa: BLE001 - whoever waits must hear of it, whatever it is
        for _, future in batch:
            future.set_exception(error)
        return
    for index, (_, future) in enumerate(batch):
        one = slice(index, index + 1)
        future.set_result(Reading(reading.clip_logits[one], reading.frame_logits[one], reading.maps[one]))


_ALIVE: "weakref.WeakSet[Queue]" = weakref.WeakSet()


def _forget_all() -> None:
    for queue in _ALIVE:
        queue.forget()


os.register_at_fork(after_in_child=_forget_all)
