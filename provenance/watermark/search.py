"""One search over one clip: every look at the payload signs is counted, and the best finding is kept."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ..payload import Payload
from .agreement import agreeing
from .combine import Tiles, in_step, tiles_of
from .decode import BLIND_LOG_WORDS, Reading, Trials, log10_p, read
from .geometry import IDENTITY, Geometry, whole_picture_turns
from .keys import WatermarkKey
from .layout import TILE, Layout, layout_of
from .resync import candidates, tilted_candidates
from .scramble import Spectra, at_likely_places
from .terms import ACCEPT_LOG10_P

TRIED_GEOMETRIES = 3
LOOKS_AT_PLACES = 2
"""Batches of looks in each: by how much of the pilots tiles show, and all alike."""

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Finding:
    """A reading with its price paid."""

    reading: Reading
    geometry: Geometry
    log10_p: float

    @property
    def blind(self) -> bool:
        """Whether it was read without being asked for."""
        return self.reading.log_words == BLIND_LOG_WORDS


def accepted(found: Finding | None, at: float = ACCEPT_LOG10_P) -> bool:
    """Say whether a finding is significant."""
    return found is not None and found.log10_p <= at


@dataclass(slots=True)
class Search:
    """The keys and the payloads asked for, what was tried, and where the mark was last found."""

    keys: Sequence[WatermarkKey]
    known: tuple[Payload, ...] = ()
    trials: Trials = field(default_factory=Trials)
    geometry: Geometry = IDENTITY
    best: Finding | None = None
    """The surest finding of the whole clip, accepted or not."""

    def spectra(self, plane: Plane, geometry: Geometry) -> list[Spectra]:
        """Return what a plane carries under its likeliest nonces, (nonces, bins), for each key."""
        return [tiles_of(plane, layout_of(key), geometry).likeliest(layout_of(key)) for key in self.keys]

    def look(self, spectra: Sequence[Spectra], geometry: Geometry) -> Finding | None:
        """Read the spectra of each key."""
        attempts = zip(self.keys, spectra, strict=True)
        return self._keep([self._finding(one, geometry) for key, rows in attempts for one in self._read(key, rows)])

    def look_in_step(self, parts: Sequence[Sequence[Spectra]], geometry: Geometry) -> Finding | None:
        """Read several parts of a clip together, each with one array for each key."""
        return self.look(
            [in_step([part[i] for part in parts], layout_of(key)) for i, key in enumerate(self.keys)], geometry
        )

    def look_at_plane(self, plane: Plane, geometry: Geometry) -> tuple[list[Spectra], Finding | None]:
        """Read a plane in one geometry: all tiles alike, then by how much of the pilots each shows.

        Returns:
            What all tiles carry alike, as `spectra` does, and the surest finding; no more is looked for once one was
            read.
        """
        layouts = [layout_of(key) for key in self.keys]
        seen = [tiles_of(plane, layout, geometry) for layout in layouts]
        alike = [one.likeliest(layout) for one, layout in zip(seen, layouts, strict=True)]
        found = self.look(alike, geometry)
        if found and found.blind and accepted(found):
            return alike, found
        weighed = [one.weighed(layout).likeliest(layout) for one, layout in zip(seen, layouts, strict=True)]
        new = self.look(weighed, geometry)
        return alike, new if new and (found is None or self._surer(new, found)) else found

    def look_for_remains(self, plane: Plane, geometry: Geometry) -> Finding | None:
        """Read a plane in one geometry by how its tiles agree: what is left of a mark that was taken away."""
        layouts = [layout_of(key) for key in self.keys]
        return self.look([agreeing(tiles_of(plane, layout, geometry), layout) for layout in layouts], geometry)

    def turned(self, plane: Plane) -> Finding | None:
        """Try the turns of a whole picture, then whatever the pilots say; stop at the first acceptable finding."""
        for turn in whole_picture_turns(plane.shape[1], plane.shape[0]):
            found = self.look(self.spectra(plane, turn), turn)
            if accepted(found):
                return found
        return self._try_all(plane, candidates)

    def forgo_turns(self, plane: Plane) -> None:
        """Pay what `turned` costs at most, without a look: what is read later is no surer than to who does look."""
        turns = len(whole_picture_turns(plane.shape[1], plane.shape[0]))
        self.trials.forgo(len(self.keys) * (turns + TRIED_GEOMETRIES * LOOKS_AT_PLACES))

    def tilted(self, plane: Plane) -> Finding | None:
        """Try what the pilots say of a picture filmed from the side."""
        return self._try_all(plane, tilted_candidates)

    def _try_all(self, plane: Plane, candidates_of: Callable[[Plane, Layout], list[Geometry]]) -> Finding | None:
        for key in self.keys:
            for geometry in candidates_of(plane, layout_of(key))[:TRIED_GEOMETRIES]:
                found = self._look_at_places(plane, key, geometry)
                if accepted(found):
                    return found
        return None

    def _look_at_places(self, plane: Plane, key: WatermarkKey, geometry: Geometry) -> Finding | None:
        """Read where the grid is known, but not which tile of the table comes first."""
        tiles = tiles_of(plane, layout_of(key), geometry)
        for one in (tiles.weighed(layout_of(key)), tiles):
            found = self._read_places(one, key, geometry)
            if accepted(found):
                return found
        return None

    def _read_places(self, tiles: Tiles, key: WatermarkKey, geometry: Geometry) -> Finding | None:
        rows, places = at_likely_places(tiles.data, layout_of(key))
        moves = [(down - tiles.first[0], across - tiles.first[1]) for down, across in places]
        findings = [
            self._finding(reading, geometry.moved(moves[reading.row][1] * TILE, moves[reading.row][0] * TILE))
            for reading in self._read(key, rows)
        ]
        return self._keep(findings)

    def _read(self, key: WatermarkKey, rows: Spectra) -> list[Reading]:
        """Read a batch of looks, the likeliest first; asking for names as well costs both a factor of two."""
        prices = self.trials.spend(len(rows)) + (math.log(2.0) if self.known else 0.0)
        return read(key, rows, self.known, prices=prices)

    @staticmethod
    def _surer(new: Finding, old: Finding) -> bool:
        """Say whether a finding takes the place of an earlier one; one that was read, of the same payload, does."""
        if accepted(new) and accepted(old) and new.reading.payload == old.reading.payload and new.blind != old.blind:
            return new.blind
        return _rank(new) < _rank(old)

    @staticmethod
    def _finding(reading: Reading, geometry: Geometry) -> Finding:
        return Finding(reading, geometry, log10_p(reading.z, price=reading.price, log_words=reading.log_words))

    def _keep(self, findings: list[Finding]) -> Finding | None:
        """Return the surest of the findings, and remember it if it is the surest of all.

        Near the threshold a payload may be read with some bits wrong, while the right one, asked for, is surer. Where
        both agree it counts as read.
        """
        best = min(findings, key=_rank, default=None)
        if best and not best.blind:
            read_too = [one for one in findings if one.blind and accepted(one)]
            best = next((one for one in read_too if one.reading.payload == best.reading.payload), best)
        if best and (self.best is None or self._surer(best, self.best)):
            self.best = best
        if accepted(best) and best:
            self.geometry = best.geometry
        return best


def _rank(found: Finding) -> tuple[float, float]:
    return found.log10_p, -found.reading.z
