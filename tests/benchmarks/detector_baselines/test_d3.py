"""D3-style: the volatility of steps through feature space."""

import numpy as np
import pytest

from sealreel.benchmarks.detector.baselines.d3 import volatility


def test_a_constant_clip_has_none() -> None:
    assert volatility(np.full((8, 16), 3.0, np.float32)) == 0.0


def test_even_steps_have_none() -> None:
    assert volatility(np.outer(np.arange(8), np.ones(4)).astype(np.float32)) == 0.0


def test_it_is_the_deviation_of_the_second_difference() -> None:
    lengths = np.asarray([1.0, 3.0, 2.0, 2.0])
    features = np.concatenate([[0.0], np.cumsum(lengths)])[:, None].astype(np.float32)

    assert volatility(features) == pytest.approx(np.std([2.0, -1.0, 0.0]))


def test_two_frames_are_too_few() -> None:
    with pytest.raises(ValueError, match="2 frames"):
        volatility(np.zeros((2, 4), np.float32))
