"""The arithmetic of the proof against simulated searches: words, looks, adaptive choices, known names.

Each test draws fresh signs 20,000 times for content that is fixed, and lets a search run. The share of searches that
accept may exceed its mean by sqrt(ln(10^9) / (2 · 20,000)) = 0.0228 in at most one run in 10^9 (Hoeffding), and its
mean is what the proof bounds.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.provenance.watermark.decode import Trials

Array = NDArray[np.float64]

DRAWS, CHIPS, WORDS, LOOKS, LEVEL = 20_000, 40, 16, 6, 0.3
SLACK = math.sqrt(math.log(1e9) / (2 * DRAWS))

CONTENTS: dict[str, Callable[[np.random.Generator], Array]] = {
    "even": lambda _: np.ones((LOOKS, CHIPS)),
    "heavy tails": lambda rng: rng.standard_cauchy((LOOKS, CHIPS)),
    "one chip": lambda _: np.tile(np.eye(1, CHIPS), (LOOKS, 1)),
    "looks that are nearly the same": lambda rng: (
        rng.standard_normal(CHIPS) + 0.05 * rng.standard_normal((LOOKS, CHIPS))
    ),
}


@pytest.fixture(params=CONTENTS)
def readings(request: pytest.FixtureRequest) -> Array:
    """z of every word in every look, (draws, looks, words), over fresh signs."""
    rng = np.random.default_rng(6)
    soft = CONTENTS[request.param](rng)
    words = rng.choice((-1.0, 1.0), (WORDS, CHIPS))
    signs = rng.choice((-1.0, 1.0), (DRAWS, CHIPS)).astype(np.float32)
    scaled = (soft / np.linalg.norm(soft, axis=1, keepdims=True))[:, None, :] * words  # (looks, words, chips)
    found = signs @ scaled.reshape(-1, CHIPS).T.astype(np.float32)
    return found.reshape(DRAWS, LOOKS, WORDS).astype(np.float64)


def p_of(z: Array, *, words: int, price: float | Array) -> Array:
    """The formula of the proof."""
    return np.where(z > 0, words * np.exp(price - z * z / 2.0), 1.0)


def test_one_word_in_one_look(readings: Array) -> None:
    for level in (1.0, 2.0, 3.0):
        assert np.mean(readings[:, 0, 0] >= level) <= math.exp(-level * level / 2) + SLACK


def test_the_best_of_all_words(readings: Array) -> None:
    best = readings[:, 0].max(axis=1)

    assert np.mean(p_of(best, words=WORDS, price=0.0) <= LEVEL) <= LEVEL + SLACK


def test_the_best_of_all_words_and_their_negatives(readings: Array) -> None:
    best = np.abs(readings[:, 0]).max(axis=1)

    assert np.mean(p_of(best, words=2 * WORDS, price=0.0) <= LEVEL) <= LEVEL + SLACK


def test_the_best_of_all_looks(readings: Array) -> None:
    trials, accepted = Trials(), np.zeros(DRAWS, dtype=np.bool_)
    for look in range(LOOKS):
        accepted |= p_of(readings[:, look].max(axis=1), words=WORDS, price=trials.spend(1)[0]) <= LEVEL

    assert np.mean(accepted) <= LEVEL + SLACK


def test_looks_that_are_taken_together(readings: Array) -> None:
    trials, accepted = Trials(), np.zeros(DRAWS, dtype=np.bool_)
    for batch in (slice(0, 1), slice(1, LOOKS)):
        prices = trials.spend(len(range(LOOKS)[batch]))  # (looks,)
        accepted |= (p_of(readings[:, batch].max(axis=2), words=WORDS, price=prices) <= LEVEL).any(axis=1)

    assert np.mean(accepted) <= LEVEL + SLACK


def test_a_search_that_goes_on_as_long_as_it_is_near(readings: Array) -> None:
    """Stopping by what was seen costs nothing: the search gives up where a look is hopeless."""
    trials, accepted = Trials(), np.zeros(DRAWS, dtype=np.bool_)
    going = np.ones(DRAWS, dtype=np.bool_)
    for look in range(LOOKS):
        best = readings[:, look].max(axis=1)
        accepted |= going & (p_of(best, words=WORDS, price=trials.spend(1)[0]) <= LEVEL)
        going &= ~accepted & (best > 1.5)

    assert np.mean(accepted) <= LEVEL + SLACK


def test_names_that_are_asked_for_pay_for_each_other(readings: Array) -> None:
    named = readings[:, 0, :3].max(axis=1)

    assert np.mean(p_of(named, words=3, price=Trials().spend(1)[0]) <= LEVEL) <= LEVEL + SLACK


def test_not_paying_for_looks_would_break_the_bound() -> None:
    """The test has teeth: sixteen words and six different looks at the price of one word exceed the level."""
    rng = np.random.default_rng(6)
    best = rng.choice((-1.0, 1.0), (4000, LOOKS * WORDS, CHIPS)).sum(axis=2).max(axis=1) / math.sqrt(CHIPS)

    assert np.mean(p_of(best, words=1, price=0.0) <= LEVEL) > 0.9
