# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (av's stubs leave the types of some overloads open)
"""A few seconds of pictures in memory, read from a file and written to one with any encoder."""

import os
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from numpy.typing import NDArray

from ...media import Limits, probe, read_frames
from .codecs import Codec

Rgb = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """Pictures of one size, evenly spaced in time."""

    frames: tuple[Rgb, ...]
    """Each (height, width, 3), sRGB."""
    rate: Fraction
    """Frames a second."""

    def __post_init__(self) -> None:
        if not self.frames:
            raise ValueError("footage needs at least one frame")

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.frames[0].shape[1], self.frames[0].shape[0]

    def of(self, frames: list[Rgb]) -> "Footage":
        """Return other pictures at the same rate."""
        return replace(self, frames=tuple(frames))


def read_footage(path: Path, *, frames: int, start_seconds: float = 0.0) -> Footage:
    """Read up to `frames` pictures from a time on.

    Raises:
        MediaError: The file can't be read.
    """
    clip = probe(path, limits=Limits())
    taken: list[Rgb] = []
    for frame in read_frames(clip):
        if frame.pts_seconds + 1e-6 >= start_seconds:
            taken.append(frame.rgb)
        if len(taken) == frames:
            break
    return Footage(tuple(taken), clip.rate or Fraction(1))


def write_footage(footage: Footage, path: Path, codec: Codec) -> Path:
    """Encode all pictures with one thread, BT.709 in limited range; sizes are cut to even ones for 4:2:0.

    Returns:
        The path.
    """
    width, height = footage.size
    if codec.pixel_format == "yuv420p":
        width, height = width // 2 * 2, height // 2 * 2
    with av.open(str(path), "w") as container:
        stream = cast(Any, container.add_stream(codec.encoder, rate=footage.rate, options=dict(codec.options)))
        stream.width, stream.height, stream.pix_fmt = width, height, codec.pixel_format
        stream.codec_context.thread_count = 1
        stream.codec_context.bit_rate = codec.bits_per_second or 0
        if codec.pixel_format == "yuv420p":
            stream.codec_context.colorspace, stream.codec_context.color_range = 1, 1
        for index, rgb in enumerate(footage.frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb[:height, :width]), format="rgb24")
            if codec.pixel_format != "rgb24":
                frame = frame.reformat(format=codec.pixel_format, dst_colorspace=1, dst_color_range=1)
            frame.pts, frame.time_base = index, 1 / footage.rate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    _take_turns_again()
    return path


def _take_turns_again() -> None:
    """Give up real-time scheduling: SVT-AV1 takes it for the whole process where it may (as root), and keeps it.

    Nothing else on the machine would run while such a process computes.
    """
    if hasattr(os, "sched_setscheduler") and os.sched_getscheduler(0) != os.SCHED_OTHER:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def read_foreign(path: Path, *, frames: int) -> Footage:
    """Read what the product does not take, GIF and H.264 in RGB, as a player would."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        taken: list[Rgb] = []
        for frame in container.decode(stream):
            taken.append(cast(Rgb, frame.to_ndarray(format="rgb24")))
            if len(taken) == frames:
                break
        return Footage(tuple(taken), Fraction(stream.average_rate or 10))
