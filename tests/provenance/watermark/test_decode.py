"""The p-value, and that it holds."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from sealreel.provenance import Payload
from sealreel.provenance.watermark import WatermarkKey
from sealreel.provenance.watermark.combine import tiles_of
from sealreel.provenance.watermark.decode import Trials, log10_p, read, soften
from sealreel.provenance.watermark.geometry import IDENTITY
from sealreel.provenance.watermark.layout import layout_of
from sealreel.provenance.watermark.whiten import whiten


@given(low=st.floats(0, 40), more=st.floats(0, 10), price=st.floats(0, 30))
def test_more_agreement_is_never_less_significant(low: float, more: float, price: float) -> None:
    assert log10_p(low + more, price=price) <= log10_p(low, price=price)


@given(z=st.floats(0, 40), price=st.floats(0, 30), more=st.floats(0, 10))
def test_more_looks_are_never_more_significant(z: float, price: float, more: float) -> None:
    assert log10_p(z, price=price + more) >= log10_p(z, price=price)


@given(z=st.floats(-40, 40), price=st.floats(0, 30))
def test_a_chance_is_at_most_one(z: float, price: float) -> None:
    assert log10_p(z, price=price) <= 0.0


def test_the_bound_is_the_formula_of_the_proof() -> None:
    assert log10_p(12.0, price=math.log(2)) == pytest.approx(math.log10(2.0**61 * 2.0 * math.exp(-72.0)))


@given(looks=st.lists(st.integers(1, 50), min_size=1, max_size=40))
def test_the_shares_of_all_looks_never_pass_the_budget(looks: list[int]) -> None:
    trials = Trials()
    spent = sum(float(np.exp(-trials.spend(count)).sum()) for count in looks)

    # the k-th batch of n looks spends 1 / (k (k + 1)) · (1 - 1 / (n + 1))
    wanted = sum(Fraction(count, (k * (k + 1)) * (count + 1)) for k, count in enumerate(looks, start=1))
    assert spent == pytest.approx(float(wanted))
    assert spent < 1.0
    assert (trials.batches, trials.done) == (len(looks), sum(looks))


def test_a_batch_s_first_look_is_the_cheapest() -> None:
    trials = Trials()
    first, second = trials.spend(160), trials.spend(512)

    assert first[0] == pytest.approx(math.log(1 * 2 * 1 * 2))
    assert second[0] == pytest.approx(math.log(2 * 3 * 1 * 2))
    assert np.all(np.diff(second) > 0)


def test_the_surest_reading_is_the_one_whose_price_leaves_most(key: WatermarkKey, payload: Payload) -> None:
    rows = np.concatenate([noisy(payload, key, z=z, seed=n) for n, z in enumerate((16.0, 22.0))])

    assert read(key, rows, prices=np.array([0.0, 200.0]))[0].row == 0
    assert [one.row for one in read(key, rows, (payload,), prices=np.array([0.0, 0.0]))] == [1, 1]
    assert read(key, rows, (payload,), prices=np.array([0.0, 200.0]))[1].row == 0


@pytest.mark.parametrize("content", ["texture", "another mark"])
def test_the_tail_over_keys_is_below_the_bound(
    content: str, clip: list[NDArray[np.uint8]], marked: list[NDArray[np.uint8]]
) -> None:
    plane = whiten(clip[0] if content == "texture" else marked[0])
    rng, keys, level, beyond = np.random.default_rng(3), 100, 2.0, 0
    for _ in range(keys):
        layout = layout_of(WatermarkKey(key_id=1, secret=rng.bytes(32)))
        soft = soften(layout, tiles_of(plane, layout, IDENTITY).likeliest(layout)[:1])[0]
        beyond += bool(soft @ layout.chips_of(Payload(record_id=5)) >= level * np.linalg.norm(soft))

    # Hoeffding twice: p <= exp(-2) for each key, and 100 keys exceed 100 (p + 0.2) with at most exp(-2 · 100 · 0.04).
    assert beyond <= keys * (math.exp(-(level**2) / 2) + 0.2)


def test_the_likeliest_of_all_payloads_under_a_wrong_key_is_not_significant(
    marked: list[NDArray[np.uint8]], other_key: WatermarkKey
) -> None:
    layout = layout_of(other_key)
    spectra = tiles_of(whiten(marked[0]), layout, IDENTITY).likeliest(layout)
    (reading,) = read(other_key, spectra, prices=Trials().spend(len(spectra)))

    assert log10_p(reading.z, price=reading.price) > -9.0  # holds but for one key in 10^9


@settings(max_examples=20, deadline=None)
@given(record_id=st.integers(0, 2**60 - 1), key_id=st.integers(1, 15))
def test_every_payload_survives_chips_and_noise(record_id: int, key_id: int) -> None:
    key = WatermarkKey(key_id=key_id, secret=bytes([key_id]) * 32)
    layout, payload = layout_of(key), Payload(record_id=record_id, version=key_id)
    chips = layout.chips_of(payload).reshape(2, -1)
    noise = np.random.default_rng(record_id % 2**32).standard_normal((2, layout.chips // 2, 2)) @ [1, 1j]
    spectrum = (chips[0] + 1j * chips[1]) * layout.data_values * 20 + noise[0] * 0.5

    assert read(key, spectrum.astype(np.complex64)[None])[0].payload == payload


def noisy(payload: Payload, key: WatermarkKey, *, z: float, seed: int) -> NDArray[np.complex64]:
    """Return spectra whose soft chips agree with a payload's to about this z."""
    layout = layout_of(key)
    noise = np.random.default_rng(seed).standard_normal((2, layout.chips // 2))
    chips = layout.chips_of(payload).reshape(2, -1) * (z / math.sqrt(layout.chips)) + noise
    phases = layout.data_values / np.abs(layout.data_values)
    return ((chips[0] + 1j * chips[1]) * phases).astype(np.complex64)[None]


def test_a_payload_too_weak_to_be_read_is_known_when_asked_for(key: WatermarkKey, payload: Payload) -> None:
    others = tuple(Payload(record_id=n) for n in range(50))
    blind, asked = read(key, noisy(payload, key, z=9.0, seed=1), (*others, payload))

    assert log10_p(blind.z, price=math.log(2)) > -9.0
    assert asked.payload == payload
    assert log10_p(asked.z, price=math.log(2), log_words=asked.log_words) <= -9.0


def test_a_payload_that_was_turned_over_is_read_and_known(key: WatermarkKey, payload: Payload) -> None:
    blind, asked = read(key, -noisy(payload, key, z=20.0, seed=1), (Payload(record_id=1), payload))

    assert (blind.payload, blind.negative) == (payload, True)
    assert (asked.payload, asked.negative) == (payload, True)
    assert blind.z == pytest.approx(asked.z, rel=1e-4)


def test_payloads_of_other_keys_are_not_asked_for(key: WatermarkKey, payload: Payload) -> None:
    foreign = Payload(record_id=payload.record_id, version=2)

    assert len(read(key, noisy(payload, key, z=9.0, seed=1), (foreign,))) == 1


def test_asking_for_more_payloads_costs_significance(key: WatermarkKey, payload: Payload) -> None:
    spectrum = noisy(payload, key, z=9.0, seed=2)
    alone = read(key, spectrum, (payload,))[1]
    among = read(key, spectrum, (payload, *(Payload(record_id=n) for n in range(99))))[1]

    assert alone.z == pytest.approx(among.z, rel=1e-5)
    assert alone.log_words == pytest.approx(math.log(2))
    assert among.log_words == pytest.approx(math.log(200))
