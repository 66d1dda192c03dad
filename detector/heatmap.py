"""A picture of what the detector saw: the frames it looked at, where it found something, when, and how much."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from ..media import unfinished
from .calibration import Calibration
from .canon import SIDE, Rgb
from .detector import Examination
from .sampling import Stretch
from .score import MAIN, FrameScore

Floats = NDArray[np.float32]

CELL = 200
"""Pixels along the long side of a frame on the sheet."""
COLUMNS = 8
MARGIN, CAPTION, HEADER = 8, 22, 64
INK, PAPER = (30, 30, 30), 255
SYNTHETIC, REAL = (214, 39, 40), (31, 119, 180)
"""Red and blue that people who confuse red and green tell apart (Tableau 10)."""
FULL_COLOUR = 4.0
"""Log-odds that are drawn in full colour, at least; more where a tenth of the file's own are larger."""
OPACITY = 0.6
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_EDGE = np.minimum(np.arange(SIDE), np.arange(SIDE)[::-1]).astype(np.float32) + 1
_FADE = np.minimum(_EDGE[:, None], _EDGE[None, :])
"""Where squares overlap, the one whose middle is nearer counts more: no seam is drawn that is not there."""


def write_contact_sheet(
    examination: Examination, output: Path, *, title: str, calibration: Calibration, force: bool = False
) -> None:
    """Write one PNG with every frame that was looked at, a row a stretch.

    Red speaks for synthetic, blue for real: the class activation map in log-odds, whose mean over a frame is that
    frame's own score. What lies outside the squares that were looked at has no colour.

    Args:
        examination: What `Detector.examine` gave.
        output: The PNG.
        title: Of the sheet; what is no ASCII is replaced.
        calibration: Of the main head.
        force: Replace an existing file.

    Raises:
        OutputExists: Without `force`.
        OutputUnwritable: The folder is missing or closed, or the disk full.
    """
    sheet = contact_sheet(examination, title=title, calibration=calibration)
    _, data = cv2.imencode(".png", np.ascontiguousarray(sheet[:, :, ::-1]))
    with unfinished(output, force=force) as draft:
        draft.write_bytes(data.tobytes())


def contact_sheet(examination: Examination, *, title: str, calibration: Calibration) -> Rgb:
    """Draw the sheet, (height, width, 3)."""
    sample, evidence = examination.sample, examination.evidence
    odds = [log_odds(maps, frames, calibration) for maps, frames in zip(evidence.maps, evidence.by_frame, strict=True)]
    full = max(FULL_COLOUR, *(float(np.percentile(np.abs(one), 90)) for one in odds))
    scores = {frame.t_ms: frame for frame in examination.score.frames}
    rows = [
        [_cell(stretch, index, of_stretch[:, index], scores[time], full) for index, time in enumerate(stretch.times_ms)]
        for stretch, of_stretch in zip(sample.stretches, odds, strict=True)
    ]
    return _sheet(rows, [title, _summary(examination, full)])


def log_odds(maps: Floats, frame_logits: Floats, calibration: Calibration) -> Floats:
    """Return class activation maps of the main head, so that the mean of each is its frame's calibrated log-odds.

    Args:
        maps: (places, frames, 2, h, w), logits without the head's bias.
        frame_logits: (frames, 2), the mean over places.
        calibration: Of the main head.

    Returns:
        (places, frames, h, w).
    """
    main = maps[:, :, 0]
    bias = frame_logits[:, 0] - main.mean((0, 2, 3))  # (frames,): one number, by how a frame's logit is made
    return (calibration.slope * (main + bias[None, :, None, None]) + calibration.intercept).astype(np.float32)


def overlaid(rgb: Rgb, maps: Floats, places: tuple[float, ...], *, full: float) -> Rgb:
    """Lay the maps of all places (places, h, w) over the frame (height, width, 3) that they are of."""
    height, width = rgb.shape[:2]
    total = np.zeros((height, width), np.float32)
    share = np.zeros((height, width), np.float32)
    for one, place in zip(maps, places, strict=True):
        room_y, room_x = height - SIDE, width - SIDE
        y, x = (round(room_y * place), room_x // 2) if height > width else (room_y // 2, round(room_x * place))
        total[y : y + SIDE, x : x + SIDE] += _FADE * cv2.resize(one, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        share[y : y + SIDE, x : x + SIDE] += _FADE
    strength = np.clip(total / np.maximum(share, _FADE.min()) / full, -1, 1)[:, :, None]
    ink = np.where(strength > 0, np.array(SYNTHETIC, np.float32), np.array(REAL, np.float32))
    alpha = OPACITY * np.abs(strength)
    return np.clip(np.rint(rgb * (1 - alpha) + ink * alpha), 0, 255).astype(np.uint8)


def _cell(stretch: Stretch, index: int, maps: Floats, score: FrameScore, full: float) -> Rgb:
    picture = overlaid(stretch.frames[index], maps, stretch.places, full=full)
    height, width = picture.shape[:2]
    scale = CELL / max(height, width)
    small = cv2.resize(picture, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    cell = np.full((small.shape[0] + CAPTION, small.shape[1], 3), PAPER, np.uint8)
    cell[: small.shape[0]] = small
    bar = round(score.score * (small.shape[1] - 2))
    cv2.rectangle(cell, (0, small.shape[0] + 1), (bar, small.shape[0] + 4), SYNTHETIC, -1)
    _write(cell, f"{score.t_ms / 1000:.2f} s  {score.score:.2f}", (2, small.shape[0] + 18), 0.4)
    return cell


def _sheet(rows: list[list[Rgb]], header: list[str]) -> Rgb:
    high, wide = rows[0][0].shape[:2]
    columns = max(len(row) for row in rows)
    width = MARGIN + max(columns * (wide + MARGIN), 720)
    sheet = np.full((HEADER + len(rows) * (high + MARGIN), width, 3), PAPER, np.uint8)
    for number, line in enumerate(header):
        _write(sheet, line, (MARGIN, 24 + 24 * number), 0.5)
    for y, row in enumerate(rows):
        for x, cell in enumerate(row):
            top, left = HEADER + y * (high + MARGIN), MARGIN + x * (wide + MARGIN)
            sheet[top : top + high, left : left + wide] = cell
    return sheet


def _summary(examination: Examination, full: float) -> str:
    score = examination.score
    point = score.operating_point
    return (
        f"{score.verdict}: score {score.score:.2f}, threshold {point.threshold:.2f} at FPR {point.fpr:g}; "
        f"{MAIN} by {score.model.name} {score.model.version}. Red: synthetic, blue: real; full: {full:.1f} log-odds"
    )


def _write(picture: Rgb, text: str, at: tuple[int, int], size: float) -> None:
    """Write ASCII: OpenCV's own letters know nothing else."""
    plain = text.encode("ascii", "replace").decode()
    printable = "".join(char if char.isprintable() else "?" for char in plain)
    cv2.putText(picture, printable[:160], at, _FONT, size, INK, 1, cv2.LINE_AA)
