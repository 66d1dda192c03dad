"""Why a score is what it is, in words: the logit taken apart into what it was added up from."""

from collections.abc import Mapping

import numpy as np

from .calibration import HeadCalibration, OperatingPoint, Verdict
from .caveats import is_featureless
from .sampling import Sample
from .score import ADVISORY, MAIN, Evidence, Reason, face_stands_out

ROUNDING = 1e-3
"""Log-odds; smaller contributions are the rounding of a sum."""
_ROWS, _COLUMNS = ("upper", "middle", "lower"), ("left", "centre", "right")


def reasons_of(
    sample: Sample,
    evidence: Evidence,
    heads: Mapping[str, HeadCalibration],
    verdict: Verdict,
    *,
    point: OperatingPoint,
) -> tuple[Reason, ...]:
    """Return the reasons, the evidence first and what the verdict makes of it after.

    A clip's logit is the mean over its frames, each seen by itself, plus what their sequence adds (see `network`).
    Times the calibration's slope, and with its intercept on the frames' side, the two add up to the score's log-odds.
    """
    score = heads[MAIN].calibration.score(float(evidence.clip[0]))
    reasons = [*_parts(sample, evidence, heads[MAIN])]
    if len(sample.stretches) > 1:
        reasons += _disagreement(sample, evidence, heads[MAIN], point)
    if face_stands_out(heads, float(evidence.clip[1]), fpr=point.fpr):
        face = heads[ADVISORY].calibration.score(float(evidence.clip[1]))
        reasons.append(
            Reason(
                "face.stands_out",
                f"A face may have been changed: its own score is {face:.2f}, above the threshold of that head, which "
                "is advisory and has learned from few clips.",
                0.0,
            )
        )
    reasons.append(_conclusion(sample, score, verdict, heads[MAIN], point))
    return tuple(reasons)


def _parts(sample: Sample, evidence: Evidence, head: HeadCalibration) -> list[Reason]:
    slope = head.calibration.slope
    pictures = slope * float(np.mean([one[:, 0].mean() for one in evidence.by_frame])) + head.calibration.intercept
    motion = slope * float(evidence.clip[0]) + head.calibration.intercept - pictures
    parts = [("pictures", pictures, _pictures(sample, evidence, pictures))]
    if not sample.is_still and abs(motion) > ROUNDING:  # weights whose heads never followed a clip say nothing of it
        parts.append(("sequence", motion, f"How the frames follow one another speaks for {_kind(motion)}."))
    total = sum(abs(size) for _, size, _ in parts) or 1.0
    ordered = sorted(parts, key=lambda part: -abs(part[1]))
    return [
        Reason(f"{name}.{'synthetic' if size > 0 else 'real'}", text, round(size / total, 3) + 0.0)  # + 0.0: no -0.0
        for name, size, text in ordered
    ]


def _pictures(sample: Sample, evidence: Evidence, size: float) -> str:
    """Say what the frames by themselves speak for, and where the strongest of it is."""
    place, time = _strongest(sample, evidence, 1.0 if size > 0 else -1.0)
    when = "" if sample.is_still else f" at {time / 1000:.1f} s"
    return f"The pictures by themselves speak for {_kind(size)}, most of all in the {place}{when}."


def _kind(size: float) -> str:
    return "synthetic" if size > 0 else "real"


def _strongest(sample: Sample, evidence: Evidence, sign: float) -> tuple[str, int]:
    """Return which ninth of which frame's centre speaks loudest, and when that frame is shown.

    In the middle of three places; a map has 7 × 7 cells, and a ninth is the mean of about 2 × 2 of them.
    """
    best, found = -np.inf, ("middle centre", sample.stretches[0].times_ms[0])
    for stretch, maps in zip(sample.stretches, evidence.maps, strict=True):
        middle = sign * maps[maps.shape[0] // 2, :, 0]  # (frames, height, width)
        for row, of_row in zip(_ROWS, _thirds(middle.shape[1]), strict=True):
            for column, of_column in zip(_COLUMNS, _thirds(middle.shape[2]), strict=True):
                loudness = middle[:, of_row, of_column].mean((1, 2))
                frame = int(loudness.argmax())
                if loudness[frame] > best:
                    best, found = float(loudness[frame]), (f"{row} {column}", stretch.times_ms[frame])
    return found


def _thirds(cells: int) -> tuple[slice, slice, slice]:
    low, high = max(1, round(cells / 3)), max(1, round(cells * 2 / 3))
    return slice(0, low), slice(min(low, cells - 1), max(high, low + 1)), slice(min(high, cells - 1), cells)


def _disagreement(sample: Sample, evidence: Evidence, head: HeadCalibration, point: OperatingPoint) -> list[Reason]:
    """Tell of stretches on both sides of the threshold: a clip may be synthetic in part."""
    scores = head.calibration.scores(evidence.by_stretch[:, 0])
    above = int((scores > point.threshold).sum())
    if above in (0, len(scores)):
        return []
    loudest = sample.stretches[int(scores.argmax())]
    when = f"{loudest.times_ms[0] / 1000:.1f}–{loudest.end_ms / 1000:.1f} s"
    text = (
        f"{above} of the {len(scores)} stretches looked at are above the threshold, most of all {when} "
        f"({float(scores.max()):.2f}): the clip may be synthetic in part."
    )
    return [Reason("stretches.differ", text, 0.0)]


def _conclusion(sample: Sample, score: float, verdict: Verdict, head: HeadCalibration, point: OperatingPoint) -> Reason:
    if is_featureless(sample):
        return Reason("nothing_to_see", "Every picture is one flat colour: there is nothing to judge by.", 0.0)
    low, high = point.ci95
    rate = f"{point.fpr:.3g} of real clips score above {point.threshold:.2f} (95 %: {low:.3g} to {high:.3g})"
    if verdict == "likely_synthetic":
        return Reason("threshold.above", f"The score {score:.2f} is above the threshold; {rate}.", 0.0)
    if verdict == "likely_real":
        limit = head.real_limit
        text = f"The score {score:.2f} is at most {limit.threshold:.2f}"
        return Reason("limit.below", f"{text}, as that of {limit.miss_rate:.3g} of synthetic clips: no proof.", 0.0)
    if score <= head.real_limit.threshold:
        return Reason("band.doubt", f"The score {score:.2f} is low, but another head casts doubt on it.", 0.0)
    text = f"The score {score:.2f} lies between {head.real_limit.threshold:.2f} and {point.threshold:.2f}"
    return Reason("band.between", f"{text}, where real and synthetic clips both are; {rate}.", 0.0)
