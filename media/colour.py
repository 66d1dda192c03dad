"""FFmpeg's colour numbers and names, pixel formats that are kept, and those that are refused."""

from dataclasses import dataclass
from typing import Final

from ..errors import UnsupportedMedia
from .clip import Colour, Subsampling

# Names as `av_color_range_name` and its sisters print them; numbers are those of ITU-T H.273.
RANGES: Final = {0: "unknown", 1: "tv", 2: "pc"}
MATRICES: Final = {
    0: "gbr", 1: "bt709", 2: "unknown", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco",
    9: "bt2020nc", 10: "bt2020c", 11: "smpte2085", 12: "chroma-derived-nc", 13: "chroma-derived-c", 14: "ictcp",
    15: "ipt-c2", 16: "ycgco-re", 17: "ycgco-ro",
}  # fmt: skip
PRIMARIES: Final = {
    1: "bt709", 2: "unknown", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020",
    10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213",
}  # fmt: skip
TRANSFERS: Final = {
    1: "bt709", 2: "unknown", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100",
    10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12",
    16: "smpte2084", 17: "smpte428", 18: "arib-std-b67",
}  # fmt: skip

_HDR = {"smpte2084": "PQ", "arib-std-b67": "HLG"}

# swscale's own numbers of the matrices (libswscale/swscale.h, SWS_CS_*).
_SWSCALE_MATRICES = {"bt709": 1, "fcc": 4, "bt470bg": 5, "smpte170m": 6, "smpte240m": 7, "bt2020nc": 9, "bt2020c": 9}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a pixel format stores a picture."""

    step_x: int
    """Luma columns a chroma sample covers."""
    step_y: int
    """Luma rows a chroma sample covers."""
    bit_depth: int
    is_gray: bool = False
    full_range: bool = False
    """The `yuvj` formats, which say full range by their name."""
    interleaved: bool = False
    """Both chroma planes in one (nv12)."""


LAYOUTS: Final = {
    "yuv420p": Layout(2, 2, 8),
    "yuv422p": Layout(2, 1, 8),
    "yuv444p": Layout(1, 1, 8),
    "yuv440p": Layout(1, 2, 8),
    "yuvj420p": Layout(2, 2, 8, full_range=True),
    "yuvj422p": Layout(2, 1, 8, full_range=True),
    "yuvj444p": Layout(1, 1, 8, full_range=True),
    "yuvj440p": Layout(1, 2, 8, full_range=True),
    "nv12": Layout(2, 2, 8, interleaved=True),
    "yuv420p10le": Layout(2, 2, 10),
    "yuv422p10le": Layout(2, 1, 10),
    "yuv444p10le": Layout(1, 1, 10),
    "yuv440p10le": Layout(1, 2, 10),
    "gray": Layout(2, 2, 8, is_gray=True),
    "gray10le": Layout(2, 2, 10, is_gray=True),
}
_BY_STEPS: dict[tuple[int, int], Subsampling] = {(2, 2): "4:2:0", (2, 1): "4:2:2", (1, 1): "4:4:4"}
STEPS: Final[dict[Subsampling, tuple[int, int]]] = {name: steps for steps, name in _BY_STEPS.items()}
"""Luma columns and rows that a chroma sample covers."""


def layout_of(pixel_format: str) -> Layout:
    """Return how the format stores samples.

    Raises:
        UnsupportedMedia: the samples could not be kept: alpha, RGB, palette, deeper than 10 bits, rare subsampling.
    """
    layout = LAYOUTS.get(pixel_format)
    if layout is not None:
        return layout
    raise UnsupportedMedia(
        f"the pictures are stored as {pixel_format} ({_what_is_wrong(pixel_format)}); accepted are 8- and 10-bit "
        "4:2:0, 4:2:2, 4:4:4 and gray. Convert first, for example: ffmpeg -i IN -pix_fmt yuv420p -crf 16 OUT.mp4"
    )


def shown_subsampling(layout: Layout, *, width: int, height: int, swaps_sides: bool, moved: bool) -> Subsampling:
    """Return the subsampling of the upright picture.

    Chroma is repeated to 4:4:4, which loses nothing, where the upright form has no name in H.264: 4:2:2 on its
    side, 4:4:0, and odd sizes whose chroma grid would start in the middle of a sample once turned.

    Args:
        layout: How the picture is stored.
        width: Pixels as stored.
        height: Pixels as stored.
        swaps_sides: The picture is shown on its side.
        moved: The picture is turned or mirrored at all.
    """
    x, y = layout.step_x, layout.step_y
    if moved and (width % x or height % y):
        return "4:4:4"
    return _BY_STEPS.get((y, x) if swaps_sides else (x, y), "4:4:4")


def refuse_hdr(colour: Colour) -> None:
    """Raise UnsupportedMedia for PQ and HLG, whose look would be lost in an SDR encode."""
    if colour.transfer in _HDR:
        raise UnsupportedMedia(
            f"the video is HDR ({_HDR[colour.transfer]}, transfer {colour.transfer}); only standard dynamic range is "
            "accepted. Tone-map it first, for example with ffmpeg's zscale and tonemap filters"
        )


def swscale_matrix(colour: Colour, height: int) -> int:
    """Return swscale's number of the matrix; where the file is silent, BT.601 below 720 lines, else BT.709.

    That is what players assume: ITU-R BT.1886 era practice, and mpv's and Chromium's default.
    """
    fallback = "bt709" if height >= 720 else "smpte170m"
    return _SWSCALE_MATRICES.get(colour.matrix, _SWSCALE_MATRICES[fallback])


def number_of(names: dict[int, str], name: str) -> int:
    """Return FFmpeg's number of a colour name.

    Raises:
        ValueError: FFmpeg has no such name.
    """
    for number, known in names.items():
        if known == name:
            return number
    raise ValueError(f"unknown colour name {name!r}; expected one of {', '.join(names.values())}")


def _what_is_wrong(pixel_format: str) -> str:
    if pixel_format.startswith(("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya", "vuya")):
        return "with an alpha channel, which would be flattened"
    if pixel_format == "pal8":
        return "with a palette"
    if pixel_format.startswith(("rgb", "bgr", "gbr", "0rgb", "0bgr", "x2rgb", "x2bgr")):
        return "RGB"
    if any(depth in pixel_format for depth in ("9", "12", "14", "16")):
        return "a bit depth that would be rounded"
    return "a rare layout"
