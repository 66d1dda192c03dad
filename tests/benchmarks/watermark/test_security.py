"""Attacks on the real mark, small: how they end, and how the ending is worded."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from sealreel.benchmarks.watermark import adversaries, campaign, copying, impostures
from sealreel.benchmarks.watermark.footage import Footage
from sealreel.benchmarks.watermark.outcomes import SecurityRow, judge_removal, removal_outcome
from sealreel.benchmarks.watermark.specimen import Specimen, psnr_db, specimen_of
from sealreel.provenance import Payload
from sealreel.provenance.watermark import WatermarkKey


def scene(*, seed: int, frames: int, size: int = 256) -> Footage:
    """Soft coloured blobs with grain that slide three pixels a picture."""
    rng = np.random.default_rng(seed)
    blobs = rng.integers(40, 215, (16, 32, 3), dtype=np.uint8)
    wide = np.asarray(cv2.resize(blobs, (size + 3 * frames, size), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    wide = np.asarray(cv2.add(wide, rng.integers(0, 25, wide.shape, dtype=np.uint8)), dtype=np.uint8)
    pictures = tuple(np.ascontiguousarray(wide[:, 3 * i : 3 * i + size]) for i in range(frames))
    return Footage(pictures, Fraction(24))


@pytest.fixture(scope="module")
def specimen() -> Specimen:
    key = WatermarkKey(key_id=1, secret=bytes(range(32)))
    return specimen_of(scene(seed=7, frames=12, size=384), "scene", Payload(record_id=0xC0FFEE, version=1), key)


def test_an_untouched_mark_survives(specimen: Specimen) -> None:
    row = judge_removal(specimen, specimen.marked, attack="none", strength="", had="the clip")

    assert (row.outcome, row.status, row.published_status) == ("survives", "decoded", "decoded")


def test_pictures_without_the_mark_count_as_removed(specimen: Specimen) -> None:
    row = judge_removal(specimen, specimen.unmarked, attack="original", strength="", had="the original", judged=True)

    assert (row.outcome, row.is_loss) == ("removed within 38 dB", True)


def test_a_removal_below_the_budget_is_no_clean_one() -> None:
    assert removal_outcome(read=False, psnr_original=37.9) == "removed below 38 dB"


def test_folding_does_not_remove_the_real_mark(specimen: Specimen) -> None:
    found = [adversaries.Passage(range(len(specimen.marked)), adversaries.folded(specimen.marked))]
    change = adversaries.changes(found, adversaries.expected_amplitudes(specimen.marked))

    row = judge_removal(
        specimen, adversaries.added(specimen.marked, change, times=-1.5), attack="", strength="", had=""
    )

    assert row.outcome == "survives"


def test_the_budget_is_spent_to_the_last_tenth(specimen: Specimen) -> None:
    found = [adversaries.Passage(range(len(specimen.marked)), adversaries.averaged(specimen.marked))]
    change = list(adversaries.changes(found, adversaries.expected_amplitudes(specimen.marked)))

    planes = adversaries.added(specimen.marked, change, times=-campaign.times_to_budget(specimen, change))

    assert psnr_db(specimen.unmarked, planes) == pytest.approx(38.05, abs=0.1)


def test_random_keys_read_nothing(specimen: Specimen) -> None:
    assert impostures.search_with_other_keys(specimen, keys=3).outcome == "not read"


def test_another_key_on_top_leaves_ours_readable(specimen: Specimen) -> None:
    (pretence,) = [one for one in impostures.pretences(lambda _: []) if one.attack == "another key on top"]

    assert impostures.judge_pretence(specimen, pretence).outcome == "survives"


def test_a_copied_mark_is_read_and_caught_by_the_record(tmp_path: Path) -> None:
    owner, victim = scene(seed=7, frames=24), scene(seed=99, frames=24)

    row = copying.copy_mark(owner, victim, tmp_path, names=("owner", "victim"), times=1.5)

    assert (row.outcome, row.status) == ("caught", "decoded, content_mismatch")


def test_an_estimated_mark_is_not_worth_copying(tmp_path: Path) -> None:
    owner, victim = scene(seed=7, frames=24), scene(seed=99, frames=24)

    row = copying.copy_mark(owner, victim, tmp_path, names=("owner", "victim"), residual="estimated")

    assert row.outcome != "forged"


def test_a_row_comes_back_from_json() -> None:
    row = SecurityRow(
        attack="a", clip="c", strength="s", had="h", frames=3, outcome="survives", status="decoded", z=20.0
    )

    assert SecurityRow.from_json(row.as_json()) == row
