# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (av's stubs leave the types of some overloads open)
"""Say what a file holds: its header, and its first picture."""

import time
from fractions import Fraction
from pathlib import Path

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ..errors import TooLong, UnreadableMedia, UnsupportedMedia
from .clip import Clip, Colour
from .colour import MATRICES, PRIMARIES, RANGES, TRANSFERS, Layout, layout_of, refuse_hdr, shown_subsampling
from .image import is_image, probe_image
from .limits import Limits
from .orientation import Orientation, orientation_of_matrix
from .source import opened, video_stream


def probe(path: Path, *, limits: Limits = Limits()) -> Clip:
    """Return what a video or image file holds; one picture is decoded, as only pictures say all about themselves.

    Raises:
        UnreadableMedia: missing, empty, a directory, not media, or without a single picture.
        UnsupportedMedia: readable, but not something that could be kept intact: audio only, alpha, HDR, RGB video,
            more than 10 bits, animated images.
        LimitExceeded: more pixels, streams, frames, duration or decoding time than the limits give.
    """
    if is_image(path):
        return probe_image(path, limits=limits)
    try:
        return _probe_video(path, limits)
    except UnsupportedMedia as error:
        if str(path) in str(error):
            raise
        raise UnsupportedMedia(f"{path}: {error}") from error


def orientation_in(frame: VideoFrame) -> Orientation:
    """Return how a player turns this frame."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    return Orientation() if matrix is None else orientation_of_matrix(bytes(matrix))


def _probe_video(path: Path, limits: Limits) -> Clip:
    with opened(path, limits) as (container, file):
        stream = video_stream(container, path, limits)
        _check_header(path, container, stream, limits)
        file.deadline = time.monotonic() + limits.decode_seconds
        frame = _first_frame(path, container, stream)
        layout = layout_of(frame.format.name)
        orientation = orientation_in(frame)
        clip = Clip(
            path=path,
            kind="video",
            container=_container_name(container, path),
            codec=stream.codec_context.codec.canonical_name,
            width=frame.height if orientation.swaps_sides else frame.width,
            height=frame.width if orientation.swaps_sides else frame.height,
            rate=stream.average_rate or stream.guessed_rate or Fraction(1),
            time_base=_time_base(stream, path),
            duration_seconds=_duration_seconds(container, stream),
            colour=_colour(frame, layout, orientation),
            rotation=orientation.degrees,
            has_audio=bool(container.streams.audio),
            has_subtitles=bool(container.streams.subtitles),
            mirrored=orientation.mirrored,
            sample_aspect=_sample_aspect(stream, orientation),
            track_id=stream.id,
        )
    refuse_hdr(clip.colour)
    return clip


def _check_header(path: Path, container: InputContainer, stream: VideoStream, limits: Limits) -> None:
    seconds = _duration_seconds(container, stream)
    if seconds > limits.duration_seconds:
        raise TooLong(f"{path}: the header says {seconds:.0f} s; the limit is {limits.duration_seconds:.0f} s")
    if stream.frames > limits.frames:
        raise TooLong(f"{path}: the header says {stream.frames} frames; the limit is {limits.frames}")
    if stream.metadata.get("alpha_mode") == "1":  # VP8 and VP9 in WebM keep alpha beside the picture
        raise UnsupportedMedia(f"{path}: the video has an alpha channel, which would be flattened; remove it first")


def _first_frame(path: Path, container: InputContainer, stream: VideoStream) -> VideoFrame:
    stream.codec_context.thread_type = "SLICE"  # frame threads would read ahead for nothing
    broken: Exception | None = None
    try:
        for packet in container.demux(stream):
            frames, error = _decoded(packet)
            broken = broken or error
            if frames:
                return frames[0]
    except FFmpegError as error:
        broken = error
    why = f" ({broken})" if broken else ""
    raise UnreadableMedia(f"{path}: holds no decodable picture{why}; expected at least one frame") from broken


def _decoded(packet: "Packet[VideoStream]") -> tuple[list[VideoFrame], Exception | None]:
    try:
        return packet.decode(), None
    except FFmpegError as error:
        return [], error


def _container_name(container: InputContainer, path: Path) -> str:
    name = container.format.name
    with path.open("rb") as file:
        head = file.read(64)
    if "mp4" in name:
        return "mov" if head[8:12] == b"qt  " or b"ftyp" not in head[:12] else "mp4"
    if "matroska" in name:
        return "webm" if b"webm" in head else "matroska"
    return name


def _time_base(stream: VideoStream, path: Path) -> Fraction:
    if not stream.time_base:
        raise UnreadableMedia(f"{path}: the header gives no unit of time; the file is broken")
    return stream.time_base


def _duration_seconds(container: InputContainer, stream: VideoStream) -> float:
    if stream.duration and stream.time_base:
        return max(0.0, float(stream.duration * stream.time_base))
    return max(0.0, (container.duration or 0) / 1_000_000)  # AV_TIME_BASE


def _colour(frame: VideoFrame, layout: Layout, orientation: Orientation) -> Colour:
    return Colour(
        range="pc" if layout.full_range else RANGES.get(int(frame.color_range), "unknown"),
        matrix=MATRICES.get(int(frame.colorspace), "unknown"),
        primaries=PRIMARIES.get(int(frame.color_primaries), "unknown"),
        transfer=TRANSFERS.get(int(frame.color_trc), "unknown"),
        bit_depth=layout.bit_depth,
        subsampling=shown_subsampling(
            layout,
            width=frame.width,
            height=frame.height,
            swaps_sides=orientation.swaps_sides,
            moved=not orientation.is_upright,
        ),
    )


def _sample_aspect(stream: VideoStream, orientation: Orientation) -> Fraction:
    aspect = stream.sample_aspect_ratio
    if not aspect or aspect <= 0:
        return Fraction(1)
    return 1 / aspect if orientation.swaps_sides else aspect
