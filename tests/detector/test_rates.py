"""Counted rates: intervals that cover, clips that are alike, and how many clips a promise needs."""

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from sealreel.detector.rates import binomial_interval, carries, clips_needed, clustered_interval, effective_clips


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Clopper and Pearson's own kind of cases, as every textbook prints them: 1 - 0.025^(1/n) for none of n.
    [(0, 10, 0.0, 0.3085), (1, 10, 0.0025, 0.4450), (5, 10, 0.1871, 0.8129), (10, 10, 0.6915, 1.0)],
)
def test_the_interval_is_clopper_and_pearsons(hits: int, n: int, low: float, high: float) -> None:
    assert binomial_interval(hits, n) == pytest.approx((low, high), abs=5e-5)


@given(n=st.integers(1, 60), rate=st.floats(0.001, 0.999))
def test_the_interval_covers_any_rate_at_least_as_often_as_it_says(n: int, rate: float) -> None:
    chances = [math.comb(n, hits) * rate**hits * (1 - rate) ** (n - hits) for hits in range(n + 1)]

    covered = sum(
        chance
        for hits, chance in enumerate(chances)
        if binomial_interval(hits, n)[0] <= rate <= binomial_interval(hits, n)[1]
    )

    assert covered >= 0.95 - 1e-9


@given(hits=st.integers(0, 400), more=st.integers(1, 400))
def test_more_hits_never_lower_the_interval(hits: int, more: int) -> None:
    few, many = binomial_interval(hits, 800), binomial_interval(hits + more, 800)

    assert few[0] <= many[0]
    assert few[1] <= many[1]


def test_an_interval_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="0 of 0"):
        binomial_interval(0, 0)


def test_three_strengths_need_more_and_more_clips() -> None:
    needed = clips_needed(0.001)

    assert (needed.threshold, needed.promise) == (999, 2995)  # the rule of three says 3000
    assert needed.half == pytest.approx(15_352, abs=1)
    assert not carries(2994, 0.001)
    assert carries(2995, 0.001)


@given(fpr=st.floats(1e-5, 0.5))
def test_a_promise_is_broken_by_chance_once_in_twenty(fpr: float) -> None:
    needed = clips_needed(fpr).promise

    assert (1 - fpr) ** needed <= 0.05 + 1e-12
    assert (1 - fpr) ** (needed - 1) > 0.05 - 1e-12


@pytest.mark.parametrize("fpr", [0.0, 1.0, -1.0, math.nan])
def test_a_rate_outside_of_0_and_1_is_refused(fpr: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        clips_needed(fpr)


def test_independent_clips_count_fully_but_for_the_few_sources() -> None:
    hit = np.tile([True] + [False] * 9, 100)  # each source exactly its share

    assert effective_clips(hit, [f"source {index // 10}" for index in range(1000)]) == pytest.approx(979, abs=5)


def test_hits_that_all_come_from_one_source_count_as_few() -> None:
    hit = np.zeros(1000, dtype=bool)
    hit[:50] = True
    sources = [f"source {index // 50}" for index in range(1000)]

    assert effective_clips(hit, sources) == 20  # one of twenty sources is bad: that is all we know
    assert clustered_interval(hit, sources)[1] > 3 * clustered_interval(hit)[1]


def test_copies_of_a_clip_narrow_nothing() -> None:
    rng = np.random.default_rng(5)
    once = rng.random(200) < 0.1

    alone = clustered_interval(once)
    copied = clustered_interval(np.repeat(once, 10), [str(index // 10) for index in range(2000)])

    assert copied == pytest.approx(alone, abs=0.004)
    assert np.diff(copied) > np.diff(alone) * 0.95


def test_clips_without_hits_or_with_one_source_are_taken_as_they_are() -> None:
    nothing = np.zeros(50, dtype=bool)
    some = np.arange(50) < 3

    assert effective_clips(nothing, [str(index % 5) for index in range(50)]) == 50
    assert effective_clips(some, ["one"] * 50) == 50


def test_a_source_for_each_clip_is_asked_for() -> None:
    with pytest.raises(ValueError, match="got 2 for 3 clips"):
        effective_clips(np.array([True, False, False]), ["a", "b"])
