"""The detector as other programs use it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sealreel.detector import Detector, load_detector
from sealreel.detector.calibration import Calibration, HeadCalibration, OperatingPoint, RealLimit
from sealreel.detector.calibration_file import CalibrationFile, calibration_to_json
from sealreel.detector.score import judge
from sealreel.errors import CalibrationInvalid, ModelUnavailable, SettingsInvalid, WeightsInvalid
from sealreel.media import Frame

Make = Callable[..., Any]
POINT = OperatingPoint(
    fpr=0.01, threshold=0.8, ci95=(0, 0.03), tpr=0.5, tpr_ci95=(0.4, 0.6), n_real=300, n_synthetic=90
)
LIMIT = RealLimit(miss_rate=0.05, threshold=0.3, ci95=(0, 0.1), n_synthetic=90)
HEAD = HeadCalibration(calibration=Calibration(1.0, 0.0), points=(POINT,), real_limit=LIMIT, ece=0.02)
HEADS = {"full_synthetic": HEAD, "face_manipulation": HEAD}


@pytest.fixture(scope="module")
def detector(weights: Path) -> Detector:
    return load_detector(model=weights, device="cpu")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory, moving: Make, write: Make) -> Path:
    return write(tmp_path_factory.mktemp("clip") / "clip.mp4", moving(60, width=160, height=128))


def test_the_same_file_scores_the_same_whatever_is_scored_beside_it(detector: Detector, clip: Path) -> None:
    alone = detector.score(clip)

    with ThreadPoolExecutor(2) as pool:
        scores = list(pool.map(detector.score, [clip] * 2))

    assert all(replace(score, timings_ms=alone.timings_ms) == alone for score in scores)


def test_a_score_lies_between_none_and_one(detector: Detector, clip: Path) -> None:
    score = detector.score(str(clip))

    assert 0 <= score.score <= 1
    assert set(score.heads) == {"full_synthetic", "face_manipulation"}
    assert score.heads["full_synthetic"] == score.score


def test_the_logit_becomes_the_score_by_the_calibration(detector: Detector, clip: Path) -> None:
    score = detector.score(clip)

    assert score.score == detector.heads["full_synthetic"].calibration.score(score.logit)
    assert detector.logits(clip)["full_synthetic"] == score.logit


def test_the_timeline_has_every_frame_once_and_every_stretch(detector: Detector, clip: Path) -> None:
    score = detector.score(clip)

    assert [frame.t_ms for frame in score.frames] == [125 * i for i in range(20)]
    assert [(one.start_ms, one.end_ms) for one in score.segments] == [(0, 1000), (750, 1750), (1500, 2500)]


def test_decoded_frames_are_scored_too(detector: Detector, moving: Make) -> None:
    frames = [Frame(rgb=rgb, pts_seconds=index / 8) for index, rgb in enumerate(moving(8))]

    assert len(detector.score(frames).frames) == 8


def test_nothing_to_see_is_inconclusive(detector: Detector, tmp_path: Path, write: Make) -> None:
    score = detector.score(write(tmp_path / "black.mp4", [np.zeros((64, 96, 3), np.uint8)] * 48))

    assert score.verdict == "inconclusive"
    assert {"featureless", "dark", "static"} <= set(score.warnings)
    assert score.reasons[-1].code == "nothing_to_see"


def test_weights_of_evidence_add_up_to_one(detector: Detector, clip: Path) -> None:
    weights = [abs(reason.weight) for reason in detector.score(clip).reasons]

    assert sum(weights) == pytest.approx(1, abs=0.002)


def test_heads_that_never_followed_a_clip_give_no_reason(clip: Path) -> None:
    codes = [reason.code for reason in load_detector(device="cpu").score(clip).reasons]

    assert codes[0].startswith("pictures.")
    assert not any(code.startswith("sequence.") for code in codes)


def test_an_unknown_rate_is_a_usage_error_that_lists_the_known(detector: Detector, clip: Path) -> None:
    with pytest.raises(SettingsInvalid, match=r"0\.05, 0\.01"):
        detector.score(clip, fpr=0.02)


def test_a_folder_that_is_none_is_no_model() -> None:
    with pytest.raises(ModelUnavailable, match="neither 'embedded' nor a folder"):
        load_detector(model="nonsense")


def test_weights_that_were_never_calibrated_are_refused(weights: Path, tmp_path: Path) -> None:
    card = json.loads((weights / "card.json").read_text())
    (tmp_path / "card.json").write_text(json.dumps({**card, "heads": {}}))

    with pytest.raises(WeightsInvalid, match="never calibrated"):
        load_detector(model=tmp_path)


@pytest.fixture
def calibration(detector: Detector, tmp_path: Path) -> Path:
    """A user's own, which says the opposite of the weights' in one head."""
    file = CalibrationFile(detector.card.sha256, {"full_synthetic": HEAD}, "2026-11-22T00:00:00+00:00", {})
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(calibration_to_json(file)))
    return path


def test_a_users_calibration_takes_the_place_of_the_weights_own(weights: Path, calibration: Path, clip: Path) -> None:
    score = load_detector(model=weights, device="cpu", calibration=calibration).score(clip)

    assert score.operating_point == POINT
    assert score.score == pytest.approx(1 / (1 + np.exp(-score.logit)))


def test_a_calibration_for_other_weights_is_refused(weights: Path, calibration: Path) -> None:
    calibration.write_text(calibration.read_text().replace('"weights_sha256": "', '"weights_sha256": "0'))

    with pytest.raises(CalibrationInvalid, match="made for the weights"):
        load_detector(model=weights, device="cpu", calibration=calibration)


@pytest.mark.parametrize(
    ("synthetic", "face", "verdict"),
    [
        (3.0, -3.0, "likely_synthetic"),
        (3.0, 3.0, "likely_synthetic"),
        (0.0, -3.0, "inconclusive"),
        (-3.0, -3.0, "likely_real"),
        (-3.0, 3.0, "inconclusive"),
    ],
)
def test_the_face_head_can_only_cast_doubt_on_likely_real(synthetic: float, face: float, verdict: str) -> None:
    assert judge(HEADS, [synthetic, face], fpr=0.01) == verdict


def test_without_a_face_head_there_is_no_doubt() -> None:
    assert judge({"full_synthetic": HEAD}, [-3.0, 9.0], fpr=0.01) == "likely_real"
