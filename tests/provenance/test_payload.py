"""The payload and its three spellings."""

import pytest
from hypothesis import given, strategies as st

from sealreel.provenance import Payload

payloads = st.builds(Payload, record_id=st.integers(0, 2**60 - 1), version=st.integers(0, 15))


@given(payload=payloads)
def test_a_payload_survives_the_bits(payload: Payload) -> None:
    assert Payload.from_bits(payload.to_bits()) == payload


@given(payload=payloads)
def test_a_payload_survives_the_number_and_the_text(payload: Payload) -> None:
    assert Payload.from_int(payload.to_int()) == Payload.parse(str(payload)) == payload


@given(payload=payloads)
def test_the_version_stands_in_the_first_four_bits(payload: Payload) -> None:
    assert payload.to_bits()[:4] == tuple(payload.version >> shift & 1 for shift in (3, 2, 1, 0))


@given(payload=payloads)
def test_the_text_is_sixteen_hex_digits(payload: Payload) -> None:
    assert len(str(payload)) == 16
    assert int(str(payload), 16) == payload.to_int()


@given(text=st.text(max_size=20).filter(lambda text: len(text) != 16))
def test_text_of_another_length_is_no_payload(text: str) -> None:
    with pytest.raises(ValueError, match="16 hex digits"):
        Payload.parse(text)


@pytest.mark.parametrize("text", ["g" * 16, " 123456789abcdef", "+123456789abcdef", "0x23456789abcdef", "١" * 16])
def test_text_that_is_not_hex_is_no_payload(text: str) -> None:
    with pytest.raises(ValueError, match="16 hex digits"):
        Payload.parse(text)


@pytest.mark.parametrize(("record_id", "version"), [(-1, 1), (2**60, 1), (0, -1), (0, 16)])
def test_numbers_that_do_not_fit_are_refused(record_id: int, version: int) -> None:
    with pytest.raises(ValueError, match="must fit"):
        Payload(record_id=record_id, version=version)


@pytest.mark.parametrize("bits", [(0,) * 63, (0,) * 65, (2,) + (0,) * 63])
def test_other_bits_are_refused(bits: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="64 zeros and ones"):
        Payload.from_bits(bits)


def test_drawn_payloads_differ_and_carry_the_key() -> None:
    drawn = [Payload.random(version=3) for _ in range(100)]

    assert len(set(drawn)) == 100
    assert {payload.version for payload in drawn} == {3}
