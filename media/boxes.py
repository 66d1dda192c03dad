"""The one fact of an MP4's header that FFmpeg does not hand out: when the edit list ends the video."""

import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import BinaryIO

_MAX_BOXES = 10_000
_MAX_EDITS = 1_000


def edited_end(file: BinaryIO, track_id: int) -> tuple[Fraction, Fraction] | None:
    """Return when a track ends by its edit list, and the tick that this was rounded to; in seconds.

    ISO/IEC 14496-12 § 8.6.6: the list counts in ticks of the movie, empty edits at the start included. The sample
    table cannot say it, as it holds durations in the order of decoding.

    Args:
        file: Read from anywhere, and left anywhere.
        track_id: As FFmpeg's stream id.

    Returns:
        None where there is no such list, or where it makes no sense.
    """
    try:
        moov = _inside(file, 0, file.seek(0, 2), b"moov")
        mvhd = moov and _inside(file, *moov, b"mvhd")
        if not moov or not mvhd:
            return None
        timescale = _timescale(file, mvhd[0])
        for kind, start, end in _boxes(file, *moov):
            if kind == b"trak" and _track_id(file, start, end) == track_id:
                edits = _inside(file, start, end, b"edts")
                elst = edits and _inside(file, *edits, b"elst")
                ticks = _sum_of_edits(file, *elst) if elst else 0
                return (Fraction(ticks, timescale), Fraction(1, timescale)) if ticks and timescale else None
    except (struct.error, OverflowError, ValueError, OSError):
        return None
    return None


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, first byte of the content, its end) of the boxes between two places."""
    for _ in range(_MAX_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if size == 1:
            size, header = struct.unpack(">Q", file.read(8))[0], 16
        stop = end if size == 0 else start + size
        if stop < start + header or stop > end:
            return
        yield kind, start + header, stop
        start = stop


def _inside(file: BinaryIO, start: int, end: int, wanted: bytes) -> tuple[int, int] | None:
    return next(((first, stop) for kind, first, stop in _boxes(file, start, end) if kind == wanted), None)


def _timescale(file: BinaryIO, mvhd: int) -> int:
    file.seek(mvhd)
    version = file.read(1)
    file.seek(mvhd + 4 + (16 if version == b"\1" else 8))
    return struct.unpack(">I", file.read(4))[0]


def _track_id(file: BinaryIO, start: int, end: int) -> int | None:
    tkhd = _inside(file, start, end, b"tkhd")
    if tkhd is None:
        return None
    file.seek(tkhd[0])
    version = file.read(1)
    file.seek(tkhd[0] + 4 + (16 if version == b"\1" else 8))
    return struct.unpack(">I", file.read(4))[0]


def _sum_of_edits(file: BinaryIO, start: int, end: int) -> int:
    file.seek(start)
    version, _, count = struct.unpack(">B3sI", file.read(8))
    entry = ">QqI" if version == 1 else ">IiI"
    size = struct.calcsize(entry)
    total = 0
    for _ in range(min(count, _MAX_EDITS, (end - start - 8) // size)):
        total += struct.unpack(entry, file.read(size))[0]
    return total
