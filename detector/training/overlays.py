# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (OpenCV's stubs leave the types of some overloads open)
"""What others put over and around a clip: captions, logos, news bars, the window that it was filmed off."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..canon import Frames, Rgb
from .geometry import resized

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
SIGNS = "@#:.!?-"
FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)


@dataclass(slots=True, eq=False)
class _Layer:
    """What is drawn over every frame of a clip alike; filled by the functions below."""

    rgb: Rgb
    """(height, width, 3)."""
    cover: NDArray[np.uint8]
    """(height, width): 255 hides the clip."""


def overlaid(frames: Frames, rng: np.random.Generator) -> Frames:
    """Lay a caption, a logo, a lower third or two of them over all frames."""
    _, height, width, _ = frames.shape
    layer = _Layer(np.zeros((height, width, 3), np.uint8), np.zeros((height, width), np.uint8))
    kinds = (_caption, _logo, _lower_third)
    for kind in rng.permutation(len(kinds))[: 1 + int(rng.random() < 0.3)]:
        kinds[kind](layer, rng)
    cover = (layer.cover.astype(np.uint16) + 1)[:, :, None]  # 1 to 256, so that a shift divides
    above = layer.rgb.astype(np.uint16) * (cover - 1)
    return ((frames * (257 - cover) + above) >> 8).astype(np.uint8)


def _caption(layer: _Layer, rng: np.random.Generator) -> None:
    height, width = layer.cover.shape
    place = (rng.uniform(0.0, 0.4) * width, rng.choice((0.12, 0.5, 0.8, 0.92)) * height)
    _write(layer, rng, _text(rng), place, size=rng.uniform(0.05, 0.12) * height, cover=int(rng.integers(90, 256)))


def _logo(layer: _Layer, rng: np.random.Generator) -> None:
    """Draw a few shapes, with a word at times, in a corner."""
    height, width = layer.cover.shape
    side = max(8, int(min(height, width) * rng.uniform(0.08, 0.22)))
    y = int(rng.choice((0.03, 0.95)) * (height - side))
    x = int(rng.choice((0.03, 0.95)) * (width - side))
    cover = int(rng.integers(80, 256))
    for _ in range(int(rng.integers(1, 4))):
        colour, corners = _colour(rng), rng.random((int(rng.integers(3, 7)), 2))
        points = (corners * side + np.array([x, y])).astype(np.int32)
        centre, radius = (x + side // 2, y + side // 2), int(side * rng.uniform(0.2, 0.5))
        if rng.random() < 0.5:
            cv2.circle(layer.rgb, centre, radius, colour, -1, cv2.LINE_AA)
            cv2.circle(layer.cover, centre, radius, (cover,), -1, cv2.LINE_AA)
        else:
            cv2.fillPoly(layer.rgb, [points], colour, cv2.LINE_AA)
            cv2.fillPoly(layer.cover, [points], (cover,), cv2.LINE_AA)
    if rng.random() < 0.5:
        _write(layer, rng, _text(rng, words=1), (x, y + 0.7 * side), size=0.4 * side, cover=cover)


def _lower_third(layer: _Layer, rng: np.random.Generator) -> None:
    """Draw a bar with a line or two of text, as news do."""
    height, width = layer.cover.shape
    tall = rng.uniform(0.1, 0.22) * height
    top = height - tall - rng.uniform(0.0, 0.1) * height
    left, right = rng.uniform(0, 0.1) * width, rng.uniform(0.7, 1.0) * width
    corners = (int(left), int(top)), (int(right), int(top + tall))
    cv2.rectangle(layer.rgb, *corners, _colour(rng), -1)
    cv2.rectangle(layer.cover, *corners, (int(rng.integers(120, 256)),), -1)
    for line in range(int(rng.integers(1, 3))):
        place = (left + 0.03 * width, top + tall * (0.45 + 0.42 * line))
        _write(layer, rng, _text(rng), place, size=0.32 * tall, cover=255)


def _write(
    layer: _Layer, rng: np.random.Generator, text: str, place: tuple[float, float], *, size: float, cover: int
) -> None:
    """Write a line with its baseline at `place`, (x, y) in pixels; `size` is the height of a capital in pixels."""
    font, colour = FONTS[int(rng.integers(len(FONTS)))], _colour(rng)
    edge, outlined = _colour(rng), rng.random() < 0.5
    scale, thick = max(size, 5.0) / 21, max(1, round(size / 12))  # Hershey capitals are 21 pixels tall
    at = (int(place[0]), int(place[1]))
    if outlined:
        cv2.putText(layer.rgb, text, at, font, scale, edge, thick + 2, cv2.LINE_AA)
        cv2.putText(layer.cover, text, at, font, scale, (cover,), thick + 2, cv2.LINE_AA)
    cv2.putText(layer.rgb, text, at, font, scale, colour, thick, cv2.LINE_AA)
    cv2.putText(layer.cover, text, at, font, scale, (cover,), thick, cv2.LINE_AA)


def _text(rng: np.random.Generator, words: int = 3) -> str:
    letters = list(LETTERS + SIGNS)
    return " ".join("".join(rng.choice(letters, size=int(rng.integers(2, 9)))) for _ in range(words))


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    """Draw white, black or any colour."""
    red, green, blue = (int(one) for one in rng.integers(0, 256, size=3))
    plain = rng.random()
    return (255, 255, 255) if plain < 0.4 else (0, 0, 0) if plain < 0.6 else (red, green, blue)


def framed(frames: Frames, rng: np.random.Generator) -> Frames:
    """Show the clip inside a window on a screen: smaller, unstretched, bars and some writing around it; same shape."""
    _, height, width, _ = frames.shape
    scale = rng.uniform(0.72, 0.95)
    inner_height, inner_width = round(height * scale), round(width * scale)
    y = int((height - inner_height) * rng.random())
    x = int((width - inner_width) * rng.random())
    screen = _screen(height, width, rng)
    result = np.repeat(screen[None], len(frames), axis=0)
    kernel = cv2.INTER_AREA if rng.random() < 0.5 else cv2.INTER_LINEAR
    result[:, y : y + inner_height, x : x + inner_width] = resized(frames, inner_height, inner_width, kernel)
    return result


def _screen(height: int, width: int, rng: np.random.Generator) -> Rgb:
    """Draw an empty screen: one colour or a gradient, a bar at an edge, buttons, lines of text."""
    top, bottom = np.array(_colour(rng)), np.array(_colour(rng)) if rng.random() < 0.2 else None
    share = np.linspace(0, 1, height)[:, None, None]
    rows = np.broadcast_to(top, (height, 1, 3)) if bottom is None else top * (1 - share) + bottom * share
    layer = _Layer(
        np.ascontiguousarray(np.broadcast_to(rows, (height, width, 3)).astype(np.uint8)),
        np.zeros((height, width), np.uint8),
    )
    bar = int(height * rng.uniform(0.03, 0.12))
    cv2.rectangle(layer.rgb, (0, 0), (width, bar), _colour(rng), -1)
    for _ in range(int(rng.integers(0, 4))):
        centre = (int(rng.integers(0, width)), int(rng.choice((bar // 2, height - bar // 2))))
        cv2.circle(layer.rgb, centre, max(2, bar // 4), _colour(rng), -1, cv2.LINE_AA)
    for line in range(int(rng.integers(0, 4))):
        place = (rng.uniform(0, 0.5) * width, height * (0.99 - 0.06 * line))
        _write(layer, rng, _text(rng), place, size=0.03 * height, cover=255)
    return layer.rgb
