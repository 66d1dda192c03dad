"""Small classifiers on fixed features."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.benchmarks.detector.baselines.probe import Judge, fit_logistic, fit_mlp
from sealreel.detector.training.dataset import Row

Fit = Callable[[NDArray[np.float64], list[Row]], Judge]


def row(number: int, *, synthetic: bool) -> Row:
    return Row(
        path=Path(f"{number}.mp4"),
        label="ai" if synthetic else "real",
        head="full_synthetic" if synthetic else None,
        source=f"source {number % 4}",
        group=str(number),
        use="train",
        repository="",
        licence="",
        original_codec="",
        original_width=0,
        original_height=0,
        original_fps=0.0,
    )


def rows(real: int, synthetic: int) -> list[Row]:
    return [row(number, synthetic=number >= real) for number in range(real + synthetic)]


@pytest.mark.parametrize("fit", [fit_logistic, fit_mlp])
def test_what_differs_is_learnt(fit: Fit) -> None:
    rng = np.random.default_rng(1)
    table = rng.normal(0.0, 1.0, (80, 3))
    table[40:, 1] += 6.0

    judge = fit(table, rows(40, 40))

    assert judge(np.asarray([[0.0, 0.0, 0.0], [0.0, 6.0, 0.0]])).tolist() == pytest.approx([-4.0, 4.0], abs=3.9)


@pytest.mark.parametrize("fit", [fit_logistic, fit_mlp])
def test_the_same_clips_teach_the_same(fit: Fit) -> None:
    table = np.random.default_rng(2).normal(0.0, 1.0, (40, 4))

    first, second = (fit(table, rows(20, 20))(table) for _ in range(2))

    assert np.array_equal(first, second)


def test_many_synthetic_clips_are_no_evidence() -> None:
    alike = np.random.default_rng(3).normal(0.0, 1.0, (10, 2))

    judge = fit_logistic(np.concatenate([alike] * 5), rows(10, 40))

    assert judge(alike) == pytest.approx(0.0, abs=0.05)


def test_the_perceptron_forgets_how_many_there_were() -> None:
    alike = np.random.default_rng(3).normal(0.0, 1.0, (10, 2))

    judge = fit_mlp(np.concatenate([alike] * 5), rows(10, 40))

    assert judge(alike).mean() == pytest.approx(0.0, abs=0.7)  # half of log 4, which it would be otherwise


@pytest.mark.parametrize("fit", [fit_logistic, fit_mlp])
def test_one_label_teaches_nothing(fit: Fit) -> None:
    with pytest.raises(ValueError, match="both labels"):
        fit(np.zeros((4, 2)), rows(4, 0))


def test_two_sources_are_enough() -> None:
    few = [row(0, synthetic=False), row(4, synthetic=False), row(0, synthetic=True), row(4, synthetic=True)]

    judge = fit_logistic(np.asarray([[0.0], [0.1], [1.0], [1.1]]), few)

    assert judge(np.asarray([[0.0]]))[0] < 0.0 < judge(np.asarray([[1.1]]))[0]
