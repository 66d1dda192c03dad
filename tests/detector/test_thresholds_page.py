"""The tables of docs/detector-thresholds.md are what the code says."""

from pathlib import Path

import pytest

from sealreel.detector.rates import binomial_interval, clips_needed, precision

PAGE = (Path(__file__).parents[2] / "docs" / "detector-thresholds.md").read_text("utf-8")


@pytest.mark.parametrize("fpr", [0.05, 0.01, 0.001, 0.0001])
def test_the_numbers_of_clips_are_those_that_are_asked_for(fpr: float) -> None:
    needed = clips_needed(fpr)

    assert f"| {fpr * 100:g} % | {needed.threshold:,} | **{needed.promise:,}** | {needed.half:,} |" in PAGE


@pytest.mark.parametrize("prevalence", [0.001, 0.01, 0.05, 0.1, 0.25, 0.5])
def test_what_an_alarm_is_worth_is_bayes_rule(prevalence: float) -> None:
    points = ((0.05, 0.8), (0.01, 0.6), (0.001, 0.3))
    worth = [precision(tpr=tpr, fpr=fpr, prevalence=prevalence) for fpr, tpr in points]

    assert f"| {prevalence:.1%} |".replace("%", " %") + "".join(f" {one * 100:.1f} % |" for one in worth) in PAGE


@pytest.mark.parametrize("n", [300, 500, 1000, 3000, 10_000])
def test_the_intervals_are_clopper_and_pearsons(n: int) -> None:
    above = n // 100 - 1
    low, high = binomial_interval(above, n)

    assert f"| {n:,} | {above} | {low * 100:.2f} % to {high * 100:.2f} % |" in PAGE
