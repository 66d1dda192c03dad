"""One search for a mark that is not there: as the extractor takes it, but over pictures that are levelled once."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ...provenance.watermark.decode import soften
from ...provenance.watermark.extract import Search, accepted
from ...provenance.watermark.geometry import IDENTITY, combine
from ...provenance.watermark.layout import layout_of
from ...provenance.watermark.whiten import Sum, whiten
from .unmarked import Medium, key_of, payload_of

SearchKind = Literal["one word", "untouched", "blind", "present", "same key"]
LOOKS_AFTER = (1, 4, 16)
"""Frames after which the untouched picture is looked at; the extractor looks at 1, 2, 4, 8, 16, …"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one search came to."""

    z: float
    """Of the most significant reading."""
    log10_p: float
    accepted: bool
    looks: int
    """At the payload signs; all of them are paid for in `log10_p`."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A medium with its pictures levelled, which no key plays a part in."""

    medium: Medium
    sums: tuple[Sum, ...]
    """Over the first 1, 4 and 16 frames, as far as there are so many."""


def prepare(medium: Medium) -> Prepared:
    """Read or draw a medium and level its pictures.

    Raises:
        MediaError: The file can't be read.
        MissingExtra: The medium is marked by a method that is not installed.
    """
    total, sums = Sum(), list[Sum]()
    for number, plane in enumerate(medium.planes(), start=1):
        total.add(whiten(plane))
        if number in LOOKS_AFTER and total.plane is not None:
            sums.append(Sum(total.plane.copy(), total.frames))
    return Prepared(medium, tuple(sums))


def one_word(prepared: Prepared, number: int) -> Outcome:
    """Correlate with the code word of one random payload under one random key: Hoeffding's inequality by itself."""
    key = key_of(prepared.medium.name, number)
    layout, plane = layout_of(key), prepared.sums[-1].plane
    soft = soften(layout, combine(np.zeros((1, 1), np.float32) if plane is None else plane, layout, IDENTITY)[None])[0]
    size = float(np.linalg.norm(soft))
    payload = payload_of(prepared.medium.name, number, key_id=key.key_id)
    z = float(soft @ layout.chips_of(payload)) / size if size > 0.0 else 0.0
    bound = -z * z / 2.0 / math.log(10.0) if z > 0.0 else 0.0
    return Outcome(z, bound, accepted=False, looks=1)


def untouched(prepared: Prepared, number: int) -> Outcome:
    """Look at the picture as it is, after 1, 4 and 16 frames, with one random key."""
    search = Search((key_of(prepared.medium.name, number),))
    for total in prepared.sums:
        search.look(total, IDENTITY)
    return _outcome(search)


def blind(prepared: Prepared, number: int) -> Outcome:
    """Do the same, then search for a geometry as for a picture that was turned, scaled or cut."""
    search = Search((key_of(prepared.medium.name, number),))
    for total in prepared.sums:
        search.look(total, IDENTITY)
    search.search(prepared.sums[-1])
    return _outcome(search)


def _outcome(search: Search) -> Outcome:
    best = search.best
    if best is None:
        return Outcome(0.0, 0.0, accepted=False, looks=search.trials.done)
    return Outcome(best.reading.z, best.log10_p, accepted=accepted(best), looks=search.trials.done)


SEARCHES: dict[SearchKind, Callable[[Prepared, int], Outcome]] = {
    "one word": one_word,
    "untouched": untouched,
    "blind": blind,
}
