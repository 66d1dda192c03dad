"""Search unmarked media with many keys: does the proven bound hold, and is anything ever found?

The proof (`docs/watermark.md`) needs no measurement. This run looks for mistakes in it and in the code: streams of
chance that are not independent, a look that is not paid for, content that fools the pilots.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal

import cv2

from ...errors import MissingExtra
from ..report import Skipped
from .cells import Cache, cell_key, code_version, file_sha256
from .searches import SEARCHES, Outcome, SearchKind, prepare
from .unmarked import Medium, clips_in, drawn_media, marked_by
from .workers import one_thread_each

Size = Literal["quick", "default", "full"]
Z_STEP, Z_BINS = 0.25, 64
"""Bins from 0 to 16 standard deviations; lower and higher values go to the first and the last."""
LOG10_P_STEP, LOG10_P_BINS = 0.25, 64
"""Bins from 0 down to -16."""
WEAKENED_BY = (40.0, 60.0, 90.0)
"""Noise in code values over marks of the searched key: from just decodable to hardly there (tried on six clips)."""
_SOURCES = tuple(f"benchmarks/watermark/{name}.py" for name in ("false_positives", "searches", "unmarked"))


SEARCHES_IN_ALL: dict[Size, dict[SearchKind, int]] = {
    "quick": dict(zip(SEARCHES, (1_000, 400, 60, 30, 200, 200), strict=True)),
    "default": dict(zip(SEARCHES, (20_000, 12_000, 1_200, 200, 4_000, 4_000), strict=True)),
    "full": dict(zip(SEARCHES, (100_000, 50_000, 6_000, 1_000, 20_000, 20_000), strict=True)),
}
"""In the order of `SEARCHES`; spread evenly over the media, at least one a medium."""
FURTHER_CLIPS: dict[Size, int] = {"quick": 0, "default": 24, "full": 96}


@dataclass(frozen=True, slots=True)
class FalsePositivesConfig:
    """One run."""

    size: Size = "default"
    clips: Path | None = None
    """A folder of unmarked clips; None: drawings only."""
    further_clips: Path | None = None
    """Another folder, of which a few are taken."""
    workers: int = 2
    """Processes of one thread each."""
    media: tuple[Medium, ...] | None = None
    """Instead of the folders and drawings."""
    searches: Mapping[SearchKind, int] | None = None
    """In all, instead of those of the size."""

    def __post_init__(self) -> None:
        if self.size not in SEARCHES_IN_ALL:
            raise ValueError(f"size is one of {', '.join(SEARCHES_IN_ALL)}, got {self.size!r}")
        if self.workers < 1:
            raise ValueError(f"workers must be at least 1, got {self.workers}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FalsePositiveRow:
    """All searches of one kind over one medium, each with a key or a payload of its own."""

    medium: str
    kind: str
    """Of medium: see `unmarked.Kind`."""
    search: SearchKind
    searches: int
    looks: int
    """At the payload signs, over all searches."""
    best_log10_p: float
    max_z: float
    accepted: int
    """Must be 0."""
    z_counts: tuple[int, ...]
    log10_p_counts: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self) | {"z_counts": list(self.z_counts), "log10_p_counts": list(self.log10_p_counts)}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "FalsePositiveRow":
        """Read `as_json` back."""
        values: dict[str, Any] = dict(row)
        values.update({name: tuple(row[name]) for name in ("z_counts", "log10_p_counts")})
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """All searches of one kind over all media, to be drawn beside the bound."""

    search: SearchKind
    media: int
    searches: int
    looks: int
    best_log10_p: float
    max_z: float
    accepted: int
    z_edges: tuple[float, ...]
    z_counts: tuple[int, ...]
    """In the bin between two edges."""
    log10_p_edges: tuple[float, ...]
    """From 0 down."""
    log10_p_counts: tuple[int, ...]
    at_or_below: tuple[int, ...]
    """Searches with log10 p at or below each edge but the first."""
    expected_at_most: tuple[float, ...]
    """What the bound allows there on average: searches × 10^edge."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        values: dict[str, Any] = asdict(self)
        for name in ("z_edges", "z_counts", "log10_p_edges", "log10_p_counts", "at_or_below", "expected_at_most"):
            values[name] = list(values[name])
        return values


OnRow = Callable[[FalsePositiveRow | Skipped], None]


def run_false_positives(
    config: FalsePositivesConfig = FalsePositivesConfig(), *, cells: Cache | None = None, on_row: OnRow | None = None
) -> tuple[FalsePositiveRow, ...]:
    """Search every medium with many keys.

    Args:
        config: What, and how often.
        cells: Rows that it holds are not measured again.
        on_row: Told of each row as it comes, and of each medium that could not be had.

    Returns:
        The rows, medium after medium; `pooled` adds them up.
    """
    media = config.media if config.media is not None else media_for(config)
    known: dict[tuple[str, SearchKind], FalsePositiveRow] = {}
    wanted: dict[Medium, dict[SearchKind, int]] = {}
    for medium, search, count in _planned(media, config.searches or SEARCHES_IN_ALL[config.size]):
        found = None if cells is None else cells.get(_cell(medium, search, count))
        if found is None:
            wanted.setdefault(medium, {})[search] = count
        else:
            known[medium.name, search] = FalsePositiveRow.from_json(found)
            _tell(on_row, known[medium.name, search])
    for medium, rows in _in_processes(wanted, workers=config.workers):
        if isinstance(rows, Skipped):
            _tell(on_row, rows)
            continue
        for row in rows:
            known[medium.name, row.search] = row
            if cells is not None:
                cells.put(_cell(medium, row.search, row.searches), row.as_json())
            _tell(on_row, row)
    order: list[tuple[str, SearchKind]] = [(medium.name, search) for medium in media for search in SEARCHES]
    return tuple(known[one] for one in order if one in known)


def media_for(config: FalsePositivesConfig) -> tuple[Medium, ...]:
    """Return what is searched: clips, stills, drawings, and some of them with somebody else's mark."""
    clips = clips_in(config.clips) if config.clips is not None else ()
    stills = config.clips / "stills" if config.clips is not None else None
    found = [*clips, *(clips_in(stills, kind="still") if stills is not None and stills.is_dir() else ())]
    further = FURTHER_CLIPS[config.size]
    if config.further_clips is not None and further:
        found += clips_in(config.further_clips, at_most=further)
    drawings = {medium.name: medium for medium in drawn_media()}
    textures = [medium for medium in drawings.values() if medium.kind == "texture"]
    carriers = [*clips[::2], *textures]
    small = [*(medium for medium in clips if "480p" in medium.name or "404p" in medium.name), textures[0]]
    return (
        *found,
        *drawings.values(),
        *(marked_by(medium, "another key") for medium in carriers),
        *(marked_by(medium, peer) for medium in small for peer in ("dwtDct", "dwtDctSvd")),
        marked_by(small[0], "rivaGan"),
        *(marked_by(medium, "same key", noise=noise) for medium in carriers for noise in WEAKENED_BY),
    )


def pooled(rows: Iterable[FalsePositiveRow]) -> tuple[Pool, ...]:
    """Add up the rows of each kind of search."""
    by_search: dict[SearchKind, list[FalsePositiveRow]] = {}
    for row in rows:
        by_search.setdefault(row.search, []).append(row)
    return tuple(_pool(search, by_search[search]) for search in SEARCHES if search in by_search)


def _pool(search: SearchKind, rows: Sequence[FalsePositiveRow]) -> Pool:
    searches = sum(row.searches for row in rows)
    log10_p_counts = tuple(sum(counts) for counts in zip(*(row.log10_p_counts for row in rows), strict=True))
    edges = tuple(-LOG10_P_STEP * index for index in range(LOG10_P_BINS + 1))
    return Pool(
        search=search,
        media=len(rows),
        searches=searches,
        looks=sum(row.looks for row in rows),
        best_log10_p=min(row.best_log10_p for row in rows),
        max_z=max(row.max_z for row in rows),
        accepted=sum(row.accepted for row in rows),
        z_edges=tuple(Z_STEP * index for index in range(Z_BINS + 1)),
        z_counts=tuple(sum(counts) for counts in zip(*(row.z_counts for row in rows), strict=True)),
        log10_p_edges=edges,
        log10_p_counts=log10_p_counts,
        at_or_below=tuple(sum(log10_p_counts[index:]) for index in range(LOG10_P_BINS)),
        expected_at_most=tuple(searches * 10.0**edge for edge in edges[:-1]),
    )


def _planned(media: Sequence[Medium], in_all: Mapping[SearchKind, int]) -> Iterator[tuple[Medium, SearchKind, int]]:
    """Give every medium its share of each kind of search."""
    for search, count in in_all.items():
        fitting = [medium for medium in media if (medium.kind == "same key") == (search == "same key")]
        for medium in fitting:
            yield medium, search, -(-count // len(fitting))


def _cell(medium: Medium, search: SearchKind, count: int) -> str:
    return cell_key(
        "false_positives",
        medium=medium.name,
        source=None if medium.source is None else file_sha256(medium.source),
        search=search,
        searches=count,
        code=code_version(*_SOURCES),
    )


def _tell(on_row: OnRow | None, row: FalsePositiveRow | Skipped) -> None:
    if on_row is not None:
        on_row(row)


def _in_processes(
    wanted: dict[Medium, dict[SearchKind, int]], *, workers: int
) -> Iterator[tuple[Medium, list[FalsePositiveRow] | Skipped]]:
    """Yield the rows of each medium as they are finished."""
    if not wanted:
        return
    with one_thread_each(), ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        jobs = {pool.submit(search_medium, medium, counts): medium for medium, counts in wanted.items()}
        for job in as_completed(jobs):
            medium = jobs[job]
            try:
                yield medium, job.result()
            except MissingExtra as error:
                yield medium, Skipped(medium.name, str(error))


def search_medium(medium: Medium, counts: dict[SearchKind, int]) -> list[FalsePositiveRow]:
    """Take all searches over one medium; the pictures are levelled once.

    Raises:
        MediaError: The file can't be read.
        MissingExtra: The medium is marked by a method that is not installed.
    """
    cv2.setNumThreads(1)
    prepared = prepare(medium)
    return [
        _row(medium, search, [SEARCHES[search](prepared, number) for number in range(count)])
        for search, count in counts.items()
    ]


def _row(medium: Medium, search: SearchKind, outcomes: Sequence[Outcome]) -> FalsePositiveRow:
    return FalsePositiveRow(
        medium=medium.name,
        kind=medium.kind,
        search=search,
        searches=len(outcomes),
        looks=sum(outcome.looks for outcome in outcomes),
        best_log10_p=min(outcome.log10_p for outcome in outcomes),
        max_z=max(outcome.z for outcome in outcomes),
        accepted=sum(outcome.accepted for outcome in outcomes),
        z_counts=counted((outcome.z for outcome in outcomes), step=Z_STEP, bins=Z_BINS),
        log10_p_counts=counted((-outcome.log10_p for outcome in outcomes), step=LOG10_P_STEP, bins=LOG10_P_BINS),
    )


def counted(values: Iterable[float], *, step: float, bins: int) -> tuple[int, ...]:
    """Return how many values lie in [0, step), [step, 2 step), …; what lies outside goes to the first or the last."""
    counts = [0] * bins
    for value in values:
        counts[min(max(int(value / step), 0), bins - 1)] += 1
    return tuple(counts)
