"""Who can take the mark away, forge it or copy it: every attack run, and the outcome written down, also when it wins.

The adversary knows the algorithm and not the key. He gets the marked pictures without any coding loss, which no file
gives, and his own are judged twice: as they are, and as published (x264 CRF 23).
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from ...provenance import Payload
from ...provenance.watermark import WatermarkKey
from . import copying
from .campaign import CROWD, FRAMES, Attempt, attempts
from .cells import Cache, cell_key, code_version, file_sha256
from .collusion import Exhibit
from .crowd import COLLUDERS, Sources, crowd_of
from .footage import read_footage
from .impostures import judge_pretence, pretences, search_with_other_keys
from .outcomes import SecurityRow, judge_removal
from .specimen import Specimen, specimen_of

Size = Literal["quick", "default", "full"]
CLIPS: dict[Size, tuple[str, ...]] = {
    "quick": ("chaplin_360p",),
    "default": ("dog_720p", "walking_720p", "bunny_720p", "chaplin_360p"),
    "full": (
        "dog_720p", "walking_720p", "bunny_720p", "chaplin_360p", "cameratrap_404p",
        "phone_720x1280", "street_1080x1920", "room_1080p", "padded_1080x1080", "chair_480x720",
    ),
}  # fmt: skip
"""None of them was used to choose constants."""
QUICK_FRAMES = 48
"""A quick run leaves the crowd out as well: reading and marking fifty clips takes a minute."""
FURTHER_COLLUDERS = 28
_SOURCES = tuple(
    f"benchmarks/watermark/{name}.py"
    for name in (
        "adversaries", "campaign", "collusion", "copying", "crowd", "impostures", "laundering", "outcomes",
        "regeneration", "security", "specimen",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SecurityConfig:
    """One run."""

    clips: Path
    """The folder of clips."""
    size: Size = "default"
    names: tuple[str, ...] | None = None
    """Clips to attack, without suffix; None: those of the size."""
    further_clips: Path | None = None
    """A folder of other clips, for the crowd of colluders."""
    autoencoder: Path | None = None
    """The folder of TAEF2; None leaves that regeneration out."""
    frames: int | None = None
    """Pictures of each clip; None: 120, and 48 in a quick run."""
    key: WatermarkKey = field(default=WatermarkKey(key_id=1, secret=hashlib.sha256(b"the owner").digest()))

    @property
    def pictures(self) -> int:
        """How many pictures of each clip are attacked."""
        return self.frames or (QUICK_FRAMES if self.size == "quick" else FRAMES)

    def paths(self) -> tuple[Path, ...]:
        """Return the files to attack that are there."""
        names = CLIPS[self.size] if self.names is None else self.names
        found = {path.stem: path for path in sorted(self.clips.iterdir()) if path.suffix in (".mp4", ".avi")}
        return tuple(found[name] for name in names if name in found) or tuple(found.values())[:1]


OnRow = Callable[[SecurityRow], None]


def run_security(
    config: SecurityConfig, *, cells: Cache | None = None, on_row: OnRow | None = None
) -> tuple[SecurityRow, ...]:
    """Run every attack on every clip.

    Args:
        config: What is attacked, and with what in hand.
        cells: Rows that it holds are not measured again.
        on_row: Told of each row as it comes.
    """
    rows: list[SecurityRow] = []
    for one in _all(config, cells):
        rows.append(one)
        if on_row is not None:
            on_row(one)
    return tuple(rows)


def _all(config: SecurityConfig, cells: Cache | None) -> Iterator[SecurityRow]:
    for path in config.paths():
        yield from _attack(path, config, cells)
    yield from _copies(config, cells)


def _attack(path: Path, config: SecurityConfig, cells: Cache | None) -> Iterator[SecurityRow]:
    """All attacks on one clip; it is read and marked when the first row is missing."""

    @lru_cache(maxsize=1)
    def specimen() -> Specimen:
        return specimen_of(read_footage(path, frames=config.pictures), path.stem, _payload(path.stem), config.key)

    @lru_cache(maxsize=1)
    def crowd(target: Specimen) -> Sequence[Exhibit]:
        return crowd_of(_sources(config, besides=path), config.key, like=target.marked[0])

    def cached(attack: str, strength: str, make: Callable[[], SecurityRow]) -> SecurityRow:
        return _cached(cells, config, (path, attack, strength), make)

    untouched: SecurityRow | None = None
    quick = config.size == "quick"
    for attempt in attempts(crowd, autoencoder=config.autoencoder):
        if quick and attempt.had == CROWD:
            continue
        publish = untouched is None or untouched.published_status in ("decoded", "present")
        row = cached(attempt.attack, attempt.strength, lambda a=attempt, p=publish: _judge(specimen(), a, publish=p))
        untouched = untouched or row
        yield row
    for pretence in pretences(crowd):
        if quick and pretence.had == CROWD:
            continue
        yield cached(pretence.attack, pretence.strength, lambda p=pretence: judge_pretence(specimen(), p))
    yield cached("search with random keys", "", lambda: search_with_other_keys(specimen()))


def _judge(specimen: Specimen, attempt: Attempt, *, publish: bool) -> SecurityRow:
    return judge_removal(
        specimen,
        attempt.run(specimen),
        attack=attempt.attack,
        strength=attempt.strength,
        had=attempt.had,
        judged=attempt.judged,
        correlation=None if attempt.likeness is None else round(attempt.likeness(specimen), 4),
        publish=publish,
    )


def _copies(config: SecurityConfig, cells: Cache | None) -> Iterator[SecurityRow]:
    """Copy each clip's mark onto the next one, and onto a later piece of itself."""
    paths = config.paths()
    for index, path in enumerate(paths):
        others = [paths[(index + 1) % len(paths)]] if len(paths) > 1 else []
        for other in others:
            for residual in ("exact", "estimated"):
                strength = f"{other.stem}, {residual}"
                cell = path, "copying", strength
                yield _cached(cells, config, cell, lambda o=other, r=residual, p=path: _copy(p, o, r))
        yield _cached(cells, config, (path, "copying", "same scene, exact"), lambda p=path: _copy(p, p, "exact"))


def _copy(owner: Path, victim: Path, residual: copying.Residual) -> SecurityRow:
    """A clip that is its own victim lends the pictures after the marked ones: the same scene a moment later."""
    own = read_footage(owner, frames=copying.FRAMES)
    same = owner == victim
    start = float(copying.FRAMES / own.rate) if same else 0.0
    other = read_footage(victim, frames=copying.FRAMES, start_seconds=start)
    name = "the same scene a moment later" if same else victim.stem
    with TemporaryDirectory() as directory:
        return copying.copy_mark(own, other, Path(directory), names=(owner.stem, name), residual=residual)


def _cached(
    cells: Cache | None, config: SecurityConfig, cell: tuple[Path, str, str], make: Callable[[], SecurityRow]
) -> SecurityRow:
    """Take the row of (clip, attack, strength) from the cache, or make it."""
    path, attack, strength = cell
    name = cell_key(
        "security",
        attack=attack,
        strength=strength,
        clip=file_sha256(path),
        frames=config.pictures,
        crowd=None if config.further_clips is None else config.further_clips.name,
        code=code_version(*_SOURCES),
    )
    found = None if cells is None else cells.get(name)
    if found is not None:
        return SecurityRow.from_json(found)
    row = make()
    if cells is not None:
        cells.put(name, row.as_json())
    return row


def _sources(config: SecurityConfig, *, besides: Path) -> Sources:
    own = sorted(p for p in config.clips.iterdir() if p.suffix in (".mp4", ".avi") and p != besides)
    further = sorted(config.further_clips.glob("*.mp4")) if config.further_clips is not None else []
    spread = [further[i * len(further) // FURTHER_COLLUDERS] for i in range(FURTHER_COLLUDERS)] if further else []
    return Sources((*own, *spread), COLLUDERS)


def _payload(name: str) -> Payload:
    return Payload(record_id=int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) >> 4, version=1)
