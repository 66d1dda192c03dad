# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (av's stubs leave the types of some overloads open)
"""Read a clip as a stream: frames to look at, luma to analyse, pictures to change.

Arrays of a video are read-only views into the decoder's memory: copy one before changing it.
"""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
from av.video.frame import VideoFrame

from ..errors import UnsupportedMedia
from .boxes import edited_end
from .clip import Clip
from .colour import STEPS, layout_of, swscale_matrix
from .decode import Decoded, decode
from .frame import Frame, Luma, Picture
from .image import read_image
from .limits import Limits
from .orientation import Orientation, turn
from .planes import Array, plane_of
from .rgb import luma_of, picture_of
from .source import open_regular

# swscale flags: full chroma interpolation and exact rounding, so that equal input gives equal output on any CPU.
_SWS_BILINEAR_EXACT = 2 | 0x2000 | 0x40000 | 0x80000
_SWS_RANGE_LIMITED, _SWS_RANGE_FULL = 1, 2


def read_frames(clip: Clip, *, limits: Limits = Limits()) -> Iterator[Frame]:
    """Yield every frame upright as 8-bit sRGB.

    A damaged frame comes as the decoder conceals it.

    Raises:
        UnreadableMedia: no frame can be decoded.
        LimitExceeded: see `Limits`.
    """
    if clip.kind == "image":
        yield Frame(rgb=read_image(clip, limits=limits), pts_seconds=0.0)
        return
    orientation = Orientation(clip.mirrored, clip.rotation)
    for decoded in decode(clip, limits=limits, strict=False):
        rgb = turn(_to_rgb(decoded.frame, clip), orientation)
        yield Frame(rgb=np.ascontiguousarray(rgb), pts_seconds=float(decoded.pts * clip.time_base))


def read_luma(clip: Clip, *, limits: Limits = Limits()) -> Iterator[Luma]:
    """Yield the luma of every frame upright, 8 bits; 10-bit samples are rounded.

    A damaged frame comes as the decoder conceals it. An image's luma is that of its `Picture`.

    Raises:
        UnreadableMedia: no frame can be decoded.
        LimitExceeded: see `Limits`.
    """
    if clip.kind == "image":
        yield Luma(plane=luma_of(read_image(clip, limits=limits)), pts_seconds=0.0)
        return
    orientation = Orientation(clip.mirrored, clip.rotation)
    for decoded in decode(clip, limits=limits, strict=False):
        plane = _plane(decoded.frame, 0)
        if plane.dtype != np.uint8:
            plane = cv2.convertScaleAbs(plane, alpha=0.25)  # 10 bits to 8, rounded and saturated
        yield Luma(plane=turn(plane, orientation), pts_seconds=float(decoded.pts * clip.time_base))


def read_pictures(clip: Clip, *, limits: Limits = Limits()) -> Iterator[Picture]:
    """Yield every picture upright with its samples as stored and its exact time.

    `duration` is the distance to the next picture, so that the times alone say how long each is shown; the last
    one's is what the container says, or the one before's where it says nothing.

    Raises:
        UnreadableMedia: a picture is damaged or missing, or the file ends before its header says; the message
            names the time. Nothing is dropped silently.
        UnsupportedMedia: interlaced.
        LimitExceeded: see `Limits`.
    """
    if clip.kind == "image":
        yield picture_of(read_image(clip, limits=limits), pts=0, time_base=clip.time_base, duration=1)
        return
    waiting: Picture | None = None
    interval = max(1, round(1 / (clip.rate * clip.time_base)))
    for decoded in decode(clip, limits=limits, strict=True):
        picture = _picture(decoded, clip)
        if waiting is not None:
            interval = picture.pts - waiting.pts
            yield replace(waiting, duration=interval)
        waiting = picture
    if waiting is not None:
        yield replace(waiting, duration=_last_duration(waiting, clip) or waiting.duration or interval)


def _last_duration(last: Picture, clip: Clip) -> int:
    """Return the ticks from the last picture to the end of the edit list; 0 where that says nothing better."""
    if clip.container not in ("mp4", "mov"):
        return 0
    with open_regular(clip.path) as file:
        found = edited_end(file, clip.track_id)
    if found is None:
        return 0
    end, rounding = found
    ticks = round(end / clip.time_base) - last.pts
    # The list is rounded to ticks of the movie, often milliseconds; the container's own number, if it agrees, is exact.
    agrees = abs(ticks - last.duration) * clip.time_base <= rounding
    return 0 if agrees or ticks < 1 else ticks


def _picture(decoded: Decoded, clip: Clip) -> Picture:
    frame = decoded.frame
    if frame.interlaced_frame:
        raise UnsupportedMedia(
            f"{clip.path}: the video is interlaced, and would come out with combs; "
            "deinterlace it first, for example: ffmpeg -i IN -vf bwdif -crf 16 OUT.mp4"
        )
    orientation = Orientation(clip.mirrored, clip.rotation)
    chroma = _chroma(frame, clip)
    return Picture(
        luma=turn(_plane(frame, 0), orientation),
        chroma=tuple(turn(plane, orientation) for plane in chroma),
        bit_depth=clip.colour.bit_depth,
        pts=decoded.pts,
        time_base=clip.time_base,
        duration=decoded.duration,
    )


def _chroma(frame: VideoFrame, clip: Clip) -> tuple[Array, Array]:
    """Return the two chroma planes as stored, or repeated to 4:4:4 where the upright clip is told to be so."""
    layout = layout_of(frame.format.name)
    if layout.is_gray:
        shape = (-(-frame.height // 2), -(-frame.width // 2))
        neutral = np.full(shape, 1 << (layout.bit_depth - 1), np.uint8 if layout.bit_depth == 8 else np.uint16)
        planes = (neutral, neutral)
    elif layout.interleaved:
        both = _plane(frame, 1, samples=2)
        planes = (both[:, 0::2], both[:, 1::2])
    else:
        planes = (_plane(frame, 1), _plane(frame, 2))
    if STEPS[clip.colour.subsampling] == (1, 1):
        return (
            _repeated(planes[0], layout.step_x, layout.step_y, frame),
            _repeated(planes[1], layout.step_x, layout.step_y, frame),
        )
    return planes


def _repeated(plane: Array, step_x: int, step_y: int, frame: VideoFrame) -> Array:
    return plane.repeat(step_y, axis=0).repeat(step_x, axis=1)[: frame.height, : frame.width]


def _plane(frame: VideoFrame, index: int, *, samples: int = 1) -> Array:
    """View one plane read-only: the decoder predicts further frames from this memory."""
    plane = plane_of(frame, index, samples=samples)
    plane.flags.writeable = False
    return plane


def _to_rgb(frame: VideoFrame, clip: Clip) -> Array:
    full = clip.colour.range == "pc"
    rgb = frame.reformat(
        format="rgb24",
        src_colorspace=swscale_matrix(clip.colour, clip.height),
        src_color_range=_SWS_RANGE_FULL if full else _SWS_RANGE_LIMITED,
        dst_color_range=_SWS_RANGE_FULL,
        interpolation=_SWS_BILINEAR_EXACT,
        threads=1,
    )
    return _plane(rgb, 0, samples=3).reshape(rgb.height, rgb.width, 3)
