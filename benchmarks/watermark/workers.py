"""Worker processes that share the cores among them instead of fighting for them."""

import os
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def one_thread_each() -> Generator[None]:
    """Let the numeric libraries of processes that start in here take one thread: they read this when they load."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
