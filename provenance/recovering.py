"""From a mark, or from the content alone, to stored records; and whether the content is theirs.

A mark is read in stretches of time, and only what lies in a stretch is compared with the record that its mark names:
a clip joined from several marked ones leads to every record, and a marked clip inside a longer one to its own.
"""

from collections.abc import Callable, Iterator, Sequence

from ..media import Clip, Limits, Luma, read_luma
from .extraction import Extraction, Segment
from .fingerprints import SAME_HASH, Glimpser, Glimpses, fingerprint_glimpses, glimpse
from .likeness import SAME_CONTENT, TELLING_STRUCTURE, content_distance, structure
from .payload import Payload
from .record import Record
from .store import Store
from .verdict import Recovery

MARGIN = 0.1
"""Share of a stretch at either end that is not compared: where one mark ends and the next begins is known roughly."""


def recover(
    clip: Clip, watermark: Extraction, store: Store, *, limits: Limits, read_on: Callable[[], Extraction] | None
) -> tuple[Extraction, Recovery | None]:
    """Return the records that the marks name, or else the one whose content looks the same.

    Args:
        clip: The file.
        watermark: What was read of it so far.
        store: Where the records are.
        limits: How much the file may ask for.
        read_on: Reads the marks to the clip's end; None where that was done. Called only where the whole content is
            not that of the record found: then the clip may be joined from several.

    Returns:
        The extraction, of the whole clip where it was read on, and the recovery.

    Raises:
        MediaError, StoreError: The pixels or the store gave out.
    """
    glimpses = glimpse(read_luma(clip, limits=limits))
    named = [_compared(glimpses, record, watermark) for record in _named(watermark, store)]
    whole = min(named, key=lambda one: one.distance, default=None)
    if read_on is not None and whole is not None and not whole.matches and watermark.payload is not None:
        watermark, read_on = read_on(), None
    stretches = _stretches(watermark)
    one_piece = len(stretches) <= 1 and all(segment.payload is not None for segment in watermark.segments)
    if one_piece or read_on is not None or clip.kind == "image":
        return watermark, whole or _by_content(glimpses, store)
    return watermark, _by_stretch(clip, watermark, stretches, store, limits=limits) or _by_content(glimpses, store)


def _named(watermark: Extraction, store: Store) -> Sequence[Record]:
    """Return the records that the surest mark may mean."""
    if watermark.status not in ("decoded", "present"):
        return ()
    if watermark.payload is not None:
        record = store.find(watermark.payload)
        return () if record is None else (record,)
    return () if watermark.handle is None else store.find_handle(watermark.method, watermark.handle)


def _compared(glimpses: Glimpses, record: Record, watermark: Extraction) -> Recovery:
    apart = _apart(glimpses, record, watermark)
    return Recovery(record, "watermark", apart, matches=apart <= SAME_CONTENT)


def _apart(glimpses: Glimpses, record: Record, watermark: Extraction) -> float:
    """Return how far the content is from the record's; where the mark was read in negative, the content may be one."""
    apart = content_distance(glimpses, record.fingerprint)
    if apart <= SAME_CONTENT or not watermark.negative:
        return apart
    return min(apart, content_distance(glimpses.in_negative(), record.fingerprint))


def _by_content(glimpses: Glimpses, store: Store) -> Recovery | None:
    near = store.nearest(fingerprint_glimpses(glimpses)) if structure(glimpses) >= TELLING_STRUCTURE else None
    if near is None or near.distance > SAME_HASH:
        return None
    apart = content_distance(glimpses, near.record.fingerprint)
    if apart > SAME_CONTENT:
        return None
    return Recovery(near.record, "fingerprint", apart, matches=True)


def _stretches(watermark: Extraction) -> dict[Payload, list[Segment]]:
    """Return where each payload was found."""
    found: dict[Payload, list[Segment]] = {}
    for segment in watermark.segments:
        if segment.payload is not None:
            found.setdefault(segment.payload, []).append(segment)
    return found


def _by_stretch(
    clip: Clip, watermark: Extraction, stretches: dict[Payload, list[Segment]], store: Store, *, limits: Limits
) -> Recovery | None:
    """Compare each record with the stretches that its mark was found in; the surest mark's record comes first."""
    glimpsers = {payload: Glimpser() for payload in stretches}
    for luma in read_luma(clip, limits=limits):
        for payload, segments in stretches.items():
            if _inside(luma, segments):
                glimpsers[payload].see(luma.plane, luma.pts_seconds)
    found = list(_recoveries(glimpsers, watermark, store))
    if not found:
        return None
    first = next((one for one in found if one.record.payload == watermark.payload), found[0])
    return Recovery(
        first.record,
        "watermark",
        first.distance,
        matches=first.matches,
        in_part=True,
        others=tuple(one for one in found if one is not first),
    )


def _inside(luma: Luma, segments: list[Segment]) -> bool:
    milliseconds = 1000.0 * luma.pts_seconds
    for segment in segments:
        margin = MARGIN * (segment.end_ms - segment.start_ms)
        if segment.start_ms + margin <= milliseconds <= segment.end_ms - margin:
            return True
    return False


def _recoveries(glimpsers: dict[Payload, Glimpser], watermark: Extraction, store: Store) -> Iterator[Recovery]:
    for payload, glimpser in glimpsers.items():
        record = store.find(payload)
        if record is not None:
            apart = _apart(glimpser.glimpses(), record, watermark)
            yield Recovery(record, "watermark", apart, matches=apart <= SAME_CONTENT, in_part=True)
