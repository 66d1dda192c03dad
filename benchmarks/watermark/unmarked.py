"""Pictures without the mark that is looked for: found ones, drawn ones, and ones that carry somebody else's mark."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from ...media import Picture, probe, read_luma
from ...provenance.payload import Payload
from ...provenance.watermark import Strength, WatermarkKey, load_method

Plane = NDArray[np.uint8]
Kind = Literal[
    "natural clip", "still", "noise", "flat", "texture", "periodic", "another key", "another method", "same key"
]
Marking = Literal["another key", "same key", "dwtDct", "dwtDctSvd", "rivaGan"]

EMBEDDING = "embedding"
"""Of the names that the key and the payload of a mark follow from: what sets it apart from those searched with."""
FRAMES = 16
PEER_FRAMES = 4
"""They are slow: half a second a picture, and rivaGan three."""
WIDTH, HEIGHT = 910, 512
"""Of drawn pictures: the canonical size of 16:9, so that a period of 128 pixels is exactly a tile's."""
_TILE = 128


@dataclass(frozen=True, slots=True)
class Medium:
    """One clip or drawing that the searches run over."""

    name: str
    kind: Kind
    source: Path | None = None
    """The file it is read from; None where `name` is one of `DRAWINGS`, possibly marked."""
    marked_by: Marking | None = None
    """Whose mark is put on it first."""
    noise: float = 0.0
    """Standard deviation of noise added after marking, in code values: weakens a mark until it cannot be decoded."""

    def planes(self) -> list[Plane]:
        """Return its luma planes, up to 16.

        Raises:
            MediaError: The file can't be read.
            MissingExtra: It is to be marked by a method that is not installed.
        """
        count = FRAMES if self.marked_by in (None, "another key", "same key") else PEER_FRAMES
        base = self.name.partition(" + ")[0]
        if self.source is not None:
            planes = [luma.plane for luma in islice(read_luma(probe(self.source)), count)]
        else:
            planes = DRAWINGS[base][1](np.random.default_rng(_seed(base)))[:count]
        if self.marked_by is not None:
            planes = _marked(planes, self.marked_by, name=self.name)
        return _noised(planes, self.noise, seed=_seed(self.name)) if self.noise else planes


def key_of(*names: str | int, key_id: int | None = None) -> WatermarkKey:
    """Return the key that belongs to some names: random to all intents, and the same in each run."""
    digest = hashlib.sha256("/".join(map(str, ("false positives", *names))).encode()).digest()
    return WatermarkKey(key_id=key_id or 1 + digest[0] % 15, secret=hashlib.sha256(digest).digest())


def payload_of(*names: str | int, key_id: int) -> Payload:
    """Return the payload that belongs to some names."""
    digest = hashlib.sha256("/".join(map(str, ("payload", *names))).encode()).digest()
    return Payload(record_id=int.from_bytes(digest[:8]) >> 4, version=key_id)


def drawn_media() -> tuple[Medium, ...]:
    """Return every drawing, unmarked."""
    return tuple(Medium(name, kind) for name, (kind, _) in DRAWINGS.items())


def clips_in(folder: Path, *, at_most: int | None = None, kind: Kind = "natural clip") -> tuple[Medium, ...]:
    """Return the media files of a folder in the order of their names; evenly spread ones where there are too many."""
    suffixes = (".mp4", ".avi", ".mov", ".png") if kind != "still" else (".png",)
    found = sorted(path for path in folder.iterdir() if path.suffix in suffixes)
    if at_most is not None and len(found) > at_most:
        found = [found[index * len(found) // at_most] for index in range(at_most)]
    return tuple(Medium(path.stem, kind, path) for path in found)


def marked_by(medium: Medium, marking: Marking, *, noise: float = 0.0) -> Medium:
    """Return a medium that carries somebody's mark."""
    kind: Kind = marking if marking in ("another key", "same key") else "another method"
    weakened = f" + noise {noise:g}" if noise else ""
    return Medium(f"{medium.name} + {marking}{weakened}", kind, medium.source, marking, noise)


def _marked(planes: list[Plane], marking: Marking, *, name: str) -> list[Plane]:
    method = load_method(marking) if marking not in ("another key", "same key") else load_method()
    key = key_of(name, EMBEDDING)
    payload = payload_of(name, EMBEDDING, key_id=key.key_id)
    marked = method.embed(_pictures(planes), payload, key, strength=Strength())
    return [picture.luma.astype(np.uint8) for picture in marked]


def _pictures(planes: Iterable[Plane]) -> Iterator[Picture]:
    for index, plane in enumerate(planes):
        grey = np.full((-(-plane.shape[0] // 2), -(-plane.shape[1] // 2)), 128, dtype=np.uint8)
        yield Picture(luma=plane, chroma=(grey, grey), bit_depth=8, pts=index, time_base=Fraction(1, 25), duration=1)


def _noised(planes: list[Plane], deviation: float, *, seed: int) -> list[Plane]:
    """Add the same noise to all pictures: noise that differs would average out."""
    noise = np.random.default_rng(seed).normal(0.0, deviation, planes[0].shape)
    return [_bytes(plane + noise) for plane in planes]


def _seed(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])


def _bytes(values: NDArray[np.floating]) -> Plane:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _still(plane: NDArray[np.floating]) -> list[Plane]:
    return [_bytes(plane)] * FRAMES


def _white(rng: np.random.Generator, *, deviation: float, moving: bool) -> list[Plane]:
    if moving:
        return [_bytes(rng.normal(128.0, deviation, (HEIGHT, WIDTH))) for _ in range(FRAMES)]
    return _still(rng.normal(128.0, deviation, (HEIGHT, WIDTH)))


def _falling(rng: np.random.Generator, *, slope: float) -> NDArray[np.float64]:
    """Return noise whose amplitude falls as frequency^-slope, mean 128, standard deviation 30."""
    spectrum = np.fft.rfft2(rng.standard_normal((HEIGHT, WIDTH)))
    frequency = np.hypot(np.fft.fftfreq(HEIGHT)[:, None], np.fft.rfftfreq(WIDTH)[None, :])
    frequency[0, 0] = np.inf
    plane = np.fft.irfft2(spectrum * frequency**-slope, s=(HEIGHT, WIDTH))
    return np.asarray(128.0 + 30.0 * plane / plane.std(), dtype=np.float64)


def _sliding(rng: np.random.Generator) -> list[Plane]:
    plane = _bytes(_falling(rng, slope=1.0))
    return [np.roll(plane, (index, 3 * index), axis=(0, 1)) for index in range(FRAMES)]


def _cells(rng: np.random.Generator) -> list[Plane]:
    """Hard-edged cells of random grey, as in a cartoon."""
    coarse = rng.integers(16, 236, (HEIGHT // 32, WIDTH // 32 + 1), dtype=np.uint8)
    return [np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST), dtype=np.uint8)] * FRAMES


def _gradient(_: np.random.Generator) -> list[Plane]:
    return _still(np.broadcast_to(np.linspace(20, 235, WIDTH), (HEIGHT, WIDTH)))


def _bars(_: np.random.Generator, *, period: float, degrees: float) -> list[Plane]:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    angle = np.deg2rad(degrees)
    wave = np.sin(2.0 * np.pi * (x * np.cos(angle) + y * np.sin(angle)) / period)
    return _still(128.0 + 90.0 * np.sign(wave))


def _checks(_: np.random.Generator, *, side: int) -> list[Plane]:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return _still(40.0 + 175.0 * ((x // side + y // side) % 2))


def _tiled(rng: np.random.Generator, *, side: int) -> list[Plane]:
    """A random square repeated: its lines stand where pilots stand, all in step where the side is a tile's."""
    square = cv2.GaussianBlur(rng.standard_normal((side, side)), (0, 0), 1.5, borderType=cv2.BORDER_REFLECT)
    square = np.asarray(square) / np.std(square)
    return _still(128.0 + 40.0 * np.tile(square, (HEIGHT // side + 1, WIDTH // side + 1))[:HEIGHT, :WIDTH])


def _dots(_: np.random.Generator) -> list[Plane]:
    """One bright dot a tile: every frequency of every tile, all in step."""
    plane = np.full((HEIGHT, WIDTH), 60.0)
    plane[::_TILE, ::_TILE] = 255.0
    return _still(cv2.GaussianBlur(plane, (0, 0), 1.2) * 1.5)


def _zone_plate(_: np.random.Generator) -> list[Plane]:
    """Every spatial frequency at some place."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return _still(128.0 + 100.0 * np.cos(np.pi / WIDTH * ((x - WIDTH / 2) ** 2 + (y - HEIGHT / 2) ** 2)))


_Draw = Callable[[np.random.Generator], list[Plane]]

DRAWINGS: dict[str, tuple[Kind, _Draw]] = {
    "white noise 5": ("noise", lambda rng: _white(rng, deviation=5.0, moving=True)),
    "white noise 40": ("noise", lambda rng: _white(rng, deviation=40.0, moving=True)),
    "white noise 40, frozen": ("noise", lambda rng: _white(rng, deviation=40.0, moving=False)),
    "pink noise, frozen": ("noise", lambda rng: _still(_falling(rng, slope=1.0))),
    "black": ("flat", lambda _: _still(np.zeros((HEIGHT, WIDTH)))),
    "grey": ("flat", lambda _: _still(np.full((HEIGHT, WIDTH), 128.0))),
    "gradient": ("flat", _gradient),
    "sliding pink noise": ("texture", _sliding),
    "rough texture": ("texture", lambda rng: _still(_falling(rng, slope=0.6))),
    "smooth texture": ("texture", lambda rng: _still(_falling(rng, slope=1.6))),
    "cells": ("texture", _cells),
    "bars, 16 px": ("periodic", lambda rng: _bars(rng, period=16.0, degrees=0.0)),
    "bars, 128/11 px at 30°": ("periodic", lambda rng: _bars(rng, period=_TILE / 11, degrees=30.0)),
    "checks, 8 px": ("periodic", lambda rng: _checks(rng, side=8)),
    "tiled, 128 px": ("periodic", lambda rng: _tiled(rng, side=_TILE)),
    "tiled, 64 px": ("periodic", lambda rng: _tiled(rng, side=_TILE // 2)),
    "tiled, 100 px": ("periodic", lambda rng: _tiled(rng, side=100)),
    "dots, 128 px": ("periodic", _dots),
    "zone plate": ("periodic", _zone_plate),
}
"""Name to a kind and a function that draws its planes, 910 × 512."""
