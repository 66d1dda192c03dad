# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (av's stubs leave the types of some overloads open)
"""Encode pictures into a file, and carry over what is not picture."""

import contextlib
from collections.abc import Generator, Iterable
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import cast

from av.codec.context import Flags
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ..errors import UnsupportedMedia
from .clip import Clip, Subsampling
from .colour import MATRICES, PRIMARIES, RANGES, STEPS, TRANSFERS, number_of
from .draft import unwritable
from .form import Encoding, Form
from .frame import Picture, Plane
from .image import encode_image
from .image_header import ImageFormat
from .limits import Limits
from .planes import plane_of
from .rgb import rgb_of
from .sink import muxer
from .source import is_cover, opened
from .tracks import CopiedTracks, copy_tags, movie_timescale

_PIXEL_FORMATS: dict[tuple[Subsampling, int], str] = {
    (subsampling, depth): f"yuv{subsampling.replace(':', '')}p{'10le' if depth == 10 else ''}"
    for subsampling in STEPS
    for depth in (8, 10)
}
_LOSSLESS_WEBP = 101
_LOOKAHEAD_BYTES = 130_000_000


def write_pictures(
    pictures: Iterable[Picture],
    target: Path,
    *,
    form: Form,
    encoding: Encoding = Encoding(),
    copy_from: Clip | None = None,
) -> None:
    """Encode pictures and copy what else a source holds; time stamps are kept exactly.

    Video is H.264. Odd sizes, which H.264 cannot hold in 4:2:0, are written in 4:2:2 or 4:4:4 with the chroma
    repeated, so that no pixel is added or lost. The index stands at the front of the file.

    Args:
        pictures: In the order of showing, upright, of the form's size and depth; closed if it is a generator.
        target: Written in place; use a draft (`unfinished`) where a half-written file must not be seen.
        form: What is written.
        encoding: How hard the encoder tries.
        copy_from: The audio and subtitle packets and the cover picture of this clip are copied bit for bit, its
            chapters and texts too; of an image the ICC profile and EXIF. Data streams (telemetry) stay behind.

    Raises:
        OutputUnwritable: the disk is full, or the target cannot be written.
        UnsupportedMedia: a stream of `copy_from` does not fit into the container, or it has a second video.
        ValueError: a picture does not have the form, the times do not increase, or there is no picture.
    """
    try:
        if form.is_image:
            _write_image(pictures, target, form, encoding, copy_from)
        else:
            _write_video(pictures, target, form, encoding, copy_from)
    finally:
        if isinstance(pictures, Generator):
            cast("Generator[Picture]", pictures).close()


def _write_video(
    pictures: Iterable[Picture], target: Path, form: Form, encoding: Encoding, copy_from: Clip | None
) -> None:
    form = replace(form, colour=replace(form.colour, subsampling=_encodable(form)))
    with contextlib.ExitStack() as stack:
        source = None if copy_from is None else stack.enter_context(opened(copy_from.path, Limits(streams=1000)))[0]
        timescale = movie_timescale(form.time_base, source)
        output = stack.enter_context(muxer(target, form.container, timescale))
        video = _video_stream(output, form, encoding)
        tracks = None if source is None or copy_from is None else _tracks(source, copy_from, output)
        seen: Picture | None = None
        for picture in pictures:
            _check(picture, seen, form)
            seen = picture
            _encode(output, video, _frame(picture, form), tracks)
        if seen is None:
            raise ValueError("there is no picture to write")
        _encode(output, video, None, tracks)
        if tracks is not None:
            for packet in tracks.until(None):
                output.mux(packet)


def _encode(output: OutputContainer, video: VideoStream, frame: VideoFrame | None, tracks: CopiedTracks | None) -> None:
    for packet in video.encode(frame):
        if tracks is not None and packet.dts is not None:
            for other in tracks.until(packet.dts * packet.time_base):
                output.mux(other)
        output.mux(packet)


def _video_stream(output: OutputContainer, form: Form, encoding: Encoding) -> VideoStream:
    parameters = [f"rc-lookahead={_lookahead(form)}"]
    if form.colour.range == "tv":
        parameters.append("videoformat=component")  # x264 writes "limited range" only beside something else
    options = {"crf": str(encoding.crf), "preset": encoding.preset, "x264-params": ":".join(parameters)}
    stream = output.add_stream("libx264", rate=form.rate.limit_denominator(2**31 - 1), options=options)
    context = stream.codec_context
    context.width, context.height = form.width, form.height
    context.pix_fmt = _PIXEL_FORMATS[form.colour.subsampling, form.colour.bit_depth]
    context.time_base = form.time_base
    stream.time_base = form.time_base
    context.sample_aspect_ratio = form.sample_aspect
    context.thread_count = encoding.threads
    context.flags |= Flags.frame_duration  # else the last picture is shown for 1 / rate
    context.color_range = number_of(RANGES, form.colour.range)
    context.colorspace = number_of(MATRICES, form.colour.matrix)
    context.color_primaries = number_of(PRIMARIES, form.colour.primaries)
    context.color_trc = number_of(TRANSFERS, form.colour.transfer)
    return stream


def _lookahead(form: Form) -> int:
    """Return how many pictures x264 looks ahead: its own 40 up to 720p, fewer where that many would fill the memory.

    A waiting picture takes 3.2 bytes a pixel, twice that for 10 bits (measured: 66 MB for 10 more at 1080p).
    """
    bytes_each = 3.2 * form.width * form.height * (2 if form.colour.bit_depth > 8 else 1)
    return int(min(40, max(10, _LOOKAHEAD_BYTES / bytes_each)))


def _tracks(source: InputContainer, clip: Clip, output: OutputContainer) -> CopiedTracks:
    moving = [stream for stream in source.streams.video if not is_cover(stream)]
    if len(moving) > 1:
        raise UnsupportedMedia(
            f"{clip.path}: holds {len(moving)} video streams, and only one could be written; "
            "split it first, for example with: ffmpeg -i IN -map 0:v:0 -map 0:a -c copy OUT.mp4"
        )
    copy_tags(source, output)
    return CopiedTracks(source, clip.path, output, _is_copied)


def _is_copied(stream: Stream) -> bool:
    return stream.type in ("audio", "subtitle") or (isinstance(stream, VideoStream) and is_cover(stream))


def _encodable(form: Form) -> Subsampling:
    """Return the nearest richer subsampling that holds this size: H.264 crops whole chroma samples (§ 7.4.2.1.1)."""
    x, y = STEPS[form.colour.subsampling]
    if x == 2 and form.width % 2:
        return "4:4:4"
    if y == 2 and form.height % 2:
        return "4:2:2"
    return form.colour.subsampling


def _check(picture: Picture, before: Picture | None, form: Form) -> None:
    if picture.luma.shape != (form.height, form.width) or picture.bit_depth != form.colour.bit_depth:
        raise ValueError(
            f"a picture of {picture.luma.shape[1]}×{picture.luma.shape[0]}, {picture.bit_depth} bits does not have the "
            f"form of {form.width}×{form.height}, {form.colour.bit_depth} bits"
        )
    if picture.time_base != form.time_base:
        raise ValueError(f"the picture counts in {picture.time_base} s, the form in {form.time_base} s")
    if picture.pts < 0:  # a player hides what comes before the start
        raise ValueError(f"times must not be negative, got {picture.pts}")
    if before is not None and picture.pts <= before.pts:
        raise ValueError(f"times must increase, got {before.pts} and then {picture.pts}")


def _frame(picture: Picture, form: Form) -> VideoFrame:
    frame = VideoFrame(form.width, form.height, _PIXEL_FORMATS[form.colour.subsampling, form.colour.bit_depth])
    planes = chain([picture.luma], _fitted(picture, form))
    for index, samples in enumerate(planes):
        plane_of(frame, index)[:] = samples
    frame.pts = picture.pts
    frame.time_base = picture.time_base
    frame.duration = picture.duration
    return frame


def _fitted(picture: Picture, form: Form) -> list[Plane]:
    """Return the chroma planes in the subsampling that is encoded, repeated where it is richer than the picture's."""
    if len(picture.chroma) != 2:
        raise ValueError(f"a picture of video has two chroma planes, got {len(picture.chroma)}")
    step_x, step_y = STEPS[form.colour.subsampling]
    rows, columns = -(-form.height // step_y), -(-form.width // step_x)
    fitted: list[Plane] = []
    for plane in picture.chroma:
        down, across = -(-rows // plane.shape[0]), -(-columns // plane.shape[1])
        whole = plane if (down, across) == (1, 1) else plane.repeat(down, axis=0).repeat(across, axis=1)
        fitted.append(whole[:rows, :columns])
    return fitted


def _write_image(
    pictures: Iterable[Picture], target: Path, form: Form, encoding: Encoding, copy_from: Clip | None
) -> None:
    given = list(islice(pictures, 2))
    if len(given) != 1:
        raise ValueError(f"an image is one picture, got {'none' if not given else 'more'}")
    data = encode_image(
        rgb_of(given[0]),
        cast("ImageFormat", form.container),
        subsampling=form.colour.subsampling,
        jpeg_quality=encoding.jpeg_quality,
        webp_quality=_LOSSLESS_WEBP if form.lossless else encoding.webp_quality,
        metadata_of=copy_from.path if copy_from is not None and copy_from.kind == "image" else None,
    )
    try:
        target.write_bytes(data)
    except OSError as error:
        raise unwritable(target, error) from error
