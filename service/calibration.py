"""What `calibrate` says: the JSON answer, and the same as words with the numbers that count first."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..detector.rates import ClipsNeeded, clips_needed
from .answers import with_schema
from .escape import escape

if TYPE_CHECKING:
    from ..detector.crossvalidation import HeldOut
    from ..detector.recalibration import HeadReport, OfSource, Recalibration
    from ..detector.weights import WeightsCard

_SHOWN_SOURCES = 40


def needs_answer(fprs: Sequence[float]) -> dict[str, Any]:
    """Return `sealreel.calibrate/1` for the question of how many clips rates need."""
    return with_schema(
        "calibrate",
        {
            "file": None,
            "weights": None,
            "clips": None,
            "needs": [asdict(clips_needed(fpr)) for fpr in fprs],
            "heads": {},
            "left_alone": {},
            "unread": [],
        },
    )


def calibrate_answer(
    found: "Recalibration", *, file: Path, card: "WeightsCard", fprs: Sequence[float]
) -> dict[str, Any]:
    """Return `sealreel.calibrate/1` of a calibration that was written."""
    return needs_answer(fprs) | {
        "file": str(file),
        "weights": {"name": card.name, "version": card.version, "sha256": card.sha256},
        "clips": dict(found.file.clips),
        "heads": {name: _head(report) for name, report in found.reports.items()},
        "left_alone": dict(found.left_alone),
        "unread": [{"file": str(one.path), "reason": one.reason} for one in found.unread],
    }


def _head(report: "HeadReport") -> dict[str, Any]:
    return {
        **asdict(report.head),
        "held_out": _held_out(report.held_out),
        "before": None if report.before is None else _held_out(report.before),
        "sources": [_source(one) for one in report.sources],
        "too_fine": list(report.too_fine),
    }


def _held_out(found: "HeldOut") -> dict[str, Any]:
    real, synthetic = found.by_source
    return {**asdict(found), "by_source": {"real": real, "synthetic": synthetic}}


def _source(one: "OfSource") -> dict[str, Any]:
    above = [{"fpr": fpr, "clips": clips} for fpr, clips in one.above.items()]
    return {"source": one.source, "label": one.label, "n": one.n, "mean_score": one.mean_score, "above": above}


def needs_report(fprs: Sequence[float]) -> str:
    """Return how many clips each rate needs, in words."""
    lines = ["False positive rate   real clips to promise it   to know it to within a half"]
    lines += [f"{one.fpr:<21g} {one.promise:<26} {one.half}" for one in (clips_needed(fpr) for fpr in fprs)]
    return "\n".join(
        [*lines, "Different clips, from many cameras and places: clips of one source say less than they count."]
    )


def calibrate_report(found: "Recalibration", *, file: Path) -> str:
    """Return what was found, in words."""
    clips = ", ".join(f"{count} {label}" for label, count in sorted(found.file.clips.items(), reverse=True))
    lines = [f"{clips} clips scored, thresholds in {escape(file)}"]
    for name, report in found.reports.items():
        lines += ["", f"{name}:", *_words(report)]
    lines += [f"{name}: as the weights came, {why}" for name, why in found.left_alone.items()]
    return "\n".join(lines)


def _words(report: "HeadReport") -> Iterator[str]:
    for point in report.head.points:
        yield (
            f"  FPR {point.fpr:g}: likely_synthetic above {point.threshold:.4f}; true FPR {_between(point.ci95)} on "
            f"clips like these {point.n_real}, catches {point.tpr:.1%} ({_between(point.tpr_ci95)})"
        )
    for fpr in report.too_fine:
        yield f"  FPR {fpr:g}: no threshold, {_needed(clips_needed(fpr), report)}"
    limit = report.head.real_limit
    yield (
        f"  likely_real up to {limit.threshold:.4f}, where at most {limit.miss_rate:.0%} of synthetic clips lie; "
        "between the two: inconclusive"
    )
    yield from _compared("  held out by source:" if all(report.held_out.by_source) else "  held out:", report.held_out)
    if not all(report.held_out.by_source):
        yield "    too few sources to hold them out whole: clips of a new source may do worse than this"
    if report.before is not None:
        yield from _compared("  with the thresholds that the weights came with:", report.before)
    yield from _sources(report)


def _needed(needed: ClipsNeeded, report: "HeadReport") -> str:
    have = report.head.points[0].n_real if report.head.points else 0
    return f"{needed.promise} real clips are needed to promise it, {have} are here"


def _compared(title: str, found: "HeldOut") -> Iterator[str]:
    yield f"{title} AUROC {found.auroc:.3f}, calibration error {found.ece:.3f}"
    for point in found.points:
        passing = (
            f"{point.found:.2%} of real clips pass ({_between(point.found_ci95)}), {point.tpr:.1%} of synthetic ones"
        )
        rest = f"{point.missed:.1%} of these are likely_real, {point.undecided:.1%} of all inconclusive"
        yield f"    FPR {point.fpr:g}: {passing}; {rest}"


def _sources(report: "HeadReport") -> Iterator[str]:
    if len(report.sources) <= 2:
        return
    finest = report.head.points[-1].fpr if report.head.points else None
    yield f"  source{'':<26} clips   mean score{'' if finest is None else f'   above the threshold at {finest:g}'}"
    for one in report.sources[:_SHOWN_SOURCES]:
        above = "" if finest is None else f"        {one.above[finest]}"
        yield f"  {escape(f'{one.label} {one.source}', longest=32):<32} {one.n:<7} {one.mean_score:.3f}{above}"
    if len(report.sources) > _SHOWN_SOURCES:
        yield f"  … {len(report.sources) - _SHOWN_SOURCES} more with --json"


def _between(interval: tuple[float, float]) -> str:
    return f"{interval[0]:.2%} to {interval[1]:.2%}"
