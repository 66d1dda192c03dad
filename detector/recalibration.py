"""Calibrate the detector anew on a user's own clips: the weights stay as they are, scores and thresholds follow."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ..errors import MediaError, TooFewClips
from .calibration import FPRS, MISS_RATE, Floats, HeadCalibration, calibrate_head
from .calibration_file import CalibrationFile
from .crossvalidation import FOLDS, HeldOut, cross_validate, judged_by
from .rates import carries, clips_needed
from .training.dataset import Row

Read = Callable[[Path], Mapping[str, float]]
"""A clip's logits, head to logit; raises MediaError where it cannot be looked at."""
Logits = Mapping[Path, Mapping[str, float]]
MAIN, ADVISORY = ("full_synthetic",), ("face_manipulation",)
"""Heads that a calibration must hold, and those it holds where there are clips for them."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A clip that could not be scored, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class OfSource:
    """How one source stands under the new calibration: what its clips scored, and how many pass each threshold."""

    source: str
    label: str
    n: int
    mean_score: float
    above: Mapping[float, int]
    """FPR to the number of its clips above that threshold."""


@dataclass(frozen=True, slots=True)
class HeadReport:
    """One head, calibrated anew."""

    head: HeadCalibration
    held_out: HeldOut
    """How such a calibration does on clips it was not made from: the number to believe."""
    before: HeldOut | None
    """How the thresholds that the weights came with do on the same clips; None where they have none."""
    sources: tuple[OfSource, ...]
    too_fine: tuple[float, ...]
    """Rates asked for that so few real clips do not carry."""


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What `sealreel calibrate detector` found."""

    file: CalibrationFile
    reports: Mapping[str, HeadReport]
    unread: tuple[Unread, ...]
    left_alone: Mapping[str, str]
    """Heads that keep what the weights came with, and why."""


def recalibrate(
    rows: Sequence[Row],
    read: Read,
    *,
    weights_sha256: str,
    shipped: Mapping[str, HeadCalibration] | None = None,
    fprs: Sequence[float] | None = None,
    jobs: int = 1,
    on_clip: Callable[[int, int], None] | None = None,
    seed: int = 0,
) -> Recalibration:
    """Score every clip, set thresholds that so many clips carry, and judge them on clips held out.

    Args:
        rows: The labelled clips, none of them twice.
        read: How a clip's logits are had; called from `jobs` threads.
        weights_sha256: The weights behind `read`.
        shipped: What those weights came with, to compare with.
        fprs: Rates that must be carried; None takes those of `calibration.FPRS` that are.
        jobs: Clips at a time.
        on_clip: Told after each clip: how many are done, of how many.
        seed: Of the cross-validation's parts.

    Raises:
        TooFewClips: The clips carry no calibration, or not an FPR that was asked for; the message says how many would.
        ValueError: Real clips have the higher logits.
    """
    check_numbers(rows, fprs)  # before an hour of scoring, not after it
    logits, unread = _scored(rows, read, jobs, on_clip)
    readable = [row for row in rows if row.path in logits]
    check_numbers(readable, fprs, unread=len(unread))
    wanted, before = tuple(FPRS if fprs is None else fprs), shipped or {}
    reports = {name: _report(name, readable, logits, fprs=wanted, shipped=before.get(name), seed=seed) for name in MAIN}
    left_alone: dict[str, str] = {}
    for name in ADVISORY:
        try:
            check_numbers(readable, None, head=name)
            reports[name] = _report(name, readable, logits, fprs=wanted, shipped=before.get(name), seed=seed)
        except (TooFewClips, ValueError) as error:
            left_alone[name] = str(error)
    return Recalibration(
        file=CalibrationFile(
            weights_sha256=weights_sha256,
            heads={name: report.head for name, report in reports.items()},
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            clips=dict(Counter(row.label for row in readable)),
        ),
        reports=reports,
        unread=unread,
        left_alone=left_alone,
    )


def check_numbers(
    rows: Sequence[Row], fprs: Sequence[float] | None, *, head: str = "full_synthetic", unread: int = 0
) -> None:
    """Raise unless so many clips carry a calibration and each FPR asked for.

    Raises:
        TooFewClips: See `rates.clips_needed` for the numbers.
    """
    real = sum(row.label == "real" for row in rows)
    synthetic = sum(row.head == head for row in rows)
    finest = FPRS[0] if fprs is None else min(fprs)
    needed = clips_needed(finest)
    beside = f" ({unread} more could not be read)" if unread else ""
    if not carries(real, finest):
        raise TooFewClips(
            f"{real} different real clips{beside} do not carry an FPR of {finest:g}: {needed.promise} are needed to "
            f"promise it at all (were none of them above the threshold, the true rate would be below it with 95 % "
            f"confidence), about {needed.half} to know it to within a half; " + _what_they_carry(real)
        )
    fewest = max(FOLDS * 2, -(-FOLDS * (clips_needed(MISS_RATE).threshold) // (FOLDS - 1)))
    if synthetic < fewest:
        raise TooFewClips(
            f"{synthetic} different clips of {head}{beside} are too few: {fewest} are needed to say below which score "
            "a clip is likely real, and to check that on others"
        )


def _what_they_carry(real: int) -> str:
    carried = [fpr for fpr in FPRS if carries(real, fpr)]
    if carried:
        return f"they carry {', '.join(f'{fpr:g}' for fpr in carried)}"
    return f"the coarsest, {FPRS[0]:g}, needs {clips_needed(FPRS[0]).promise}"


def _scored(
    rows: Sequence[Row], read: Read, jobs: int, on_clip: Callable[[int, int], None] | None
) -> tuple[Logits, tuple[Unread, ...]]:
    """Read every clip; those that cannot be looked at are listed and stop no other."""
    logits: dict[Path, Mapping[str, float]] = {}
    unread: list[Unread] = []

    def one(row: Row) -> Mapping[str, float] | MediaError:
        try:
            return read(row.path)
        except MediaError as error:
            return error

    with ThreadPoolExecutor(max_workers=jobs) as pool:
        for done, (row, found) in enumerate(zip(rows, pool.map(one, rows), strict=True), start=1):
            if isinstance(found, MediaError):
                unread.append(Unread(row.path, str(found)))
            else:
                logits[row.path] = found
            if on_clip is not None:
                on_clip(done, len(rows))
    return logits, tuple(unread)


def _report(
    head: str,
    rows: Sequence[Row],
    logits: Logits,
    *,
    fprs: Sequence[float],
    shipped: HeadCalibration | None,
    seed: int,
) -> HeadReport:
    real_rows = [row for row in rows if row.label == "real"]
    synthetic_rows = [row for row in rows if row.head == head]
    real, synthetic = _of(real_rows, logits, head), _of(synthetic_rows, logits, head)
    real_sources = [row.source for row in real_rows]
    fitted = calibrate_head(real, synthetic, fprs=fprs, real_sources=real_sources)
    return HeadReport(
        head=fitted,
        held_out=cross_validate(
            real,
            synthetic,
            real_sources=real_sources,
            synthetic_sources=[row.source for row in synthetic_rows],
            fprs=[point.fpr for point in fitted.points],
            seed=seed,
        ),
        before=None if shipped is None else judged_by(shipped, real, synthetic, real_sources=real_sources),
        sources=_by_source(fitted, [*real_rows, *synthetic_rows], np.concatenate([real, synthetic])),
        too_fine=tuple(fpr for fpr in fprs if not carries(len(real), fpr)),
    )


def _of(rows: Sequence[Row], logits: Logits, head: str) -> Floats:
    return np.asarray([logits[row.path][head] for row in rows], dtype=np.float64)


def _by_source(head: HeadCalibration, rows: Sequence[Row], logits: Floats) -> tuple[OfSource, ...]:
    """Real sources first, by name."""
    scores = head.calibration.scores(logits)
    of: dict[tuple[str, str], list[float]] = {}
    for row, score in zip(rows, scores.tolist(), strict=True):
        of.setdefault((row.label, row.source), []).append(score)
    return tuple(
        OfSource(
            source=source,
            label=label,
            n=len(found),
            mean_score=sum(found) / len(found),
            above={point.fpr: sum(score > point.threshold for score in found) for point in head.points},
        )
        for (label, source), found in sorted(of.items(), key=lambda item: (item[0][0] != "real", item[0]))
    )
