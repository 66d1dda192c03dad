"""What happens to clips on their way: codecs, sizes, rates, noise, overlays, and a screen that is filmed off.

A condition takes the pictures of a clip of the data set (short side of at most 320 pixels, at most 8 frames/s) and
gives those that a reader would find in the file that is left. Encoders are the real ones.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ...detector.canon import RATE, Frames
from ...detector.training.dataset import read_clip_frames
from ..watermark.codecs import Codec, av1, h264, h265, vp9
from ..watermark.footage import Footage, write_footage
from ..watermark.geometry import resized
from ..watermark.photometry import brightened, noised
from ..watermark.timing import at_rate

Rgb = NDArray[np.uint8]
OnFootage = Callable[[Footage], Footage]

AFTERWARDS = h264(23)
"""Changed pictures are encoded as an editor would by default; nobody passes on raw pictures."""
MOST_FRAMES = 64
"""Read back; no condition makes more."""
SERVED_SHORT_SIDE = 480


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is done to a clip before it is judged."""

    name: str
    group: str
    """`codec`, `size`, `picture`, `time`, `combination` or `control`."""
    change: OnFootage | None = None
    codecs: tuple[Codec, ...] = (AFTERWARDS,)
    """One encode after the other; none: the pictures stay as they are."""

    def apply(self, frames: Frames) -> Frames:
        """Return the pictures that are left, (frames, height, width, 3); number and size may differ."""
        footage = Footage(tuple(frames), Fraction(RATE))
        if self.change is not None:
            footage = self.change(footage)
        for codec in self.codecs:
            footage = Footage(tuple(_round_trip(footage, codec)), footage.rate)
        return np.stack(footage.frames)


def _round_trip(footage: Footage, codec: Codec) -> Frames:
    with tempfile.TemporaryDirectory(prefix="sealreel-audit-") as folder:
        path = write_footage(footage, Path(folder) / f"clip{codec.suffix}", codec)
        return read_clip_frames(path, limit=MOST_FRAMES)


def on_each(change: Callable[[Rgb], Rgb]) -> OnFootage:
    """Do to every picture what is done to one."""
    return lambda footage: footage.of([change(frame) for frame in footage.frames])


def _halved(rgb: Rgb) -> Rgb:
    return resized(rgb, across=0.5, down=0.5)


def _served(rgb: Rgb) -> Rgb:
    """As a service's 480p: these clips are smaller, so it enlarges them."""
    share = SERVED_SHORT_SIDE / min(rgb.shape[:2])
    return resized(rgb, across=share, down=share)


def _middle(rgb: Rgb, *, share: float) -> Rgb:
    height, width = rgb.shape[:2]
    down, across = round(height * share / 2) * 2, round(width * share / 2) * 2
    top, left = (height - down) // 2, (width - across) // 2
    return np.ascontiguousarray(rgb[top : top + down, left : left + across])


def _blurred(rgb: Rgb) -> Rgb:
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), 1.5), dtype=np.uint8)


def _noisy(footage: Footage) -> Footage:
    return footage.of([noised(frame, sigma=8.0, seed=number) for number, frame in enumerate(footage.frames)])


def _with_logo(rgb: Rgb) -> Rgb:
    """Lay a half-transparent badge and a name over the lower right quarter, as channels do."""
    height, width = rgb.shape[:2]
    drawn = rgb.copy()
    radius = round(min(height, width) * 0.09)
    centre = round(width * 0.84), round(height * 0.82)
    cv2.circle(drawn, centre, radius, (240, 80, 40), -1, cv2.LINE_AA)
    words, scale = "CHANNEL 9", radius / 36.0
    place = round(width * 0.56), round(height * 0.96)
    cv2.putText(drawn, words, place, cv2.FONT_HERSHEY_DUPLEX, scale, (255, 255, 255), 1, cv2.LINE_AA)
    return np.asarray(cv2.addWeighted(drawn, 0.75, rgb, 0.25, 0.0), dtype=np.uint8)


def _thinned(footage: Footage) -> Footage:
    """Take the pictures for 15 a second and keep 8 of them by time stamp: steps of one and of two in turn."""
    return at_rate(Footage(footage.frames, Fraction(15)), Fraction(RATE))


def _recorded_off_screen(footage: Footage) -> Footage:
    """Show the clip enlarged on a screen with its grid of stripes and its gamma, record that at another size.

    The recorder's clock is not the player's: one picture in seven is taken twice.
    """
    frames = [_on_screen(frame, number) for number, frame in enumerate(footage.frames)]
    return footage.of([frames[min(len(frames) - 1, number - number // 7)] for number in range(len(frames))])


def _on_screen(rgb: Rgb, number: int) -> Rgb:
    shown = resized(rgb, across=1.87, down=1.87)
    stripes = np.ones(shown.shape[1])
    stripes[::3] = 0.94  # the dark gaps between a panel's sub-pixels
    glowing = 255.0 * np.power(shown.astype(np.float64) / 255.0, 1.12) * stripes[None, :, None]
    pointer = round(shown.shape[1] * 0.3) + 6 * number, round(shown.shape[0] * 0.6)
    screen = np.clip(np.rint(glowing), 0, 255).astype(np.uint8)
    cv2.drawMarker(screen, pointer, (250, 250, 250), cv2.MARKER_TILTED_CROSS, 14, 2)
    recorded = resized(brightened(screen, factor=0.95), across=0.61, down=0.61)
    return noised(recorded, sigma=1.5, seed=number)


def _standing_still(footage: Footage) -> Footage:
    return footage.of([footage.frames[0]] * len(footage.frames))


STORED = Condition("as stored", "codec", codecs=())
"""The clips as they are in the data set: x264, CRF 21."""
FIRST_FRAME = Condition("first frame alone", "control", _standing_still, codecs=())
"""The first picture in place of all others: what is judged without any motion."""
SMALL_AND_ROUGH = Condition("CRF 35 and size × 0.5", "combination", on_each(_halved), (h264(35),))
"""The condition of the written goal."""

GRID: tuple[Condition, ...] = (
    *(Condition(f"x264 CRF {crf}", "codec", codecs=(h264(crf),)) for crf in (23, 28, 35, 40)),
    Condition("HEVC CRF 30", "codec", codecs=(h265(30),)),
    Condition("AV1 CRF 40", "codec", codecs=(av1(40),)),
    Condition("VP9 CRF 36", "codec", codecs=(vp9(36),)),
    Condition("size × 0.5", "size", on_each(_halved)),
    Condition("480p", "size", on_each(_served), (h264(28),)),
    Condition("crop to 80 %", "size", on_each(partial(_middle, share=0.8))),
    Condition("blur, sigma 1.5", "picture", on_each(_blurred)),
    Condition("noise, sigma 8", "picture", _noisy),
    Condition("logo overlay", "picture", on_each(_with_logo)),
    Condition("15 to 8 frames/s", "time", _thinned),
    SMALL_AND_ROUGH,
    Condition("screen recording", "combination", _recorded_off_screen, (h264(28),)),
    Condition("double transcode", "combination", codecs=(h264(28), h265(30))),
)
"""Robustness: each is done to every clip that takes part, real and synthetic alike."""
EVERYTHING: dict[str, Condition] = {one.name: one for one in (STORED, FIRST_FRAME, *GRID)}
