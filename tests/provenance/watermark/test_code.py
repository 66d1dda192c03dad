"""The convolutional code."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from sealreel.provenance.watermark import code

bits64 = st.lists(st.integers(0, 1), min_size=64, max_size=64)


@given(bits=bits64)
@settings(max_examples=30, deadline=None)
def test_every_payload_survives_the_code(bits: list[int]) -> None:
    assert code.decode(code.encode(bits)[None])[0].tolist() == bits


@given(bits=bits64, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_eleven_wrong_symbols_anywhere_are_corrected(bits: list[int], seed: int) -> None:
    symbols = code.encode(bits)
    wrong = np.random.default_rng(seed).choice(code.SYMBOLS, size=11, replace=False)  # free distance 24: 11 are safe
    symbols[wrong] *= -1

    assert code.decode(symbols[None])[0].tolist() == bits


@given(bits=bits64)
@settings(max_examples=20, deadline=None)
def test_known_bits_are_what_the_decoder_returns(bits: list[int]) -> None:
    noise = np.random.default_rng(0).standard_normal((1, code.SYMBOLS)).astype(np.float32)

    assert code.decode(noise, known=bits[:4])[0, :4].tolist() == bits[:4]


def test_rows_are_decoded_independently() -> None:
    soft = np.random.default_rng(1).standard_normal((5, code.SYMBOLS)).astype(np.float32)

    alone = np.concatenate([code.decode(row[None]) for row in soft])

    assert np.array_equal(code.decode(soft), alone)


def test_the_decoder_finds_the_word_of_largest_inner_product() -> None:
    rng = np.random.default_rng(2)
    soft = rng.standard_normal(code.SYMBOLS).astype(np.float32)
    found = soft @ code.encode(code.decode(soft[None])[0].tolist())

    others = max(float(soft @ code.encode(rng.integers(0, 2, 64).tolist())) for _ in range(300))

    assert found > others


def test_a_payload_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="64 bits, got 63"):
        code.encode([0] * 63)
