# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# (av's stubs leave the types of some overloads open)
"""Where in a file to look, from its packets alone: nothing is decoded to find out."""

from collections.abc import Iterator
from dataclasses import dataclass

from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from ..media.source import packets_of
from .canon import FRAMES, RATE
from .sampling import STRETCHES, WHOLE_SECONDS, chosen, starts_of

PACKETS = 200_000
"""Of one run, and of a file that does not say how long it is: about two hours at 30 frames/s."""
PIXELS_ON_THE_WAY = 800_000_000
"""Decoded between a key frame and where a stretch should begin: 13 s of 1080p30, some 3 s of a core."""
WINDOW_SECONDS = (FRAMES + 1) / RATE
"""Eight frames and one more: those of slower clips lie further apart."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One run of the decoder: from a key frame on, with the frames to keep."""

    seek: int | None
    """Ticks at or before which the key frame lies; None: the start of the file."""
    wanted: tuple[tuple[int, ...], ...]
    """Ticks of the frames to keep, a tuple a stretch."""
    slots: tuple[int, ...] | None
    """Where packets have an order but no time to be shown (AVI): the times of the frames in the order of showing."""


@dataclass(frozen=True, slots=True)
class Itinerary:
    """All runs of the decoder, in the order of time."""

    legs: tuple[Leg, ...]
    origin: int
    """Ticks at which the clip starts."""
    seconds: float
    """How long the clip is, by its header or, where that lies or is silent, by its packets."""
    bits_per_frame: float
    incomplete: bool
    """The file ends, or breaks, before its header says."""
    approximate: bool
    """Key frames lie so far apart that the stretches could not be spread evenly."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Packets from one key frame on."""

    times: tuple[int, ...]
    """Ticks in the order of showing; the key frame's first."""
    bits: int
    timed: bool
    """The times are those of showing; else those of decoding."""
    broken: bool

    @property
    def key(self) -> int | None:
        return self.times[0] if self.times else None


def plan(container: InputContainer, stream: VideoStream) -> Itinerary:
    """Choose where to look in an open file.

    Returns:
        An itinerary without legs where there is no packet of the stream at all.
    """
    return _Planner(container, stream).plan()


class _Planner:
    """One file being planned; the container is moved about."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream
        self._unit = float(stream.time_base or 1)
        self._origin = stream.start_time or 0
        self._read = 0
        self._bits = 0

    def plan(self) -> Itinerary:
        seconds = self._seconds()
        if seconds is None:
            run = self._run(None, None)
            seconds = self._length(run)
        if seconds > WHOLE_SECONDS:
            found = self._spread(seconds)
            if found is not None:
                return found
        return self._whole(promised=seconds)

    def _seconds(self) -> float | None:
        if self._stream.duration:
            return self._stream.duration * self._unit
        return self._container.duration / 1_000_000 if self._container.duration else None  # AV_TIME_BASE

    def _length(self, run: _Run) -> float:
        return (run.times[-1] - self._origin) * self._unit if run.times else 0.0

    def _whole(self, *, promised: float) -> Itinerary:
        """Read the first four seconds, which is all of most clips that need it."""
        run = self._run(None, self._origin + self._ticks(WHOLE_SECONDS))
        kept = self._chosen(run, run.key or 0, STRETCHES * FRAMES)
        self._count(run)
        cut_off = promised <= WHOLE_SECONDS and len(run.times) < self._stream.frames
        return self._itinerary(
            [Leg(seek=None, wanted=(kept,), slots=self._slots(run))] if kept else [],
            seconds=promised if promised <= WHOLE_SECONDS else self._length(run),
            incomplete=run.broken or cut_off or promised > WHOLE_SECONDS,
        )

    def _spread(self, seconds: float, *, lied: bool = False) -> Itinerary | None:
        """Choose four stretches; None where nothing is found there at all."""
        legs: dict[int, Leg] = {}
        incomplete, approximate, on_the_way, last = lied, False, 0, self._origin
        for start in starts_of(seconds):
            target = self._origin + self._ticks(start)
            run = self._run(target, None, window=True)
            incomplete |= run.broken or not run.times
            if run.key is None:
                continue
            before = legs.get(run.key)
            begin = run.key
            if begin <= last and legs:  # one key frame serves two stretches: go on from there, if it is not too far
                run = self._run(target, target + self._ticks(WINDOW_SECONDS))
                on_the_way += sum(last < time < target for time in run.times) * self._pixels
                near = on_the_way <= PIXELS_ON_THE_WAY
                begin = max(target, last + 1) if near else last + self._ticks(1 / RATE)
                approximate |= not near
            kept = self._chosen(run, begin, FRAMES)
            if not kept:
                incomplete = True
                continue
            self._count(run)
            wanted = (*(before.wanted if before else ()), kept)
            legs[run.times[0]] = Leg(seek=target, wanted=wanted, slots=self._slots(run))
            last = kept[-1]
        reached = (last - self._origin) * self._unit
        if incomplete and not lied and reached > WHOLE_SECONDS and len(legs) < STRETCHES:
            return self._spread(reached, lied=True)  # the header says more than there is: spread over what is there
        if not legs or (incomplete and reached <= WHOLE_SECONDS):
            return None
        return self._itinerary(
            [legs[key] for key in sorted(legs)],
            seconds=seconds,
            incomplete=incomplete,
            approximate=approximate,
        )

    def _itinerary(self, legs: list[Leg], *, seconds: float, incomplete: bool, approximate: bool = False) -> Itinerary:
        return Itinerary(
            legs=tuple(legs),
            origin=self._origin,
            seconds=seconds,
            bits_per_frame=self._bits / max(1, self._read),
            incomplete=incomplete,
            approximate=approximate,
        )

    def _run(self, seek: int | None, until: int | None, *, window: bool = False) -> _Run:
        """Read packets from the key frame at or before `seek` to `until` (None: the end), or one window long."""
        times: list[int] = []
        bits, timed, broken = 0, True, False
        packets = self._packets(seek)
        while True:
            try:
                packet = next(packets, None)
            except FFmpegError:
                broken = True
                break
            if packet is None or len(times) >= PACKETS:
                break
            pts, dts, size, is_key = packet
            shown = dts if pts is None else pts
            if shown is None or (not times and not is_key):
                continue
            timed &= pts is not None
            if window and until is None:
                until = shown + self._ticks(WINDOW_SECONDS)
            times.append(shown)
            bits += 8 * size
            if until is not None and (dts if dts is not None else shown) > until:
                break
        first = times[0] if times else 0
        # What is shown before the key frame leans on frames before it: no decoder can show it from here.
        shown_times = tuple(sorted({time for time in times if time >= first}))
        return _Run(times=shown_times, bits=bits, timed=timed, broken=broken)

    def _packets(self, seek: int | None) -> "Iterator[tuple[int | None, int | None, int, bool]]":
        try:
            self._container.seek(self._origin if seek is None else seek, stream=self._stream, backward=True)
        except FFmpegError:
            if seek is not None:
                return
        for packet in packets_of(self._container, [self._stream]):
            if packet.size:
                yield packet.pts, packet.dts, packet.size, packet.is_keyframe

    def _chosen(self, run: _Run, begin: int, count: int) -> tuple[int, ...]:
        seconds = [time * self._unit for time in run.times]
        return tuple(run.times[index] for index in chosen(seconds, begin * self._unit, count))

    def _slots(self, run: _Run) -> tuple[int, ...] | None:
        return None if run.timed else run.times

    def _count(self, run: _Run) -> None:
        self._read += len(run.times)
        self._bits += run.bits

    @property
    def _pixels(self) -> int:
        return self._stream.width * self._stream.height

    def _ticks(self, seconds: float) -> int:
        return round(seconds / self._unit)
