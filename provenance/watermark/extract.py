"""Look for a mark in a stream of pictures: upright and whole first, turned and cut only when that finds nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...media import Clip, Limits, Luma, read_luma
from ..extraction import Extraction, Segment
from .decode import Reading, Trials, log10_p, read
from .geometry import (
    IDENTITY,
    Geometry,
    combine_at_likely_offsets,
    combine_tiles,
    lay_on_grid,
    whole_picture_turns,
)
from .keys import WatermarkKey
from .layout import layout_of
from .resync import candidates, spectrum_of
from .terms import ACCEPT_LOG10_P, METHOD
from .tile import markable, tile_spectra
from .whiten import Sum, whiten

SEGMENT_SECONDS = 8.0
EARLY_LOOKS = frozenset((1, 2, 4, 8, 16, 32, 64))
"""Frames of a segment after which the cheap look is taken, for readers who may stop."""
SEARCHED_SEGMENTS = frozenset((0, 1, 3))
"""Where the geometry is searched when nothing was read: early points of the clip, then its sum at the end."""
TRIED_GEOMETRIES = 3
TRIED_OFFSETS = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """A reading with its price paid."""

    reading: Reading
    geometry: Geometry
    log10_p: float


@dataclass(slots=True)
class Search:
    """One search over one clip with the keys at hand: what was tried, and where the mark was last found."""

    keys: Sequence[WatermarkKey]
    trials: Trials = field(default_factory=Trials)
    geometry: Geometry = IDENTITY
    best: Finding | None = None
    """The most significant finding of the whole clip, accepted or not."""

    def look(self, total: Sum, geometry: Geometry) -> Finding | None:
        """Read every key in one geometry; one look a key."""
        if total.plane is None:
            return None
        canvas, row, column = lay_on_grid(total.plane, geometry)
        spectra = tile_spectra(canvas)
        return self._weigh(
            [
                (key, combine_tiles(spectra, layout_of(key), row=row, column=column)[None], (geometry,))
                for key in self.keys
            ]
        )

    def search(self, total: Sum) -> Finding | None:
        """Try the turns of a whole picture, then whatever the pilots say; stop at the first acceptable finding."""
        plane = total.plane
        if plane is None or not plane.any():  # blank pictures level to nothing
            return None
        for turn in whole_picture_turns(plane.shape[1], plane.shape[0]):
            found = self.look(total, turn)
            if accepted(found):
                return found
        spectrum = spectrum_of(plane)
        for key in self.keys:
            layout = layout_of(key)
            for geometry in candidates(plane, spectrum, layout)[:TRIED_GEOMETRIES]:
                rows, geometries = combine_at_likely_offsets(plane, layout, geometry, count=TRIED_OFFSETS)
                found = self._weigh([(key, rows, geometries)])
                if accepted(found):
                    return found
        return None

    def _weigh(
        self, attempts: list[tuple[WatermarkKey, NDArray[np.complex64], tuple[Geometry, ...]]]
    ) -> Finding | None:
        price = self.trials.spend(sum(len(rows) for _, rows, _ in attempts))
        findings: list[Finding] = []
        for key, rows, geometries in attempts:
            row, reading = read(key, rows)
            findings.append(Finding(reading, geometries[row], log10_p(reading.z, price=price)))
        best = min(findings, key=lambda found: (found.log10_p, -found.reading.z), default=None)
        if best and (self.best is None or best.log10_p < self.best.log10_p):
            self.best = best
        if best and accepted(best):
            self.geometry = best.geometry
        return best


def accepted(found: Finding | None, at: float = ACCEPT_LOG10_P) -> bool:
    """Say whether a finding is significant."""
    return found is not None and found.log10_p <= at


def extract(
    clip: Clip,
    keys: Sequence[WatermarkKey],
    *,
    limits: Limits = Limits(),
    stop_at_log10_p: float | None = ACCEPT_LOG10_P,
) -> Extraction:
    """Look for a mark of any of the keys in a file; decodes no further than needed. See `extract_lumas`."""
    return extract_lumas(read_luma(clip, limits=limits), keys, stop_at_log10_p=stop_at_log10_p)


def extract_lumas(
    lumas: Iterable[Luma], keys: Sequence[WatermarkKey], *, stop_at_log10_p: float | None = ACCEPT_LOG10_P
) -> Extraction:
    """Look for a mark of any of the keys in a stream of upright luma planes.

    Args:
        keys: Each is tried; trying more costs a little significance, which the p-value pays.
        stop_at_log10_p: Stop reading as soon as a payload is this sure; None reads to the end, segment by segment,
            which is how a clip joined from several marked ones is seen.

    Returns:
        Status `decoded` or `not_found`. `payload` is the surest of all segments; segments that disagree with it are
        listed with their own. `p_value_log10` is the bound that `decode.log10_p` proves.
    """
    search, total, part = Search(keys), Sum(), Part()
    segments: list[Segment] = []
    frames, last_seconds, stop = 0, 0.0, stop_at_log10_p
    for luma in _thinned(lumas):
        if not keys or not markable(luma.plane.shape[1], luma.plane.shape[0]):
            break
        if part.sum.frames and luma.pts_seconds >= part.start_seconds + SEGMENT_SECONDS:
            segments.append(_close(search, part, number=len(segments), end_seconds=luma.pts_seconds))
            part = Part()
            if stop is not None and accepted(search.best, stop):
                break
        if not part.sum.frames:
            part.start_seconds = luma.pts_seconds
        if frames:
            part.step_seconds = luma.pts_seconds - last_seconds
        last_seconds = luma.pts_seconds
        plane = whiten(luma.plane)
        part.sum.add(plane)
        total.add(plane)
        frames += 1
        if stop is not None and part.sum.frames in EARLY_LOOKS:
            part.found = search.look(part.sum, search.geometry)
            if accepted(part.found, stop):
                break
    if part.sum.frames:
        segments.append(_close(search, part, number=len(segments), end_seconds=last_seconds + part.step_seconds))
    if len(segments) > 1 and not accepted(search.best) and not accepted(search.look(total, search.geometry)):
        search.search(total)
    return _report(search, segments, frames=frames, capacity=64)


@dataclass(slots=True)
class Part:
    """The segment being read."""

    start_seconds: float = 0.0
    step_seconds: float = 0.0
    """From the frame before the last one read to that one: how long the last one is taken to be shown."""
    sum: Sum = field(default_factory=Sum)
    found: Finding | None = None


def _thinned(lumas: Iterable[Luma]) -> Iterator[Luma]:
    """Pass on every frame of the first 32, then every 4th, after 256 every 8th: neighbours say little new."""
    for index, luma in enumerate(lumas):
        if index < 32 or index % (4 if index < 256 else 8) == 0:
            yield luma


def _close(search: Search, part: Part, *, number: int, end_seconds: float) -> Segment:
    """Take the last looks at a segment and write down what it carried."""
    found = part.found
    if not accepted(found):
        found = search.look(part.sum, search.geometry)
    if not accepted(found) and search.geometry != IDENTITY:
        found = search.look(part.sum, IDENTITY)
    if not accepted(found) and not accepted(search.best) and number in SEARCHED_SEGMENTS:
        found = search.search(part.sum)
    start, end = round(part.start_seconds * 1000), round(end_seconds * 1000)
    if not accepted(found) or found is None:
        return Segment(start_ms=start, end_ms=max(end, start), payload=None, p_value_log10=None)
    return Segment(start_ms=start, end_ms=end, payload=found.reading.payload, p_value_log10=found.log10_p)


def _report(search: Search, segments: list[Segment], *, frames: int, capacity: int) -> Extraction:
    best = search.best
    return Extraction(
        status="decoded" if accepted(best) else "not_found",
        method=METHOD,
        payload=best.reading.payload if best and accepted(best) else None,
        statistic=best.reading.z if best else None,
        p_value_log10=best.log10_p if best else None,
        capacity_bits=capacity,
        segments=tuple(segments),
        frames_read=frames,
        geometry=best.geometry.words() if best and accepted(best) else IDENTITY.words(),
    )
