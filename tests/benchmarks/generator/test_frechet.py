"""The distance is that of the formula: zero of itself, and known for normal distributions that are known."""

import numpy as np
import pytest

from sealreel.benchmarks.generator.frechet import frechet


def test_a_set_is_no_distance_from_itself() -> None:
    features = np.random.default_rng(0).normal(size=(200, 8))

    assert frechet(features, features) == pytest.approx(0.0, abs=1e-6)


def test_a_shift_costs_its_square() -> None:
    features = np.random.default_rng(0).normal(size=(200, 8))

    assert frechet(features, features + 2.0) == pytest.approx(8 * 4.0, rel=1e-6)


def test_another_scale_costs_the_difference_of_the_deviations() -> None:
    features = np.random.default_rng(0).normal(size=(500, 4))
    variance = np.trace(np.cov(features, rowvar=False))
    centred = features - features.mean(axis=0)

    assert frechet(centred, 3 * centred) == pytest.approx((3 - 1) ** 2 * variance, rel=1e-6)


def test_one_clip_has_no_covariance() -> None:
    with pytest.raises(ValueError, match="two clips"):
        frechet(np.zeros((1, 4)), np.zeros((5, 4)))
