"""The detector as other programs use it: load once, score as often as wanted, from as many threads as wanted."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import ModelUnavailable, SettingsInvalid, WeightsInvalid
from ..media import Frame, Limits
from .batching import Queue
from .calibration import HeadCalibration, OperatingPoint
from .calibration_file import head_from_json, read_calibration
from .caveats import caveats_of, is_featureless
from .reasons import reasons_of
from .runtime import Device, open_runtime
from .sampling import Sample, sample, sample_frames
from .score import HEADS, MAIN, Evidence, ModelId, Score, evidence_of, frames_of, judge, segments_of
from .weights import SHIPPED, WeightsCard, read_card

Source = str | Path | Sequence[Frame]
EMBEDDED = "embedded"
"""The weights that ship with the package."""


@dataclass(frozen=True, slots=True, eq=False)
class Examination:
    """A score with everything it was made from: for pictures of what was seen."""

    score: Score
    sample: Sample
    evidence: Evidence


class Detector:
    """Weights that are loaded, and the calibration in force; safe to share between threads, and to fork with.

    The same file gives the same numbers whatever else is being scored.
    """

    def __init__(
        self, queue: Queue, card: WeightsCard, heads: Mapping[str, HeadCalibration], *, limits: Limits
    ) -> None:
        """Use `load_detector`."""
        self._queue = queue
        self._limits = limits
        self.card = card
        self.heads = heads
        """Head to the calibration in force."""
        self.model = ModelId(name=card.name, version=card.version, sha256=card.sha256)

    def score(self, source: Source, *, fpr: float | None = None) -> Score:
        """Say how likely a clip or picture is synthetic.

        Args:
            source: A media file, or decoded frames in the order of showing.
            fpr: The false positive rate to judge at, one of those that the calibration holds; None takes 0.01, or the
                one nearest to it where the calibration rests on too few clips for that.

        Raises:
            MediaError: The file cannot be looked at.
            SettingsInvalid: No operating point at this FPR; the message lists those there are.
        """
        return self.examine(source, fpr=fpr).score

    def operating_point(self, fpr: float | None = None) -> OperatingPoint:
        """Return the threshold for an FPR, with what is known of it; None as in `score`.

        Raises:
            SettingsInvalid: The calibration in force has none; the message lists those it has.
        """
        try:
            return self.heads[MAIN].point(fpr)
        except ValueError as error:
            raise SettingsInvalid(f"--fpr: {error}") from error

    def logits(self, source: Source) -> Mapping[str, float]:
        """Return a clip's logits, head to logit, uncalibrated; raises as `score`."""
        _, _, evidence, _ = self._look(source)
        return {name: float(logit) for name, logit in zip(HEADS, evidence.clip, strict=True)}

    def examine(self, source: Source, *, fpr: float | None = None) -> Examination:
        """Score a clip and keep what was seen; raises as `score`."""
        point = self.operating_point(fpr)
        seen, decoded_in, evidence, read_in = self._look(source)
        logits = [float(logit) for logit in evidence.clip]
        verdict = "inconclusive" if is_featureless(seen) else judge(self.heads, logits, fpr=point.fpr)
        main = self.heads[MAIN]
        score = Score(
            verdict=verdict,
            score=main.calibration.score(logits[0]),
            logit=logits[0],
            operating_point=point,
            heads={
                name: self.heads[name].calibration.score(logit)
                for name, logit in zip(HEADS, logits, strict=True)
                if name in self.heads
            },
            segments=segments_of(seen, evidence, main),
            frames=frames_of(seen, evidence, main),
            reasons=reasons_of(seen, evidence, self.heads, verdict, point=point),
            warnings=caveats_of(seen),
            model=self.model,
            timings_ms={"decode": decoded_in, "model": read_in},
        )
        return Examination(score=score, sample=seen, evidence=evidence)

    def _look(self, source: Source) -> tuple[Sample, int, Evidence, int]:
        start = time.perf_counter()
        is_file = isinstance(source, str | Path)
        seen = sample(Path(source), limits=self._limits) if is_file else sample_frames(source)
        windows = np.concatenate([stretch.windows() for stretch in seen.stretches])
        decoded = time.perf_counter()
        evidence = evidence_of(seen, self._queue.read(windows))
        return seen, round((decoded - start) * 1000), evidence, round((time.perf_counter() - decoded) * 1000)


def load_detector(
    *,
    device: Device = "auto",
    model: str | Path = EMBEDDED,
    calibration: Path | None = None,
    limits: Limits = Limits(),
) -> Detector:
    """Load weights, once for all threads.

    Args:
        device: `auto` takes a GPU where torch sees one; `cpu` needs onnxruntime alone.
        model: `embedded`, or a folder of weights as `sealreel train detector` writes it.
        calibration: Scores and thresholds of `sealreel calibrate detector`, made for these weights; heads that it does
            not hold keep those that the weights came with.
        limits: How much an untrusted file may ask for.

    Raises:
        ModelUnavailable: There are no such weights, or no GPU.
        WeightsInvalid: The files are not those that their card describes.
        CalibrationInvalid: The calibration was made for other weights, or is none.
        MissingExtra: onnxruntime, or torch for a GPU, is not installed.
    """
    folder = _folder(model)
    card = read_card(folder)
    heads = _heads(card, folder)
    if calibration is not None:
        heads |= read_calibration(calibration, weights_sha256=card.sha256).heads
    queue = Queue(lambda: open_runtime(folder, device=device), workers=_workers())
    return Detector(queue, card, heads, limits=limits)


def _folder(model: str | Path) -> Path:
    if model == EMBEDDED:
        return SHIPPED
    folder = Path(model)
    if not folder.is_dir():
        raise ModelUnavailable(
            f"detector {str(model)!r}: neither {EMBEDDED!r} nor a folder of weights (RUN/model of train detector)"
        )
    return folder


def _heads(card: WeightsCard, folder: Path) -> dict[str, HeadCalibration]:
    try:
        heads = {name: head_from_json(found) for name, found in card.heads.items()}
    except ValueError as error:
        raise WeightsInvalid(f"{folder}: the card's calibration cannot be read ({error}); get it again") from error
    if MAIN not in heads:
        raise WeightsInvalid(f"{folder}: the card holds no calibration of {MAIN}; these weights were never calibrated")
    return heads


def _workers() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
