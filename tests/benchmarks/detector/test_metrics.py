"""The audit's numbers against brute force, scikit-learn, and values worked out by hand."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from sealreel.benchmarks.detector.judged import Judged, auroc, curve, pooled
from sealreel.benchmarks.detector.metrics import of_generators, of_real_sources, realised, reliability, standing
from sealreel.benchmarks.detector.resampling import draw, floor_draws, fold_of, tpr_draws

Floats = NDArray[np.float64]
FEW = st.lists(st.integers(-3, 3), min_size=1, max_size=12)


def judged(*clips: tuple[str, str, float], fold: int = 1) -> Judged:
    """(label, source, logit) each."""
    return Judged(
        fold,
        np.array([logit for _, _, logit in clips], dtype=np.float64),
        np.array([label == "ai" for label, _, _ in clips], dtype=np.bool_),
        tuple(source for _, source, _ in clips),
    )


def chance(fold: int, *, shift: float, seed: int = 0, sources: int = 6, clips: int = 25) -> Judged:
    """Real and synthetic clips whose logits are Gaussian, `shift` apart."""
    rng = np.random.default_rng(seed + fold)
    synthetic = np.repeat([False, True], sources * clips)
    names = tuple(f"{'g' if flag else 'r'}{number // clips % sources}" for number, flag in enumerate(synthetic))
    return Judged(fold, rng.standard_normal(2 * sources * clips) + shift * synthetic, synthetic, names)


@given(FEW, FEW)
def test_auroc_is_the_share_of_pairs_in_order(real: list[int], synthetic: list[int]) -> None:
    pairs = [1.0 if s > r else 0.5 if s == r else 0.0 for r in real for s in synthetic]

    assert auroc(np.array(real, float), np.array(synthetic, float)) == pytest.approx(np.mean(pairs))


def test_auroc_agrees_with_scikit_learn() -> None:
    metrics: Any = pytest.importorskip("sklearn.metrics")
    clips = chance(1, shift=0.7)

    assert standing("x", [clips], draws=2).auroc.value == pytest.approx(
        float(metrics.roc_auc_score(clips.synthetic, clips.logits))
    )


def test_the_roc_curve_encloses_the_auroc() -> None:
    clips = chance(1, shift=0.7)
    false, true = curve(clips)

    assert np.trapezoid(true, false) == pytest.approx(auroc(clips.real_logits, clips.synthetic_logits))


@settings(max_examples=50)
@given(FEW, FEW, st.sampled_from([0.01, 0.05, 0.2, 0.5]))
def test_tpr_is_the_best_that_the_false_positive_rate_allows(real: list[int], synthetic: list[int], fpr: float) -> None:
    fold = fold_of(judged(*(("real", "r", float(x)) for x in real), *(("ai", "g", float(x)) for x in synthetic)))
    allowed = [t for t in range(-4, 5) if np.mean(np.array(real) > t) <= fpr]
    best = max(float(np.mean(np.array(synthetic) > t)) for t in allowed)

    assert tpr_draws([fold], draw([fold], draws=1), fpr=fpr)[0] == pytest.approx(best)


def test_a_drawn_tpr_is_that_of_the_drawn_clips() -> None:
    clips = chance(1, shift=1.0, clips=7)
    fold = fold_of(clips)
    drawn = draw([fold], draws=20)
    names = np.asarray(clips.sources)

    for number, value in enumerate(tpr_draws([fold], drawn, fpr=0.05)):

        def taken(kind: str, weights: Floats, number: int = number) -> Floats:
            return np.concatenate(
                [np.tile(clips.logits[names == f"{kind}{i}"], round(weights[number, i])) for i in range(6)]
            )

        real, synthetic = taken("r", drawn.reals[0]), taken("g", drawn.generators[0])
        levels: list[float] = real.tolist()
        threshold = min(level for level in levels if np.mean(real > level) <= 0.05)
        assert value == pytest.approx(np.mean(synthetic > threshold))


def test_folds_are_averaged_by_their_clips() -> None:
    good = judged(("real", "a", 0.0), ("ai", "g", 1.0), ("ai", "g", 2.0), ("ai", "g", 3.0))
    bad = judged(("real", "b", 5.0), ("ai", "h", 1.0), fold=2)

    assert standing("x", [good, bad], draws=2).auroc.value == pytest.approx((4 * 1.0 + 2 * 0.0) / 6)


def test_the_floor_is_how_far_real_sources_can_be_told_apart() -> None:
    high = [("real", "high", 10.0 + number) for number in range(15)]
    low = [("real", "low", -float(number)) for number in range(15)]
    small = [("real", "small", 5.0) for _ in range(3)]
    fold = fold_of(judged(*high, *low, *small, ("ai", "g", 20.0)))

    assert floor_draws([fold], draw([fold], draws=1))[0] == 1.0


def test_the_margin_is_what_the_auroc_has_above_the_floor() -> None:
    found = standing("x", [chance(1, shift=2.0), chance(2, shift=2.0)], draws=200)

    assert found.floor is not None
    assert found.margin is not None
    assert found.margin.value == pytest.approx(found.auroc.value - found.floor.value)
    assert found.floor_sources == 12
    assert 0.5 < found.floor.value < 0.62


def test_without_a_large_real_source_there_is_no_floor() -> None:
    found = standing("x", [chance(1, shift=1.0, clips=14)], draws=10)

    assert found.floor is None
    assert found.margin is None


def test_an_interval_of_alike_clips_is_as_wide_as_sources_differ() -> None:
    rng = np.random.default_rng(1)
    offsets = rng.standard_normal(8)
    clips = [("ai", f"g{i}", float(offsets[i] + 0.01 * j)) for i in range(4) for j in range(50)]
    clips += [("real", f"r{i}", float(offsets[4 + i] - 1 + 0.01 * j)) for i in range(4) for j in range(50)]
    found = standing("x", [judged(*clips)], draws=500).auroc

    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low > 0.2  # as independent clips, 200 against 200 would be within ±0.05


def test_the_interval_holds_the_truth_of_gaussian_logits() -> None:
    truth = 0.5 * (1 + math.erf(1.0 / 2))
    hits = 0
    for seed in range(0, 200, 10):
        found = standing("x", [chance(fold, shift=1.0, seed=seed) for fold in range(1, 4)], draws=200).auroc
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= truth <= found.high

    assert hits >= 15  # of 20 at 95 %: P(fewer) = 3e-4 by the binomial law


def test_the_worst_generator_has_twenty_clips() -> None:
    clips = [("real", "r", float(number)) for number in range(40)]
    clips += [("ai", "poor", 20.0) for _ in range(20)] + [("ai", "few", -1.0) for _ in range(19)]
    clips += [("ai", "good", 50.0) for _ in range(30)]
    found = standing("x", [judged(*clips)], draws=10)

    assert found.worst is not None
    assert (found.worst.generator, found.worst.n) == ("poor", 20)
    assert found.worst.auroc.value == pytest.approx(20.5 / 40)


def test_each_generator_is_set_against_the_real_clips_of_its_fold() -> None:
    first = judged(("real", "a", 0.0), ("ai", "g", 1.0))
    second = judged(("real", "b", 2.0), ("ai", "h", 1.0), fold=2)

    assert [(one.generator, one.auroc.value) for one in of_generators([first, second])] == [("h", 0.0), ("g", 1.0)]


def test_a_real_source_that_looks_like_the_others_is_at_one_half() -> None:
    clips = judged(*(("real", f"r{i % 2}", float(i // 2)) for i in range(20)), ("ai", "g", 0.0))

    assert {one.a for one in of_real_sources([clips])} == {0.5}


def test_calibrated_logits_have_a_small_calibration_error() -> None:
    rng = np.random.default_rng(3)
    logits = 2.0 * rng.standard_normal(4_000)
    synthetic = rng.random(4_000) < 1 / (1 + np.exp(-logits))
    clips = Judged(1, logits, synthetic, tuple("g" if flag else "r" for flag in synthetic))
    found = standing("x", [clips], draws=2)

    assert found.ece < 0.03
    assert found.brier == pytest.approx(np.mean((1 / (1 + np.exp(-logits)) - synthetic) ** 2), abs=0.01)


def test_the_diagram_says_what_is_true_of_each_score() -> None:
    clips = judged(("real", "r", -10.0), ("real", "r", 10.0), ("ai", "g", 10.0), ("ai", "g", 10.0))
    low, high = reliability(clips)

    assert (low.n, low.synthetic) == (1, 0.0)
    assert (high.n, high.synthetic) == (3, pytest.approx(2 / 3))


def test_a_fixed_threshold_is_counted_as_it_comes() -> None:
    clips = judged(("real", "a", -1.0), ("real", "b", 3.0), ("ai", "g", 3.0), ("ai", "h", 4.0), ("ai", "h", -4.0))
    found = realised([clips], [0.5], fpr=0.01)

    assert (found.false_positives, found.real_clips) == (1, 2)
    assert (found.true_positives, found.synthetic_clips) == (2, 3)
    assert found.found_fpr_ci95[0] <= 0.5 <= found.found_fpr_ci95[1]


def test_pooling_changes_no_logit() -> None:
    folds = [chance(1, shift=1.0), chance(2, shift=1.0)]

    assert np.array_equal(pooled(folds).logits, np.concatenate([one.logits for one in folds]))


def test_clips_of_one_kind_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="one kind only"):
        standing("x", [judged(("ai", "g", 1.0))])
