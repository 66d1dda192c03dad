"""From second-long chunks to stretches of time: where each payload begins and ends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..extraction import Segment
from .search import Finding

BRIDGED = 2
"""Chunks without a reading between two of the same payload that count as belonging to it."""


@dataclass(slots=True)
class Chunk:
    """About a second of a clip, and what was read there."""

    start_ms: int
    end_ms: int
    found: Finding | None = None
    alone: bool = False
    """Whether it was read by itself; else together with its neighbours."""


def segments_of(chunks: Sequence[Chunk]) -> tuple[Segment, ...]:
    """Join neighbouring chunks of one payload, and those without any; each segment has its surest p-value."""
    return tuple(_segment(chunks[first:end]) for first, end in _runs([_name(chunk) for chunk in chunks]))


def _name(chunk: Chunk) -> int | None:
    return None if chunk.found is None else chunk.found.reading.payload.to_int()


def _runs(names: list[int | None]) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of every run of equal names, short gaps inside one name bridged."""
    names = _bridged(names)
    first = 0
    for index in range(1, len(names) + 1):
        if index == len(names) or names[index] != names[first]:
            yield first, index
            first = index


def _bridged(names: list[int | None]) -> list[int | None]:
    bridged = list(names)
    for index, name in enumerate(names):
        if name is None:
            before = next((other for other in reversed(names[:index]) if other is not None), None)
            after = next((other for other in names[index:] if other is not None), None)
            if before is not None and before == after and _gap(names, index) <= BRIDGED:
                bridged[index] = before
    return bridged


def _gap(names: list[int | None], index: int) -> int:
    first, end = index, index
    while first > 0 and names[first - 1] is None:
        first -= 1
    while end < len(names) and names[end] is None:
        end += 1
    return end - first


def _segment(chunks: Sequence[Chunk]) -> Segment:
    start, end = chunks[0].start_ms, max(chunks[0].start_ms, chunks[-1].end_ms)
    found = min((chunk.found for chunk in chunks if chunk.found), key=lambda one: one.log10_p, default=None)
    if found is None:
        return Segment(start_ms=start, end_ms=end, payload=None, p_value_log10=None)
    return Segment(
        start_ms=start,
        end_ms=end,
        payload=found.reading.payload,
        p_value_log10=found.log10_p,
        status="decoded" if found.blind else "present",
    )
