"""Motion vectors of a clip that is encoded again."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.benchmarks.detector.baselines.motion import MotionStatistics, describe_motion, motion_lengths

Pan = Callable[..., NDArray[np.uint8]]


def test_a_pan_is_seen(pan: Pan) -> None:
    assert np.median(motion_lengths(pan(4))) == pytest.approx(4.0)


def test_a_still_clip_hardly_moves(pan: Pan) -> None:
    assert motion_lengths(pan(0)).mean() < 0.01


def test_thirteen_numbers_of_no_motion_are_finite() -> None:
    assert describe_motion(np.zeros((7, 14, 14))).tolist() == [0.0, 1.0, *[0.0] * 11]


def test_the_same_pictures_have_the_same_numbers(pan: Pan) -> None:
    window = pan(4, seed=3)

    assert np.array_equal(MotionStatistics()(window), MotionStatistics()(window))


def test_what_flickers_has_a_flat_rising_spectrum() -> None:
    rng = np.random.default_rng(5)
    flicker = np.where(np.arange(7) % 2, 1.0, 3.0)[:, None, None] + rng.normal(0.0, 0.01, (7, 8, 8))
    drift = np.linspace(1.0, 3.0, 7)[:, None, None] + rng.normal(0.0, 0.01, (7, 8, 8))

    assert describe_motion(flicker)[4] < 0.0 < describe_motion(drift)[4]


def test_the_first_two_numbers_are_mean_length_and_share_of_zeros() -> None:
    lengths = np.zeros((7, 8, 8))
    lengths[:, :4] = 2.0

    assert describe_motion(lengths)[:4].tolist() == [1.0, 0.5, 0.0, 0.0]
