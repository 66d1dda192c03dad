"""`invisible-watermark` behind our interface, with its defects fenced.

It has no key, no presence test and no p-value: it reads bits out of anything. So the status is `decoded` only where
the frames agree, p is None, and a caller believes the payload only if a store knows it. Its own defects
(version 0.2.0, measured): dwtDct often does not read back even untouched; nothing reads after a change of size;
it works on RGB frames, so 10-bit video is refused rather than cut to 8.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import MissingExtra, NoMarkPossible, UnsupportedMedia
from ...media import Clip, Frame, Limits, Picture, read_frames
from ..extraction import Extraction
from ..payload import PAYLOAD_BITS, Payload
from .keys import WatermarkKey
from .terms import Strength

Bgr = NDArray[np.uint8]

MIN_PIXELS = 256 * 256
"""The package raises below this."""
MIN_AGREEMENT = 0.8
"""Share of frames that agree on an average bit; below it the majority is noise. Agreement proves nothing: frames that
look alike agree on what is not there, and a still picture always agrees with itself. Only a store can tell."""
FRAMES_READ = 16
"""At most; the package needs a quarter of a second for each at 1080p (30 with rivaGan)."""
BT709_RED, BT709_BLUE = 1.5748, 1.8556
"""V to R and U to B (ITU-R BT.709 § 3.3)."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One method of the package `invisible-watermark`."""

    name: str
    capacity_bits: int
    """32 holds the payload's low 32 bits: a handle that the store maps to a record."""
    proves_presence: bool = False

    def embed(
        self, pictures: Iterable[Picture], payload: Payload, key: WatermarkKey, *, strength: Strength = Strength()
    ) -> Iterator[Picture]:
        """Yield the marked pictures. The method knows neither keys nor strengths: both are taken and not used.

        Raises:
            NoMarkPossible: Fewer pixels than 256 × 256.
            UnsupportedMedia: 10-bit video.
        """
        del key, strength
        encode = _encoder(self.name, payload.to_bits()[PAYLOAD_BITS - self.capacity_bits :])
        for picture in pictures:
            if picture.luma.size < MIN_PIXELS:
                raise NoMarkPossible(f"{self.name} needs 256 × 256 pixels, got {picture.luma.shape[::-1]}")
            if picture.bit_depth != 8:
                raise UnsupportedMedia(f"{self.name} works on 8-bit video, got {picture.bit_depth} bits a sample")
            yield _through_bgr(picture, encode)

    def extract(
        self,
        clip: Clip,
        keys: Sequence[WatermarkKey],
        *,
        limits: Limits = Limits(),
        stop_at_log10_p: float | None = None,
    ) -> Extraction:
        """Read the first 16 frames and let them vote on each bit.

        Returns:
            `decoded` with the majority of each bit if the frames agree well enough, else `not_found`. Never `present`;
            p is None and `statistic` is the share of frames that agree on an average bit.
        """
        del keys, stop_at_log10_p
        decode = _decoder(self.name, self.capacity_bits)
        votes: list[tuple[int, ...]] = []
        for frame in _first(read_frames(clip, limits=limits), FRAMES_READ):
            if frame.rgb.shape[0] * frame.rgb.shape[1] < MIN_PIXELS:
                break
            votes.append(decode(np.ascontiguousarray(frame.rgb[:, :, ::-1])))
        return self._report(votes)

    def _report(self, votes: list[tuple[int, ...]]) -> Extraction:
        shares = np.mean(votes, axis=0) if votes else np.zeros(0)  # (bits,)
        agreement = float(np.mean(np.maximum(shares, 1.0 - shares))) if votes else 0.0
        number = sum(1 << place for place, share in enumerate(reversed(shares.tolist())) if share > 0.5)
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


def load_peer(name: str) -> Peer:
    """Return a method of `invisible-watermark`.

    Raises:
        MissingExtra: The package, or something that it needs, is not installed.
    """
    _package()
    return Peer(name=name, capacity_bits=32 if name == "rivaGan" else PAYLOAD_BITS)


def _package() -> Any:
    try:
        import imwatermark  # pyright: ignore[reportMissingTypeStubs] - it has none
    except (ImportError, OSError) as error:  # OSError: a shared library such as libGL is missing
        raise MissingExtra(
            f"peer watermarks need an extra ({error}): pip install 'sealreel[peers]'; "
            "on Debian also: apt install libgl1"
        ) from error
    return cast(Any, imwatermark)


def _encoder(name: str, bits: tuple[int, ...]) -> Callable[[Bgr], Bgr]:
    package = _package()
    encoder = package.WatermarkEncoder()
    encoder.set_watermark("bits", list(bits))
    if name == "rivaGan":
        package.WatermarkEncoder.loadModel()
    return lambda bgr: cast(Bgr, encoder.encode(bgr, name))


def _decoder(name: str, capacity_bits: int) -> Callable[[Bgr], tuple[int, ...]]:
    package = _package()
    decoder = package.WatermarkDecoder("bits", capacity_bits)
    if name == "rivaGan":
        package.WatermarkDecoder.loadModel()
    return lambda bgr: tuple(int(bit) for bit in decoder.decode(bgr, name))


def _through_bgr(picture: Picture, encode: Callable[[Bgr], Bgr]) -> Picture:
    """Change a picture as the method changes its RGB; what the method leaves alone stays bit for bit."""
    luma = picture.luma.astype(np.float32)
    if len(picture.chroma) == 3:
        rgb = np.stack([np.clip(luma + difference, 0, 255) for difference in picture.chroma], axis=-1)
        marked = encode(_bytes(rgb[:, :, ::-1]))[:, :, ::-1]
        return replace(picture, luma=picture.luma, chroma=tuple(_minus(marked, picture)))
    before = _bytes(_bgr_of(picture))
    change = encode(before).astype(np.float32) - before
    blue, green, red = change[:, :, 0], change[:, :, 1], change[:, :, 2]
    y = 0.0722 * blue + 0.7152 * green + 0.2126 * red
    height, width = picture.chroma[0].shape
    chroma = [
        cv2.resize((c - y) / r, (width, height), interpolation=cv2.INTER_AREA)
        for c, r in ((blue, BT709_BLUE), (red, BT709_RED))
    ]
    planes = tuple(_bytes(old + new * (224 / 255)) for old, new in zip(picture.chroma, chroma, strict=True))
    return replace(picture, luma=_bytes(luma + y * (219 / 255)), chroma=planes)


def _minus(rgb: NDArray[np.uint8], picture: Picture) -> Iterator[NDArray[np.int16]]:
    for channel in range(3):
        yield rgb[:, :, channel].astype(np.int16) - picture.luma.astype(np.int16)


def _bgr_of(picture: Picture) -> NDArray[np.float32]:
    """Convert with the matrix of BT.709, limited range; only the difference that the method makes is used."""
    height, width = picture.luma.shape
    y = (picture.luma.astype(np.float32) - 16.0) * (255 / 219)
    u, v = (
        (cv2.resize(plane.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR) - 128.0) * (255 / 224)
        for plane in picture.chroma
    )
    blue, red = y + BT709_BLUE * u, y + BT709_RED * v
    return np.stack([blue, (y - 0.0722 * blue - 0.2126 * red) / 0.7152, red], axis=-1).astype(np.float32)


def _bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _first(frames: Iterable[Frame], count: int) -> Iterator[Frame]:
    for index, frame in enumerate(frames):
        if index == count:
            return
        yield frame
