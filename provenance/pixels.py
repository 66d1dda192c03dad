"""Look at the pixels of a file: is there a mark, and does a store know the content."""

from collections.abc import Sequence
from pathlib import Path

from ..errors import MediaError, StoreError, UnsupportedMedia
from ..media import Clip, probe, read_luma
from .check import VerifyConfig
from .extraction import Extraction
from .fingerprints import SAME_HASH, Glimpses, fingerprint_glimpses, glimpse
from .likeness import SAME_CONTENT, TELLING_STRUCTURE, content_distance, structure
from .record import Record
from .sight import UNLOOKED, Sight
from .store import Store, open_store, store_exists
from .verdict import Recovery
from .watermark import METHOD_NAMES, load_method

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


def look(path: Path, config: VerifyConfig) -> Sight:
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
