"""A method that marks and reads single RGB pictures, made into one for clips: mark each, let the frames vote.

None of these has a presence test or a p-value: they read bits out of anything. So the status is `decoded` only where
the frames agree, p is None, and a caller believes the payload only if a store knows it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ....errors import NoMarkPossible, UnsupportedMedia
from ....media import Clip, Frame, Limits, Picture, read_frames
from ...extraction import Extraction
from ...payload import PAYLOAD_BITS, Payload
from ..keys import WatermarkKey
from ..terms import Strength
from .colour import Rgb, through_rgb

Bits = tuple[int, ...]
MIN_AGREEMENT = 0.8
"""Share of frames that agree on an average bit; below it the majority is noise. Agreement proves nothing: frames that
look alike agree on what is not there, and a still picture always agrees with itself. Only a store can tell."""
FRAMES_READ = 16
"""At most; the cheapest takes a quarter of a second for each at 1080p, rivaGan 30."""


@dataclass(frozen=True, slots=True)
class FrameMethod:
    """One method of a package that knows pictures only."""

    name: str
    capacity_bits: int
    """Less than 64 holds the payload's low bits: a handle that the store maps to a record."""
    encoder: Callable[[Bits], Callable[[Rgb], Rgb]]
    """From bits to what marks a picture with them."""
    decoder: Callable[[], Callable[[Rgb], Bits | None]]
    """Gives what reads the bits of a picture; None where the method itself says that there is no mark."""
    fits: Callable[[int, int], bool]
    """Whether a picture of this width and height can be marked and read."""
    needs: str
    """The same in words: `256 × 256 pixels`."""
    proves_presence: bool = False

    def embed(
        self, pictures: Iterable[Picture], payload: Payload, key: WatermarkKey, *, strength: Strength = Strength()
    ) -> Iterator[Picture]:
        """Yield the marked pictures. The method knows neither keys nor strengths: both are taken and not used.

        Raises:
            NoMarkPossible: The pictures are too small.
            UnsupportedMedia: 10-bit video, which is refused rather than cut to 8.
        """
        del key, strength
        encode = self.encoder(payload.to_bits()[PAYLOAD_BITS - self.capacity_bits :])
        for picture in pictures:
            height, width = picture.luma.shape
            if not self.fits(width, height):
                raise NoMarkPossible(f"{self.name} needs {self.needs}, got {width} × {height}")
            if picture.bit_depth != 8:
                raise UnsupportedMedia(f"{self.name} works on 8-bit video, got {picture.bit_depth} bits a sample")
            yield through_rgb(picture, encode)

    def extract(
        self,
        clip: Clip,
        keys: Sequence[WatermarkKey],
        *,
        known: Sequence[Payload] = (),
        limits: Limits = Limits(),
        stop_at_log10_p: float | None = None,
    ) -> Extraction:
        """Read the first 16 frames and let them vote on each bit.

        Returns:
            `decoded` with the majority of each bit if the frames agree well enough, else `not_found`. Never `present`;
            p is None and `statistic` is the share of frames that agree on an average bit.
        """
        del keys, known, stop_at_log10_p
        return self._report(list(self.votes(frame.rgb for frame in _first(read_frames(clip, limits=limits)))))

    def votes(self, frames: Iterable[Rgb]) -> Iterator[Bits | None]:
        """Read the bits of each frame; None where the method finds no mark or the frame is too small for one."""
        decode = self.decoder()
        for rgb in frames:
            yield decode(rgb) if self.fits(rgb.shape[1], rgb.shape[0]) else None

    def _report(self, votes: list[Bits | None]) -> Extraction:
        bits, agreement = majority(votes)
        number = int("".join(map(str, bits)), 2) if bits else 0
        readable = agreement >= MIN_AGREEMENT
        whole = self.capacity_bits == PAYLOAD_BITS
        return Extraction(
            status="decoded" if readable else "not_found",
            method=self.name,
            payload=Payload.from_int(number) if readable and whole else None,
            handle=number if readable and not whole else None,
            statistic=agreement,
            capacity_bits=self.capacity_bits,
            frames_read=len(votes),
        )


def majority(votes: Sequence[Bits | None]) -> tuple[Bits, float]:
    """Return what most frames read of each bit, and the share of frames that agree on an average bit.

    Frames without a vote are not counted; without any vote at all the answer is no bits and 0. A tie reads 0.
    """
    given = np.array([vote for vote in votes if vote is not None], dtype=np.float64)  # (votes, bits)
    if not given.size:
        return (), 0.0
    shares: list[float] = given.mean(axis=0).tolist()
    return tuple(int(share > 0.5) for share in shares), sum(max(share, 1.0 - share) for share in shares) / len(shares)


def _first(frames: Iterable[Frame]) -> Iterator[Frame]:
    for index, frame in enumerate(frames):
        if index == FRAMES_READ:
            return
        yield frame
