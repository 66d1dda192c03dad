"""What happens to clips on their way: every condition changes pixels, and keeps a clip a clip."""

import numpy as np
import pytest

from sealreel.benchmarks.detector.conditions import EVERYTHING, FIRST_FRAME, GRID, STORED, Condition
from sealreel.detector.canon import windows_of

RNG = np.random.default_rng(0)
GROUND = np.kron(RNG.integers(20, 235, (30, 44, 3), dtype=np.uint8), np.ones((5, 5, 1), np.uint8))
FRAMES = np.stack([np.roll(GROUND, 4 * number, axis=1) for number in range(16)])
"""(16, 150, 220, 3)"""


@pytest.mark.parametrize("condition", GRID, ids=lambda one: one.name)
def test_a_condition_changes_what_is_seen_and_keeps_it_recognisable(condition: Condition) -> None:
    spoilt = condition.apply(FRAMES)

    assert spoilt.dtype == np.uint8
    assert spoilt.ndim == 4
    assert len(spoilt) >= 8
    before, after = (windows_of(one)[0, 0].astype(np.float64) for one in (FRAMES, spoilt))
    assert np.abs(before - after).mean() > 0.5
    if "crop" not in condition.name:  # what is cropped shows another part
        assert np.corrcoef(before.ravel(), after.ravel())[0, 1] > 0.7


@pytest.mark.parametrize("condition", GRID, ids=lambda one: one.name)
def test_the_shape_of_the_picture_stays(condition: Condition) -> None:
    height, width = condition.apply(FRAMES[:8]).shape[1:3]

    assert width / height == pytest.approx(220 / 150, rel=0.04)


def test_stored_clips_are_left_alone() -> None:
    assert np.array_equal(STORED.apply(FRAMES), FRAMES)


def test_the_first_frame_alone_does_not_move() -> None:
    still = FIRST_FRAME.apply(FRAMES)

    assert np.array_equal(still, np.repeat(FRAMES[:1], len(FRAMES), axis=0))


def test_thinning_takes_steps_of_one_and_two() -> None:
    kept = EVERYTHING["15 to 8 frames/s"].change
    assert kept is not None
    from fractions import Fraction

    from sealreel.benchmarks.watermark.footage import Footage

    numbered = tuple(np.full((16, 16, 3), number, np.uint8) for number in range(16))
    found = [int(frame[0, 0, 0]) for frame in kept(Footage(numbered, Fraction(8))).frames]

    assert found == [0, 1, 3, 5, 7, 9, 11, 13]


def test_a_worse_quality_leaves_less_detail() -> None:
    errors = [
        float(np.abs(EVERYTHING[f"x264 CRF {crf}"].apply(FRAMES[:8]).astype(float) - FRAMES[:8]).mean())
        for crf in (23, 28, 35, 40)
    ]

    assert errors == sorted(errors)


def test_a_condition_is_the_same_each_time() -> None:
    for name in ("noise, sigma 8", "screen recording", "AV1 CRF 40"):
        assert np.array_equal(EVERYTHING[name].apply(FRAMES[:8]), EVERYTHING[name].apply(FRAMES[:8]))
