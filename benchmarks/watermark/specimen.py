"""One clip as an adversary gets it: marked, without any coding loss, the original beside it for the judge alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from ...media import (
    Encoding,
    Frame,
    Luma,
    Picture,
    generated_form,
    pictures_from_frames,
    probe,
    read_luma,
    write_pictures,
)
from ...provenance import Extraction, Payload
from ...provenance.watermark import Strength, WatermarkKey, extract_lumas, load_method
from .footage import Footage, Rgb

Plane = NDArray[np.uint8]
Planes = tuple[Plane, ...]
"""Luma of consecutive pictures, each (height, width)."""

PUBLISHED = Encoding(crf=23, threads=1)
"""What the adversary's pictures go through before they are seen by others: x264 medium."""


@dataclass(frozen=True, slots=True, eq=False)
class Specimen:
    """A marked clip, its original, and what is needed to read it back."""

    name: str
    rate: Fraction
    originals: tuple[Picture, ...]
    """Unmarked, 8 bits, limited range."""
    marked: Planes
    """What the adversary holds."""
    payload: Payload
    key: WatermarkKey

    @property
    def unmarked(self) -> Planes:
        """Luma of the originals; only the judge and the copy attack with an original look at it."""
        return tuple(np.asarray(picture.luma, dtype=np.uint8) for picture in self.originals)

    def rgb(self, count: int) -> list[Rgb]:
        """Return the first marked pictures in sRGB, BT.709 undone, (height, width, 3) each."""
        return [_rgb(picture) for picture in self.with_luma(self.marked)[:count]]

    def luma_of(self, frames: Sequence[Rgb]) -> Planes:
        """Return the luma of RGB pictures, as video of this clip stores it."""
        pictures = pictures_from_frames((Frame(rgb, 0.0) for rgb in frames), rate=self.rate)
        return tuple(np.asarray(picture.luma, dtype=np.uint8) for picture in pictures)

    def with_luma(self, planes: Sequence[Plane]) -> list[Picture]:
        """Return the clip's pictures with other luma, colours kept."""
        return [
            replace(picture, luma=plane) for picture, plane in zip(self.originals[: len(planes)], planes, strict=True)
        ]


def specimen_of(
    footage: Footage, name: str, payload: Payload, key: WatermarkKey, *, strength: Strength = Strength()
) -> Specimen:
    """Mark footage as generated frames are marked; sizes are cut to even ones, as 4:2:0 wants them."""
    width, height = (side // 2 * 2 for side in footage.size)
    frames = (Frame(np.ascontiguousarray(rgb[:height, :width]), 0.0) for rgb in footage.frames)
    originals = tuple(pictures_from_frames(frames, rate=footage.rate))
    marked = marked_luma(originals, payload, key, strength=strength)
    return Specimen(name, footage.rate, originals, marked, payload, key)


def marked_luma(
    pictures: Sequence[Picture], payload: Payload, key: WatermarkKey, *, strength: Strength = Strength()
) -> Planes:
    """Return the luma of pictures with a payload in it."""
    marked = load_method().embed(iter(pictures), payload, key, strength=strength)
    return tuple(np.asarray(picture.luma, dtype=np.uint8) for picture in marked)


def pictures_with(planes: Sequence[Plane], rate: Fraction) -> list[Picture]:
    """Return grey pictures of these planes, to embed into."""
    grey = np.full((-(-planes[0].shape[0] // 2), -(-planes[0].shape[1] // 2)), 128, np.uint8)
    return [
        Picture(luma=plane, chroma=(grey, grey), bit_depth=8, pts=index, time_base=1 / rate, duration=1)
        for index, plane in enumerate(planes)
    ]


def read_back(
    planes: Sequence[Plane], rate: Fraction, keys: Sequence[WatermarkKey], *, known: Sequence[Payload] = ()
) -> Extraction:
    """Look for a mark in the pictures as they are, to the end of the clip; `known` are asked for by name."""
    shown = (Luma(plane=plane, pts_seconds=float(index / rate)) for index, plane in enumerate(planes))
    return extract_lumas(shown, keys, known=known, stop_at_log10_p=None)


def published(specimen: Specimen, planes: Sequence[Plane], *, encoding: Encoding = PUBLISHED) -> Planes:
    """Return what others see once the pictures were encoded (`PUBLISHED`) and decoded."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "published.mp4"
        height, width = planes[0].shape
        form = generated_form(width, height, specimen.rate)
        changed = planes[0].shape != specimen.marked[0].shape
        pictures = pictures_with(planes, specimen.rate) if changed else specimen.with_luma(planes)
        write_pictures(pictures, path, form=form, encoding=encoding)
        return tuple(luma.plane for luma in read_luma(probe(path)))


def _rgb(picture: Picture) -> Rgb:
    """ITU-R BT.709 § 3.2-3.5 in limited range, undone."""
    height, width = picture.luma.shape
    luma = (picture.luma.astype(np.float32) - 16.0) * (255.0 / 219.0)
    blue, red = (
        cv2.resize(plane.astype(np.float32) - 128.0, (width, height), interpolation=cv2.INTER_LINEAR) * (255.0 / 224.0)
        for plane in picture.chroma
    )
    channels = luma + 1.5748 * red, luma - 0.1873 * blue - 0.4681 * red, luma + 1.8556 * blue
    return np.clip(np.rint(np.stack(channels, axis=2)), 0, 255).astype(np.uint8)


def psnr_db(reference: Sequence[Plane], planes: Sequence[Plane]) -> float:
    """Return the PSNR-Y in dB over all samples of all pictures together (peak 255); inf where they are equal."""
    errors = [
        float(np.mean(np.square(a.astype(np.float32) - b.astype(np.float32)), dtype=np.float64))
        for a, b in zip(reference, planes, strict=True)
    ]
    error = sum(errors) / len(errors)
    return 10.0 * math.log10(255.0**2 / error) if error > 0.0 else math.inf
