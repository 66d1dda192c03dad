# pyright: reportUnknownMemberType=false
# (av's stubs leave the types of some overloads open)
"""Put the streams of a file into a new one without touching them."""

import contextlib
from pathlib import Path

from av.stream import Stream

from ..errors import UnsupportedMedia
from .form import container_for
from .image import is_image
from .limits import Limits
from .sink import muxer
from .source import opened
from .tracks import CopiedTracks, movie_timescale

_KINDS = ("video", "audio", "subtitle")


def remux(source: Path, target: Path, *, limits: Limits = Limits()) -> None:
    """Copy every video, audio and subtitle packet bit for bit into a new MP4 or MOV; nothing else is kept.

    So a platform treats a file: what stands beside the streams, a C2PA manifest and texts like the title, is gone.
    It also makes an MP4 of a WebM or Matroska file where MP4 holds the codecs.

    Args:
        source: Not changed.
        target: Written in place; its suffix chooses the container.
        limits: On streams and on the time that opening takes.

    Raises:
        UnreadableMedia: the source is missing, broken or cut off.
        UnsupportedMedia: the source is an image or without video, or the container cannot hold a stream of it.
        OutputUnwritable: the disk is full, or the target cannot be opened.
    """
    container = container_for(target)
    if container not in ("mp4", "mov") or is_image(source):
        raise UnsupportedMedia(f"{source}: only videos are remuxed, into .mp4, .m4v or .mov; got {target.name}")
    with contextlib.ExitStack() as stack:
        reader, _ = stack.enter_context(opened(source, limits))
        if not reader.streams.video:
            raise UnsupportedMedia(f"{source}: holds no video; expected a file with moving pictures")
        if reader.format.name == "avi" and any(
            s.codec_context and s.codec_context.has_b_frames for s in reader.streams.video
        ):
            raise UnsupportedMedia(f"{source}: AVI keeps no display times for B-frames; re-encode it to MP4 instead")
        timescale = movie_timescale(None, reader)
        writer = stack.enter_context(muxer(target, container, timescale))
        for packet in CopiedTracks(reader, source, writer, _is_stream).until(None):
            writer.mux(packet)


def _is_stream(stream: Stream) -> bool:
    return stream.type in _KINDS
