# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (OpenCV's stubs leave the types of some overloads open)
"""What happens to a clip's pixels on the way: blur, sharpening, noise, tone, wrong colour conversions, JPEG.

Each function draws its own strength; what it draws depends on the shape alone, never on the pixels.
"""

from collections.abc import Callable
from functools import cache
from statistics import NormalDist
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from ..canon import Frames

LUMA = {"bt601": (0.299, 0.587, 0.114), "bt709": (0.2126, 0.7152, 0.0722)}
"""Shares of red, green and blue in luma (ITU-R BT.601-7, BT.709-6)."""


def blurred(frames: Frames, rng: np.random.Generator) -> Frames:
    """Soften: a Gaussian, a small box, a line of motion, or a median."""
    kind = rng.choice(("gauss", "box", "motion", "median"), p=(0.6, 0.15, 0.15, 0.1))
    sigma = float(rng.uniform(0.3, 1.8))
    length, angle = int(rng.integers(3, 8)), float(rng.uniform(0, np.pi))
    if kind == "gauss":
        return _each(frames, lambda rgb: cv2.GaussianBlur(rgb, (0, 0), sigma))
    if kind == "box":
        return _each(frames, lambda rgb: cv2.blur(rgb, (2 + length % 2, 2 + length % 2)))
    if kind == "median":
        return _each(frames, lambda rgb: cv2.medianBlur(rgb, 3))
    line = _line(length, angle)
    return _each(frames, lambda rgb: cv2.filter2D(rgb, -1, line))


def _line(length: int, angle: float) -> NDArray[np.float32]:
    side = length | 1
    kernel = np.zeros((side, side), dtype=np.float32)
    middle = side // 2
    reach = np.linspace(-middle, middle, 4 * side)
    np.add.at(
        kernel,
        (np.round(middle + reach * np.sin(angle)).astype(int), np.round(middle + reach * np.cos(angle)).astype(int)),
        1.0,
    )
    return kernel / kernel.sum()


def sharpened(frames: Frames, rng: np.random.Generator) -> Frames:
    """Unsharp masking, as cameras and converters do it."""
    sigma, amount = float(rng.uniform(0.5, 2.0)), float(rng.uniform(0.2, 1.5))
    return _each(
        frames, lambda rgb: cv2.addWeighted(rgb, 1 + amount, cv2.GaussianBlur(rgb, (0, 0), sigma), -amount, 0.0)
    )


def noisy(frames: Frames, rng: np.random.Generator) -> Frames:
    """Add noise that is new in every frame: even, growing with the light as photons do, or of colour alone."""
    kind = rng.choice(("gauss", "grey", "poisson", "chroma"))
    sigma = float(np.exp(rng.uniform(np.log(1.0), np.log(12.0))))
    count, height, width, _ = frames.shape
    if kind == "chroma":
        return _chroma_noise(frames, rng, sigma)
    planes = 1 if kind == "grey" else 3
    noise = _normal(rng, (count, height, width, planes), sigma)
    if kind == "poisson":
        gain = np.sqrt(np.arange(256, dtype=np.float32) / 255)
        noise = noise * gain[frames]
    return _added(frames, noise)


def _chroma_noise(frames: Frames, rng: np.random.Generator, sigma: float) -> Frames:
    count, height, width, _ = frames.shape
    half = _normal(rng, (count, (height + 1) // 2, (width + 1) // 2, 2), sigma)
    result = np.empty_like(frames)
    spread = np.array([[0.0, 1.402], [-0.344, -0.714], [1.772, 0.0]], dtype=np.float32)  # Cb, Cr -> RGB, BT.601
    for index, rgb in enumerate(frames):
        chroma = cv2.transform(cv2.resize(half[index], (width, height), interpolation=cv2.INTER_LINEAR), spread)
        result[index] = cv2.add(rgb, chroma, dtype=cv2.CV_8U)
    return result


def _added(frames: Frames, noise: NDArray[np.float32]) -> Frames:
    result = np.empty_like(frames)
    for index, rgb in enumerate(frames):
        one = noise[index] if noise.shape[3] == 3 else np.repeat(noise[index], 3, axis=2)
        result[index] = cv2.add(rgb, one, dtype=cv2.CV_8U)
    return result


def _normal(rng: np.random.Generator, shape: tuple[int, ...], sigma: float) -> NDArray[np.float32]:
    """Draw normal noise from bytes: ten times as fast as exact draws, cut off at 2.9 sigma."""
    drawn = np.frombuffer(rng.bytes(int(np.prod(shape))), dtype=np.uint8)
    return (_quantiles() * np.float32(sigma))[drawn].reshape(shape)


@cache
def _quantiles() -> NDArray[np.float32]:
    return np.array([NormalDist().inv_cdf((level + 0.5) / 256) for level in range(256)], dtype=np.float32)


def toned(frames: Frames, rng: np.random.Generator) -> Frames:
    """Gamma, contrast and brightness in one table; saturation and a slight tint in one matrix."""
    gamma, contrast = np.exp(rng.uniform(-0.35, 0.35)), rng.uniform(0.75, 1.3)
    brightness, saturation = rng.uniform(-20, 20), rng.uniform(0.5, 1.5)
    tint = rng.uniform(0.95, 1.05, size=3)
    levels = 255 * (np.arange(256) / 255) ** gamma
    table = np.clip((levels - 127.5) * contrast + 127.5 + brightness, 0, 255).round().astype(np.uint8)
    grey = np.tile(LUMA["bt709"], (3, 1))
    matrix = tint[:, None] * (grey + saturation * (np.eye(3) - grey))
    return _mixed(_looked_up(frames, table), matrix)


def miscoloured(frames: Frames, rng: np.random.Generator) -> Frames:
    """Show colours through the wrong matrix (BT.601 for 709 or the reverse), the wrong range, or both."""
    wrong = int(rng.integers(3))
    matrix = _matrix("bt601") @ np.linalg.inv(_matrix("bt709"))  # decoded as 601 what was encoded as 709
    if rng.random() < 0.5:
        matrix = np.linalg.inv(matrix)
    pale = rng.random() < 0.5
    if wrong != 1:
        frames = _mixed(frames, matrix)
    if wrong == 0:
        return frames
    level = np.arange(256)
    shown = level * 219 / 255 + 16 if pale else (level - 16) * 255 / 219
    return _looked_up(frames, np.clip(shown, 0, 255).round().astype(np.uint8))


def _matrix(name: str) -> NDArray[np.float64]:
    """Return what makes RGB of luma and the two colour differences."""
    red, green, blue = LUMA[name]
    return np.array(
        [
            [1.0, 0.0, 2 - 2 * red],
            [1.0, -blue * (2 - 2 * blue) / green, -red * (2 - 2 * red) / green],
            [1.0, 2 - 2 * blue, 0.0],
        ]
    )


def jpegged(frames: Frames, rng: np.random.Generator) -> Frames:
    """Compress every frame as a JPEG of one quality, 35 to 95."""
    settings = (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 96)))

    def trip(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        _, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), settings)
        picture = cast(Any, cv2.imdecode(data, cv2.IMREAD_COLOR))
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)

    return _each(frames, trip)


def _each(frames: Frames, change: Callable[[NDArray[np.uint8]], Any]) -> Frames:
    result = np.empty_like(frames)
    for index, rgb in enumerate(frames):
        result[index] = change(rgb)
    return result


def _looked_up(frames: Frames, table: NDArray[np.uint8]) -> Frames:
    count, height, width, _ = frames.shape
    tall = np.ascontiguousarray(frames).reshape(count * height, width, 3)
    return np.asarray(cv2.LUT(tall, table), dtype=np.uint8).reshape(frames.shape)


def _mixed(frames: Frames, matrix: NDArray[np.floating[Any]]) -> Frames:
    count, height, width, _ = frames.shape
    tall = np.ascontiguousarray(frames).reshape(count * height, width, 3)
    return np.asarray(cv2.transform(tall, matrix), dtype=np.uint8).reshape(frames.shape)
