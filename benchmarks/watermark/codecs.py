"""The encoders that attacks go through, each at a stated quality."""

from dataclasses import dataclass
from typing import Literal

Suffix = Literal[".mp4", ".webm"]


@dataclass(frozen=True, slots=True)
class Codec:
    """One encoder and its settings; one thread, so that the same pictures give the same file."""

    name: str
    encoder: str
    """As FFmpeg spells it."""
    options: tuple[tuple[str, str], ...] = ()
    pixel_format: str = "yuv420p"
    suffix: Suffix = ".mp4"
    bits_per_second: int | None = None
    """Where the rate decides instead of the quality."""


def h264(crf: int) -> Codec:
    """x264 at its default preset, medium."""
    return Codec(f"x264 CRF {crf}", "libx264", (("preset", "medium"), ("crf", str(crf))))


def h264_rgb(crf: int) -> Codec:
    """x264 on RGB, as Video Seal's list has it."""
    options = (("preset", "medium"), ("crf", str(crf)))
    return Codec(f"x264 RGB CRF {crf}", "libx264rgb", options, pixel_format="rgb24")


def h265(crf: int) -> Codec:
    """x265 at its default preset, medium; pools are its threads."""
    quiet = "log-level=none:pools=none:frame-threads=1"
    return Codec(f"x265 CRF {crf}", "libx265", (("preset", "medium"), ("crf", str(crf)), ("x265-params", quiet)))


def av1(crf: int) -> Codec:
    """SVT-AV1 at preset 8: the speed that services use."""
    return Codec(f"AV1 CRF {crf}", "libsvtav1", (("preset", "8"), ("crf", str(crf)), ("svtav1-params", "lp=1")))


def vp9(crf: int) -> Codec:
    """libvpx-vp9 in constant quality; 32 is what FFmpeg takes when nothing is said."""
    options = (("crf", str(crf)), ("deadline", "good"), ("cpu-used", "4"))
    return Codec(f"VP9 CRF {crf}", "libvpx-vp9", options, suffix=".webm")
