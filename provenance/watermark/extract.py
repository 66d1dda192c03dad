"""Look for a mark in a stream of pictures: upright and whole first, turned and cut only when that finds nothing."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...media import Clip, Limits, Luma, read_luma
from ..extraction import Extraction
from ..payload import Payload
from .geometry import IDENTITY
from .keys import WatermarkKey
from .scramble import Spectra
from .search import Finding, Search, accepted
from .segments import Chunk, segments_of
from .terms import ACCEPT_LOG10_P, METHOD
from .tile import markable
from .whiten import Sum, whiten

CHUNK_SECONDS = 1.0
"""The finest that a mark is located in time."""
EARLY_LOOKS = frozenset((1, 4, 16))
"""Frames after which the cheap look is taken, for readers who may stop."""
WINDOWS = (2, 4, 8)
"""Chunks that are read together when the last of them does not read alone."""
TURNED_AFTER = frozenset((1, 4, 12))
"""Chunks after which the geometry is searched as long as nothing was read; and at the end."""
HELD = 32
"""Planes of chunks that are kept for when the geometry becomes known later: 60 MB. Then every second one goes."""


def extract(
    clip: Clip,
    keys: Sequence[WatermarkKey],
    *,
    known: Sequence[Payload] = (),
    limits: Limits = Limits(),
    stop_at_log10_p: float | None = ACCEPT_LOG10_P,
    as_written: bool = False,
) -> Extraction:
    """Look for a mark of any of the keys in a file; decodes no further than needed. See `extract_lumas`."""
    lumas = read_luma(clip, limits=limits)
    return extract_lumas(lumas, keys, known=known, stop_at_log10_p=stop_at_log10_p, as_written=as_written)


def extract_lumas(
    lumas: Iterable[Luma],
    keys: Sequence[WatermarkKey],
    *,
    known: Sequence[Payload] = (),
    stop_at_log10_p: float | None = ACCEPT_LOG10_P,
    as_written: bool = False,
) -> Extraction:
    """Look for a mark of any of the keys in a stream of upright luma planes.

    Args:
        keys: Each is tried; trying more costs a little significance, which the p-value pays.
        known: Payloads asked for by name: one of them is found `present` with about 5 dB less signal than reading
            needs, at a price of ln(how many) in significance.
        stop_at_log10_p: Stop as soon as a payload is read this surely; None reads to the end, second by second,
            which is how a clip joined from several marked ones, or marked in part, is seen.
        as_written: The pictures lie as they were marked, so no turn, cut or tilt is searched: that takes seconds where
            a mark is too faint to be read, and could find nothing. It is paid for all the same: what is read is no
            surer than to a reader who searches.

    Returns:
        Status `decoded`, `present` or `not_found`. `payload` is the surest of all segments; segments that disagree
        with it are listed with their own. `p_value_log10` is the bound that `decode.log10_p` proves.
    """
    return examine(lumas, keys, known=known, stop_at_log10_p=stop_at_log10_p, as_written=as_written)[0]


def examine(
    lumas: Iterable[Luma],
    keys: Sequence[WatermarkKey],
    *,
    known: Sequence[Payload] = (),
    stop_at_log10_p: float | None = ACCEPT_LOG10_P,
    as_written: bool = False,
) -> tuple[Extraction, Finding | None]:
    """Do what `extract_lumas` does, and return the best finding too, believed or not; benchmarks count its bits."""
    run = _Run(Search(keys, tuple(known)), stop_at_log10_p, as_written)
    for luma in _thinned(lumas):
        if not keys or not markable(luma.plane.shape[1], luma.plane.shape[0]):
            break
        if run.see(luma.pts_seconds, whiten(luma.plane)):
            break
    run.finish()
    return run.report(), run.search.best


def _thinned(lumas: Iterable[Luma]) -> Iterator[Luma]:
    """Pass on every frame of the first 32, then every 4th, after 256 every 8th: neighbours say little new."""
    for index, luma in enumerate(lumas):
        if index < 32 or index % (4 if index < 256 else 8) == 0:
            yield luma


def _words(best: Finding | None, width: int, height: int) -> str:
    if best is None:
        return IDENTITY.words(width, height)
    turned = best.geometry.words(width, height)
    if not best.reading.negative:
        return turned
    return "in negative" if turned == "identity" else f"{turned}, in negative"


@dataclass(slots=True)
class _Part:
    """The chunk being read."""

    start_seconds: float
    sum: Sum = field(default_factory=Sum)


@dataclass(slots=True)
class _Held:
    """A chunk's plane, kept until the geometry is known."""

    number: int
    plane: NDArray[np.float32]


@dataclass(slots=True)
class _Run:
    """One pass over a stream."""

    search: Search
    stop: float | None
    as_written: bool
    part: _Part | None = None
    total: Sum = field(default_factory=Sum)
    chunks: list[Chunk] = field(default_factory=list[Chunk])
    recent: deque[list[Spectra]] = field(default_factory=lambda: deque[list[Spectra]](maxlen=max(WINDOWS)))
    """Of the last chunks, in the geometry that was in force when each was read."""
    held: list[_Held] = field(default_factory=list[_Held])
    keep_every: int = 1
    frames: int = 0
    last_seconds: float = 0.0
    step_seconds: float = 0.0
    """From the frame before the last one read to that one: how long the last one is taken to be shown."""

    def see(self, seconds: float, plane: NDArray[np.float32]) -> bool:
        """Take in one levelled plane; returns whether enough was read."""
        part = self.part
        if part is not None and not part.start_seconds <= seconds < part.start_seconds + CHUNK_SECONDS:
            self._close(part, end_seconds=max(seconds, self.last_seconds))
            part = None
            if self._sure():
                return True
        if part is None:
            part = self.part = _Part(seconds)
        if self.frames and seconds > self.last_seconds:
            self.step_seconds = seconds - self.last_seconds
        self.last_seconds, self.frames = seconds, self.frames + 1
        part.sum.add(plane)
        self.total.add(plane)
        if self.stop is not None and not self.chunks and part.sum.frames in EARLY_LOOKS:
            self._look(part)
        return self._sure()

    def finish(self) -> None:
        """Take the last looks: the chunk being read, all chunks together, and every geometry there is."""
        if self.part is not None:
            self._close(self.part, end_seconds=self.last_seconds + self.step_seconds, last=True)
        self.part = None

    def report(self) -> Extraction:
        """Say what was found."""
        best = self.search.best if accepted(self.search.best) else None
        seen = self.search.best
        size = (0, 0) if self.total.plane is None else self.total.plane.shape
        return Extraction(
            status="not_found" if best is None else "decoded" if best.blind else "present",
            method=METHOD,
            payload=None if best is None else best.reading.payload,
            statistic=None if seen is None else seen.reading.z,
            p_value_log10=None if seen is None else seen.log10_p,
            capacity_bits=64,
            segments=segments_of(self.chunks),
            frames_read=self.frames,
            geometry=_words(best, size[1], size[0]),
            negative=best is not None and best.reading.negative,
        )

    def _sure(self) -> bool:
        best = self.search.best
        return self.stop is not None and best is not None and best.blind and accepted(best, self.stop)

    def _look(self, part: _Part) -> Finding | None:
        if part.sum.plane is None:
            return None
        return self.search.look(self.search.spectra(part.sum.plane, self.search.geometry), self.search.geometry)

    def _close(self, part: _Part, *, end_seconds: float, last: bool = False) -> None:
        """Look at a whole chunk, alone and with those before it, and search the geometry where that is due."""
        plane = part.sum.plane
        if plane is None:
            return
        chunk = Chunk(round(part.start_seconds * 1000), round(end_seconds * 1000))
        self.chunks.append(chunk)
        spectra, found = self.search.look_at_plane(plane, self.search.geometry)
        self.recent.append(spectra)
        self._hold(plane)
        if not accepted(found) and self.search.geometry != IDENTITY:  # joined to one that was not turned
            found = self.search.look(self.search.spectra(plane, IDENTITY), IDENTITY)
        if accepted(found):
            chunk.found, chunk.alone = found, True
        else:
            self._look_back()
        if not accepted(self.search.best) and (last or len(self.chunks) in TURNED_AFTER):
            self._search_geometry(last=last)

    def _look_back(self) -> None:
        """Read the last 2, 4 and 8 chunks together, as far as none of them read alone: all take the finding."""
        for window in WINDOWS:
            if len(self.chunks) < window or any(chunk.alone for chunk in self.chunks[-window:]):
                break
            found = self.search.look_in_step(list(self.recent)[-window:], self.search.geometry)
            if accepted(found):
                for chunk in self.chunks[-window:]:
                    chunk.found = chunk.found or found
                return

    def _hold(self, plane: NDArray[np.float32]) -> None:
        number = len(self.chunks) - 1
        if number % self.keep_every == 0:
            self.held.append(_Held(number, plane))
        if len(self.held) > HELD:
            self.keep_every *= 2
            self.held = [one for one in self.held if one.number % self.keep_every == 0]

    def _search_geometry(self, *, last: bool) -> None:
        """Look at the whole so far in every geometry; then again at the chunks that are held."""
        plane = self.total.plane
        if plane is None or not plane.any():  # blank pictures level to nothing
            return
        found: Finding | None = None
        if len(self.chunks) > 1:  # the first chunk alone was looked at
            _, found = self.search.look_at_plane(plane, IDENTITY)
        if not accepted(found):
            found = self.search.look_for_remains(plane, IDENTITY)
        if not accepted(found) and last and len(self.held) > 1:
            parts = [self.search.spectra(one.plane, self.search.geometry) for one in self.held]
            found = self.search.look_in_step(parts, self.search.geometry)
        if not accepted(found) and self.as_written:
            self.search.forgo_turns(plane)
        elif not accepted(found):
            found = self.search.turned(plane)
            if not accepted(found) and last:
                found = self.search.tilted(plane)
        if found is None or not accepted(found):
            return
        if found.geometry == IDENTITY or not self._read_held(found):
            for chunk in self.chunks:  # only all of them together carry it
                chunk.found = chunk.found or found

    def _read_held(self, found: Finding) -> bool:
        """Read the held chunks in the geometry that was found; returns whether any of them reads alone."""
        any_read = False
        for one in self.held:
            _, alone = self.search.look_at_plane(one.plane, found.geometry)
            if accepted(alone):
                any_read = True
                self.chunks[one.number].found, self.chunks[one.number].alone = alone, True
        return any_read
