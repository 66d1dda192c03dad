"""One search for a mark that is not there: as the extractor takes it, but over pictures that are levelled once."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ...provenance.payload import Payload
from ...provenance.watermark.combine import tiles_of
from ...provenance.watermark.decode import Trials, log10_p, read, soften
from ...provenance.watermark.geometry import IDENTITY
from ...provenance.watermark.keys import WatermarkKey
from ...provenance.watermark.layout import layout_of
from ...provenance.watermark.search import Search, accepted
from ...provenance.watermark.terms import ACCEPT_LOG10_P
from ...provenance.watermark.whiten import Sum, whiten
from .unmarked import EMBEDDING, Medium, key_of, payload_of

SearchKind = Literal["one word", "untouched", "blind", "perspective", "present", "same key"]
LOOKS_AFTER = (1, 16)
"""Frames after which the untouched picture is looked at; the extractor looks at 1, 2, 4, 8, 16, …"""
NAMES = 10
"""Payloads that are asked for at once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one search came to."""

    z: float
    """Of the most significant reading."""
    log10_p: float
    accepted: bool
    """Whether something was found that is not there."""
    looks: int
    """At the payload signs; all of them are paid for in `log10_p`."""


NOTHING = Outcome(0.0, 0.0, accepted=False, looks=0)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A medium with its pictures levelled, which no key plays a part in."""

    medium: Medium
    planes: tuple[NDArray[np.float32], ...]
    """Sums over the first 1 and 16 frames, as far as there are so many."""


def prepare(medium: Medium) -> Prepared:
    """Read or draw a medium and level its pictures.

    Raises:
        MediaError: The file can't be read.
        MissingExtra: The medium is marked by a method that is not installed.
        ValueError: It shows no picture.
    """
    total, planes = Sum(), list[NDArray[np.float32]]()
    for number, plane in enumerate(medium.planes(), start=1):
        total.add(whiten(plane))
        if number in LOOKS_AFTER and total.plane is not None:
            planes.append(total.plane.copy())
    if not planes:
        raise ValueError(f"{medium.name}: no picture to search")
    return Prepared(medium, tuple(planes))


def one_word(prepared: Prepared, number: int) -> Outcome:
    """Correlate with the code word of one random payload under one random key: Hoeffding's inequality by itself."""
    key = key_of(prepared.medium.name, number)
    layout = layout_of(key)
    soft = soften(layout, tiles_of(prepared.planes[-1], layout, IDENTITY).likeliest(layout)[:1])[0]
    size = float(np.linalg.norm(soft))
    payload = payload_of(prepared.medium.name, number, key_id=key.key_id)
    z = float(soft @ layout.chips_of(payload)) / size if size > 0.0 else 0.0
    return Outcome(z, log10_p(z, price=0.0, log_words=0.0), accepted=False, looks=1)


def untouched(prepared: Prepared, number: int) -> Outcome:
    """Look at the picture as it is, after 1 and 16 frames, with one random key."""
    return _outcome(_looked(prepared, key_of(prepared.medium.name, number)))


def blind(prepared: Prepared, number: int) -> Outcome:
    """Do the same, then try every turn, scale, stretch and shift, as for a file in which nothing was read so far."""
    return _outcome(_searched(prepared, key_of(prepared.medium.name, number)))


def perspective(prepared: Prepared, number: int) -> Outcome:
    """Do the same, then try every perspective, as at the end of a file in which nothing was read."""
    search, plane = _searched(prepared, key_of(prepared.medium.name, number)), prepared.planes[-1]
    if plane.any() and not accepted(search.best):
        search.tilted(plane)
    return _outcome(search)


def present(prepared: Prepared, number: int) -> Outcome:
    """Ask for ten random payloads by name, with one random key."""
    return _asked(prepared, key_of(prepared.medium.name, number), number, there=None)


def same_key(prepared: Prepared, number: int) -> Outcome:
    """Ask for ten random payloads in a medium that carries another one of the same key, too weak to be decoded."""
    key = key_of(prepared.medium.name, EMBEDDING)
    there = payload_of(prepared.medium.name, EMBEDDING, key_id=key.key_id)
    return _asked(prepared, key, number, there=there)


def _looked(prepared: Prepared, key: WatermarkKey) -> Search:
    search = Search((key,))
    for plane in prepared.planes:
        search.look(search.spectra(plane, IDENTITY), IDENTITY)
    return search


def _searched(prepared: Prepared, key: WatermarkKey) -> Search:
    search, plane = _looked(prepared, key), prepared.planes[-1]
    if not plane.any() or accepted(search.look_at_plane(plane, IDENTITY)[1]):  # blank pictures are left alone
        return search
    if not accepted(search.look_for_remains(plane, IDENTITY)):
        search.turned(plane)
    return search


def _outcome(search: Search) -> Outcome:
    best = search.best
    if best is None:
        return NOTHING
    return Outcome(best.reading.z, best.log10_p, accepted=accepted(best), looks=search.trials.done)


def _asked(prepared: Prepared, key: WatermarkKey, number: int, *, there: Payload | None) -> Outcome:
    """Look as `Search` does with known payloads, but keep their reading apart: a search ranks blind readings first.

    The outcome is that of the best name asked for. `accepted` says that any payload was believed where none is, or a
    name where another payload is; a wrong payload that was read from a mark of this key is no false positive, but an
    error of the code (`likeness.simulated_readings`).
    """
    names = tuple(payload_of(prepared.medium.name, number, place, key_id=key.key_id) for place in range(NAMES))
    layout, trials, outcome, wrong = layout_of(key), Trials(), NOTHING, False
    for plane in prepared.planes:
        rows = tiles_of(plane, layout, IDENTITY).likeliest(layout)
        prices = trials.spend(len(rows)) + math.log(2.0)  # as `Search` does: two families of events
        blindly, named = read(key, rows, names, prices=prices)
        decoded = log10_p(blindly.z, price=blindly.price, log_words=blindly.log_words) <= ACCEPT_LOG10_P
        p = log10_p(named.z, price=named.price, log_words=named.log_words)
        wrong |= (decoded and there is None) or (p <= ACCEPT_LOG10_P and not decoded)
        if (p, -named.z) < (outcome.log10_p, -outcome.z):
            outcome = Outcome(named.z, p, accepted=False, looks=0)
    return Outcome(outcome.z, outcome.log10_p, accepted=wrong, looks=trials.done)


SEARCHES: dict[SearchKind, Callable[[Prepared, int], Outcome]] = {
    "one word": one_word,
    "untouched": untouched,
    "blind": blind,
    "perspective": perspective,
    "present": present,
    "same key": same_key,
}
