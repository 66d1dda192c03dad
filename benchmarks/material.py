# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (av's stubs leave the types of some overloads open)
"""Files to measure on, made where they are needed: a moving texture, encoded once and looped by its packets."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt

from ..media import Encoding, Picture, generated_form, write_pictures

LOOP_FRAMES = 60
GRAIN = 3.5
"""Code values; with it x264 medium costs about as much a frame as on hand-held 1080p footage, without it half."""


def moving_texture(*, width: int, height: int, rate: Fraction, frames: int, noise: float = 0.0) -> Iterator[Picture]:
    """Give pictures of a soft random texture that slides two pixels right and one down a frame.

    Args:
        width: Even.
        height: Even.
        rate: Frames a second.
        frames: How many.
        noise: Standard deviation of the grain that is added, in code values; grain does not compress.
    """
    rng = np.random.default_rng(2022)
    coarse = rng.integers(16, 236, (height // 16 + 1, width // 16 + 1)).astype(np.float32)
    texture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    texture += cv2.GaussianBlur(rng.normal(0.0, 24.0, (height, width)).astype(np.float32), (0, 0), 1.0)
    chroma = np.full((height // 2, width // 2), 128, dtype=np.uint8)
    for index in range(frames):
        moved = np.roll(texture, (index, 2 * index), axis=(0, 1))
        grain = rng.normal(0.0, noise, moved.shape) if noise else 0.0
        luma: npt.NDArray[np.uint8] = np.clip(moved + grain, 16, 235).astype(np.uint8)
        yield Picture(luma=luma, chroma=(chroma, chroma), bit_depth=8, pts=index, time_base=1 / rate, duration=1)


def write_video(path: Path, *, width: int, height: int, rate: Fraction, seconds: float) -> Path:
    """Write an MP4 of `seconds`; two seconds are encoded, the rest repeats their packets."""
    seed = path.with_name(f"{path.stem}.seed.mp4")
    pictures = moving_texture(width=width, height=height, rate=rate, frames=LOOP_FRAMES, noise=GRAIN)
    write_pictures(pictures, seed, form=generated_form(width, height, rate), encoding=Encoding(preset="veryfast"))
    loops = max(1, round(seconds * float(rate) / LOOP_FRAMES))
    loop_packets(seed, path, loops)
    seed.unlink()
    return path


def write_video_of_size(path: Path, *, width: int, height: int, size_bytes: int) -> Path:
    """Write an MP4 of at least `size_bytes`: one grainy picture encoded nearly without loss, repeated."""
    rate = Fraction(30)
    seed = path.with_name(f"{path.stem}.seed.mp4")
    pictures = moving_texture(width=width, height=height, rate=rate, frames=1, noise=30.0)
    form = generated_form(width, height, rate)
    write_pictures(pictures, seed, form=form, encoding=Encoding(crf=1, preset="ultrafast"))
    with av.open(str(seed)) as container:
        packet_bytes = sum(packet.size for packet in container.demux(video=0))
    loop_packets(seed, path, -(-size_bytes // packet_bytes))
    seed.unlink()
    return path


def loop_packets(seed: Path, target: Path, loops: int) -> None:
    """Write the seed's packets `loops` times, one after the other in time."""
    with av.open(str(seed)) as source, av.open(str(target), "w", options={"movflags": "faststart"}) as output:
        stream = source.streams.video[0]
        written = output.add_stream_from_template(stream)
        packets = [packet for packet in source.demux(stream) if packet.size]
        length = sum(packet.duration or 0 for packet in packets)
        for loop in range(loops):
            for packet in packets:
                copy = av.Packet(bytes(packet))
                copy.pts = None if packet.pts is None else packet.pts + loop * length
                copy.dts = None if packet.dts is None else packet.dts + loop * length
                copy.duration, copy.time_base = packet.duration, packet.time_base
                copy.is_keyframe, copy.stream = packet.is_keyframe, written
                output.mux(copy)
