"""What the detector says of a file: as a JSON object for programs, and as a few lines for people."""

from typing import TYPE_CHECKING, Any

from .escape import escape

if TYPE_CHECKING:
    from ..detector import Score
    from ..detector.score import SegmentScore

SENTENCES = {
    "likely_real": "reads as real; only an origin proves that it is",
    "inconclusive": "cannot be told",
    "likely_synthetic": "reads as made by a model",
}
"""A sentence for every verdict; none of them is called a proof."""
_INDENT = 14
_BARS = "▁▂▃▄▅▆▇█"


def detect_answer(score: "Score", *, file: str) -> dict[str, Any]:
    """Return `sealreel.detect/1` of one file."""
    point = score.operating_point
    return {
        "schema": "sealreel.detect/1",
        "file": file,
        "verdict": score.verdict,
        "score": score.score,
        "operating_point": {"fpr": point.fpr, "threshold": point.threshold, "ci95": list(point.ci95)},
        "heads": dict(score.heads),
        "segments": [{"start_ms": one.start_ms, "end_ms": one.end_ms, "score": one.score} for one in score.segments],
        "frames": [{"t_ms": one.t_ms, "score": one.score} for one in score.frames],
        "reasons": [{"code": one.code, "text": one.text, "weight": one.weight} for one in score.reasons],
        "warnings": list(score.warnings),
        "model": {"name": score.model.name, "version": score.model.version, "sha256": score.model.sha256},
        "timings_ms": dict(score.timings_ms),
    }


def detect_report(score: "Score", *, file: str) -> str:
    """Return the report of one file, several lines without a final newline."""
    from ..detector.caveats import TEXTS

    point = score.operating_point
    low, high = point.ci95
    lines = [
        f"{escape(file)}: {score.verdict}",
        _line("", SENTENCES[score.verdict]),
        _line("score", f"{score.score:.3f} (0 real, 1 synthetic)"),
        _line(
            "threshold", f"{point.threshold:.3f}, where {point.fpr:g} of real clips are above ({low:.3g}–{high:.3g})"
        ),
        *(
            _line(name.split("_", maxsplit=1)[0], f"{one:.3f}, advisory")
            for name, one in score.heads.items()
            if name != "full_synthetic"
        ),
    ]
    lines += [_line("" if number else "timeline", _stretch(score, one)) for number, one in enumerate(score.segments)]
    lines += [
        _line("" if number else "because", f"{one.text}{_share(one.weight)} [{one.code}]")
        for number, one in enumerate(score.reasons)
    ]
    lines += [_line("" if number else "but", f"{TEXTS[one]} [{one}]") for number, one in enumerate(score.warnings)]
    lines.append(_line("model", f"{escape(score.model.name)} {escape(score.model.version)}, {score.model.sha256[:12]}"))
    return "\n".join(lines)


def detection_line(detection: dict[str, Any]) -> str:
    """Return the detector's answer in one line, for the report of `verify`."""
    point = detection["operating_point"]
    threshold = f"threshold {point['threshold']:.3f} at FPR {point['fpr']:g}"
    return f"{detection['verdict']}, score {detection['score']:.3f} ({threshold})"


def _stretch(score: "Score", one: "SegmentScore") -> str:
    """Return a stretch with its score, and a bar for each of its frames."""
    scores = [frame.score for frame in score.frames if one.start_ms <= frame.t_ms < max(one.end_ms, one.start_ms + 1)]
    bars = "".join(_BARS[min(len(_BARS) - 1, int(each * len(_BARS)))] for each in scores)
    return f"{one.start_ms / 1000:.1f}–{one.end_ms / 1000:.1f} s: {one.score:.3f}  {bars}"


def _share(weight: float) -> str:
    return f" ({abs(weight):.0%} of the evidence)" if weight else ""


def _line(label: str, text: str) -> str:
    return f"  {label:<{_INDENT - 2}}{text}"
