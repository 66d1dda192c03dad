# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (av's stubs leave the types of some overloads open)
"""Copy packets from one container to another, bit for bit."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import lcm
from pathlib import Path

from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Discard, Stream

from ..errors import UnreadableMedia, UnsupportedMedia
from .decode import FREE_RUNNING, start_of
from .source import packets_of

_TAGS = ("language", "title")  # of a stream; the rest is what a muxer writes anew
_MAX_TIMESCALE = 2**31 - 1
_MAX_REORDERED = 64  # H.264 and HEVC reorder by at most 16 pictures


class CopiedTracks:
    """Streams of an open source that go into an output as they are, in step with what else is written."""

    def __init__(
        self, source: InputContainer, path: Path, output: OutputContainer, wanted: Callable[[Stream], bool]
    ) -> None:
        self._path = path
        self._outputs = {stream.index: _added(output, stream, path) for stream in source.streams if wanted(stream)}
        for stream in source.streams:
            stream.discard = Discard.default if stream.index in self._outputs else Discard.all
        self._origin = start_of(source) if source.format.name in FREE_RUNNING else Fraction(0)
        self._packets = self._read(source)
        self._undated: dict[int, list[Packet[Stream]]] = {}
        self._next: Packet[Stream] | None = next(self._packets, None)

    def until(self, seconds: Fraction | None) -> "Iterator[Packet[Stream]]":
        """Yield the packets that start up to this time and have not been given yet; None: all that are left.

        Raises:
            UnreadableMedia: the source is damaged or cut off.
        """
        while self._next is not None and (seconds is None or _starts(self._next) <= seconds):
            yield self._next
            self._next = next(self._packets, None)

    def _read(self, source: InputContainer) -> "Iterator[Packet[Stream]]":
        if not self._outputs:
            return
        try:
            for packet in packets_of(source, [s for s in source.streams if s.index in self._outputs]):
                if packet.is_corrupt:
                    raise UnreadableMedia(f"{self._path}: a packet at {float(_starts(packet)):.3f} s is cut off")
                if _is_end_mark(packet):
                    continue
                yield from (self._moved(dated) for dated in self._dated(packet))
        except FFmpegError as error:
            raise UnreadableMedia(f"{self._path}: a stream cannot be read to its end ({error.strerror})") from error

    def _dated(self, packet: "Packet[Stream]") -> "list[Packet[Stream]]":
        """Give Matroska's first video packets, which have no decoding time, the times before the first known one."""
        waiting = self._undated.setdefault(packet.stream_index, [])
        if packet.dts is None and packet.stream.type == "video" and len(waiting) < _MAX_REORDERED:
            waiting.append(packet)
            return []
        dts = packet.dts
        for earlier in reversed(waiting):
            dts = None if dts is None else dts - max(1, earlier.duration or 1)
            earlier.dts = dts
        self._undated[packet.stream_index] = []
        return [*waiting, packet]

    def _moved(self, packet: "Packet[Stream]") -> "Packet[Stream]":
        shift = int(self._origin / packet.time_base)
        packet.pts = packet.dts if packet.pts is None else packet.pts
        packet.dts = packet.pts if packet.dts is None else packet.dts
        if packet.pts is None or packet.dts is None:
            raise UnsupportedMedia(
                f"{self._path}: a {packet.stream.type} packet has no time, and would be heard or seen anywhere; "
                "remux the file first, for example with: ffmpeg -i IN -c copy OUT.mp4"
            )
        packet.pts -= shift
        packet.dts -= shift
        packet.stream = self._outputs[packet.stream_index]
        return packet


def copy_tags(source: InputContainer, output: OutputContainer) -> None:
    """Copy the container's own texts (title, artist, …) and chapters."""
    for key, value in source.metadata.items():
        if key not in ("major_brand", "minor_version", "compatible_brands", "encoder"):
            output.metadata[key] = value
    output.set_chapters(source.chapters())


def movie_timescale(time_base: Fraction | None, source: InputContainer | None) -> int:
    """Return ticks a second in which every start of a track is whole, so that none is rounded.

    Args:
        time_base: Of the video that is encoded, if there is one; it alone counts where no common number fits 31 bits.
        source: The container that other streams are copied from, if there is one.
    """
    others = [stream.time_base.denominator for stream in source.streams if stream.time_base] if source else []
    encoded = [] if time_base is None else [time_base.denominator]
    exact = lcm(*encoded, *others)
    return exact if exact <= _MAX_TIMESCALE else min((encoded or others)[0], _MAX_TIMESCALE)


def _starts(packet: "Packet[Stream]") -> Fraction:
    ticks = packet.dts if packet.dts is not None else packet.pts
    return (ticks or 0) * packet.time_base


def _is_end_mark(packet: "Packet[Stream]") -> bool:
    """Whether this is the empty sample that FFmpeg's MP4 muxer puts after each subtitle; it will put its own."""
    return packet.stream.type == "subtitle" and not packet.duration and bytes(packet) == b"\0\0"


def _added(output: OutputContainer, stream: Stream, path: Path) -> Stream:
    name = stream.codec_context.name if stream.codec_context else "an unknown codec"  # pyright: ignore[reportUnnecessaryComparison]
    try:
        added = output.add_stream_from_template(stream, opaque=True)
    except (FFmpegError, ValueError) as error:
        raise UnsupportedMedia(
            f"{path}: its {stream.type} stream ({name}) does not fit into {output.format.name}, and would be lost; "
            "convert or remove that stream first"
        ) from error
    if stream.type == "video" and stream.codec_context.codec_tag == "hvc1":
        added.codec_context.codec_tag = "hvc1"  # the muxer's own choice, hev1, does not play on Apple's systems
    for tag in _TAGS:
        if tag in stream.metadata:
            added.metadata[tag] = stream.metadata[tag]
    added.disposition = stream.disposition
    return added
