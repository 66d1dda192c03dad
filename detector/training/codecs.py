# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (the stubs of av and OpenCV leave the types of some overloads open)
"""Real codecs between the clip and its reader: pictures in memory are encoded and decoded again.

Only the encoder can make its own artefacts: quantised blocks, motion that is copied instead of drawn, smoothed edges.
Packets go straight from encoder to decoder; no file and no container is written.
"""

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeAlias, cast

import av
import cv2
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter

from ..canon import Frames

Family: TypeAlias = Literal["x264", "x265", "vp9", "av1"]
Preset: TypeAlias = Literal["ultrafast", "superfast", "veryfast", "fast", "medium"]
Matrix: TypeAlias = Literal["bt601", "bt709"]

RATE = Fraction(8)
"""Frames a second of the clips; the encoders spend their bits by it."""
ENDS = {"x264": 51, "x265": 51, "vp9": 63, "av1": 63}
"""Where each family's scale of quality ends (FFmpeg's documentation); a CRF is given on the scale of x264."""
MATRICES: dict[Matrix, int] = {"bt709": 1, "bt601": 5}
"""FFmpeg's numbers for the colour spaces (`SWS_CS_*`)."""
LIMITED = 1
"""FFmpeg's number for luma of 16 to 235."""
EXACT = (
    Interpolation.BILINEAR | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT | Interpolation.FULL_CHR_H_INP
)
"""Without all of these flags swscale darkens every picture by 1 to 2 levels each time."""
PRESETS: tuple[tuple[Preset, float], ...] = (
    ("ultrafast", 0.32),
    ("superfast", 0.36),
    ("veryfast", 0.24),
    ("fast", 0.05),
    ("medium", 0.03),
)
"""x264's presets and how often each is drawn: slow ones cost three times as much and look alike at one CRF."""
SMALLEST = 64
"""Pixels along a side that every encoder takes."""


@dataclass(frozen=True, slots=True)
class Codec:
    """One encoder, the decoder that undoes it, and settings under which the same pictures give the same bytes."""

    family: Family
    encoder: str
    """As FFmpeg spells it."""
    decoder: str
    options: tuple[tuple[str, str], ...]
    matrix: Matrix = "bt709"
    """How RGB becomes luma and chroma, and back: 4:2:0 in limited range."""


def codec_for(
    family: Family, *, crf: int = 23, preset: Preset = "superfast", matrix: Matrix = "bt709", effort: int = 0
) -> Codec:
    """Return a family at a quality.

    Args:
        family: The codec.
        crf: 0 (best) to 51, on the scale of x264; VP9's and AV1's scales of 63 steps are met in proportion.
        preset: x264's; the others run at their fastest unless more effort is asked.
        matrix: Colour matrix, the same on both sides.
        effort: Steps slower than the fastest, for x265, VP9 and AV1; 0 to 4.

    Raises:
        ValueError: A quality that is not on the scale.
    """
    if not 0 <= crf <= 51:
        raise ValueError(f"crf {crf}, expected 0 to 51")
    quality = ("crf", str(round(crf * ENDS[family] / 51)))
    match family:
        case "x264":
            return Codec(family, "libx264", "h264", (quality, ("preset", preset)), matrix)
        case "x265":
            speed = ("ultrafast", "superfast", "veryfast", "faster", "fast")[effort]
            quiet = ("x265-params", "log-level=none:pools=none:frame-threads=1")  # pools are threads
            return Codec(family, "libx265", "hevc", (quality, ("preset", speed), quiet), matrix)
        case "vp9":
            live = (("deadline", "realtime"), ("cpu-used", str(8 - effort)), ("lag-in-frames", "0"))
            return Codec(family, "libvpx-vp9", "vp9", (quality, *live), matrix)
        case "av1":
            speed = (("preset", str(13 - effort)), ("svtav1-params", "lp=1"))
            return Codec(family, "libsvtav1", "libdav1d", (quality, *speed), matrix)


def draw_codec(rng: np.random.Generator, *, crf: tuple[int, int], families: tuple[tuple[Family, float], ...]) -> Codec:
    """Draw a codec: the family by its weight, a CRF from the range (both ends included), a preset, a matrix."""
    family = families[_pick(rng, [weight for _, weight in families])][0]
    return codec_for(
        family,
        crf=int(rng.integers(crf[0], crf[1] + 1)),
        preset=PRESETS[_pick(rng, [weight for _, weight in PRESETS])][0],
        matrix="bt709" if rng.random() < 0.6 else "bt601",
    )


def _pick(rng: np.random.Generator, weights: list[float]) -> int:
    return int(np.searchsorted(np.cumsum(weights) / np.sum(weights), rng.random(), side="right"))


def round_trip(frames: Frames, codec: Codec) -> Frames:
    """Encode a clip and decode it again; the shape is kept, odd or small sizes are padded on the way.

    Raises:
        RuntimeError: The decoder gave back another number of pictures than the encoder took.
    """
    _, height, width, _ = frames.shape
    encoder = _encoder(codec, _even(height), _even(width))
    decoder = cast(Any, av.CodecContext.create(codec.decoder, "r"))
    decoder.thread_count = 1
    returned: list[Any] = []
    with _own_turn():
        for frame in _coloured(frames, codec):
            for packet in encoder.encode(frame):
                returned += decoder.decode(packet)
        for packet in encoder.encode(None):
            returned += decoder.decode(packet)
        returned += decoder.decode(None)
        del encoder  # its threads end with it
    if len(returned) != len(frames):
        raise RuntimeError(f"{codec.encoder} took {len(frames)} pictures, {codec.decoder} returned {len(returned)}")
    return _pictures(returned, codec, height, width)


def _even(side: int) -> int:
    return max(SMALLEST, side + side % 2)


def _encoder(codec: Codec, height: int, width: int) -> Any:
    encoder = cast(Any, av.CodecContext.create(codec.encoder, "w"))
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.framerate, encoder.time_base = RATE, 1 / RATE
    encoder.thread_count, encoder.bit_rate = 1, 0
    encoder.colorspace, encoder.color_range = MATRICES[codec.matrix], LIMITED
    encoder.options = dict(codec.options)
    os.environ.setdefault("SVT_LOG", "1")  # errors only; SVT-AV1 writes twenty lines a clip otherwise
    return encoder


def _coloured(frames: Frames, codec: Codec) -> Iterable[Any]:
    _, height, width, _ = frames.shape
    reformatter = VideoReformatter()  # one for all frames: it keeps its tables
    for index, rgb in enumerate(frames):
        padded = cv2.copyMakeBorder(rgb, 0, _even(height) - height, 0, _even(width) - width, cv2.BORDER_REPLICATE)
        frame = cast(
            Any,
            reformatter.reformat(
                av.VideoFrame.from_ndarray(padded, format="rgb24"),
                format="yuv420p",
                dst_colorspace=MATRICES[codec.matrix],
                dst_color_range=LIMITED,
                interpolation=EXACT,
                threads=1,
            ),
        )
        frame.pts, frame.time_base = index, 1 / RATE
        yield frame


def _pictures(returned: list[Any], codec: Codec, height: int, width: int) -> Frames:
    reformatter = VideoReformatter()
    pictures = np.empty((len(returned), height, width, 3), dtype=np.uint8)
    for index, frame in enumerate(returned):
        rgb = cast(
            Any,
            reformatter.reformat(
                frame,
                format="rgb24",
                src_colorspace=MATRICES[codec.matrix],
                src_color_range=LIMITED,
                interpolation=EXACT,
                threads=1,
            ),
        ).to_ndarray()
        pictures[index] = rgb[:height, :width]
    return pictures


@contextmanager
def _own_turn() -> Generator[None]:
    """Give up real-time scheduling afterwards: SVT-AV1 takes it where it may (as root) and keeps it.

    Nothing else on the machine would run while such a process computes.
    """
    if not hasattr(os, "sched_setscheduler"):
        yield
        return
    threads = (0, os.getpid())  # the thread that called, and the process's first
    before = [(os.sched_getscheduler(one), os.sched_getparam(one)) for one in threads]
    try:
        yield
    finally:
        for one, (policy, parameter) in zip(threads, before, strict=True):
            if os.sched_getscheduler(one) != policy:
                os.sched_setscheduler(one, policy, parameter)
