"""Files that the C2PA library reads and writes through us: it swallows what the disk says, and we remember it."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from ...errors import ManifestUnreadable, OutputUnwritable
from .mp4_headers import widened_headers

MERKLE_FROM_BYTES = 16 << 20
"""Larger files are hashed in chunks: without, signing and verifying 1 GB take 550 MB of memory, with them 40. Smaller
ones are not: several verifiers know no chunks."""


class WatchedFile:
    """A file for the library to read and write, that remembers what the library swallows."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._patches: dict[int, bytes] = {}
        self.failure: BaseException | None = None

    def prepare_chunks(self) -> bool:
        """Say whether the file is so large that it is hashed in chunks; then give out its headers widened."""
        chunked = os.fstat(self._raw.fileno()).st_size >= MERKLE_FROM_BYTES
        self.lay_over(widened_headers(self._raw) if chunked else {})
        return chunked

    def lay_over(self, patches: dict[int, bytes]) -> None:
        """Give out these bytes, by offset, instead of the file's own."""
        self._patches = patches

    def read(self, size: int = -1) -> bytes:
        with self._watching():
            start = self._raw.tell()
            content = bytearray(self._raw.read(size))
        self._patch(memoryview(content), start)
        return bytes(content)

    def readinto(self, buffer: memoryview) -> int:
        with self._watching():
            start = self._raw.tell()
            count: int = cast("Any", self._raw).readinto(buffer)
        self._patch(memoryview(buffer)[:count], start)
        return count

    def _patch(self, content: memoryview, start: int) -> None:
        for offset, patch in self._patches.items():
            low, high = max(offset, start), min(offset + len(patch), start + len(content))
            if low < high:
                content[low - start : high - start] = patch[low - offset : high - offset]

    def write(self, data: bytes) -> int:
        with self._watching():
            return self._raw.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._raw.seek(offset, whence)  # the library probes with impossible offsets: not a failure of the disk

    def tell(self) -> int:
        return self._raw.tell()

    def flush(self) -> None:
        with self._watching():
            self._raw.flush()

    @contextmanager
    def _watching(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            self.failure = self.failure or error
            raise
        except KeyboardInterrupt as interrupt:  # ctypes would print it, drop it, and let the library take a short read
            self.failure = interrupt
            raise OSError("interrupted") from interrupt


@contextmanager
def open_watched(path: Path) -> Generator[WatchedFile]:
    """Open a file for reading; what the disk refuses while the library reads comes out as our error."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise ManifestUnreadable(f"{path}: {error.strerror}; expected a readable file") from error
    with raw:
        watched = WatchedFile(raw)
        try:
            yield watched
        finally:
            if isinstance(watched.failure, OSError):
                raise ManifestUnreadable(f"{path}: {watched.failure.strerror} while reading") from watched.failure
            if watched.failure is not None:
                raise watched.failure


@contextmanager
def open_drain(target: Path) -> Generator[WatchedFile]:
    """Open the output, readable too: the library reads back what it wrote."""
    try:
        raw = target.open("w+b")
    except OSError as error:
        raise OutputUnwritable(f"{target}: {error.strerror}") from error
    watched = WatchedFile(raw)
    try:
        yield watched
    finally:
        try:
            raw.close()
        except OSError as error:
            watched.failure = watched.failure or error
        if isinstance(watched.failure, OSError):
            raise OutputUnwritable(f"{target}: {watched.failure.strerror} while writing") from watched.failure
        if watched.failure is not None:
            raise watched.failure
