"""PNG, JPEG and WebP as clips of one frame; ICC profile and EXIF are carried over."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from ..errors import UnreadableMedia, UnsupportedMedia
from .clip import Clip, Colour
from .image_header import ImageFormat, ImageHeader, image_format, read_header, upright_exif
from .limits import Limits
from .orientation import Orientation, turn
from .source import check_pixels, open_regular

Rgb = npt.NDArray[np.uint8]

_SUFFIXES: dict[ImageFormat, str] = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}
_CODECS: dict[ImageFormat, str] = {"png": "png", "jpeg": "mjpeg", "webp": "webp"}
_JPEG_SAMPLING = {
    "4:2:0": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    "4:2:2": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    "4:4:4": cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
}
_DECODE_FLAGS = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
# XMP stays behind: it may name a remote manifest of the pixels as they were.
_KEPT_METADATA = (cv2.IMAGE_METADATA_EXIF, cv2.IMAGE_METADATA_ICCP)


def is_image(path: Path) -> bool:
    """Whether the file starts as a PNG, JPEG or WebP.

    Raises:
        UnreadableMedia: it cannot be opened, or is empty.
        UnsupportedMedia: an image of another kind.
    """
    with open_regular(path) as file:
        head = file.read(16)
    try:
        return image_format(head) is not None
    except UnsupportedMedia as error:
        raise UnsupportedMedia(f"{path}: {error}") from error


def probe_image(path: Path, *, limits: Limits = Limits()) -> Clip:
    """Return what an image holds, by its header alone."""
    header = _header(path)
    check_pixels(path, header.width, header.height, limits)
    width, height = header.width, header.height
    if header.orientation.swaps_sides:
        width, height = height, width
    return Clip(
        path=path,
        kind="image",
        container=header.format,
        codec=_CODECS[header.format],
        width=width,
        height=height,
        rate=Fraction(1),
        time_base=Fraction(1),
        duration_seconds=0.0,
        colour=Colour("pc", "gbr", "bt709", "iec61966-2-1", bit_depth=8, subsampling=header.subsampling),
        rotation=header.orientation.degrees,
        has_audio=False,
        has_subtitles=False,
        mirrored=header.orientation.mirrored,
        lossless=header.lossless,
    )


def read_image(clip: Clip, *, limits: Limits = Limits()) -> Rgb:
    """Decode the image upright, (height, width, 3), in its own RGB.

    Raises:
        UnreadableMedia: broken or cut off.
        TooManyPixels: the file changed since `probe` and is now past the limit.
    """
    header = _header(clip.path)
    check_pixels(clip.path, header.width, header.height, limits)
    with open_regular(clip.path) as file:
        data = np.frombuffer(file.read(), np.uint8)
    rgb = _decoded(data)
    if rgb is None or rgb.shape != (header.height, header.width, 3):
        raise UnreadableMedia(f"{clip.path}: the {header.format} image is broken or cut off; nothing can be read")
    return np.ascontiguousarray(turn(rgb, Orientation(clip.mirrored, clip.rotation)))


def encode_image(
    rgb: Rgb,
    format_: ImageFormat,
    *,
    subsampling: str,
    jpeg_quality: int,
    webp_quality: int,
    metadata_of: Path | None,
) -> bytes:
    """Encode RGB (height, width, 3).

    Args:
        rgb: Upright pixels.
        format_: `png`, `jpeg` or `webp`.
        subsampling: Of the chroma of a JPEG.
        jpeg_quality: 1 to 100.
        webp_quality: 1 to 100, or 101 for lossless.
        metadata_of: An image whose ICC profile and EXIF are carried over; its orientation becomes upright.

    Raises:
        UnsupportedMedia: the format cannot hold an image of this size.
    """
    options = {
        "png": [],
        "jpeg": [
            cv2.IMWRITE_JPEG_QUALITY, jpeg_quality,
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR, _JPEG_SAMPLING[subsampling],
        ],
        "webp": [cv2.IMWRITE_WEBP_QUALITY, webp_quality],
    }[format_]  # fmt: skip
    bgr = np.ascontiguousarray(rgb[:, :, ::-1])
    kinds, blocks = _metadata(metadata_of) if metadata_of is not None else ([], [])
    attempts = [(kinds, blocks)]
    if cv2.IMAGE_METADATA_ICCP in kinds:  # libpng refuses a profile that breaks ICC's own rules: go on without it
        rest = [pair for pair in zip(kinds, blocks, strict=True) if pair[0] != cv2.IMAGE_METADATA_ICCP]
        attempts.append(([kind for kind, _ in rest], [block for _, block in rest]))
    for kept_kinds, kept_blocks in attempts:
        data = _encoded(bgr, _SUFFIXES[format_], options, kept_kinds, kept_blocks)
        if data is not None:
            return data
    raise UnsupportedMedia(f"an image of {rgb.shape[1]}×{rgb.shape[0]} pixels cannot be written as {format_}")


def _header(path: Path) -> ImageHeader:
    with open_regular(path) as file:
        format_ = image_format(file.read(16))
        if format_ is None:
            raise UnreadableMedia(f"{path}: is no longer the image that it was")
        return read_header(file, format_, path)


def _decoded(data: npt.NDArray[np.uint8]) -> Rgb | None:
    try:
        decoded: Any = cv2.imdecode(data, _DECODE_FLAGS)  # None where it fails, whatever the stubs say
    except cv2.error:
        return None
    return decoded


def _encoded(
    bgr: Rgb, suffix: str, options: list[int], kinds: list[int], blocks: list[npt.NDArray[np.uint8]]
) -> bytes | None:
    try:
        if kinds:
            done, data = cv2.imencodeWithMetadata(suffix, bgr, kinds, blocks, options)
        else:
            done, data = cv2.imencode(suffix, bgr, options)
    except cv2.error:
        return None
    return data.tobytes() if done and data is not None else None  # pyright: ignore[reportUnnecessaryComparison]


def _metadata(path: Path) -> tuple[list[int], list[npt.NDArray[np.uint8]]]:
    with open_regular(path) as file:
        data = np.frombuffer(file.read(), np.uint8)
    found: Any = cv2.imdecodeWithMetadata(data, flags=_DECODE_FLAGS)
    kinds: list[int] = []
    blocks: list[npt.NDArray[np.uint8]] = []
    for kind, block in zip(found[1], found[2], strict=True):
        if int(kind) not in _KEPT_METADATA or np.asarray(block).size == 0:
            continue
        content = np.asarray(block, np.uint8).tobytes()
        if int(kind) == cv2.IMAGE_METADATA_EXIF:
            content = upright_exif(content.removeprefix(b"Exif\0\0"))
        kinds.append(int(kind))
        blocks.append(np.frombuffer(content, np.uint8))
    return kinds, blocks
