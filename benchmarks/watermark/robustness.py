"""Clip after clip, attack after attack: is the payload still read, blind, with p ≤ 1e-9?"""

import hashlib
import multiprocessing
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, Literal

import cv2

from ...media import Luma, form_of, probe, read_luma, read_pictures
from ...media.rgb import luma_of
from ...provenance import Payload
from ...provenance.imprint import Draft, imprint
from ...provenance.keyring import Keyring
from ...provenance.manifest import TrustAnchors
from ...provenance.passage import Stopwatch
from ...provenance.signing import local_signer
from ...provenance.terms import ReleaseConfig
from ...provenance.watermark import METHOD_NAMES, WatermarkKey, load_method
from ...provenance.watermark.extract import examine
from .attacks import ALL_FRAMES, ATTACKS, STILL_ATTACKS, Attack, Tier
from .cells import Cache, cell_key, code_version, file_sha256
from .footage import read_foreign
from .workers import one_thread_each

Kind = Literal["video", "image"]
SOURCES = tuple(
    f"benchmarks/watermark/{name}.py"
    for name in ("robustness", "attacks", "codecs", "footage", "geometry", "photometry", "timing")
)
MARKING_SOURCES = ("provenance/imprint.py", "provenance/trial.py", "provenance/passage.py")
TUNED = ("coffee_720p.mp4", "people_480p.mp4")
"""Clips that constants of the mark were chosen on."""
KEY = WatermarkKey(1, hashlib.sha256(b"the key of the robustness table").digest())


@dataclass(frozen=True, slots=True)
class Cell:
    """One clip after one attack."""

    clip: str
    attack: str
    tier: Tier
    group: str
    kind: Kind
    method: str
    warned: bool
    """Whether `mark` said that copies of this file may lose the mark."""
    tuned: bool
    """Whether constants of the mark were chosen on this clip."""
    status: Literal["decoded", "present", "not_found"]
    """`present`: only when asked for the payload by name."""
    z: float | None
    log10_p: float | None
    bit_accuracy: float | None
    """Share of the 64 bits that the best blind reading has right, believed or not."""
    seconds: float
    """What reading took, wall time."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Marked:
    """A clip as `mark` gives it, without its manifest."""

    source: Path
    path: Path
    payload: Payload
    warned: bool
    psnr_y_db: float | None


def run_robustness(
    clips: Sequence[Path],
    *,
    cells: Cache | None = None,
    on_row: Callable[[Cell], None] | None = None,
    jobs: int = 1,
    attacks: Sequence[Attack] = ATTACKS,
) -> tuple[Cell, ...]:
    """Mark the first three seconds of each clip at the default strength and do everything to them.

    Args:
        clips: Files that the product can mark.
        cells: Rows that are there already are not measured again.
        on_row: Told of each row as it comes.
        jobs: Processes, each with one thread.
        attacks: What is done.

    Returns:
        A row for each clip and attack, clips first.

    Raises:
        MediaError: A clip can't be read.
        NoMarkPossible: A clip can't be marked.
    """
    return _run(clips, attacks, "video", cells=cells, on_row=on_row, jobs=jobs)


def run_stills(
    stills: Sequence[Path],
    *,
    cells: Cache | None = None,
    on_row: Callable[[Cell], None] | None = None,
    jobs: int = 1,
) -> tuple[Cell, ...]:
    """Do the same to images. Arguments, result and errors as `run_robustness`."""
    return _run(stills, STILL_ATTACKS, "image", cells=cells, on_row=on_row, jobs=jobs)


def _run(
    sources: Sequence[Path],
    attacks: Sequence[Attack],
    kind: Kind,
    *,
    cells: Cache | None,
    on_row: Callable[[Cell], None] | None,
    jobs: int,
) -> tuple[Cell, ...]:
    done: dict[tuple[Path, str], Cell] = {}

    def keep(source: Path, cell: Cell) -> None:
        done[source, cell.attack] = cell
        if on_row is not None:
            on_row(cell)

    for source in sources:
        for attack in attacks:
            row = None if cells is None else cells.get(_key(source, attack, kind))
            if row is not None:
                keep(source, Cell(**row))
    missing = [(source, attack) for source in sources for attack in attacks if (source, attack.name) not in done]
    with tempfile.TemporaryDirectory(prefix="sealreel-robustness-") as name:
        for source, attack, cell in _measured(missing, kind, Path(name), jobs):
            if cells is not None:
                cells.put(_key(source, attack, kind), cell.as_json())
            keep(source, cell)
    return tuple(done[source, attack.name] for source in sources for attack in attacks)


def _measured(
    wanted: Sequence[tuple[Path, Attack]], kind: Kind, directory: Path, jobs: int
) -> Iterator[tuple[Path, Attack, Cell]]:
    """Yield cells as they are finished; first every source is marked once."""
    sources = list(dict.fromkeys(source for source, _ in wanted))
    context = multiprocessing.get_context("spawn")  # a fork would share the parent's threads and codecs
    with (
        one_thread_each(),
        ProcessPoolExecutor(jobs, mp_context=context, initializer=cv2.setNumThreads, initargs=(1,)) as pool,
    ):
        marked = dict(zip(sources, pool.map(mark_start, sources, [directory] * len(sources)), strict=True))
        waiting: dict[Future[Cell], tuple[Path, Attack]] = {
            pool.submit(_try, marked[source], attack.name, kind): (source, attack) for source, attack in wanted
        }
        for future in as_completed(waiting):
            yield *waiting[future], future.result()


def mark_start(source: Path, directory: Path) -> Marked:
    """Mark the first pictures of a clip as `mark` does: same strength, encoder, read-back and trial."""
    payload = Payload(int.from_bytes(hashlib.sha256(source.name.encode()).digest()[:7], "big"), KEY.key_id)
    clip = probe(source)
    form = form_of(clip, "png" if clip.kind == "image" else "mp4")
    target = directory / f"{source.stem}.{'png' if clip.kind == 'image' else 'mp4'}"
    draft: Draft = imprint(
        lambda: islice(read_pictures(clip), ALL_FRAMES),
        target,
        form=form,
        payload=payload,
        method=load_method(),
        config=_config(directory),
        copy_from=None,
        watch=Stopwatch(),
    )
    expected = draft.expected_p_value_log10
    return Marked(source, target, payload, expected is not None and expected > -9.0, draft.psnr_y_db)


def _config(directory: Path) -> ReleaseConfig:
    return ReleaseConfig(
        signer=local_signer(directory / "keys"),
        keyring=Keyring(KEY, (KEY,), bytes(32)),
        store_url="sqlite://",
        trust=TrustAnchors(),
    )


def _try(marked: Marked, attack_name: str, kind: Kind) -> Cell:
    attack = next(one for one in (STILL_ATTACKS if kind == "image" else ATTACKS) if one.name == attack_name)
    with tempfile.TemporaryDirectory(dir=marked.path.parent) as name:
        attacked = attack.apply(marked.path, Path(name))
        start = perf_counter()
        found, best = examine(_lumas(attacked, attack), [KEY])
        bits = None if best is None else _bits_right(best.reading.payload, marked.payload)
        if found.status == "not_found" and attack.tier != "A":
            found, _ = examine(_lumas(attacked, attack), [KEY], known=(marked.payload,))
        seconds = perf_counter() - start
    right = found.payload == marked.payload
    return Cell(
        clip=marked.source.name,
        attack=attack.name,
        tier=attack.tier,
        group=attack.group,
        kind=kind,
        method=METHOD_NAMES[0],
        warned=marked.warned,
        tuned=marked.source.name in TUNED,
        status=found.status if right and found.status in ("decoded", "present") else "not_found",  # pyright: ignore
        z=found.statistic,
        log10_p=found.p_value_log10,
        bit_accuracy=bits,
        seconds=round(seconds, 3),
    )


def _lumas(path: Path, attack: Attack) -> Iterable[Luma]:
    """Read as `verify` does; GIF and RGB video, which it does not take, picture by picture."""
    if attack.still != ".gif" and all(codec.pixel_format == "yuv420p" for codec in attack.codecs):
        return read_luma(probe(path))
    footage = read_foreign(path, frames=ALL_FRAMES)
    rate = footage.rate or Fraction(10)
    return [Luma(luma_of(frame), float(index / rate)) for index, frame in enumerate(footage.frames)]


def _bits_right(read: Payload, embedded: Payload) -> float:
    return sum(a == b for a, b in zip(read.to_bits(), embedded.to_bits(), strict=True)) / len(read.to_bits())


def _key(source: Path, attack: Attack, kind: Kind) -> str:
    return cell_key(
        "robustness",
        code=code_version(*SOURCES, *MARKING_SOURCES),
        clip=file_sha256(source),
        name=source.name,
        attack=attack.name,
        kind=kind,
    )
