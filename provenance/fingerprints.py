"""The content fingerprint: what a clip looks like, robust to re-encoding, useless to rebuild it.

A clip is glimpsed at up to `MAX_GLIMPSES` even times. Of each glimpse two things are kept:

- a **hash**, 64 signs of low DCT frequencies of the picture squashed to a square (after Zauner, "Implementation and
  Benchmarking of Perceptual Image Hash Functions", 2010, § 3.2.1, without its median). A mirrored or quarter-turned
  picture has the same signs in other places, so one hash finds all eight. `distance` compares hashes: fast enough to
  scan a store, blind to crops.
- a **sketch**, about 1,000 signs of a band-passed picture on a grid of square cells. `likeness.content_distance`
  lays it over other pixels at every position, scale and small rotation: slower, and sees through crops.

Signs of band-passed pictures keep outlines no finer than 1/30 of the picture and no brightness at all.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..media import Clip, Limits, Luma

Floats = npt.NDArray[np.float32]

MAX_GLIMPSES = 16
FIRST_STEP_SECONDS = 0.125
SKETCH_CELLS = 1024
HASH_SIDE = 32
HASH_BITS_A_SIDE = 8
SAME_HASH = 0.125
"""`distance` at or below which a stored record is worth a closer look.

Measured on the 12 clips and 8 photographs of the robustness set: JPEG 30, half size, brightness 0.5 and 1.3, noise,
blur, mirror and quarter turns stay ≤ 0.09; 400 unrelated clips against each of them stay ≥ 0.14.
"""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is stored of the content of a clip."""

    hashes: tuple[int, ...]
    """64 bits a glimpse."""
    duration_ms: int
    """Time of the last glimpse; 0 for an image."""
    sketches: tuple[bytes, ...] = field(default=())
    """One a glimpse: signs of the band-passed picture, `rows` × `columns` bits, row by row, packed."""
    rows: int = 0
    columns: int = 0

    def __post_init__(self) -> None:
        if any(not 0 <= value < 2**64 for value in self.hashes):
            raise ValueError("a hash is 64 bits")
        if not 0 <= self.rows * self.columns <= 2 * SKETCH_CELLS or min(self.rows, self.columns) < 0:
            raise ValueError(f"a sketch has at most {2 * SKETCH_CELLS} cells, got {self.rows} × {self.columns}")
        if any(len(sketch) != (self.rows * self.columns + 7) // 8 for sketch in self.sketches):
            raise ValueError(f"a sketch of {self.rows} × {self.columns} cells is packed to one bit a cell")


@dataclass(frozen=True, slots=True, eq=False)
class Glimpses:
    """Small brightness pictures of a clip at even times; what a fingerprint is made of, never stored."""

    pictures: tuple[Floats, ...]
    """Code values 0–255, (2 · rows, 2 · columns): twice as fine as a sketch."""
    times_seconds: tuple[float, ...]

    def in_negative(self) -> "Glimpses":
        """Return the same with light and dark exchanged."""
        return Glimpses(tuple(255.0 - picture for picture in self.pictures), self.times_seconds)


class Glimpser:
    """Collects glimpses from a stream whose length nobody knows: as it gets longer, every other one is dropped.

    The times are multiples of a step that doubles (0.125 s, 0.25 s, …), counted from the first picture, so copies of
    one clip at different frame rates are glimpsed at the same moments.
    """

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._step = FIRST_STEP_SECONDS
        self._kept: list[tuple[int, float, Floats]] = []
        self._first: float | None = None
        self._next = 0

    def see(self, luma: npt.NDArray[np.uint8] | npt.NDArray[np.uint16], pts_seconds: float, *, bits: int = 8) -> None:
        """Look at one picture; most are let go at once."""
        if self._first is None:
            self._first = pts_seconds
        since = pts_seconds - self._first
        if since < self._next * self._step:
            return
        tick = int(since / self._step)
        self._kept.append((tick, pts_seconds, _thumbnail(luma, bits)))
        self._next = tick + 1
        while len(self._kept) > MAX_GLIMPSES:
            self._thin_out()

    def _thin_out(self) -> None:
        self._step *= 2
        self._kept = [(tick // 2, time, picture) for tick, time, picture in self._kept if tick % 2 == 0]
        self._next = (self._next + 1) // 2

    def glimpses(self) -> Glimpses:
        """Return what was collected so far."""
        return Glimpses(tuple(kept[2] for kept in self._kept), tuple(kept[1] for kept in self._kept))


def fingerprint(clip: Clip, *, limits: Limits = Limits()) -> Fingerprint:
    """Decode the clip once and return its fingerprint.

    Raises:
        MediaError: The clip cannot be decoded, or passes a limit.
    """
    from ..media import read_luma  # with the codecs; records and their store need none

    return fingerprint_lumas(read_luma(clip, limits=limits))


def fingerprint_lumas(lumas: Iterable[Luma]) -> Fingerprint:
    """Return the fingerprint of a stream of brightness planes."""
    return fingerprint_glimpses(glimpse(lumas))


def glimpse(lumas: Iterable[Luma]) -> Glimpses:
    """Return the glimpses of a stream of brightness planes."""
    glimpser = Glimpser()
    for luma in lumas:
        glimpser.see(luma.plane, luma.pts_seconds)
    return glimpser.glimpses()


def fingerprint_glimpses(glimpses: Glimpses) -> Fingerprint:
    """Return what may be stored of these glimpses."""
    if not glimpses.pictures:
        return Fingerprint(hashes=(), duration_ms=0)
    rows, columns = (side // 2 for side in glimpses.pictures[0].shape)
    sketches = tuple(np.packbits(_signs(picture)).tobytes() for picture in glimpses.pictures)
    duration = glimpses.times_seconds[-1] - glimpses.times_seconds[0]
    return Fingerprint(
        hashes=tuple(_hash(picture) for picture in glimpses.pictures),
        duration_ms=max(0, round(1000 * duration)),
        sketches=sketches,
        rows=rows,
        columns=columns,
    )


def distance(a: Fingerprint, b: Fingerprint) -> float:
    """Compare hashes, upright, mirrored and in quarter turns.

    Returns:
        The share of differing bits, 0 for equal content, about 0.5 for unrelated; each glimpse of `a` takes the
        glimpse of `b` that fits it best, and the better half counts (so a shortened copy is still near). 0.5 where
        one of them is empty.
    """
    if not a.hashes or not b.hashes:
        return 0.5
    stored = np.array(b.hashes, np.uint64)
    differing = np.bitwise_count(views(a)[:, :, None] ^ stored)  # (8 views, glimpses of a, glimpses of b)
    return float(best_half(differing.min(2)).min()) / 64


def views(fingerprint: Fingerprint) -> npt.NDArray[np.uint64]:
    """Return the hashes of the clip as it is, mirrored and turned: (8 views, glimpses)."""
    bits = np.array([[value >> place & 1 for place in range(63, -1, -1)] for value in fingerprint.hashes], np.uint8)
    signs = bits.reshape(-1, HASH_BITS_A_SIDE, HASH_BITS_A_SIDE)
    odd = (np.arange(1, HASH_BITS_A_SIDE + 1) % 2).astype(np.uint8)  # mirroring negates the odd frequencies
    found: list[npt.NDArray[np.uint8]] = []
    for turned in (signs, signs.transpose(0, 2, 1)):
        for flip in (0 * odd, odd):
            for mirror in (0 * odd, odd):
                found.append(turned ^ flip[:, None] ^ mirror)
    packed = np.packbits(np.stack(found).reshape(8, -1, 64), axis=2)  # (8, glimpses, 8 bytes)
    return packed.view(">u8")[:, :, 0].astype(np.uint64)


def best_half(differing: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return the mean of the smaller half along the last axis."""
    half = math.ceil(differing.shape[-1] / 2)
    return np.sort(differing, axis=-1)[..., :half].mean(-1, dtype=np.float64)


def band_pass(picture: Floats, *, cell: float) -> Floats:
    """Return what lies between 0.6 and 2 cells of the picture; `cell` is a sketch cell's side in pixels."""
    import cv2

    fine = cv2.GaussianBlur(picture, (0, 0), 0.6 * cell)
    coarse = cv2.GaussianBlur(picture, (0, 0), 2.0 * cell)
    return np.asarray(fine - coarse, np.float32)


def _signs(picture: Floats) -> npt.NDArray[np.bool_]:
    """Return (rows, columns) signs."""
    rows, columns = (side // 2 for side in picture.shape)
    return band_pass(_resize(picture, columns, rows), cell=1.0) > 0


def _hash(picture: Floats) -> int:
    """Return 64 signs of the DCT-II frequencies 1–8 × 1–8; row and column 0 hold only overall light."""
    basis = _dct_basis()
    spectrum = basis @ _resize(picture, HASH_SIDE, HASH_SIDE) @ basis.T
    return int.from_bytes(np.packbits(spectrum > 0).tobytes(), "big")


@cache
def _dct_basis() -> Floats:
    frequency = np.arange(1, HASH_BITS_A_SIDE + 1)[:, None]
    return np.cos(np.pi * (np.arange(HASH_SIDE) + 0.5) * frequency / HASH_SIDE).astype(np.float32)


def _thumbnail(luma: npt.NDArray[np.uint8] | npt.NDArray[np.uint16], bits: int) -> Floats:
    """Shrink to twice a sketch's fineness: about 64 × 64 pixels, in the picture's own shape."""
    height, width = luma.shape
    rows = _clamp(round(math.sqrt(SKETCH_CELLS * height / width)))
    columns = _clamp(round(math.sqrt(SKETCH_CELLS * width / height)))
    return _resize(luma, 2 * columns, 2 * rows) / np.float32(2 ** (bits - 8))


def _clamp(cells: int) -> int:
    """Keep a ribbon of a picture usable: at least 8 cells across, at most 128 along."""
    return min(max(cells, 8), 128)


def _resize(picture: npt.NDArray[np.integer[Any] | np.floating[Any]], width: int, height: int) -> Floats:
    import cv2

    return np.asarray(
        cv2.resize(np.ascontiguousarray(picture), (width, height), interpolation=cv2.INTER_AREA), np.float32
    )
