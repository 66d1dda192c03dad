"""Moving textures of our own making, marked and not."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.media import Luma, Picture
from sealreel.provenance import Payload
from sealreel.provenance.watermark import Strength, WatermarkKey, load_method

Plane = NDArray[np.uint8]
Planes = list[Plane]
Mark = Callable[..., Planes]


@pytest.fixture(scope="session")
def key() -> WatermarkKey:
    return WatermarkKey(key_id=1, secret=bytes(range(32)))


@pytest.fixture(scope="session")
def other_key() -> WatermarkKey:
    return WatermarkKey(key_id=2, secret=bytes(range(32, 64)))


@pytest.fixture(scope="session")
def payload() -> Payload:
    return Payload(record_id=0x123456789ABCDEF, version=1)


def texture(width: int, height: int, *, seed: int) -> NDArray[np.float32]:
    """Noise of falling spectrum around mid grey, like foliage."""
    rng = np.random.default_rng(seed)
    plane = np.full((height, width), 120.0, dtype=np.float32)
    for sigma, depth in ((1.5, 10.0), (6.0, 16.0), (24.0, 24.0)):
        layer = cv2.GaussianBlur(rng.standard_normal((height, width)).astype(np.float32), (0, 0), sigma)
        plane += depth * layer / float(layer.std())
    return plane


def panning(width: int, height: int, frames: int, *, seed: int = 1) -> Planes:
    """A camera that moves 3 pixels a frame over a texture."""
    wide = np.clip(texture(width + 3 * frames, height, seed=seed), 16, 235).astype(np.uint8)
    return [np.ascontiguousarray(wide[:, 3 * i : 3 * i + width]) for i in range(frames)]


def pictures_of(planes: Iterable[Plane]) -> Iterator[Picture]:
    for index, plane in enumerate(planes):
        chroma = np.full((-(-plane.shape[0] // 2), -(-plane.shape[1] // 2)), 128, np.uint8)
        yield Picture(luma=plane, chroma=(chroma, chroma), bit_depth=8, pts=index, time_base=Fraction(1, 25))


@pytest.fixture(scope="session")
def clip() -> Planes:
    """Twelve frames of 480 × 360."""
    return panning(480, 360, 12)


@pytest.fixture(scope="session")
def mark(key: WatermarkKey, payload: Payload) -> Mark:
    """Embed into a list of luma planes."""

    def run(planes: Planes, *, key: WatermarkKey = key, payload: Payload = payload, psnr: float = 43.0) -> Planes:
        marked = load_method().embed(pictures_of(planes), payload, key, strength=Strength(psnr))
        return [picture.luma.astype(np.uint8) for picture in marked]

    return run


@pytest.fixture(scope="session")
def marked(clip: Planes, mark: Mark) -> Planes:
    return mark(clip)


@pytest.fixture(scope="session")
def stream() -> Callable[..., Iterator[Luma]]:
    """Show planes as a stream of 25 frames a second."""

    def run(planes: Iterable[Plane], *, start: float = 0.0, seconds: float = 0.04) -> Iterator[Luma]:
        for index, plane in enumerate(planes):
            yield Luma(plane=plane, pts_seconds=start + index * seconds)

    return run


@pytest.fixture(scope="session")
def pan() -> Callable[..., Planes]:
    return panning


@pytest.fixture(scope="session")
def pictures() -> Callable[[Iterable[Plane]], Iterator[Picture]]:
    return pictures_of
