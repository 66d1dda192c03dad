# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (av's stubs leave the types of some overloads open)
"""Decode the video of a clip within limits, and notice what is missing."""

import heapq
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ..errors import TooLong, TooSlow, UnreadableMedia, UnsupportedMedia
from .clip import Clip
from .limits import Limits
from .source import BoundedFile, opened, packets_of, video_stream

# Formats whose clocks start anywhere: their times count from the first packet of any stream.
FREE_RUNNING = frozenset({"mpegts", "mpeg"})

# Decoders that do not give one picture a packet: VP8 stores pictures that are never shown in packets of their own,
# and MPEG-4 in AVI packs two in one.
_UNCOUNTABLE = frozenset({"vp8", "libvpx", "mpeg4", "msmpeg4v2", "msmpeg4"})


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """A frame of FFmpeg with its time from the start of the clip."""

    frame: VideoFrame
    pts: int
    """Ticks of the clip's time base."""
    duration: int
    """Ticks, by the container, which counts in the order of decoding; 0 where it does not say."""


def decode(clip: Clip, *, limits: Limits, strict: bool) -> Iterator[Decoded]:
    """Yield every frame in the order of showing.

    Args:
        clip: What `probe` found; a file that changed since is noticed.
        limits: On frames, time stamps met, and the time spent here.
        strict: Raise on the first damaged or missing frame; else give what can be decoded.
    """
    with opened(clip.path, limits) as (container, file):
        stream = video_stream(container, clip.path, limits)
        if strict:
            file.check_whole()
        watch = _Watch(clip, limits, strict=strict)
        origin = start_of(container) if container.format.name in FREE_RUNNING else Fraction(0)
        shift = int(origin / clip.time_base)
        frames = _frames(container, stream, watch)
        while True:
            watch.resume(file)
            frame = next(frames, None)
            watch.pause()
            if frame is None:
                break
            pts = watch.time_of(frame)
            if strict and pts < shift:
                raise UnsupportedMedia(
                    f"{clip.path}: a frame is shown {float((shift - pts) * clip.time_base):g} s before the start; "
                    "remux it first, for example with: ffmpeg -i IN -c copy OUT.mp4"
                )
            yield Decoded(frame=frame, pts=pts - shift, duration=frame.duration or 0)
        watch.finish(stream)


def start_of(container: InputContainer) -> Fraction:
    """Return the earliest start of any stream in seconds, exact; 0 where none says."""
    starts = [s.start_time * s.time_base for s in container.streams if s.start_time is not None and s.time_base]
    return min(starts, default=Fraction(0))


@dataclass(slots=True)
class _Watch:
    """Counts and clocks of one pass."""

    clip: Clip
    limits: Limits
    strict: bool
    frames: int = 0
    packets: int = 0
    last_pts: int | None = None
    expected: list[int] = field(default_factory=list[int])
    """Times of packets whose picture has not come yet; a heap as long as the decoder's delay."""
    spent: float = 0.0
    since: float = 0.0
    error: Exception | None = None

    def resume(self, file: BoundedFile) -> None:
        """Start the clock; reading past the deadline raises."""
        self.since = time.monotonic()
        file.deadline = self.since + self.limits.decode_seconds - self.spent

    def check_time(self) -> None:
        """Raise TooSlow once decoding has used up its time."""
        if self.spent + time.monotonic() - self.since > self.limits.decode_seconds:
            raise TooSlow(
                f"{self.clip.path}: decoding takes longer than {self.limits.decode_seconds:g} s, the limit, "
                f"and has reached {self.reached()}"
            )

    def pause(self) -> None:
        """Stop the clock: what the caller does with the frame is the caller's time."""
        self.spent += time.monotonic() - self.since

    def met(self, packet: "Packet[Stream]") -> None:
        """Note a packet that promises a picture."""
        self.packets += 1
        self.check_time()
        if packet.is_corrupt:
            self.damaged(None)
        ticks = packet.dts if self._without_pts else packet.pts
        if ticks is not None and not packet.is_discard:
            heapq.heappush(self.expected, ticks)

    def damaged(self, error: Exception | None) -> None:
        """Raise for damage when strict; else go on with what can be decoded."""
        self.error = self.error or error
        if self.strict:
            raise UnreadableMedia(
                f"{self.clip.path}: the video is damaged at {self.reached()}{f' ({error})' if error else ''}; "
                "every frame must be readable. Repair it first, for example with: ffmpeg -i IN -crf 16 OUT.mp4"
            ) from error

    def time_of(self, frame: VideoFrame) -> int:
        """Return the frame's pts after all checks on it."""
        self.frames += 1
        if frame.is_corrupt:
            self.damaged(None)
        pts = self._next_slot() if self._without_pts else frame.pts
        if pts is None or (self.last_pts is not None and pts <= self.last_pts):
            if self.strict:
                raise UnreadableMedia(
                    f"{self.clip.path}: the time stamps do not increase at {self.reached()} "
                    f"({self.last_pts}, then {pts}); remux it first, for example with: ffmpeg -i IN -c copy OUT.mp4"
                )
            pts = pts if pts is not None else (self.last_pts or 0) + (frame.duration or 1)
        if not self._without_pts:
            self._check_missing(pts)
        self.last_pts = pts
        self._check_limits(frame)
        return pts

    def finish(self, stream: VideoStream) -> None:
        """Check the end: something was decoded, and nothing that the header promises is missing."""
        if self.frames == 0:
            raise UnreadableMedia(f"{self.clip.path}: no frame could be decoded") from self.error
        if not self.strict:
            return
        if self.packets < stream.frames and self.clip.container in ("mp4", "mov"):
            raise UnreadableMedia(
                f"{self.clip.path}: the header promises {stream.frames} frames, but the file ends after "
                f"{self.packets}, at {self.reached()}; it is truncated"
            )
        if self.expected and not self._uncountable:
            raise UnreadableMedia(f"{self.clip.path}: {len(self.expected)} frames after {self.reached()} do not decode")

    def reached(self) -> str:
        """Say how far decoding came, in words."""
        if self.last_pts is None:
            return "the first frame"
        return f"{float(self.last_pts * self.clip.time_base):.3f} s (frame {self.frames})"

    @property
    def _without_pts(self) -> bool:
        """AVI has an order of decoding alone, at a constant rate: the n-th picture shown gets the n-th time."""
        return self.clip.container == "avi"

    def _next_slot(self) -> int | None:
        return heapq.heappop(self.expected) if self.expected else None

    @property
    def _uncountable(self) -> bool:
        return self.clip.codec in _UNCOUNTABLE

    def _check_limits(self, frame: VideoFrame) -> None:
        if self.frames > self.limits.frames:
            raise TooLong(f"{self.clip.path}: holds more than {self.limits.frames} frames, the limit")
        seconds = float((self.last_pts or 0) * self.clip.time_base)
        if seconds > self.limits.duration_seconds:
            raise TooLong(
                f"{self.clip.path}: a frame is at {seconds:.1f} s; the limit is {self.limits.duration_seconds:g} s"
            )
        turned = self.clip.rotation in (90, 270)
        wanted = (self.clip.height, self.clip.width) if turned else (self.clip.width, self.clip.height)
        if (frame.width, frame.height) != wanted:
            raise UnsupportedMedia(
                f"{self.clip.path}: the size changes to {frame.width}×{frame.height} at {self.reached()}; "
                "one size throughout is accepted: re-encode it"
            )

    def _check_missing(self, pts: int) -> None:
        """A packet whose time lies before this frame's should have given its picture by now."""
        while self.expected and self.expected[0] <= pts:
            due = heapq.heappop(self.expected)
            # Before the first picture: leading pictures of a cut stream, which no decoder can show.
            if due < pts and self.last_pts is not None and self.strict and not self._uncountable:
                raise UnreadableMedia(
                    f"{self.clip.path}: the frame at {float(due * self.clip.time_base):.3f} s does not decode; "
                    "every frame must be readable. Repair it first, for example with: ffmpeg -i IN -crf 16 OUT.mp4"
                )


def _frames(container: InputContainer, stream: VideoStream, watch: _Watch) -> Iterator[VideoFrame]:
    for packet in chain(_readable(container, stream, watch), [None]):  # None: give what is still held back
        if packet is not None:
            watch.met(packet)
        try:
            frames = stream.decode(packet)
        except FFmpegError as error:
            watch.damaged(error)
            continue
        yield from frames


def _readable(container: InputContainer, stream: VideoStream, watch: _Watch) -> "Iterator[Packet[Stream]]":
    """Yield the packets up to the end or to where the file breaks; to a decoder an empty one would be the end."""
    try:
        for packet in packets_of(container, [stream]):
            if packet.size:
                yield packet
    except FFmpegError as error:
        watch.damaged(error)
