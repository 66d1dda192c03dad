"""Look at the pixels of a file: is there a mark, and does a store know the content."""

from pathlib import Path

from ..errors import MediaError, StoreError, UnsupportedMedia
from ..media import Clip, probe
from .check import VerifyConfig
from .extraction import Extraction
from .payload import Payload
from .recovering import recover
from .sight import UNLOOKED, Sight
from .store import open_store, store_exists
from .verdict import Recovery
from .watermark import ACCEPT_LOG10_P, METHOD_NAMES, load_method

KNOWN_PAYLOADS = 4096
"""Records asked for by name where a mark is too weak to be read, the newest: every name that is asked costs
significance, 3.6 of the p-value's decimal exponent for as many, so a mark must be 9 % stronger to be found among them
than if it had been asked for alone; ten times as many would cost 4.6."""

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


def look(path: Path, config: VerifyConfig, *, named: Payload | None = None) -> Sight:
    """Read the pixels once for the mark and, where there are records, once for the content.

    Args:
        path: A media file.
        config: Keys, store, methods, and whether to read to the end.
        named: What the file's manifest says that the pixels carry; asked for besides the records' payloads.
    """
    known, store_problem = _known(config, named)
    try:
        _check_type(path)
        clip = probe(path, limits=config.limits)
        watermark = _watermark(clip, config, known, thorough=config.thorough)
    except MediaError as error:
        return Sight(problem=error)
    if store_problem is not None or config.store_url is None or not store_exists(config.store_url):
        return Sight(_believed(watermark, None), store_problem=store_problem)
    try:
        with open_store(config.store_url) as store:
            if store.count() == 0:
                return Sight(_believed(watermark, None))
            watermark, recovery = recover(
                clip,
                watermark,
                store,
                limits=config.limits,
                read_on=None if config.thorough else lambda: _watermark(clip, config, known, thorough=True),
            )
    except MediaError as error:
        return Sight(_believed(watermark, None), problem=error)
    except StoreError as error:
        return Sight(_believed(watermark, None), store_problem=error)
    return Sight(_believed(watermark, recovery), recovery)


def _known(config: VerifyConfig, named: Payload | None) -> tuple[tuple[Payload, ...], StoreError | None]:
    """Return the payloads to ask for by name that a key at hand can have embedded: the manifest's, then the newest."""
    found = () if named is None else (named,)
    problem: StoreError | None = None
    if config.keys and config.store_url is not None:
        try:
            if store_exists(config.store_url):
                with open_store(config.store_url) as store:
                    found += store.payloads(METHOD_NAMES[0], limit=KNOWN_PAYLOADS)
        except StoreError as error:
            problem = error
    readable = {key.key_id for key in config.keys}
    return tuple(payload for payload in dict.fromkeys(found) if payload.version in readable), problem


def _check_type(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(12)
    kind = next((name for start, name in NO_PICTURES.items() if head.startswith(start)), None)
    if head.startswith(b"RIFF") and head.endswith(b"WAVE"):
        kind = "WAV"
    if kind is not None:
        raise UnsupportedMedia(f"{path}: pictures are not looked for in {kind} files")


def _watermark(clip: Clip, config: VerifyConfig, known: tuple[Payload, ...], *, thorough: bool) -> Extraction:
    """Look for each method's mark until one is found."""
    best = UNLOOKED
    stop = None if thorough else ACCEPT_LOG10_P
    for name in config.methods:
        if name == METHOD_NAMES[0] and not config.keys:
            continue
        found = load_method(name).extract(clip, config.keys, known=known, limits=config.limits, stop_at_log10_p=stop)
        if found.status in ("decoded", "present"):
            return found
        if best is UNLOOKED:
            best = found
    return best


def _believed(watermark: Extraction, recovery: Recovery | None) -> Extraction:
    """Drop what a method without a p-value read, unless a store knows it: such methods read bits out of anything."""
    known = recovery is not None and recovery.found_by == "watermark"
    if watermark.status != "decoded" or watermark.p_value_log10 is not None or known:
        return watermark
    return Extraction(
        "not_found", watermark.method, capacity_bits=watermark.capacity_bits, frames_read=watermark.frames_read
    )
