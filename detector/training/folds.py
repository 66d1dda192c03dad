"""Who is held out: generators and real sources together, so that a score is of what was never seen."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .dataset import Row

FOLDS, MODEL, HELD_OUT = "folds.json", "model", "held_out.json"
"""In a run's folder: who is held out where, the finished weights, and in a fold's folder what was said of them."""
HEAVIEST = 30
"""Clips that a source counts for at most; the audit judges as many of each."""


@dataclass(frozen=True, slots=True)
class Fold:
    """One part of the sources, kept from training."""

    number: int
    """From 1."""
    generators: frozenset[str]
    """Sources of the held-out AI clips."""
    real_sources: frozenset[str]
    """Sources of the held-out real clips."""

    def folder(self, run: Path) -> Path:
        """Return where its weights lie."""
        return run / "folds" / str(self.number)

    def holds_out(self, row: Row) -> bool:
        """Whether the row is scored in this fold."""
        return row.source in (self.real_sources if row.label == "real" else self.generators)

    def as_json(self) -> dict[str, Any]:
        """Return what `folds.json` keeps."""
        return {
            "number": self.number,
            "generators": sorted(self.generators),
            "real_sources": sorted(self.real_sources),
        }


def trained_in(fold: Fold, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows that this fold trains on: neither held out, nor `evaluate`, nor near-duplicates of such."""
    unseen = {row.group for row in rows if row.use == "evaluate" or fold.holds_out(row)}
    return tuple(row for row in rows if row.group not in unseen)


def held_out(fold: Fold, rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the rows that this fold scores."""
    return tuple(row for row in rows if row.use == "train" and fold.holds_out(row))


def folds_of(rows: Sequence[Row], *, count: int = 5, seed: int = 0) -> tuple[Fold, ...]:
    """Deal generators and real sources to `count` folds of about equal weight.

    Relatives go together, so that no fold is asked about a sibling of what it saw: generators of one family (`wan21`,
    `self_forcing_wan` and all others of Wan; the versions of one generator), and real sources of one kind (everything
    with faces in front of a camera, the samples of OpenCV). Robots were filmed by different laboratories and are dealt
    one by one. What shares a near-duplicate group with a held-out clip is not trained on (`trained_in`).
    """
    usable = [row for row in rows if row.use == "train"]
    generators = _dealt([row for row in usable if row.label == "ai"], _generator_family, count, seed)
    reals = _dealt([row for row in usable if row.label == "real"], _real_family, count, seed)
    return tuple(
        Fold(number, frozenset(one), frozenset(other))
        for number, (one, other) in enumerate(zip(generators, reals, strict=True), start=1)
    )


def fold_from_json(value: Any) -> Fold:
    """Read what `as_json` wrote.

    Raises:
        ValueError: It is something else.
    """
    try:
        return Fold(int(value["number"]), frozenset(value["generators"]), frozenset(value["real_sources"]))
    except (TypeError, KeyError) as error:
        raise ValueError(f"not a fold: {value!r}") from error


BUILT_ON = {
    "fifo_videocrafter1": "videocrafter",
    "fifo_videocrafter2": "videocrafter",
    "fifo_zeroscope": "zeroscope",
    "freenoise_vc2": "videocrafter",
    "physvideo_vc2": "videocrafter",
    "dynamicrafter_gif": "videocrafter",
    "streamingsvd": "svd",
    "causvid": "wan",
    "turbowan21": "wan",
    "turbowan22": "wan",
    "modelscope_t2v": "zeroscope",
}
"""Methods that decode with another's network belong to it, whatever their name."""


def _generator_family(source: str) -> str:
    """The first word of the name without its version, but for what runs on another's weights."""
    if source in BUILT_ON:
        return BUILT_ON[source]
    words = source.split("_")
    return "wan" if words[-1] == "wan" else words[0].rstrip("0123456789")


def _real_family(source: str) -> str:
    """Collections of one kind (`robot_…`, `opencv_…`) and everything with faces in front of a camera."""
    faces = {"face_driving", "liveportrait_driving", "video_retalking_faces", "face_recognition"}
    if source in faces:
        return "faces"
    return source.split("_", maxsplit=1)[0] if source.startswith(("opencv_", "pypi_", "t2vz_")) else source


def _dealt(rows: Iterable[Row], family: Callable[[str], str], count: int, seed: int) -> list[set[str]]:
    """Largest family first, each to the lightest fold; ties by chance.

    A source weighs no more than what the audit looks at of it: one large collection would else fill a fold alone.
    """
    of_source: Counter[str] = Counter()
    clips: Counter[str] = Counter()
    members: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        of_source[row.source] += 1
        members[family(row.source)].add(row.source)
    for source, count_of_it in of_source.items():
        clips[family(source)] += min(count_of_it, HEAVIEST)
    rng = random.Random(seed)  # noqa: S311 - a split, no secret
    order = sorted(members, key=lambda name: (-clips[name], rng.random()))
    folds: list[set[str]] = [set() for _ in range(count)]
    weights = [0.0] * count
    for name in order:
        lightest = min(range(count), key=weights.__getitem__)
        folds[lightest] |= members[name]
        weights[lightest] += clips[name]
    return folds
