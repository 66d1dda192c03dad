"""What happens to a file that is uploaded or sent on: size, codec, bit rate, frame rate; its manifest is left behind.

The services are not named and not promised: their settings change, and most are not published. Each recipe says where
its numbers are from. Phones encode in hardware, which spends its bits worse than x264 does; those recipes take x264's
fast preset without B-frames instead.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

import cv2

from ..media import remux
from .watermark.codecs import Codec, av1, h264
from .watermark.footage import Rgb, read_footage, write_footage
from .watermark.geometry import cropped_upright, resized
from .watermark.timing import at_rate

Kind = Literal["video", "image"]
TYPICAL = "typical, not documented"
MASTODON = "Mastodon, app/models/media_attachment.rb"
TELEGRAM = "Telegram for Android, MediaController.makeVideoBitrate"
SIGNAL = "Signal for Android, videoconverter/utils/VideoConstants.kt"
PEERTUBE = "PeerTube, core-utils/src/videos/bitrate.ts, average bits a pixel at 30 frames a second"
LONGEST_FRAMES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What one kind of service does; pictures are never made larger."""

    name: str
    source: str
    """Where the numbers are from."""
    kind: Kind = "video"
    codec: Codec | None = None
    """None: the packets are copied, or the image is written as JPEG."""
    short_side: int | None = None
    """Pixels; at most."""
    long_side: int | None = None
    pixels: int | None = None
    upright: bool = False
    """Cut to a phone's 9:16 first."""
    rate: Fraction | None = None
    """Frames a second; at most."""
    jpeg_quality: int | None = None
    then: "Recipe | None" = None
    """What the next service does with the result."""

    def apply(self, marked: Path, directory: Path, *, step: int = 0) -> Path:
        """Do it; returns the file that the last service hands out, made in the directory.

        Raises:
            MediaError: The file can't be read.
        """
        if self.kind == "image":
            done = self._image(marked, directory / f"shared-{step}.jpg")
        elif self.codec is None:
            done = directory / f"shared-{step}{marked.suffix}"
            remux(marked, done)
        else:
            done = self._video(marked, directory / f"shared-{step}{self.codec.suffix}", self.codec)
        return done if self.then is None else self.then.apply(done, directory, step=step + 1)

    def _video(self, marked: Path, target: Path, codec: Codec) -> Path:
        footage = read_footage(marked, frames=LONGEST_FRAMES)
        if self.rate is not None and footage.rate > self.rate:
            footage = at_rate(footage, self.rate)
        return write_footage(footage.of([self._shaped(frame) for frame in footage.frames]), target, codec)

    def _image(self, marked: Path, target: Path) -> Path:
        picture = self._shaped(read_footage(marked, frames=1).frames[0])
        cv2.imwrite(str(target), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, self.jpeg_quality or 75])
        return target

    def _shaped(self, rgb: Rgb) -> Rgb:
        if self.upright:
            rgb = cropped_upright(rgb)
        height, width = rgb.shape[:2]
        limits = [
            None if self.short_side is None else self.short_side / min(height, width),
            None if self.long_side is None else self.long_side / max(height, width),
            None if self.pixels is None else (self.pixels / (height * width)) ** 0.5,
        ]
        scale = min(1.0, *(limit for limit in limits if limit is not None), 1.0)
        return rgb if scale == 1.0 else resized(rgb, across=scale, down=scale)


def _phone(bits_per_second: int) -> Codec:
    """H.264 at a bit rate as a phone's encoder makes it."""
    options = (("preset", "veryfast"), ("profile", "main"), ("bf", "0"))
    return Codec(f"H.264 {bits_per_second / 1e6:g} Mbit/s", "libx264", options, bits_per_second=bits_per_second)


def _site(bits_per_second: int) -> Codec:
    """H.264 at a bit rate as a server makes it."""
    return Codec(
        f"H.264 {bits_per_second / 1e6:g} Mbit/s", "libx264", (("preset", "medium"),), bits_per_second=bits_per_second
    )


def _vp9(bits_per_second: int) -> Codec:
    options = (("deadline", "good"), ("cpu-used", "4"))
    return Codec("VP9", "libvpx-vp9", options, suffix=".webm", bits_per_second=bits_per_second)


_CAPPED = replace(h264(18), options=(("preset", "medium"), ("crf", "18"), ("maxrate", "1300K"), ("bufsize", "1300K")))
_MESSENGER = Recipe(name="messenger, 480p H.264 1 Mbit/s", source=TELEGRAM, codec=_phone(1_000_000), short_side=480)

RECIPES: tuple[Recipe, ...] = (
    Recipe(name="social network, copied, metadata stripped", source=f"{MASTODON}: map_metadata -1, streams copied"),
    Recipe(name="social network, H.264 capped at 1.3 Mbit/s", source=f"{MASTODON}: VIDEO_FORMAT", codec=_CAPPED),
    Recipe(
        name="messenger, 720p H.264 2 Mbit/s, 30 fps",
        source=SIGNAL,
        codec=_phone(2_000_000),
        short_side=720,
        rate=Fraction(30),
    ),
    _MESSENGER,
    Recipe(name="messenger, 480p H.264 0.5 Mbit/s", source=SIGNAL, codec=_phone(500_000), short_side=480),
    Recipe(name="video site, 1080p AV1", source=TYPICAL, codec=av1(38), short_side=1080),
    Recipe(name="video site, 720p VP9 1.5 Mbit/s", source=TYPICAL, codec=_vp9(1_500_000), short_side=720),
    Recipe(name="video site, 360p H.264 1 Mbit/s", source=PEERTUBE, codec=_site(1_036_800), short_side=360),
    Recipe(
        name="short-video app, 9:16 crop, 720p H.264 1.5 Mbit/s",
        source=TYPICAL,
        codec=_site(1_500_000),
        short_side=720,
        upright=True,
        rate=Fraction(30),
    ),
    Recipe(
        name="picture board, 480p H.264 15 fps, 0.6 Mbit/s",
        source=TYPICAL,
        codec=_site(600_000),
        short_side=480,
        rate=Fraction(15),
    ),
    Recipe(
        name="short-video app, then messenger",
        source=f"{TYPICAL}; then {TELEGRAM}",
        codec=_site(1_500_000),
        short_side=720,
        rate=Fraction(30),
        then=_MESSENGER,
    ),
    Recipe(
        name="social network, picture of 1.6 Mpx, JPEG 90",
        source=f"{MASTODON}: IMAGE_STYLES, -quality 90 -strip",
        kind="image",
        pixels=1_638_400,
        jpeg_quality=90,
    ),
    Recipe(name="image host, 1200 px, JPEG 75", source=TYPICAL, kind="image", long_side=1200, jpeg_quality=75),
    Recipe(name="messenger, photo of 1600 px, JPEG 60", source=TYPICAL, kind="image", long_side=1600, jpeg_quality=60),
    Recipe(
        name="messenger, thumbnail of 320 px, JPEG 80", source=TYPICAL, kind="image", long_side=320, jpeg_quality=80
    ),
)
"""In the order of the table: what is done to videos, then to pictures."""
