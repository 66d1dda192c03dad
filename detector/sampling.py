"""What is looked at in a file: up to four stretches of eight frames, spread evenly over it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from ..errors import UnreadableMedia
from ..media import Frame, Limits
from .canon import (
    FRAMES,
    RATE,
    SHORT_SIDE,
    Frames,
    Rgb,
    Windows,
    crop_at,
    filled,
    places_of,
    to_short_side,
    trim_border,
)
from .training.codecs import codec_for, round_trip

STRETCHES = 4
WHOLE_SECONDS = STRETCHES * FRAMES / RATE
"""Clips up to this long are read whole: 4 s are 32 frames."""
STORED_SHORT_SIDE, STORED_CRF = 320, 21
"""How the training clips are stored: at most so many pixels, never enlarged; and H.264 at this quality."""
LONGEST_RATIO = 4
"""Of the sides; of a longer strip the middle is looked at, or a picture of 1 × 16,000,000 pixels would be enlarged."""
TOLERANCE_SECONDS = 0.002
"""Matroska rounds times to milliseconds."""

Oddity = Literal["damaged", "hdr", "approximate"]


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Consecutive frames, at most 8 a second."""

    frames: Frames
    """(1 to 8, height, width, 3), border cut off, the short side 256 pixels."""
    times_ms: tuple[int, ...]
    """When each is shown, from the start of the clip."""

    def __post_init__(self) -> None:
        if len(self.frames) != len(self.times_ms) or not 1 <= len(self.times_ms) <= FRAMES:
            raise ValueError(f"1 to {FRAMES} frames, each with its time; got {len(self.frames)}, {len(self.times_ms)}")

    @property
    def end_ms(self) -> int:
        """When its last frame has been shown, at 8 frames a second."""
        return self.times_ms[-1] + (1000 // RATE if len(self.times_ms) > 1 else 0)

    @property
    def places(self) -> tuple[float, ...]:
        """Where along the long side it is looked at."""
        return places_of(*self.frames.shape[1:3])

    def windows(self) -> Windows:
        """Return one window a place, (places, 8, 224, 224, 3)."""
        whole = filled(self.frames)
        return np.stack([np.stack([crop_at(one, place) for one in whole]) for place in self.places])


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Everything that is looked at in one file, and how it was stored."""

    kind: Literal["video", "image", "frames"]
    stretches: tuple[Stretch, ...]
    width: int
    """Pixels as shown, before the border is cut off."""
    height: int
    duration_ms: int | None
    """By the header, or by the last frame where that lies; None for an image."""
    codec: str | None = None
    bits_per_pixel: float | None = None
    """Of the compressed frames in and between those looked at."""
    oddities: frozenset[Oddity] = field(default_factory=frozenset[Oddity])
    """What was not as it should be, but did not keep us from looking."""

    def __post_init__(self) -> None:
        if not self.stretches:
            raise ValueError("nothing to look at")

    @property
    def is_still(self) -> bool:
        """Whether there is one picture only."""
        return len(self.stretches) == 1 and len(self.stretches[0].times_ms) == 1


def sample(path: Path, *, limits: Limits = Limits()) -> Sample:
    """Choose and decode what is looked at in a file.

    A clip of up to 4 s is read whole; of a longer one, four stretches of a second, each from a key frame on, so that
    an hour takes no longer than a minute.

    Raises:
        UnreadableMedia: Missing, not media, or no frame decodes.
        UnsupportedMedia: Audio only, or a codec or image format that is not accepted.
        LimitExceeded: A frame is larger, or reading takes longer, than the limits give.
    """
    from .reading import read_sample

    return read_sample(path, limits)


def sample_frames(frames: Sequence[Frame]) -> Sample:
    """Choose among frames that are already decoded.

    Raises:
        UnreadableMedia: There are none.
        ValueError: They are of several sizes.
    """
    if not frames:
        raise UnreadableMedia("no frames were given; expected at least one")
    if len({frame.rgb.shape for frame in frames}) > 1:
        raise ValueError("frames of one clip are of one size")
    times = [frame.pts_seconds for frame in frames]
    length = times[-1] - times[0]
    starts = [times[0]] if length <= WHOLE_SECONDS else [times[0] + start for start in starts_of(length)]
    count = STRETCHES * FRAMES if length <= WHOLE_SECONDS else FRAMES
    runs = [[frames[index] for index in chosen(times, start, count)] for start in starts]
    height, width = frames[0].rgb.shape[:2]
    return Sample(
        kind="frames",
        stretches=tuple(
            stretch
            for run in runs
            for stretch in stretches_of([prepared(one.rgb) for one in run], [ms(one.pts_seconds) for one in run])
        ),
        width=width,
        height=height,
        duration_ms=ms(length) if len(frames) > 1 else None,
    )


def starts_of(seconds: float) -> list[float]:
    """Return where four stretches begin, in seconds: each in the middle of a quarter; the ends are often titles."""
    quarter = seconds / STRETCHES
    return [quarter * (index + 0.5) - FRAMES / RATE / 2 for index in range(STRETCHES)]


def chosen(times: Sequence[float], start: float, count: int) -> list[int]:
    """Return the places of at most `count` times that come 8 a second from `start` on, in order.

    The first at or after each eighth of a second; a slower clip gives all it has, nothing is taken twice.
    """
    found: list[int] = []
    due = start
    for index, time in enumerate(times):
        if time < due - TOLERANCE_SECONDS:
            continue
        found.append(index)
        if len(found) == count:
            break
        while due <= time + TOLERANCE_SECONDS:
            due += 1 / RATE
    return found


def stretches_of(frames: Sequence[Rgb], times_ms: Sequence[int]) -> list[Stretch]:
    """Cut a run of prepared frames into stretches of 8, as few as cover it; they overlap where 8 does not divide it."""
    if not frames:
        return []
    whole = in_form(np.stack(frames))
    count = -(-len(frames) // FRAMES)
    firsts = np.linspace(0, max(0, len(frames) - FRAMES), count).round().astype(int).tolist()
    return [
        Stretch(frames=whole[first : first + FRAMES], times_ms=tuple(times_ms[first : first + FRAMES]))
        for first in firsts
    ]


def prepared(rgb: Rgb) -> Rgb:
    """Cut the border off and shrink the short side to 320 pixels, as was done to the training clips."""
    trimmed = trim_border(rgb)
    height, width = trimmed.shape[:2]
    longest = LONGEST_RATIO * min(height, width)
    top, left = max(0, height - longest) // 2, max(0, width - longest) // 2
    strip = trimmed[top : top + longest, left : left + longest]
    return strip if min(strip.shape[:2]) <= STORED_SHORT_SIDE else to_short_side(strip, STORED_SHORT_SIDE)


def in_form(frames: Frames) -> Frames:
    """Give a run of prepared frames the training clips' last encode, and scale it to be looked at.

    The weights and their thresholds have met nothing that was not stored like this. A large clip that is shrunk would
    be cleaner than any of them, filmed or generated, and none is to stand out by that. Without x264's macroblock tree,
    which gives other bits at every run: over 20 files it moved logits by .06 in the mean either way, .003 on balance.
    """
    codec = codec_for("x264", crf=STORED_CRF, preset="medium")
    stored = round_trip(frames, replace(codec, options=(*codec.options, ("mbtree", "0"))))
    return np.stack([to_short_side(one, SHORT_SIDE) for one in stored])


def ms(seconds: float) -> int:
    """Return whole milliseconds."""
    return round(seconds * 1000)
