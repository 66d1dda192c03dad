"""Write an MP4's media data header so that every verifier hashes the same bytes."""

from typing import BinaryIO

MAX_BOXES = 10_000
_SHORT, _LONG = 8, 16


def widened_headers(stream: BinaryIO) -> dict[int, bytes]:
    """Return what to write over an MP4 so that its `mdat` boxes have 16-byte headers: offset → 16 bytes.

    The C2PA library (0.91.3) hashes the Merkle chunks of an `mdat` from its 16th byte on, even where its header has
    8; a second verifier hashes them from the end of the header and finds a mismatch. A 16-byte header (ISO 14496-12,
    § 4.2: size = 1, then a 64-bit size) leaves nothing to disagree about. It takes the place of the 8-byte `free` box
    that FFmpeg leaves before `mdat` for just that, so no byte of media moves.

    Args:
        stream: An MP4 or MOV; it is read from the start, box headers only.

    Returns:
        Empty where nothing can or need be widened.
    """
    patches: dict[int, bytes] = {}
    position = stream.seek(0)
    spare = False
    for _ in range(MAX_BOXES):
        header = stream.read(_LONG)
        if len(header) < _SHORT:
            break
        size, kind = int.from_bytes(header[:4]), header[4:8]
        if position == 0 and kind != b"ftyp":  # not an MP4
            break
        if kind == b"mdat" and spare and size >= _SHORT:
            patches[position - _SHORT] = (1).to_bytes(4) + b"mdat" + (size + _SHORT).to_bytes(8)
        spare = kind in (b"free", b"wide") and size == _SHORT
        length = int.from_bytes(header[8:16]) if size == 1 else size
        if length < _SHORT:  # 0: to the end of the file
            break
        position = stream.seek(position + length)
    stream.seek(0)
    return patches
