"""A few clips to look at: what the network saw of those it was surest of, and of those it got wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ...detector.calibration import Calibration, HeadCalibration
from ...detector.canon import FRAMES
from ...detector.heatmap import FULL_COLOUR, log_odds, overlaid
from ...detector.runtime import Device, open_runtime
from ...detector.training.dataset import read_clip_frames
from .baselines.features import looks_at
from .divisions import Division
from .judged import Judged
from .judging import Ours

SHOWN = (0, FRAMES // 2 - 1, FRAMES - 1)
"""Frames of the first window."""


@dataclass(frozen=True, slots=True)
class Example:
    """One clip, drawn."""

    caption: str
    jpeg: bytes
    """Three frames, as they are and with what the network saw."""


def choose(ours: Ours, folds: Sequence[Judged]) -> list[dict[str, Any]]:
    """Return which clips are worth looking at, as JSON types: by the extremes of their log-odds."""
    known = [
        (float(logit), row, division)
        for division, judged in zip(ours.divisions, folds, strict=True)
        for row, logit in zip(division.test, judged.logits, strict=True)
    ]
    synthetic = sorted((one for one in known if one[1].label == "ai"), key=lambda one: one[0])
    real = sorted((one for one in known if one[1].label == "real"), key=lambda one: one[0])
    wanted = (
        ("the surest catch", synthetic[-1]),
        ("a middling one", synthetic[len(synthetic) // 2]),
        ("the worst miss", synthetic[0]),
        ("the worst false alarm", real[-1]),
    )
    return [
        {
            "why": why,
            "clip": row.path.name,
            "source": row.source,
            "fold": division.number,
            "log_odds": logit,
            "calibration": _line(ours.calibration_of(division)),
        }
        for why, (logit, row, division) in wanted
    ]


def _line(head: HeadCalibration | None) -> list[float]:
    return [1.0, 0.0] if head is None else [head.calibration.slope, head.calibration.intercept]


def pictures(
    chosen: Sequence[Mapping[str, Any]], divisions: Sequence[Division], data: Path, *, device: Device
) -> tuple[Example, ...]:
    """Draw the chosen clips; those of folds that are not at hand are left out."""
    weights = {division.number: division.weights for division in divisions}
    return tuple(_drawn(one, weights[one["fold"]], data, device) for one in chosen if one["fold"] in weights)


def _drawn(one: Mapping[str, Any], weights: Path, data: Path, device: Device) -> Example:
    window = looks_at(read_clip_frames(data / one["clip"]))[:1]
    reading = open_runtime(weights, device=device).read(window)
    odds = log_odds(reading.maps, reading.frame_logits[0], Calibration(*one["calibration"]))  # (1, 8, 7, 7)
    strip = [
        np.concatenate([window[0, place], overlaid(window[0, place], odds[:, place], (0.5,), full=FULL_COLOUR)])
        for place in SHOWN
    ]
    picture = np.ascontiguousarray(np.concatenate(strip, axis=1)[..., ::-1])
    _, jpeg = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    score = 1.0 / (1.0 + np.exp(-float(one["log_odds"])))
    return Example(f"{one['why']}: {one['source']}, score {score:.3f}", jpeg.tobytes())
