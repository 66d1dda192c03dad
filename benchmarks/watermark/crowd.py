"""The clips that colluders have collected: other content, other payloads, the same key."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from ...errors import MediaError
from ...media import probe, read_luma
from ...provenance import Payload
from ...provenance.watermark import Strength, WatermarkKey
from ..material import moving_texture
from .collusion import Exhibit, exhibit_of
from .specimen import Plane, marked_luma, pictures_with

COLLUDERS = 50
RATE = Fraction(2)
"""Pictures a second that are kept of each clip: more of them show the same content again."""
SECONDS = 12
STRETCH_SECONDS = 4
"""Known as all of the algorithm is: the pattern changes this often."""
SHORT_SIDE = 512
"""Collected clips are kept at this size, the one at which the mark is defined."""
DRAWN_SHARE = 0.2
"""Of the crowd, made of textures of our own; all of it where there are no files."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the crowd's content comes from."""

    files: tuple[Path, ...] = ()
    count: int = COLLUDERS

    def contents(self, *, width: int, height: int) -> Iterator[list[Plane]]:
        """Yield the luma of `count` unmarked clips, cut to the shape and scaled to the size given."""
        drawn = self.count if not self.files else round(DRAWN_SHARE * self.count)
        wanted = self.count - drawn
        spread = [self.files[i * len(self.files) // wanted] for i in range(wanted)] if wanted else []
        seed = 0
        for path in dict.fromkeys(spread):
            planes = _read(path)
            if planes:
                yield [_fitted(plane, width, height) for plane in planes]
            drawn += spread.count(path) - bool(planes)  # what cannot be had twice is drawn instead
        for seed in range(drawn):
            yield _drawn(seed, width, height)


def crowd_of(sources: Sources, key: WatermarkKey, *, like: Plane, strength: Strength = Strength()) -> list[Exhibit]:
    """Mark the crowd's clips with one key, each with its own payload, and keep what the colluders keep."""
    height, width = like.shape
    scale = SHORT_SIDE / min(height, width)
    exhibits: list[Exhibit] = []
    for index, planes in enumerate(sources.contents(width=round(width * scale), height=round(height * scale))):
        digest = hashlib.sha256(f"colluder {index}".encode()).digest()
        payload = Payload(record_id=int.from_bytes(digest[:8]) >> 4, version=key.key_id)
        marked = marked_luma(pictures_with(planes, RATE), payload, key, strength=strength)
        exhibits += [exhibit_of(stretch) for stretch in stretches(marked, RATE)]
    return exhibits


def stretches(planes: Sequence[Plane], rate: Fraction) -> list[Sequence[Plane]]:
    """Cut a clip where the pattern changes; a rest of less than a quarter is dropped unless it is all there is."""
    length = max(1, round(STRETCH_SECONDS * rate))
    pieces = [planes[start : start + length] for start in range(0, len(planes), length)]
    return [piece for piece in pieces if 4 * len(piece) >= length] or pieces[:1]


def _read(path: Path) -> list[Plane]:
    """Return twelve seconds at two pictures a second, of slow clips all pictures; nothing where they can't be read."""
    planes: list[Plane] = []
    try:
        clip = probe(path)
        slow = (clip.rate or Fraction(1)) <= 10
        for luma in read_luma(clip):
            if slow or luma.pts_seconds + 1e-6 >= len(planes) / RATE:
                planes.append(luma.plane)
            if len(planes) == SECONDS * RATE:
                break
    except MediaError:
        return []
    return planes


def _fitted(plane: Plane, width: int, height: int) -> Plane:
    """Cut the middle of the wanted shape and scale it."""
    rows, columns = plane.shape
    scale = min(rows / height, columns / width)
    down, across = min(rows, round(height * scale)), min(columns, round(width * scale))
    top, left = (rows - down) // 2, (columns - across) // 2
    cut = plane[top : top + down, left : left + across]
    method = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(cut, (width, height), interpolation=method), dtype=np.uint8)


def _drawn(seed: int, width: int, height: int) -> list[Plane]:
    """Return a sliding texture, other than those of other seeds."""
    pictures = moving_texture(width=width // 2 * 2, height=height // 2 * 2, rate=RATE, frames=int(SECONDS * RATE))
    shift = 37 * seed
    turned = (np.roll(np.asarray(picture.luma, np.uint8), (shift, 3 * shift), axis=(0, 1)) for picture in pictures)
    return [np.ascontiguousarray(plane[:, ::-1] if seed % 2 else plane) for plane in turned]
