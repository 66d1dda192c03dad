# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (OpenCV's stubs leave the types of some overloads open)
"""What happens to a clip's sizes on the way: cut, mirrored, made smaller or larger and back. Nothing is stretched."""

import cv2
import numpy as np

from ..canon import Frames

SMALLEST = 64
"""Pixels that the short side keeps."""
KERNELS = {
    "nearest": cv2.INTER_NEAREST,
    "linear": cv2.INTER_LINEAR,
    "area": cv2.INTER_AREA,
    "cubic": cv2.INTER_CUBIC,
    "lanczos": cv2.INTER_LANCZOS4,
}
WEIGHTS = (0.02, 0.3, 0.28, 0.25, 0.15)


def resized(frames: Frames, height: int, width: int, kernel: int) -> Frames:
    """Scale every frame alike; returns (T, height, width, 3)."""
    result = np.empty((len(frames), height, width, 3), dtype=np.uint8)
    for index, rgb in enumerate(frames):
        result[index] = cv2.resize(rgb, (width, height), interpolation=kernel)
    return result


def scaled(frames: Frames, scale: float, kernel: int, *, smallest: int = SMALLEST) -> Frames:
    """Scale both sides alike, but no further down than to a short side of `smallest`."""
    _, height, width, _ = frames.shape
    scale = max(scale, min(1.0, smallest / min(height, width)))
    return resized(frames, max(smallest, round(height * scale)), max(smallest, round(width * scale)), kernel)


def cropped(frames: Frames, rng: np.random.Generator, shares: tuple[float, float]) -> Frames:
    """Cut out a part: a share of each side between the two given, the same for all frames."""
    _, height, width, _ = frames.shape
    share_y, share_x = rng.uniform(*shares, size=2)
    new_height = max(min(SMALLEST, height), round(height * share_y))
    new_width = max(min(SMALLEST, width), round(width * share_x))
    place_y, place_x = rng.random(2)
    y, x = int((height - new_height) * place_y), int((width - new_width) * place_x)
    return frames[:, y : y + new_height, x : x + new_width]


def mirrored(frames: Frames) -> Frames:
    """Swap left and right."""
    return np.ascontiguousarray(frames[:, :, ::-1])


def rescaled(
    frames: Frames, rng: np.random.Generator, *, scales: tuple[float, float], back: tuple[float, float]
) -> Frames:
    """Scale to another size and from there to a third, each with a kernel of its own.

    Args:
        frames: (T, height, width, 3).
        rng: What is drawn depends on nothing but itself.
        scales: Range of the first size, in shares of the original; drawn evenly by ratio.
        back: Range of the last size, in shares of the original.
    """
    _, height, width, _ = frames.shape
    first = float(np.exp(rng.uniform(*np.log(scales))))
    last = float(rng.uniform(*back))
    there, again = (KERNELS[str(name)] for name in rng.choice(list(KERNELS), size=2, p=WEIGHTS))
    between = scaled(frames, first, there, smallest=min(24, height, width))
    least = min(SMALLEST, height, width)
    last = max(last, least / min(height, width))
    return resized(between, max(least, round(height * last)), max(least, round(width * last)), again)
