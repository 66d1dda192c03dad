"""What the detector says of one file: a calibrated score, a verdict at a stated false positive rate, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .calibration import HeadCalibration, OperatingPoint, Verdict
from .caveats import Caveat
from .runtime import Floats, Reading
from .sampling import Sample

MAIN, ADVISORY = "full_synthetic", "face_manipulation"
"""The head that the verdict rests on, and the one that can only cast doubt on `likely_real`."""
HEADS = (MAIN, ADVISORY)
"""In the order of the network's outputs."""


@dataclass(frozen=True, slots=True)
class ModelId:
    """Which weights said it."""

    name: str
    version: str
    sha256: str
    """Of the safetensors file."""


@dataclass(frozen=True, slots=True)
class SegmentScore:
    """One stretch that was looked at."""

    start_ms: int
    end_ms: int
    score: float


@dataclass(frozen=True, slots=True)
class FrameScore:
    """One frame by itself, on the same scale; the calibration is that of whole clips."""

    t_ms: int
    score: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code for programs, a sentence for people."""

    code: str
    text: str
    weight: float
    """Share of the evidence, -1 to 1: positive speaks for synthetic, negative for real; 0 adds nothing to the score."""


@dataclass(frozen=True, slots=True)
class Score:
    """The answer of the detector for one file."""

    verdict: Verdict
    score: float
    """Calibrated probability of being wholly synthetic, 0–1, where as many clips are synthetic as real."""
    logit: float
    """The mean over all windows, unbounded, before calibration."""
    operating_point: OperatingPoint
    heads: Mapping[str, float]
    """Head to calibrated score."""
    segments: tuple[SegmentScore, ...]
    frames: tuple[FrameScore, ...]
    reasons: tuple[Reason, ...]
    warnings: tuple[Caveat, ...]
    model: ModelId
    timings_ms: Mapping[str, int]
    """`decode` and `model`, wall time."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """Logits of one file, put where they belong in time and in the picture; heads in the order of `HEADS`."""

    clip: Floats
    """(2,), the mean over all windows."""
    by_stretch: Floats
    """(stretches, 2), the mean over the places of each."""
    by_frame: tuple[Floats, ...]
    """(frames, 2) a stretch, the mean over places."""
    maps: tuple[Floats, ...]
    """(places, frames, 2, 7, 7) a stretch."""


def evidence_of(sample: Sample, reading: Reading) -> Evidence:
    """Sort the readings of all windows, in the order of stretches and then places."""
    by_stretch: list[Floats] = []
    by_frame: list[Floats] = []
    maps: list[Floats] = []
    at = 0
    for stretch in sample.stretches:
        places, count = len(stretch.places), len(stretch.times_ms)
        here = slice(at, at + places)
        by_stretch.append(reading.clip_logits[here].mean(0))
        by_frame.append(reading.frame_logits[here, :count].mean(0))  # a short stretch is played forth and back
        maps.append(reading.maps[here, :count])
        at += places
    return Evidence(
        clip=reading.clip_logits.mean(0), by_stretch=np.stack(by_stretch), by_frame=tuple(by_frame), maps=tuple(maps)
    )


def segments_of(sample: Sample, evidence: Evidence, head: HeadCalibration) -> tuple[SegmentScore, ...]:
    """Score each stretch; a still picture has none."""
    if sample.is_still:
        return ()
    scores = head.calibration.scores(evidence.by_stretch[:, 0]).tolist()
    ends = [min(stretch.end_ms, sample.duration_ms or stretch.end_ms) for stretch in sample.stretches]
    return tuple(
        SegmentScore(stretch.times_ms[0], max(end, stretch.times_ms[-1]), score)
        for stretch, end, score in zip(sample.stretches, ends, scores, strict=True)
    )


def frames_of(sample: Sample, evidence: Evidence, head: HeadCalibration) -> tuple[FrameScore, ...]:
    """Score each frame that was looked at, once, where stretches overlap."""
    logits: dict[int, list[float]] = {}
    for stretch, of_frames in zip(sample.stretches, evidence.by_frame, strict=True):
        for time, logit in zip(stretch.times_ms, of_frames[:, 0].tolist(), strict=True):
            logits.setdefault(time, []).append(logit)
    return tuple(
        FrameScore(time, head.calibration.score(sum(found) / len(found))) for time, found in sorted(logits.items())
    )


def judge(heads: Mapping[str, HeadCalibration], logits: Sequence[float], *, fpr: float) -> Verdict:
    """Return the verdict at an FPR: that of the main head, unless the advisory one casts doubt on `likely_real`.

    Raises:
        ValueError: The calibration has no operating point at this FPR.
    """
    main = heads[MAIN]
    verdict = main.verdict(main.calibration.score(logits[0]), fpr=fpr)
    return "inconclusive" if verdict == "likely_real" and face_stands_out(heads, logits[1], fpr=fpr) else verdict


def face_stands_out(heads: Mapping[str, HeadCalibration], logit: float, *, fpr: float) -> bool:
    """Whether the advisory head is above its own threshold at this FPR, or at its finest where it has none for it."""
    head = heads.get(ADVISORY)
    if head is None or not head.points:
        return False
    try:
        point = head.point(fpr)
    except ValueError:
        point = head.points[-1]
    return head.calibration.score(logit) > point.threshold
