# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (av's stubs leave the types of some overloads open)
"""Media made by the tests themselves, with PyAV and OpenCV."""

import hashlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest
from av.codec.context import Flags
from av.container import OutputContainer
from av.packet import Packet

MakeVideo = Callable[..., Path]
ListPackets = Callable[..., list[tuple[str, Fraction, Fraction, str]]]


@pytest.fixture
def make_video(tmp_path: Path) -> MakeVideo:
    """Make a small video in the test's folder; see `_make` for what can be asked."""

    def make(name: str = "in.mp4", **asked: Any) -> Path:
        return _make(tmp_path / name, **asked)

    return make


@pytest.fixture
def make_sound(tmp_path: Path) -> Callable[..., Path]:
    """Make an MP4 of silence without video."""

    def make(name: str = "sound.m4a") -> Path:
        with av.open(str(tmp_path / name), "w", format="mp4") as output:
            stream: Any = output.add_stream("aac", rate=48000, layout="mono")
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.int16), format="s16", layout="mono")
            frame.sample_rate = 48000
            output.mux([*stream.encode(frame), *stream.encode(None)])
        return tmp_path / name

    return make


@pytest.fixture
def list_packets() -> ListPackets:
    """List (kind, pts, dts, digest) of the packets of some kinds, in the order of each stream."""

    def list_(path: Path, kinds: Sequence[str] = ("audio", "subtitle")) -> list[tuple[str, Fraction, Fraction, str]]:
        with av.open(str(path)) as container:
            streams = [stream for stream in container.streams if stream.type in kinds]
            packets = [packet for packet in container.demux(streams) if packet.dts is not None] if streams else []
            return sorted(
                (
                    packet.stream.type,
                    (packet.dts or 0) * packet.time_base,
                    (packet.pts or 0) * packet.time_base,
                    hashlib.sha256(bytes(packet)).hexdigest(),
                )
                for packet in packets
            )

    return list_


def _make(
    path: Path,
    *,
    width: int = 64,
    height: int = 48,
    pix_fmt: str = "yuv420p",
    frames: int = 12,
    pts: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 30000),
    step: int = 1001,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    display: tuple[float, bool, bool] | None = None,
    colour: tuple[int, int, int, int] | None = None,
    sample_aspect: Fraction | None = None,
    audio: str | None = None,
    audio_start: int = 0,
    subtitles: Sequence[str] = (),
    tags: dict[str, str] | None = None,
    language: str | None = None,
    chapters: Sequence[tuple[int, int, str]] = (),
    earlier: int = 0,
    second_video: bool = False,
    mux: dict[str, str] | None = None,
) -> Path:
    """Encode moving noise; `earlier` ticks are taken off every video time, so that an edit list cuts the start."""
    ticks = list(pts) if pts is not None else [index * step for index in range(frames)]
    with av.open(str(path), "w", container_options=mux or {}) as output:
        stream: Any = output.add_stream(codec, rate=Fraction(30000, 1001), options=options or {})
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, pix_fmt
        context.time_base = stream.time_base = time_base
        context.flags |= Flags.frame_duration
        context.thread_count = 1
        if colour is not None:
            context.color_range, context.colorspace, context.color_primaries, context.color_trc = colour
        if sample_aspect is not None:
            context.sample_aspect_ratio = sample_aspect
        if display is not None:
            stream.set_display_rotation(*display)
        output.metadata.update(tags or {})
        seconds = float(ticks[-1] * time_base)
        sound: Any = output.add_stream(audio, rate=48000, layout="mono") if audio else None
        if sound is not None and language is not None:
            sound.metadata["language"] = language
        text: Any = output.add_mux_stream("mov_text", time_base=Fraction(1, 1000)) if subtitles else None
        output.set_chapters(
            [
                {"id": i, "start": start, "end": end, "time_base": Fraction(1, 1000), "metadata": {"title": title}}
                for i, (start, end, title) in enumerate(chapters)
            ]
        )
        another: Any = output.add_stream("mpeg4", rate=25, width=32, height=32) if second_video else None
        for index, tick in enumerate(ticks):
            frame = _noise(width, height, pix_fmt, index)
            frame.pts, frame.time_base = tick, time_base
            frame.duration = ticks[index + 1] - tick if index + 1 < len(ticks) else step
            _mux(output, stream.encode(frame), earlier)
        _mux(output, stream.encode(None), earlier)
        if another is not None:
            output.mux([*another.encode(_noise(32, 32, "yuv420p", 0)), *another.encode(None)])
        if sound is not None:
            _sound(output, sound, audio_start, seconds)
        if text is not None:
            _titles(output, text, subtitles)
    return path


def _noise(width: int, height: int, pix_fmt: str, index: int) -> av.VideoFrame:
    rng = np.random.default_rng(index)
    frame = av.VideoFrame(width, height, pix_fmt)
    deep = frame.format.components[0].bits > 8
    for plane in frame.planes:
        rows = np.frombuffer(cast("bytes", plane), np.uint16 if deep else np.uint8).reshape(plane.height, -1)
        coarse = rng.integers(64, 900, (plane.height // 8 + 1, rows.shape[1] // 8 + 1)) >> (0 if deep else 2)
        rows[:] = coarse.repeat(8, axis=0).repeat(8, axis=1)[: plane.height, : rows.shape[1]]
    return frame


def _mux(output: OutputContainer, packets: list[Any], earlier: int) -> None:
    for packet in packets:
        if earlier:
            packet.pts, packet.dts = (packet.pts or 0) - earlier, (packet.dts or 0) - earlier
        output.mux(packet)


def _sound(output: OutputContainer, stream: Any, start: int, seconds: float) -> None:
    for index in range(int(seconds * 48000 / 1024) + 3):
        wave = (np.sin(np.arange(1024) / 20 + index) * 8000).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(wave[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, start + index * 1024, Fraction(1, 48000)
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _titles(output: OutputContainer, stream: Any, titles: Sequence[str]) -> None:
    for index, title in enumerate(titles):
        content = title.encode()
        packet: Any = Packet(len(content).to_bytes(2, "big") + content)  # 3GPP TS 26.245 § 5.17: a length, then text
        packet.stream, packet.time_base = stream, Fraction(1, 1000)
        packet.pts = packet.dts = index * 100
        packet.duration = 100
        output.mux(packet)
