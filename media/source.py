# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (av's stubs leave the types of some overloads open)
"""Open an untrusted video file with FFmpeg so that it can reach nothing but its own bytes."""

import contextlib
import os
import stat
import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, NoReturn

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from ..errors import TooManyPixels, TooManyStreams, TooSlow, UnreadableMedia, UnsupportedMedia
from .limits import Limits

# Containers only: no playlist, no manifest, no image sequence, no script, no raw stream.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf"
_NAMES = "mp4, mov, webm, mkv, avi, ts, flv, ogg, and PNG, JPEG and WebP images"
_OPEN_SECONDS = 60.0
_CHUNK = 256 * 1024

# The decoders of what cameras, phones, editors and sites write; the rest of FFmpeg's hundreds stay shut.
CODECS = frozenset({
    "av1", "cfhd", "cinepak", "dnxhd", "dvvideo", "ffv1", "ffvhuff", "flv", "h263", "h264", "hevc", "huffyuv",
    "libaom-av1", "libdav1d", "libvpx", "libvpx-vp9", "mjpeg", "mpeg1video", "mpeg2video", "mpeg4", "msmpeg4",
    "msmpeg4v2", "png", "prores", "qtrle", "rawvideo", "svq3", "theora", "utvideo", "v210", "vc1", "vp8", "vp9",
    "wmv1", "wmv2", "wmv3",
})  # fmt: skip


class BoundedFile:
    """A local file as FFmpeg reads it; raises `TooSlow` once the deadline has passed."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self.name = name
        self.deadline = float("inf")
        """`time.monotonic` after which a read raises."""

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes."""
        if time.monotonic() > self.deadline:
            raise TooSlow(f"{self.name}: reading takes longer than the limit; raise the limit to go on")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move, as a file does."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Say where the next read starts."""
        return self._file.tell()

    def check_whole(self) -> None:
        """Raise UnreadableMedia for a Matroska, WebM or AVI file that is shorter than its header says.

        FFmpeg would end such a file quietly where it is cut off.
        """
        place = self._file.tell()
        self._file.seek(0)
        head = self._file.read(4096)
        size = self._file.seek(0, os.SEEK_END)
        self._file.seek(place)
        promised = _riff_size(head) if head[:4] == b"RIFF" else _matroska_size(head)
        if promised is not None and promised > size:
            raise UnreadableMedia(
                f"{self.name}: the header promises {promised:,} bytes, but the file has {size:,}; it is truncated"
            )


def open_regular(path: Path) -> BinaryIO:
    """Open a local regular file for reading; never waits for a pipe or a device.

    Raises:
        UnreadableMedia: missing, empty, not permitted, a directory, or anything else than a regular file.
    """
    try:
        # O_NONBLOCK: opening a FIFO would wait for a writer for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        raise UnreadableMedia(f"{path}: {_reason(error)}; expected a readable video or image file") from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        kind = "a directory" if stat.S_ISDIR(status.st_mode) else "a pipe, device or socket"
        raise UnreadableMedia(f"{path}: this is {kind}; expected a video or image file")
    if status.st_size == 0:
        os.close(descriptor)
        raise UnreadableMedia(f"{path}: the file is empty; expected a video or image file")
    return os.fdopen(descriptor, "rb")


@contextlib.contextmanager
def opened(path: Path, limits: Limits, *, formats: str = FORMATS) -> Generator[tuple[InputContainer, BoundedFile]]:
    """Open a container for demuxing, within the limits; closed at the end of the block.

    Args:
        path: A local regular file.
        limits: See `Limits`.
        formats: FFmpeg's names of the containers to accept, with commas between; whoever only looks may accept more.

    Raises:
        UnreadableMedia: not a container of the accepted formats, or broken at its start.
        TooManyStreams: by the header.
        TooSlow: opening takes longer than a minute.
    """
    with open_regular(path) as raw:
        file = BoundedFile(raw, str(path))
        file.deadline = time.monotonic() + min(_OPEN_SECONDS, limits.decode_seconds)
        container = _open(file, limits, formats)
        try:
            if len(container.streams) > limits.streams:
                raise TooManyStreams(f"{path}: holds {len(container.streams)} streams; the limit is {limits.streams}")
            file.deadline = float("inf")
            yield container, file
        finally:
            container.close()


def video_stream(
    container: InputContainer, path: Path, limits: Limits, *, codecs: frozenset[str] = CODECS
) -> VideoStream:
    """Return the stream to look at: the first video that is not a cover picture.

    Args:
        container: As `opened` gives it.
        path: For messages.
        limits: See `Limits`.
        codecs: FFmpeg's names of the decoders to accept; whoever only looks may accept more.

    Raises:
        UnsupportedMedia: audio only, or a codec outside the accepted ones.
        TooManyPixels: by the header.
    """
    moving = [stream for stream in container.streams.video if not is_cover(stream)]
    if not moving:
        holds = ", ".join(sorted({stream.type for stream in container.streams})) or "no stream at all"
        raise UnsupportedMedia(f"{path}: holds no video ({holds}); expected a file with moving pictures")
    stream = moving[0]
    context = stream.codec_context
    if context is None or context.name not in codecs:  # pyright: ignore[reportUnnecessaryComparison]  # None: no decoder
        name = "an unknown codec" if context is None else context.name  # pyright: ignore[reportUnnecessaryComparison]
        raise UnsupportedMedia(f"{path}: the video is {name}, which is not accepted; convert it to H.264 first")
    check_pixels(path, context.width, context.height, limits)
    # `max_pixels`: the decoder itself refuses a larger picture that turns up later.
    context.options = {"max_pixels": str(limits.pixels)}
    context.thread_type = "AUTO"
    context.thread_count = 2
    return stream


def packets_of(container: InputContainer, streams: Sequence[Stream]) -> "Iterator[Packet[Stream]]":
    """Yield the packets of some streams in the order of the file, without PyAV's own end marks.

    Raises:
        FFmpegError: the file is damaged, or ends within a packet.
    """
    packets = container.demux(list(streams))
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except IndexError:  # PyAV 18.1 stumbles at the end over streams that turned up in the middle
            return
        if packet.size or packet.dts is not None:
            yield packet


def is_cover(stream: VideoStream) -> bool:
    """Whether the stream is a cover picture or thumbnail, not moving video."""
    return bool(stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails))


def check_pixels(path: Path, width: int, height: int, limits: Limits) -> None:
    """Raise TooManyPixels past the limit, UnreadableMedia where there is no pixel."""
    if width < 1 or height < 1:
        raise UnreadableMedia(f"{path}: the header says {width}×{height} pixels; expected at least one")
    if width * height > limits.pixels:
        raise TooManyPixels(
            f"{path}: a frame has {width}×{height} = {width * height:,} pixels; the limit is {limits.pixels:,}"
        )


def _open(file: BoundedFile, limits: Limits, formats: str) -> InputContainer:
    try:
        return av.open(
            file,
            "r",
            options={"max_pixels": str(limits.pixels)},
            container_options={"format_whitelist": formats, "protocol_whitelist": "none", "enable_drefs": "0"},
            metadata_errors="replace",
            buffer_size=_CHUNK,
            io_open=_refuse_reference,
        )
    except (FFmpegError, ValueError) as error:
        raise UnreadableMedia(
            f"{file.name}: not readable as video ({_reason(error)}); expected {_NAMES}. "
            "A download may be incomplete, or the file something else than its name says"
        ) from error


def _riff_size(head: bytes) -> int | None:
    return 8 + int.from_bytes(head[4:8], "little") if len(head) >= 8 else None


def _matroska_size(head: bytes) -> int | None:
    """Return where the segment ends, by RFC 9559 § 4.5 and RFC 8794 § 4-6; None where it does not say."""
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    header = _vint(head, 4)
    if header is None:
        return None
    segment = header[0] + header[1]  # the segment follows the EBML header
    length = _vint(head, segment + 4) if head[segment : segment + 4] == b"\x18\x53\x80\x67" else None
    return None if length is None else length[0] + length[1]


def _vint(head: bytes, start: int) -> tuple[int, int] | None:
    """Return where the data begins and how long it is; None for "unknown" and past the end."""
    if start >= len(head) or head[start] == 0:
        return None
    width = 9 - head[start].bit_length()
    value = int.from_bytes(head[start : start + width], "big") & ((1 << 7 * width) - 1)
    return None if value == (1 << 7 * width) - 1 else (start + width, value)


def _refuse_reference(url: str, *_: object) -> NoReturn:
    raise UnsupportedMedia(f"the file refers to another one ({url!r}); files are read alone: copy it into one file")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
