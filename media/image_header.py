"""Read the headers of PNG, JPEG and WebP: size, form and orientation, before a pixel is decoded."""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from ..errors import UnreadableMedia, UnsupportedMedia
from .clip import Subsampling
from .orientation import Orientation, orientation_of_exif

ImageFormat = Literal["png", "jpeg", "webp"]

_MAX_CHUNKS = 200_000  # a 1-GB PNG in 8-KiB chunks has 130,000
_MAX_EXIF = 1 << 20
_HDR_TRANSFERS = (16, 18)  # ITU-T H.273: PQ, HLG
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG_SAMPLING: dict[tuple[int, int], Subsampling] = {(2, 2): "4:2:0", (2, 1): "4:2:2", (1, 1): "4:4:4"}


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """What an image says of itself."""

    format: ImageFormat
    width: int
    """Pixels as stored."""
    height: int
    """Pixels as stored."""
    orientation: Orientation
    subsampling: Subsampling = "4:4:4"
    lossless: bool = False


def image_format(head: bytes) -> ImageFormat | None:
    """Name the format by the first 16 bytes; None for anything that is not one of the three.

    Raises:
        UnsupportedMedia: an image of another kind.
    """
    if head.startswith(_PNG):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:12] in (b"ftypavif", b"ftypavis", b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"):
        raise UnsupportedMedia("the image is AVIF or HEIC; accepted are PNG, JPEG and WebP: convert it first")
    for magic, name in ((b"GIF8", "GIF"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"), (b"BM", "BMP")):
        if head.startswith(magic):
            raise UnsupportedMedia(
                f"the image is {name}; accepted are PNG, JPEG and WebP, and video containers: convert it first"
            )
    return None


def read_header(file: BinaryIO, format_: ImageFormat, path: Path) -> ImageHeader:
    """Return what the image says of itself.

    Raises:
        UnreadableMedia: the header is broken or ends too early.
        UnsupportedMedia: alpha, 16 bits, animation, CMYK, a rare JPEG process.
    """
    readers = {"png": _read_png, "jpeg": _read_jpeg, "webp": _read_webp}
    file.seek(0)
    try:
        return readers[format_](file)
    except (struct.error, IndexError, EOFError) as error:
        raise UnreadableMedia(f"{path}: the {format_} header is broken or cut off; nothing can be read") from error
    except UnsupportedMedia as error:
        raise UnsupportedMedia(f"{path}: {error}") from error


def exif_orientation(exif: bytes) -> int:
    """Return tag 0x0112 of an EXIF block (TIFF header first), 1 where it is absent or broken."""
    position = _orientation_position(exif)
    if position is None:
        return 1
    order = "<" if exif[:2] == b"II" else ">"
    return struct.unpack_from(order + "H", exif, position)[0]


def upright_exif(exif: bytes) -> bytes:
    """Return the block with its orientation set to 1, as upright pixels need."""
    position = _orientation_position(exif)
    if position is None:
        return exif
    order = "<" if exif[:2] == b"II" else ">"
    return exif[:position] + struct.pack(order + "H", 1) + exif[position + 2 :]


def _orientation_position(exif: bytes) -> int | None:
    """Find the value of tag 0x0112 in IFD0; EXIF 2.32 § 4.6.2."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None or len(exif) < 8:
        return None
    start = struct.unpack_from(order + "I", exif, 4)[0]
    if start + 2 > len(exif):
        return None
    for index in range(struct.unpack_from(order + "H", exif, start)[0]):
        entry = start + 2 + 12 * index
        if entry + 12 > len(exif):
            return None
        tag, kind = struct.unpack_from(order + "HH", exif, entry)
        if tag == 0x0112 and kind == 3:  # SHORT
            return entry + 8
    return None


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = file.read(max(size, 0))
    if len(data) != size:  # a negative size is one too small for its own field
        raise EOFError
    return data


def _fits(file: BinaryIO, size: int) -> None:
    """Raise where a chunk claims more than the file holds: a decoder would make room for it first."""
    place = file.tell()
    end = file.seek(0, os.SEEK_END)
    file.seek(place)
    if place + size > end:
        raise EOFError


def _read_png(file: BinaryIO) -> ImageHeader:
    """W3C PNG (third edition) § 11."""
    file.seek(8)
    size, kind = struct.unpack(">I4s", _exactly(file, 8))
    if kind != b"IHDR" or size != 13:
        raise EOFError
    width, height, depth, colour = struct.unpack(">IIBB", _exactly(file, 10))
    if depth == 16:
        raise UnsupportedMedia("the PNG has 16 bits a sample, which would be rounded; convert it to 8 bits first")
    if colour in (4, 6):
        raise UnsupportedMedia("the PNG has an alpha channel, which would be flattened; remove it first")
    file.seek(8 + 12 + 13)
    orientation = Orientation()
    for _ in range(_MAX_CHUNKS):
        size, kind = struct.unpack(">I4s", _exactly(file, 8))
        start = file.tell()
        _fits(file, size + 4)
        if kind == b"tRNS":
            raise UnsupportedMedia("the PNG has transparent colours, which would be flattened; remove them first")
        if kind == b"acTL":
            raise UnsupportedMedia("the PNG is animated; convert it to a video first, for example to MP4")
        if kind == b"cICP" and _exactly(file, 2)[1] in _HDR_TRANSFERS:
            raise UnsupportedMedia("the PNG is HDR (PQ or HLG); only standard dynamic range is accepted")
        if kind == b"eXIf" and size <= _MAX_EXIF:
            orientation = orientation_of_exif(exif_orientation(_exactly(file, size)))
        if kind == b"IEND":
            break
        file.seek(start + size + 4)
    return ImageHeader("png", width, height, orientation, lossless=True)


def _read_jpeg(file: BinaryIO) -> ImageHeader:
    """ITU-T T.81 annex B: markers up to the first scan."""
    file.seek(2)
    orientation = Orientation()
    frame: ImageHeader | None = None
    for _ in range(_MAX_CHUNKS):
        marker = _exactly(file, 2)
        while marker == b"\xff\xff":  # fill bytes
            marker = b"\xff" + _exactly(file, 1)
        if marker[0] != 0xFF:
            raise EOFError
        code = marker[1]
        if code == 0xDA:
            break
        if code in (0x01, *range(0xD0, 0xD9)):
            continue
        size = struct.unpack(">H", _exactly(file, 2))[0] - 2
        segment = _exactly(file, size)
        if code in range(0xC0, 0xD0) and code not in (0xC4, 0xC8, 0xCC):
            frame = _jpeg_frame(code, segment)
        if code == 0xE1 and segment.startswith(b"Exif\0\0"):
            orientation = orientation_of_exif(exif_orientation(segment[6:]))
    if frame is None:
        raise EOFError
    return ImageHeader("jpeg", frame.width, frame.height, orientation, frame.subsampling)


def _jpeg_frame(code: int, segment: bytes) -> ImageHeader:
    precision, height, width, components = struct.unpack_from(">BHHB", segment)
    if code not in (0xC0, 0xC1, 0xC2) or precision != 8:
        raise UnsupportedMedia(
            f"the JPEG uses process 0x{code:02X} with {precision} bits; accepted are baseline and progressive, 8 bits"
        )
    if components not in (1, 3):
        raise UnsupportedMedia(f"the JPEG has {components} components (CMYK?); accepted are gray and YCbCr")
    sampling = segment[7]
    steps = (sampling >> 4, sampling & 15) if components == 3 else (1, 1)
    return ImageHeader("jpeg", width, height, Orientation(), _JPEG_SAMPLING.get(steps, "4:4:4"))


def _read_webp(file: BinaryIO) -> ImageHeader:
    """RFC 9649 § 2.5-2.7."""
    file.seek(4)
    end = 8 + struct.unpack("<I", _exactly(file, 4))[0]
    file.seek(12)
    orientation = Orientation()
    size_and_form: tuple[int, int, bool] | None = None
    while file.tell() + 8 <= end:
        kind, size = struct.unpack("<4sI", _exactly(file, 8))
        start = file.tell()
        _fits(file, size)
        if kind == b"VP8X":
            flags = _exactly(file, 10)[0]
            if flags & 0x02:
                raise UnsupportedMedia("the WebP is animated; convert it to a video first, for example to MP4")
            if flags & 0x10:
                raise UnsupportedMedia("the WebP has an alpha channel, which would be flattened; remove it first")
        elif kind == b"VP8 ":
            width, height = struct.unpack_from("<HH", _exactly(file, 10), 6)
            size_and_form = (width & 0x3FFF, height & 0x3FFF, False)
        elif kind == b"VP8L":
            size_and_form = _webp_lossless(_exactly(file, 5))
        elif kind == b"EXIF" and size <= _MAX_EXIF:
            orientation = orientation_of_exif(exif_orientation(_exactly(file, size).removeprefix(b"Exif\0\0")))
        file.seek(start + size + (size & 1))
    if size_and_form is None:
        raise EOFError
    width, height, lossless = size_and_form
    return ImageHeader("webp", width, height, orientation, "4:4:4" if lossless else "4:2:0", lossless)


def _webp_lossless(head: bytes) -> tuple[int, int, bool]:
    bits = struct.unpack_from("<I", head, 1)[0]
    if bits >> 28 & 1:
        raise UnsupportedMedia("the WebP has an alpha channel, which would be flattened; remove it first")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, True
