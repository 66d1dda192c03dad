"""Scores that mean what they say, and thresholds that keep the rate they promise."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from sealreel.detector.calibration import (
    Calibration,
    at_prevalence,
    calibrate_head,
    expected_calibration_error,
    fit_calibration,
    operating_point,
    real_limit,
)
from sealreel.detector.rates import binomial_interval

RNG = np.random.default_rng(11)
REAL = RNG.normal(-1.0, 1.0, 400)
SYNTHETIC = RNG.normal(2.0, 1.0, 300)


@given(
    slope=st.floats(1e-3, 1e3),
    intercept=st.floats(-50, 50),
    logits=st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=20),
)
def test_a_higher_logit_never_scores_lower(slope: float, intercept: float, logits: list[float]) -> None:
    scores = Calibration(slope, intercept).scores(sorted(logits))

    assert (np.diff(scores) >= 0).all()
    assert ((scores >= 0) & (scores <= 1)).all()


def test_a_slope_that_turns_the_order_around_is_refused() -> None:
    with pytest.raises(ValueError, match="slope must be positive"):
        Calibration(-1.0, 0.0)


def test_the_fit_finds_the_odds_that_two_gaussians_have() -> None:
    # Two gaussians of one deviation have log odds linear in x: slope (2 - -1) / 1², 0 half way between the means.
    rng = np.random.default_rng(3)

    fitted = fit_calibration(rng.normal(-1, 1, 40_000), rng.normal(2, 1, 40_000))

    assert fitted.slope == pytest.approx(3.0, rel=0.03)
    assert -fitted.intercept / fitted.slope == pytest.approx(0.5, abs=0.02)


def test_the_number_of_clips_of_a_class_does_not_move_the_score() -> None:
    even = fit_calibration(REAL, SYNTHETIC)

    uneven = fit_calibration(np.tile(REAL, 20), SYNTHETIC)

    assert uneven.slope == pytest.approx(even.slope, rel=0.05)
    assert uneven.score(0.5) == pytest.approx(even.score(0.5), abs=0.01)


def test_classes_that_do_not_overlap_still_give_a_finite_slope() -> None:
    fitted = fit_calibration([-5.0] * 50, [5.0] * 50)

    assert fitted.score(-5.0) == pytest.approx(1 / 52, rel=1e-3)  # Platt's target, not 0
    assert math.isfinite(fitted.slope)


@given(scale=st.floats(1e-3, 1e3), shift=st.floats(-1e3, 1e3))
@settings(max_examples=30)
def test_scores_do_not_depend_on_the_unit_of_logits(scale: float, shift: float) -> None:
    here = fit_calibration(REAL[:50], SYNTHETIC[:50]).scores(REAL[:50])
    there = fit_calibration(REAL[:50] * scale + shift, SYNTHETIC[:50] * scale + shift).scores(REAL[:50] * scale + shift)

    assert there == pytest.approx(here, abs=1e-5)


def test_labels_the_wrong_way_round_are_noticed() -> None:
    with pytest.raises(ValueError, match="are the labels swapped"):
        fit_calibration(SYNTHETIC, REAL)


@pytest.mark.parametrize("real", [[], [math.nan], [math.inf, 0.0]])
def test_logits_that_are_none_are_refused(real: list[float]) -> None:
    with pytest.raises(ValueError, match="finite logits of real clips"):
        fit_calibration(real, [1.0])


def test_a_threshold_is_passed_by_as_many_real_clips_as_allowed() -> None:
    scores = np.arange(299) / 299

    point = operating_point(scores, scores, fpr=0.01)

    assert (scores > point.threshold).sum() == 2  # (2 + 1) / (299 + 1) = 0.01
    assert point.ci95 == binomial_interval(2, 299)


def test_a_further_real_clip_passes_no_more_often_than_promised() -> None:
    # Its chance is (above + 1) / (n + 1) in the mean over all draws; 400 draws put the mean within 4 σ of that.
    rng = np.random.default_rng(21)
    n, draws, wanted = 120, 400, 0.05
    rates = [1 - operating_point(one, one, fpr=wanted).threshold for one in rng.random((draws, n))]  # uniform: exact

    bound = wanted + 4 * math.sqrt(wanted * (1 - wanted) / (n + 2)) / math.sqrt(draws)

    assert np.mean(rates) <= bound


def test_the_interval_of_a_threshold_covers_its_true_rate() -> None:
    # Thresholds are set on the very clips the interval counts; 1000 draws at 95 % are within 4 σ = 0.028.
    rng = np.random.default_rng(22)
    covered = 0
    for one in rng.random((1000, 80)):
        point = operating_point(one, one, fpr=0.05)
        covered += point.ci95[0] <= 1 - point.threshold <= point.ci95[1]

    assert covered / 1000 >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / 1000)


@given(seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_a_lower_rate_never_has_a_lower_threshold(seed: int) -> None:
    rng = np.random.default_rng(seed)

    points = calibrate_head(rng.normal(0, 1, 320), rng.normal(1, 1, 40)).points

    assert [point.fpr for point in points] == [0.05, 0.01]
    assert points[0].threshold <= points[1].threshold
    assert points[0].tpr >= points[1].tpr


def test_rates_that_the_clips_do_not_carry_get_no_threshold() -> None:
    head = calibrate_head(REAL[:298], SYNTHETIC)

    assert [point.fpr for point in head.points] == [0.05]
    with pytest.raises(ValueError, match=r"no threshold for an FPR of 0.01: this calibration carries 0.05"):
        head.point(0.01)


def test_where_no_rate_is_named_the_nearest_to_a_hundredth_is_taken() -> None:
    assert calibrate_head(REAL, SYNTHETIC).point().fpr == 0.01
    assert calibrate_head(REAL[:298], SYNTHETIC).point().fpr == 0.05
    with pytest.raises(ValueError, match="carries none"):
        calibrate_head(REAL[:58], SYNTHETIC).point()


def test_clips_of_one_source_widen_the_interval() -> None:
    sources = ["noisy"] * 20 + [f"source {index % 19}" for index in range(380)]
    logits = np.concatenate([np.linspace(1.8, 2.0, 20), REAL[20:] - 2])

    alone = calibrate_head(logits, SYNTHETIC).point(0.01).ci95
    clustered = calibrate_head(logits, SYNTHETIC, real_sources=sources).point(0.01).ci95

    assert clustered[1] > 2 * alone[1]


def test_at_most_one_synthetic_clip_in_twenty_is_called_likely_real() -> None:
    scores = np.arange(100) / 100

    limit = real_limit(scores)

    assert (scores <= limit.threshold).sum() == 4  # (4 + 1) / (100 + 1) < 0.05
    assert limit.ci95 == binomial_interval(4, 100)


def test_equal_scores_at_the_limit_are_not_likely_real() -> None:
    assert (np.full(40, 0.25) <= real_limit(np.full(40, 0.25)).threshold).sum() == 0


def test_nineteen_synthetic_clips_are_the_fewest_for_a_limit() -> None:
    with pytest.raises(ValueError, match="at least 19"):
        real_limit(np.arange(18) / 18)


def test_between_the_limit_and_the_threshold_nothing_is_claimed() -> None:
    head = calibrate_head(REAL, RNG.normal(0.5, 1.0, 300))
    low, high = head.real_limit.threshold, head.point(0.01).threshold

    assert low < high
    assert head.verdict(low, fpr=0.01) == "likely_real"
    assert head.verdict((low + high) / 2, fpr=0.01) == "inconclusive"
    assert head.verdict(high, fpr=0.01) == "inconclusive"
    assert head.verdict(math.nextafter(high, 1), fpr=0.01) == "likely_synthetic"


def test_where_the_classes_stand_far_apart_nothing_is_left_open() -> None:
    head = calibrate_head(REAL - 20, SYNTHETIC + 20)

    assert {head.verdict(score, fpr=0.05) for score in np.linspace(0, 1, 101)} == {"likely_real", "likely_synthetic"}


def test_scores_of_the_right_size_have_no_calibration_error() -> None:
    rng = np.random.default_rng(8)
    scores = rng.random(40_000)
    synthetic = rng.random(40_000) < scores

    assert expected_calibration_error(scores[~synthetic], scores[synthetic]) < 0.01
    assert expected_calibration_error(np.full(10, 0.9), np.full(10, 0.9)) == pytest.approx(0.4)


def test_a_score_is_worth_less_where_synthetic_clips_are_rare() -> None:
    assert at_prevalence(0.9, 0.5) == pytest.approx(0.9)
    assert at_prevalence(0.9, 0.01) == pytest.approx(0.0833, abs=1e-4)  # 0.9·0.01 / (0.9·0.01 + 0.1·0.99)
