"""What is done to the shape and the frame of pictures."""

import cv2
import numpy as np
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]


def resized(rgb: Rgb, *, across: float, down: float) -> Rgb:
    """Scale each axis; area filter down, cubic up."""
    height, width = rgb.shape[:2]
    size = max(2, round(width * across / 2) * 2), max(2, round(height * down / 2) * 2)
    method = cv2.INTER_AREA if across * down < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, size, interpolation=method), dtype=np.uint8)


def cropped(rgb: Rgb, *, share: float, at: tuple[float, float] = (0.3, 0.6)) -> Rgb:
    """Keep this share of each side; `at` says where the window lies, (0, 0) top left, (1, 1) bottom right."""
    height, width = (round(side * share / 2) * 2 for side in rgb.shape[:2])
    return _window(rgb, width=width, height=height, at=at)


def cropped_upright(rgb: Rgb) -> Rgb:
    """Cut a phone's 9:16 out of the middle of a landscape picture; an upright one becomes 4:5."""
    height, width = rgb.shape[:2]
    if width > height:
        return _window(rgb, width=round(height * 9 / 32) * 2, height=height, at=(0.5, 0.5))
    return _window(rgb, width=width, height=round(width * 5 / 8) * 2, at=(0.5, 0.5))


def rotated(rgb: Rgb, *, degrees: float) -> Rgb:
    """Turn about the middle in the same frame, black where nothing is; quarter turns keep every pixel."""
    if degrees % 90 == 0:
        return np.ascontiguousarray(np.rot90(rgb, round(degrees / 90)))
    height, width = rgb.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(rgb, turn, (width, height), flags=cv2.INTER_CUBIC), dtype=np.uint8)


def mirrored(rgb: Rgb) -> Rgb:
    """Swap left and right."""
    return np.ascontiguousarray(rgb[:, ::-1])


def in_perspective(rgb: Rgb, *, share: float) -> Rgb:
    """Film the picture from the side: its corners move inwards by 1, 0.4, 0.1 and 0.7 times this share of the sides."""
    height, width = rgb.shape[:2]
    before = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    inwards = np.array([[1.0, 1.0], [-0.2, 0.4], [0.0, -0.1], [0.6, -0.7]], dtype=np.float32)
    after = before + inwards * np.array([width * share, height * share], dtype=np.float32)
    change = cv2.getPerspectiveTransform(before, after)
    return np.asarray(cv2.warpPerspective(rgb, change, (width, height), flags=cv2.INTER_CUBIC), dtype=np.uint8)


def distorted(rgb: Rgb, *, distortion_scale: float, seed: int = 5) -> Rgb:
    """Move each corner inwards by a random part of half the sides times the scale (torchvision's perspective)."""
    rng = np.random.default_rng(seed)
    height, width = rgb.shape[:2]
    before = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    inwards = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]], dtype=np.float32)
    reach = rng.random((4, 2)) * distortion_scale / 2.0 * (width, height)
    change = cv2.getPerspectiveTransform(before, (before + inwards * reach).astype(np.float32))
    return np.asarray(cv2.warpPerspective(rgb, change, (width, height), flags=cv2.INTER_CUBIC), dtype=np.uint8)


def in_picture(rgb: Rgb, *, share: float) -> Rgb:
    """Show the picture small, lower right, over a blurred and mirrored copy of itself."""
    height, width = rgb.shape[:2]
    small = resized(rgb, across=share, down=share)
    ground = cv2.GaussianBlur(rgb[:, ::-1], (0, 0), max(width, height) / 40.0)
    around = np.asarray(ground, dtype=np.uint8).copy()
    top, left = round((height - small.shape[0]) * 0.8), round((width - small.shape[1]) * 0.85)
    around[top : top + small.shape[0], left : left + small.shape[1]] = small
    return around


def letterboxed(rgb: Rgb) -> Rgb:
    """Put black bars above and below: 16:9 in a square, as far as the picture is wide; at the sides of upright ones."""
    height, width = rgb.shape[:2]
    if width >= height:
        bar = max(2, round((width * 0.75 - height) / 4) * 2) if height < width * 0.74 else round(height / 16) * 2
        return np.pad(rgb, ((bar, bar), (0, 0), (0, 0)))
    bar = round(width / 8) * 2
    return np.pad(rgb, ((0, 0), (bar, bar), (0, 0)))


def with_lower_third(rgb: Rgb) -> Rgb:
    """Lay a caption over the lower part: a dark band with bright letters, 22 % of the height."""
    height, width = rgb.shape[:2]
    top, bottom = round(height * 0.74), round(height * 0.96)
    captioned = rgb.copy()
    captioned[top:bottom] = (captioned[top:bottom] * 0.15 + np.array([10, 20, 60])).astype(np.uint8)
    scale = height / 360.0
    words, white = "BREAKING  Something has happened somewhere", (250, 250, 250)
    place = round(width * 0.03), round(height * 0.87)
    cv2.putText(captioned, words, place, cv2.FONT_HERSHEY_DUPLEX, 0.8 * scale, white, max(1, round(1.5 * scale)))
    return captioned


def _window(rgb: Rgb, *, width: int, height: int, at: tuple[float, float]) -> Rgb:
    left, top = round((rgb.shape[1] - width) * at[0]), round((rgb.shape[0] - height) * at[1])
    return np.ascontiguousarray(rgb[top : top + height, left : left + width])
