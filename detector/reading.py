# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (av's stubs leave the types of some overloads open)
"""Decode what was chosen of an untrusted file, upright, in sRGB, at one size; what does not decode is passed over."""

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ..errors import UnreadableMedia, UnsupportedMedia
from ..media import Clip, Limits
from ..media.clip import Colour
from ..media.colour import MATRICES, RANGES, TRANSFERS, swscale_matrix
from ..media.image import probe_image, read_image
from ..media.image_header import image_format
from ..media.orientation import Orientation, orientation_of_matrix, turn
from ..media.planes import plane_of
from ..media.source import CODECS, FORMATS, BoundedFile, open_regular, opened, packets_of, video_stream
from .canon import RATE, Rgb
from .itinerary import Itinerary, Leg, plan
from .sampling import Oddity, Sample, Stretch, ms, prepared, stretches_of

LOOKED_AT = FORMATS + ",gif,apng,png_pipe,webp_pipe"
"""Containers that can be looked at: more than can be written back."""
DECODERS = CODECS | {"apng", "gif", "webp"}
OPENING_SECONDS = 60.0
WORKERS = 2
"""Decoders side by side, a thread each: two threads of one decoder give less, and frames in another order."""
STAND_IN_SECONDS = 1 / RATE
"""So much later a frame may be that stands in for one that does not decode."""
LATE_SECONDS = 1 / RATE / 4
"""From here on it is another frame; less is rounding."""
_HDR = {"smpte2084", "arib-std-b67"}
_UNREADABLE = "; expected a video or image file that FFmpeg can open"
# swscale flags: bilinear, full chroma interpolation, exact rounding: equal input gives equal output on any CPU.
_SWS_BILINEAR_EXACT = 2 | 0x2000 | 0x40000 | 0x80000
_SWS_RANGE_LIMITED, _SWS_RANGE_FULL = 1, 2


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one run of the decoder gave."""

    stretches: tuple[Stretch, ...]
    missing: int
    """Frames that were wanted and did not come, or for which another stands in."""
    width: int
    height: int
    is_hdr: bool


def read_sample(path: Path, limits: Limits) -> Sample:
    """Choose and decode what is looked at; see `sampling.sample`."""
    with open_regular(path) as file:
        head = file.read(16)
    if head.startswith(b"\xff\xd8\xff"):
        return _still(path, probe_image(path, limits=limits), limits)
    _refuse_tiles(path, head)
    with opened(path, limits, formats=LOOKED_AT) as (container, file):
        stream = _stream(path, container, file, limits)
        codec = stream.codec_context.codec.canonical_name
        itinerary = plan(container, stream)
        oddities: set[Oddity] = {"damaged"} if itinerary.incomplete or _is_cut_off(file) else set()
    seen = _decoded(path, itinerary.legs, limits, origin=itinerary.origin)
    if not any(one.stretches for one in seen):
        raise UnreadableMedia(f"{path}: no frame can be decoded{_UNREADABLE}")
    return _sample(itinerary, seen, codec=codec, oddities=oddities)


def _sample(itinerary: Itinerary, seen: Sequence[_Seen], *, codec: str, oddities: set[Oddity]) -> Sample:
    first = next(one for one in seen if one.stretches)
    if any(one.missing for one in seen):
        oddities.add("damaged")
    if any(one.is_hdr for one in seen):
        oddities.add("hdr")
    if itinerary.approximate:
        oddities.add("approximate")
    stretches = tuple(stretch for one in seen for stretch in one.stretches)
    still = len(stretches) == 1 and len(stretches[0].times_ms) == 1
    return Sample(
        kind="image" if still else "video",
        stretches=stretches,
        width=first.width,
        height=first.height,
        duration_ms=None if still else ms(itinerary.seconds),
        codec=codec,
        bits_per_pixel=itinerary.bits_per_frame / (first.width * first.height),
        oddities=frozenset(oddities),
    )


def _still(path: Path, clip: Clip, limits: Limits) -> Sample:
    """A JPEG: FFmpeg would need its name to know it, and keeps its orientation where PyAV cannot read it."""
    return Sample(
        kind="image",
        stretches=tuple(stretches_of([prepared(read_image(clip, limits=limits))], [0])),
        width=clip.width,
        height=clip.height,
        duration_ms=None,
        codec=clip.codec,
        bits_per_pixel=8 * path.stat().st_size / (clip.width * clip.height),
    )


def _refuse_tiles(path: Path, head: bytes) -> None:
    """Refuse HEIC, of which FFmpeg would show a single tile, and TIFF and BMP, which it would not know."""
    if head[4:12] in (b"ftypavif", b"ftypavis") or head.startswith(b"GIF8"):
        return
    try:
        image_format(head)
    except UnsupportedMedia as error:
        raise UnsupportedMedia(f"{path}: {error}") from error
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        with path.open("rb") as file:
            file.seek(12)
            if file.read(4) == b"VP8X" and file.read(5)[4] & 0x02:  # the animation flag, RFC 9649 § 2.7
                raise UnsupportedMedia(f"{path}: an animated WebP; convert it to a video first, for example to MP4")


def _stream(path: Path, container: InputContainer, file: BoundedFile, limits: Limits) -> VideoStream:
    stream = video_stream(container, path, limits, codecs=DECODERS)
    stream.codec_context.thread_type = "NONE"
    stream.codec_context.thread_count = 1
    file.deadline = time.monotonic() + min(OPENING_SECONDS, limits.decode_seconds)
    return stream


def _is_cut_off(file: BoundedFile) -> bool:
    try:
        file.check_whole()
    except UnreadableMedia:
        return True
    return False


def _decoded(path: Path, legs: Sequence[Leg], limits: Limits, *, origin: int) -> list[_Seen]:
    workers = min(WORKERS, len(legs), len(os.sched_getaffinity(0)))
    if workers <= 1:
        return [_run(path, limits, origin, leg) for leg in legs]
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="sealreel-decode") as pool:
        return list(pool.map(partial(_run, path, limits, origin), legs))


def _run(path: Path, limits: Limits, origin: int, leg: Leg) -> _Seen:
    """Decode one leg; where a frame that is wanted does not decode, the next one stands in for it."""
    ticks = [tick for one in leg.wanted for tick in one]
    found: list[tuple[int, Rgb] | None] = []
    late = width = height = 0
    shape: tuple[int, ...] = ()
    is_hdr = False
    with opened(path, limits, formats=LOOKED_AT) as (container, file):
        stream = _stream(path, container, file, limits)
        unit = float(stream.time_base or 1)
        for pts, frame in _frames(container, stream, leg, keep=frozenset(ticks)):
            while len(found) < len(ticks) and pts > ticks[len(found)] + STAND_IN_SECONDS / unit:
                found.append(None)
            if len(found) == len(ticks):
                break
            if pts < ticks[len(found)] or frame.is_corrupt:
                continue
            rgb, is_hdr = _shown(frame)
            small = prepared(rgb)
            shape = shape or small.shape
            if small.shape != shape:  # the size changes in the middle
                break
            height, width = rgb.shape[:2]
            late += pts > ticks[len(found)] + LATE_SECONDS / unit
            found.append((pts, small))
    stretches: list[Stretch] = []
    rest = iter(found)
    for one in leg.wanted:
        run = [pair for _, pair in zip(one, rest, strict=False) if pair is not None]
        stretches += stretches_of([rgb for _, rgb in run], [ms((pts - origin) * unit) for pts, _ in run])
    missing = len(ticks) - sum(pair is not None for pair in found)
    return _Seen(tuple(stretches), missing + late, width, height, is_hdr)


def _frames(
    container: InputContainer, stream: VideoStream, leg: Leg, *, keep: frozenset[int]
) -> Iterator[tuple[int, VideoFrame]]:
    """Yield frames with their ticks; those that nobody asked for and nothing is predicted from are not decoded."""
    context = stream.codec_context
    slots = None if leg.slots is None else iter(leg.slots)
    if leg.seek is not None:
        container.seek(leg.seek, stream=stream, backward=True)
    started = False
    for packet in chain(_readable(container, stream), [None]):  # None: give what is still held back
        if packet is not None:
            started = started or packet.is_keyframe
            if not started:
                continue
            spare = slots is None and packet.pts is not None and packet.pts not in keep
            context.skip_frame = "NONREF" if spare else "DEFAULT"
        try:
            frames = stream.decode(packet)
        except FFmpegError:
            continue
        for frame in frames:
            pts = frame.pts if slots is None else next(slots, frame.pts)
            if pts is not None:
                yield pts, frame


def _readable(container: InputContainer, stream: VideoStream) -> Iterator[Any]:
    packets = packets_of(container, [stream])
    while True:
        try:
            packet = next(packets, None)
        except FFmpegError:  # broken here; what was read before it counts
            return
        if packet is None:
            return
        if packet.size:
            yield packet


def _shown(frame: VideoFrame) -> tuple[Rgb, bool]:
    """Return the picture upright in sRGB, (height, width, 3), and whether its tones are those of HDR."""
    matrix = MATRICES.get(int(frame.colorspace), "unknown")
    transfer = TRANSFERS.get(int(frame.color_trc), "unknown")
    full = frame.format.name.startswith("yuvj") or RANGES.get(int(frame.color_range)) == "pc"
    colour = Colour("pc" if full else "tv", matrix, "unknown", transfer, 8, "4:2:0")
    converted = frame.reformat(
        format="rgb24",
        src_colorspace=swscale_matrix(colour, frame.height),
        src_color_range=_SWS_RANGE_FULL if full else _SWS_RANGE_LIMITED,
        dst_color_range=_SWS_RANGE_FULL,
        interpolation=_SWS_BILINEAR_EXACT,
        threads=1,
    )
    rgb = plane_of(converted, 0, samples=3).reshape(converted.height, converted.width, 3)
    return turn(rgb, _orientation(frame)), transfer in _HDR


def _orientation(frame: VideoFrame) -> Orientation:
    try:
        matrix = frame.side_data.get("DISPLAYMATRIX")
        return Orientation() if matrix is None else orientation_of_matrix(bytes(matrix))
    except (ValueError, UnsupportedMedia):  # side data that PyAV cannot name; a turn by a free angle
        return Orientation()
