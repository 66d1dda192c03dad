"""The contact sheet shows what was seen, and is written whole or not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from sealreel.detector import Detector, Examination, load_detector, write_contact_sheet
from sealreel.detector.calibration import Calibration
from sealreel.detector.heatmap import REAL, SYNTHETIC, log_odds, overlaid
from sealreel.errors import OutputExists, OutputUnwritable

Make = Callable[..., Any]
GREY = np.full((256, 400, 3), 128, np.uint8)


@pytest.fixture(scope="module")
def detector(weights: Path) -> Detector:
    return load_detector(model=weights, device="cpu")


@pytest.fixture(scope="module")
def examination(detector: Detector, tmp_path_factory: pytest.TempPathFactory, moving: Make, write: Make) -> Examination:
    return detector.examine(write(tmp_path_factory.mktemp("clip") / "clip.mp4", moving(60)))


def test_the_sheet_has_a_row_a_stretch(detector: Detector, examination: Examination, tmp_path: Path) -> None:
    calibration = detector.heads["full_synthetic"].calibration

    write_contact_sheet(examination, tmp_path / "sheet.png", title="clip “1”\x1b[31m", calibration=calibration)

    sheet = cv2.imread(str(tmp_path / "sheet.png"))
    assert sheet is not None
    assert sheet.shape[1] > 8 * 200
    assert sheet.shape[0] > len(examination.sample.stretches) * 100


def test_a_sheet_that_exists_is_kept(detector: Detector, examination: Examination, tmp_path: Path) -> None:
    (tmp_path / "sheet.png").write_text("mine")
    calibration = detector.heads["full_synthetic"].calibration

    with pytest.raises(OutputExists):
        write_contact_sheet(examination, tmp_path / "sheet.png", title="clip", calibration=calibration)

    assert (tmp_path / "sheet.png").read_text() == "mine"


def test_a_folder_that_is_missing_is_said_to_be(detector: Detector, examination: Examination, tmp_path: Path) -> None:
    calibration = detector.heads["full_synthetic"].calibration

    with pytest.raises(OutputUnwritable, match="no such directory"):
        write_contact_sheet(examination, tmp_path / "none" / "sheet.png", title="clip", calibration=calibration)


def test_the_mean_of_a_map_is_the_frames_own_log_odds() -> None:
    rng = np.random.default_rng(0)
    maps = rng.normal(size=(1, 8, 2, 7, 7)).astype(np.float32)
    frame_logits = maps.mean((0, 3, 4)) + np.float32(0.7)

    odds = log_odds(maps, frame_logits, Calibration(2.0, -1.0))

    np.testing.assert_allclose(odds.mean((0, 2, 3)), 2.0 * frame_logits[:, 0] - 1.0, atol=1e-5)


@pytest.mark.parametrize(("sign", "ink"), [(1, SYNTHETIC), (-1, REAL)])
def test_colour_says_what_a_place_speaks_for(sign: int, ink: tuple[int, int, int]) -> None:
    shown = overlaid(GREY, np.full((1, 7, 7), 9.0 * sign, np.float32), (0.5,), full=4.0)

    assert np.abs(shown[128, 200].astype(int) - ink).sum() < np.abs(GREY[128, 200].astype(int) - ink).sum()


def test_what_was_not_looked_at_has_no_colour() -> None:
    shown = overlaid(GREY, np.full((1, 7, 7), 9.0, np.float32), (0.5,), full=4.0)

    np.testing.assert_array_equal(shown[:, :80], GREY[:, :80])


def test_a_place_shows_where_it_lies() -> None:
    maps = np.zeros((1, 7, 7), np.float32)
    maps[0, 0, 6] = 9.0

    shown = overlaid(GREY, maps, (1.0,), full=4.0)

    changed = np.argwhere((shown != GREY).any(-1))
    assert changed[:, 0].mean() < 90
    assert changed[:, 1].mean() > 300
