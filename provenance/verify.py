"""The story of one check: manifest first; pixels where it does not settle the question; then the verdict."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..errors import ManifestUnreadable, MediaError, StoreError, UnreadableMedia, UnsupportedMedia
from ..media import Clip, Limits, probe, read_luma
from .extraction import Extraction
from .fingerprint import SAME_HASH, Glimpses, fingerprint_glimpses, glimpse
from .likeness import SAME_CONTENT, TELLING_STRUCTURE, content_distance, structure
from .manifest import ManifestReport, TrustAnchors, find_sidecar, read_manifest
from .record import Record
from .store import Store, open_store, store_exists
from .verdict import Reason, Recovery, Verdict
from .watermark import METHOD_NAMES, WatermarkKey, load_method
from .weigh import weigh

CheckWatermark = Literal["auto", "always", "never"]
UNLOOKED = Extraction("not_checked", METHOD_NAMES[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyConfig:
    """What to believe, and how far to look."""

    trust: TrustAnchors = field(default_factory=TrustAnchors)
    keys: tuple[WatermarkKey, ...] = ()
    """Marks can be read only with the keys that made them."""
    store_url: str | None = None
    """Where records are; one that does not exist yet is not made."""
    check_watermark: CheckWatermark = "auto"
    """`auto` reads the pixels unless an intact manifest answers."""
    methods: tuple[str, ...] = (METHOD_NAMES[0],)
    """Watermarks to look for, in this order; the first that is found counts."""
    sidecar: Path | None = None
    """The manifest is in this file; None: in the file itself, else in a `.c2pa` file beside it."""
    online: bool = False
    """Fetch what the file points at."""
    limits: Limits = field(default_factory=Limits)


NO_PICTURES = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "ZIP",
    b"ID3": "MP3",
    b"\xff\xfb": "MP3",
    b"fLaC": "FLAC",
    b"GIF8": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"\0\0\0\x0cJXL ": "JPEG XL",
}
"""Files that may hold a manifest, but no pictures that are read here, by how they begin; and WAV."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the pixels and the store gave."""

    watermark: Extraction = UNLOOKED
    recovery: Recovery | None = None
    problem: MediaError | None = None
    """Why the pixels could not be looked at, or not to their end."""
    store_problem: StoreError | None = None


def verify(path: Path, config: VerifyConfig) -> Verdict:
    """Say what a file proves about its origin. Finding nothing, or something bad, is a verdict, not an error.

    Raises:
        UnreadableMedia: Missing, a directory, not permitted; or no manifest, and no pixels that could be decoded.
        LimitExceeded: No manifest, and the pixels ask for more than the limits allow.
        StoreError: No manifest, and the store that should know the mark cannot be used.
        MissingExtra: A watermark method of `config.methods` is not installed.
    """
    sha256 = _sha256(path)
    manifest = _manifest(path, config)
    sight = _look(path, config) if _wants_pixels(manifest, config) else Sight()
    _raise_if_nothing_was_seen(manifest, sight)
    conclusion, reasons = weigh(manifest, sight.watermark, sight.recovery)
    return Verdict(
        file=str(path),
        sha256=sha256,
        conclusion=conclusion,
        reasons=(*reasons, *_what_was_not_seen(sight)),
        manifest=manifest,
        watermark=sight.watermark,
        recovery=sight.recovery,
    )


def _sha256(path: Path) -> str:
    try:
        if not path.is_file():  # a pipe or a device would keep us for ever
            what = "a directory" if path.is_dir() else "not a regular file" if path.exists() else "no such file"
            raise UnreadableMedia(f"{path}: {what}; expected a media file")
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise UnreadableMedia(f"{path}: {error}; expected a readable media file") from error


def _manifest(path: Path, config: VerifyConfig) -> ManifestReport:
    """Read the manifest in the file, or the one beside it."""
    try:
        report = read_manifest(path, trust=config.trust, online=config.online, sidecar=config.sidecar)
        beside = find_sidecar(path) if config.sidecar is None and report.state in ("absent", "remote_only") else None
        if beside is None:
            return report
        return read_manifest(path, trust=config.trust, online=config.online, sidecar=beside)
    except ManifestUnreadable as error:
        raise UnreadableMedia(f"{error}; expected a media file with a manifest, or media at all") from error


def _wants_pixels(manifest: ManifestReport, config: VerifyConfig) -> bool:
    if config.check_watermark == "auto":
        return manifest.state not in ("trusted", "valid")
    return config.check_watermark == "always"


def _look(path: Path, config: VerifyConfig) -> Sight:
    """Read the pixels once for the mark and, where there are records, once for the content."""
    try:
        _check_type(path)
        clip = probe(path, limits=config.limits)
        watermark = _watermark(clip, config)
    except MediaError as error:
        return Sight(problem=error)
    if config.store_url is None or not store_exists(config.store_url):
        return Sight(_believed(watermark, known=False))
    try:
        with open_store(config.store_url) as store:
            if store.count() == 0:
                return Sight(_believed(watermark, known=False))
            recovery = _recovery(glimpse(read_luma(clip, limits=config.limits)), watermark, store)
    except MediaError as error:
        return Sight(_believed(watermark, known=False), problem=error)
    except StoreError as error:
        return Sight(_believed(watermark, known=False), store_problem=error)
    known = recovery is not None and recovery.found_by == "watermark"
    return Sight(_believed(watermark, known=known), recovery)


def _check_type(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(12)
    kind = next((name for start, name in NO_PICTURES.items() if head.startswith(start)), None)
    if head.startswith(b"RIFF") and head.endswith(b"WAVE"):
        kind = "WAV"
    if kind is not None:
        raise UnsupportedMedia(f"{path}: pictures are not looked for in {kind} files")


def _watermark(clip: Clip, config: VerifyConfig) -> Extraction:
    """Look for each method's mark until one is found."""
    best = UNLOOKED
    for name in config.methods:
        if name == METHOD_NAMES[0] and not config.keys:
            continue
        found = load_method(name).extract(clip, config.keys, limits=config.limits)
        if found.status in ("decoded", "present"):
            return found
        if best is UNLOOKED:
            best = found
    return best


def _believed(watermark: Extraction, *, known: bool) -> Extraction:
    """Drop what a method without a p-value read, unless a store knows it: such methods read bits out of anything."""
    if watermark.status != "decoded" or watermark.p_value_log10 is not None or known:
        return watermark
    return Extraction(
        "not_found", watermark.method, capacity_bits=watermark.capacity_bits, frames_read=watermark.frames_read
    )


def _recovery(glimpses: Glimpses, watermark: Extraction, store: Store) -> Recovery | None:
    """Return the record that the mark names, or else the one whose content looks the same."""
    named = _named(watermark, store)
    if named:
        recoveries = [_compared(glimpses, record) for record in named]
        return min(recoveries, key=lambda recovery: recovery.distance)
    near = store.nearest(fingerprint_glimpses(glimpses)) if structure(glimpses) >= TELLING_STRUCTURE else None
    if near is None or near.distance > SAME_HASH:
        return None
    apart = content_distance(glimpses, near.record.fingerprint)
    if apart > SAME_CONTENT:
        return None
    return Recovery(near.record, "fingerprint", apart, matches=True)


def _named(watermark: Extraction, store: Store) -> Sequence[Record]:
    if watermark.status != "decoded":
        return ()
    if watermark.payload is not None:
        record = store.find(watermark.payload)
        return () if record is None else (record,)
    return () if watermark.handle is None else store.find_handle(watermark.method, watermark.handle)


def _compared(glimpses: Glimpses, record: Record) -> Recovery:
    apart = content_distance(glimpses, record.fingerprint)
    return Recovery(record, "watermark", apart, matches=apart <= SAME_CONTENT)


def _raise_if_nothing_was_seen(manifest: ManifestReport, sight: Sight) -> None:
    """An exception means that we could not look; where the manifest says something, we could.

    A manifest that cannot be parsed says nothing where the file around it cannot be read either: both are damage.
    """
    if manifest.state in ("trusted", "valid") or (manifest.state == "invalid" and manifest.failure_kind != "malformed"):
        return
    if sight.problem is not None and not isinstance(sight.problem, UnsupportedMedia):
        raise sight.problem
    if sight.store_problem is not None:
        raise sight.store_problem


def _what_was_not_seen(sight: Sight) -> tuple[Reason, ...]:
    reasons: list[Reason] = []
    if sight.problem is not None:
        code = "pixels.unsupported" if isinstance(sight.problem, UnsupportedMedia) else "pixels.unreadable"
        reasons.append(Reason(code, f"The pixels could not be looked at: {sight.problem}"))
    if sight.store_problem is not None:
        reasons.append(Reason("store.unusable", f"The store could not be asked: {sight.store_problem}"))
    return tuple(reasons)
