"""How alike two payloads of one key are: exact distances, and the bound that follows."""

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from sealreel.benchmarks.watermark.likeness import chance_of_a_wrong_id, distances, simulated_readings
from sealreel.provenance import Payload
from sealreel.provenance.watermark import WatermarkKey, code
from sealreel.provenance.watermark.layout import layout_of

payloads = st.integers(0, 2**60 - 1).map(lambda number: Payload(record_id=number, version=1))


def test_every_payload_of_a_key_has_a_distance() -> None:
    assert distances().sum() == 2.0**60


def test_the_nearest_payloads_are_as_far_as_the_free_distance() -> None:
    at = distances()

    assert np.flatnonzero(at)[:2].tolist() == [0, 24]
    assert at[24] == 60  # one flipped bit at each of the 60 places of the record id


def test_one_flipped_bit_moves_the_code_word_by_the_free_distance() -> None:
    one, other = (code.encode(Payload(record_id=number, version=1).to_bits()) for number in (5, 5 ^ 1 << 30))

    assert np.count_nonzero(one != other) == 24


@settings(max_examples=50)
@given(one=payloads, other=payloads)
def test_a_distance_that_occurs_is_counted(one: Payload, other: Payload) -> None:
    apart = np.count_nonzero(code.encode(one.to_bits()) != code.encode(other.to_bits()))

    assert distances()[apart] >= 1


def test_without_a_mark_a_wrong_id_is_as_rare_as_the_p_value_says() -> None:
    assert chance_of_a_wrong_id(0.0, known=7, price=math.log(30)) == pytest.approx(-9.0 - math.log10(30), abs=1e-6)


@given(weak=st.floats(0, 14), more=st.floats(0, 10))
def test_a_stronger_mark_makes_a_wrong_id_likelier(weak: float, more: float) -> None:
    strong = chance_of_a_wrong_id(weak + more, known=1, price=5.0)

    assert chance_of_a_wrong_id(weak, known=1, price=5.0) <= strong + 1e-9


def test_readings_of_wrong_ids_keep_the_bound() -> None:
    key, rng, strength, level, tries = WatermarkKey(1, bytes(32)), np.random.default_rng(4), 8.0, 2.5, 4000
    layout, beyond = layout_of(key), 0
    there = layout.chips_of(Payload(record_id=1, version=1))
    for _ in range(tries):
        soft = there * (strength / math.sqrt(layout.chips)) + rng.choice((-1.0, 1.0), layout.chips)
        other = layout.chips_of(Payload(record_id=int.from_bytes(rng.bytes(8)) >> 4, version=1))
        beyond += bool(abs(soft @ other) / math.sqrt(layout.chips) >= level)
    # The same bound for this level: a price that makes it the threshold. Hoeffding for the 4,000 tries: at most one
    # run in 10^9 exceeds the mean by sqrt(ln(10^9) / 8000) = 0.051 of them.
    price = level * level / 2.0 - 9.0 * math.log(10.0) - math.log(2.0)
    bound = 10.0 ** chance_of_a_wrong_id(strength, known=1, price=price)
    assert beyond <= tries * (bound + 0.051)
    assert bound < 0.2  # else the test says nothing


def test_a_strong_mark_is_read_rightly() -> None:
    readings = simulated_readings(20.0, tries=20)

    assert (readings.accepted, readings.wrong) == (20, 0)
    assert readings.mean_z == pytest.approx(20.0 / math.sqrt(1 + 20.0**2 / 1048), abs=0.8)


def test_a_mark_too_weak_to_be_read_is_not_accepted() -> None:
    assert simulated_readings(5.0, tries=20).accepted == 0
