"""What moderators meet that no camera filmed and no network made, drawn: cartoons, screens, slideshows, darkness."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from ...detector.canon import RATE, Frames

Rgb = NDArray[np.uint8]
Colour = tuple[int, int, int]

WIDTH, HEIGHT = 568, 320
"""Of what is left: 16:9 with the data set's short side."""
FINER = 3
"""Drawn so many times larger and then scaled down, as a recorded screen or a film is."""
FRAMES = 16
"""Two seconds at the data set's 8 a second."""
_INK = (24, 20, 28)
_TEXT = (
    "the quarterly report shows that orders rose while costs fell and nobody knows why yet please review before "
    "friday return value index error while loading shared window settings for each item in list update total"
)
_WORDS = _TEXT.split()


def cartoon(rng: np.random.Generator) -> Frames:
    """Draw a figure that walks through hills: flat colours, ink outlines, layers that move at different speeds."""
    layers = [_hills(rng, far) for far in range(3)]
    sky, body = _colour(rng, 150, 255), _colour(rng, 60, 240)
    pace = rng.uniform(30, 90)
    taken: list[Rgb] = []
    for number in range(FRAMES):
        seconds = number / RATE
        canvas = _gradient(sky, tuple(min(255, part + 40) for part in sky))
        for far, (colour, heights) in enumerate(layers):
            _fill_hills(canvas, heights, colour, shift=round(seconds * pace * FINER * (far + 1) / 3))
        _figure(canvas, x=0.3 + 0.05 * seconds, step=seconds * pace / 12, colour=body)
        taken.append(_scaled(canvas))
    return np.stack(taken)


def _hills(rng: np.random.Generator, far: int) -> tuple[Colour, NDArray[np.float64]]:
    x = np.arange(3 * WIDTH * FINER) / (WIDTH * FINER)
    waves = sum(rng.uniform(0.02, 0.07) * np.sin(2 * math.pi * (rng.uniform(0.5, 3) * x + rng.random())) for _ in "abc")
    return _colour(rng, 40 + 30 * far, 160), np.asarray((0.45 + 0.16 * far + waves) * HEIGHT * FINER)


def _fill_hills(canvas: Rgb, heights: NDArray[np.float64], colour: Colour, *, shift: int) -> None:
    width, height = canvas.shape[1], canvas.shape[0]
    seen = heights[shift : shift + width]
    outline = np.stack([np.arange(len(seen)), seen], axis=1)
    corners = np.array([[width, height], [0, height]])
    points = np.concatenate([outline, corners]).astype(np.int32)
    cv2.fillPoly(canvas, [points], colour, cv2.LINE_AA)
    cv2.polylines(canvas, [points[:-2]], isClosed=False, color=_INK, thickness=2 * FINER, lineType=cv2.LINE_AA)


def _figure(canvas: Rgb, *, x: float, step: float, colour: Colour) -> None:
    unit = canvas.shape[0] / 20
    foot, head = (x * canvas.shape[1], 17 * unit), (x * canvas.shape[1], (8 + 0.3 * math.sin(2 * step)) * unit)
    for side in (0.0, math.pi):
        knee = foot[0] + 1.6 * unit * math.sin(step + side), foot[1]
        cv2.line(canvas, _at(foot[0], 13 * unit), _at(*knee), _INK, round(0.5 * unit), cv2.LINE_AA)
    for grown, paint in ((1.12, _INK), (1.0, colour)):
        cv2.ellipse(canvas, _at(foot[0], 12 * unit), _at(1.5 * unit * grown, 2.6 * unit * grown), 0, 0, 360, paint, -1)
        cv2.circle(canvas, _at(*head), round(1.8 * unit * grown), paint, -1, cv2.LINE_AA)
    for eye in (-0.6, 0.6):
        cv2.circle(canvas, _at(head[0] + eye * unit, head[1]), round(0.45 * unit), (255, 255, 255), -1, cv2.LINE_AA)
        cv2.circle(canvas, _at(head[0] + (eye + 0.1) * unit, head[1]), round(0.2 * unit), _INK, -1, cv2.LINE_AA)


def scrolling_page(rng: np.random.Generator) -> Frames:
    """Draw a page of text with headings and a picture that scrolls under a title bar, light or dark, and a pointer."""
    dark = rng.random() < 0.4
    paper, ink = ((30, 31, 34), (210, 212, 216)) if dark else ((250, 250, 248), (40, 40, 44))
    page = _page(rng, paper, ink)
    speed = rng.uniform(0.05, 0.4) * HEIGHT * FINER
    pointer = rng.random(2)
    taken: list[Rgb] = []
    for number in range(FRAMES):
        top = round(number / RATE * speed)
        canvas = page[top : top + HEIGHT * FINER].copy()
        cv2.rectangle(canvas, (0, 0), (WIDTH * FINER, 14 * FINER), (90, 96, 110) if dark else (222, 225, 230), -1)
        for button, paint in enumerate(((235, 90, 80), (240, 190, 60), (90, 200, 90))):
            cv2.circle(canvas, _at((10 + 14 * button) * FINER, 7 * FINER), 4 * FINER, paint, -1, cv2.LINE_AA)
        pointer = np.clip(pointer + rng.normal(0, 0.02, 2), 0.1, 0.9)
        _pointer(canvas, _at(pointer[0] * WIDTH * FINER, pointer[1] * HEIGHT * FINER))
        taken.append(_scaled(canvas))
    return np.stack(taken)


def _pointer(canvas: Rgb, tip: tuple[int, int]) -> None:
    arrow = (np.array([(0, 0), (0, 14), (4, 11), (9, 10)]) * FINER + np.array(tip)).astype(np.int32)
    cv2.fillPoly(canvas, [arrow], (255, 255, 255), cv2.LINE_AA)
    cv2.polylines(canvas, [arrow], isClosed=True, color=(0, 0, 0), thickness=FINER // 2, lineType=cv2.LINE_AA)


def _page(rng: np.random.Generator, paper: Colour, ink: Colour) -> Rgb:
    page = np.full((3 * HEIGHT * FINER, WIDTH * FINER, 3), paper, dtype=np.uint8)
    margin = round(rng.uniform(0.06, 0.2) * WIDTH * FINER)
    y = 34 * FINER
    while y < len(page):
        heading = rng.random() < 0.12
        if rng.random() < 0.06:
            tall = round(rng.uniform(0.2, 0.4) * HEIGHT * FINER)
            _chart(rng, page[y : y + tall, margin : WIDTH * FINER - margin])
            y += tall + 14 * FINER
        scale = FINER * (0.6 if heading else 0.36)
        line = " ".join(rng.choice(_WORDS, size=3 if heading else int(rng.integers(4, 13))))
        cv2.putText(page, line, (margin, y), cv2.FONT_HERSHEY_SIMPLEX, scale, ink, FINER // 2 + heading, cv2.LINE_AA)
        y += round((22 if heading else 14) * FINER)
    return page


def _chart(rng: np.random.Generator, place: Rgb) -> None:
    if not place.size:
        return
    height, width = place.shape[:2]
    for bar in range(8):
        tall = round(rng.uniform(0.1, 0.95) * height)
        left = round((bar + 0.15) * width / 8), height - tall
        cv2.rectangle(place, left, (round((bar + 0.85) * width / 8), height), _colour(rng, 60, 220), -1)


def typing(rng: np.random.Generator) -> Frames:
    """Draw an editor in which a line grows: nothing else moves, as on most recorded screens."""
    colours = [_colour(rng, 120, 255) for _ in range(4)]
    lines = [" ".join(rng.choice(_WORDS, size=int(rng.integers(2, 9)))) for _ in range(18)]
    row = int(rng.integers(4, 16))
    canvas = np.full((HEIGHT * FINER, WIDTH * FINER, 3), (40, 42, 54), dtype=np.uint8)
    for number, line in enumerate(lines):
        _code(canvas, "" if number == row else line, number, colours[number % 4])
    taken: list[Rgb] = []
    for number in range(FRAMES):
        frame = canvas.copy()
        _code(frame, lines[row][: 2 * number] + ("_" if number % 8 < 4 else ""), row, colours[row % 4])
        taken.append(_scaled(frame))
    return np.stack(taken)


def _code(canvas: Rgb, line: str, row: int, colour: Colour) -> None:
    y, grey = (row + 1) * 17 * FINER, (110, 114, 130)
    cv2.putText(canvas, f"{row + 1}", (6 * FINER, y), cv2.FONT_HERSHEY_SIMPLEX, 0.36 * FINER, grey, 1, cv2.LINE_AA)
    indent = (34 + 16 * (row % 3)) * FINER
    cv2.putText(canvas, line, (indent, y), cv2.FONT_HERSHEY_SIMPLEX, 0.38 * FINER, colour, FINER // 2, cv2.LINE_AA)


def slideshow(rng: np.random.Generator, stills: Sequence[Rgb]) -> Frames:
    """Pan and zoom over photographs and fade from one to the next: motion that no camera made."""
    shown = [stills[int(index)] for index in rng.choice(len(stills), size=2, replace=len(stills) < 2)]
    moves = [rng.uniform((0.0, 0.0, 1.0), (1.0, 1.0, 1.35), (2, 3)) for _ in shown]
    cut = int(rng.integers(4, 12))
    taken: list[Rgb] = []
    for number in range(FRAMES):
        share = number / (FRAMES - 1)
        views = [_view(still, start + share * (end - start)) for still, (start, end) in zip(shown, moves, strict=True)]
        fade = float(np.clip((number - cut) / 4, 0, 1))
        taken.append(np.asarray(cv2.addWeighted(views[0], 1 - fade, views[1], fade, 0), dtype=np.uint8))
    return np.stack(taken)


def _view(still: Rgb, move: NDArray[np.float64]) -> Rgb:
    """Cut 16:9 out of a still at (x, y) of the room that the zoom leaves, to a fraction of a pixel."""
    height, width = still.shape[:2]
    across = min(width, height * WIDTH / HEIGHT) / float(move[2])
    down = across * HEIGHT / WIDTH
    left, top = float(move[0]) * (width - across), float(move[1]) * (height - down)
    scale = WIDTH / across
    matrix = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.warpAffine(still, matrix, (WIDTH, HEIGHT), flags=kind), dtype=np.uint8)


def darkened(frames: Frames, rng: np.random.Generator) -> Frames:
    """Return what a camera would have recorded with a thirtieth to a tenth of the light: dim, noisy, quantised.

    Light is scaled linearly (the display's exponent is taken as 2.2), the sensor adds noise of its own.
    """
    light = (frames.astype(np.float32) / 255.0) ** 2.2 * rng.uniform(1 / 30, 1 / 10)
    noise = rng.normal(0.0, 0.002, light.shape).astype(np.float32)
    return np.rint(255.0 * np.clip(light + noise, 0.0, 1.0) ** (1 / 2.2)).astype(np.uint8)


def _gradient(top: Colour, bottom: tuple[int, ...]) -> Rgb:
    share = np.linspace(0.0, 1.0, HEIGHT * FINER)[:, None, None]
    column = np.array(top) * (1 - share) + np.array(bottom) * share
    return np.ascontiguousarray(np.broadcast_to(column, (HEIGHT * FINER, WIDTH * FINER, 3)).astype(np.uint8))


def _scaled(canvas: Rgb) -> Rgb:
    return np.asarray(cv2.resize(canvas, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _at(x: float, y: float) -> tuple[int, int]:
    return round(x), round(y)


def _colour(rng: np.random.Generator, low: int, high: int) -> Colour:
    red, green, blue = rng.integers(low, high, 3).tolist()
    return int(red), int(green), int(blue)
