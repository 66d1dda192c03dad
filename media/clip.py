"""What a file holds, before a single frame is decoded."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

Kind = Literal["video", "image"]
Subsampling = Literal["4:2:0", "4:2:2", "4:4:4"]


@dataclass(frozen=True, slots=True)
class Colour:
    """How code values mean colours; copied to the output unchanged.

    The four names are FFmpeg's (`bt709`, `tv`, …); `unknown` where the file does not say.
    """

    range: str
    matrix: str
    primaries: str
    transfer: str
    bit_depth: int
    """Bits a sample: 8 or 10."""
    subsampling: Subsampling
    """Of the upright picture; 4:4:4 where the stored one has no such form (4:2:2 on its side)."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One readable video or image file; an image is a clip of one frame."""

    path: Path
    kind: Kind
    container: str
    """FFmpeg's short name of the container or image format: `mp4`, `mov`, `matroska`, `png`, …"""
    codec: str
    width: int
    """Pixels as shown, after rotation."""
    height: int
    """Pixels as shown, after rotation."""
    rate: Fraction
    """Average frames a second, exact (30000/1001); 1 for an image, and where a video's header says nothing."""
    time_base: Fraction
    """Seconds that one tick of a `Picture`'s pts lasts."""
    duration_seconds: float
    """From the header, which can lie; 0.0 where it says nothing, and for an image."""
    colour: Colour
    rotation: int
    """Degrees clockwise that a player turns the stored picture: 0, 90, 180 or 270."""
    has_audio: bool
    has_subtitles: bool
    mirrored: bool = False
    """A player mirrors the stored picture left-right before it turns it."""
    sample_aspect: Fraction = Fraction(1)
    """Width of a pixel as shown divided by its height."""
    track_id: int = 0
    """The video track's number in its container; 0 for an image."""
    lossless: bool = False
    """An image that was stored without loss: PNG, or WebP's lossless form."""

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a clip has at least one pixel, got {self.width}×{self.height}")
        if self.rotation not in (0, 90, 180, 270):
            raise ValueError(f"rotation must be 0, 90, 180 or 270 degrees, got {self.rotation}")
