"""One pass of pictures through embedding and encoding, measured as they go by: time, distortion, fingerprint."""

import math
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager

from ..media import Picture
from .fingerprints import Fingerprint, Glimpser, fingerprint_glimpses
from .trial import Sample


class Stopwatch:
    """Wall time by step; steps may repeat, and a step may leave out what others measured inside it."""

    def __init__(self) -> None:
        """Start at zero."""
        self._seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str, *, less: tuple[str, ...] = ()) -> Generator[None]:
        """Add the time of the block to a step, less what the named steps gained meanwhile."""
        inside = sum(self._seconds.get(other, 0.0) for other in less)
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - start
            inside = sum(self._seconds.get(other, 0.0) for other in less) - inside
            self._seconds[name] = self._seconds.get(name, 0.0) + max(0.0, spent - inside)

    def timings_ms(self) -> dict[str, float]:
        """Return milliseconds a step, to a tenth."""
        return {name: round(1000 * seconds, 1) for name, seconds in self._seconds.items()}


class Passage:
    """Watches the pictures before and after the mark; holds no more of them than the method does."""

    def __init__(self, watch: Stopwatch, *, sample: Sample | None = None) -> None:
        """Begin a pass; the sample is shown every marked picture."""
        self._watch = watch
        self._sample = sample
        self._originals: deque[Picture] = deque()
        self._glimpser = Glimpser()
        self._squared_error = 0.0
        self._samples = 0
        self._end_seconds = 0.0
        self._first_seconds: float | None = None

    def before(self, pictures: Iterable[Picture]) -> Iterator[Picture]:
        """Pass the pictures on to the method."""
        iterator = iter(pictures)
        while True:
            with self._watch.step("decode"):
                picture = next(iterator, None)
            if picture is None:
                return
            self._originals.append(picture)
            yield picture

    def after(self, marked: Iterable[Picture]) -> Iterator[Picture]:
        """Pass the marked pictures on to the encoder."""
        iterator = iter(marked)
        while True:
            with self._watch.step("embed", less=("decode",)):
                picture = next(iterator, None)
            if picture is None:
                return
            with self._watch.step("measure"):
                self._compare(self._originals.popleft(), picture)
                self._glimpser.see(picture.luma, picture.pts_seconds, bits=picture.bit_depth)
                if self._sample is not None:
                    self._sample.see(picture)
            yield picture

    @property
    def psnr_y_db(self) -> float | None:
        """Of the whole pass, peak 255 of 8 bits; None where nothing was changed."""
        if self._squared_error == 0.0:
            return None
        return 10 * math.log10(255**2 * self._samples / self._squared_error)

    @property
    def duration_ms(self) -> int:
        """From the first picture to the end of the last; 0 for a single one that lasts no time."""
        return max(0, round(1000 * (self._end_seconds - (self._first_seconds or 0.0))))

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of the marked pictures."""
        return fingerprint_glimpses(self._glimpser.glimpses())

    def _compare(self, original: Picture, marked: Picture) -> None:
        import cv2

        scale = 4 ** (marked.bit_depth - 8)  # 10-bit errors in units of 8 bits, squared
        self._squared_error += cv2.norm(original.luma, marked.luma, cv2.NORM_L2) ** 2 / scale
        self._samples += marked.luma.size
        self._end_seconds = float((marked.pts + marked.duration) * marked.time_base)
        if self._first_seconds is None:
            self._first_seconds = marked.pts_seconds
