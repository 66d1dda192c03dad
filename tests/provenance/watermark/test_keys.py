"""Keys and their streams."""

import numpy as np
import pytest

from sealreel.provenance.watermark import WatermarkKey
from sealreel.provenance.watermark.keys import keyed_order, keyed_phases, keyed_signs, keyed_words


def test_the_secret_is_not_in_the_repr() -> None:
    assert "secret" not in repr(WatermarkKey(key_id=1, secret=b"\xab" * 32))


@pytest.mark.parametrize("key_id", [0, 16, -1])
def test_a_key_id_fits_four_bits_and_is_not_zero(key_id: int) -> None:
    with pytest.raises(ValueError, match="1 to 15"):
        WatermarkKey(key_id=key_id, secret=bytes(32))


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes, got 31"):
        WatermarkKey(key_id=1, secret=bytes(31))


def test_streams_never_change_or_old_marks_could_not_be_read() -> None:
    words = keyed_words(WatermarkKey(key_id=1, secret=bytes(32)), "signs", 3)

    assert [f"{word:016x}" for word in words] == ["7816b44059b2a329", "74ada0016afdef89", "ccfbcc09dbfe0d6e"]


def test_labels_and_secrets_give_unrelated_streams(key: WatermarkKey, other_key: WatermarkKey) -> None:
    first = keyed_signs(key, "signs", 4096)

    for stream in (keyed_signs(key, "scramble", 4096), keyed_signs(other_key, "signs", 4096)):
        # P(|sum of 4096 fair signs| >= 6 · 64) <= 2 exp(-18) (Hoeffding)
        assert abs(float(first @ stream)) < 6 * 64


def test_an_order_is_a_permutation(key: WatermarkKey) -> None:
    assert sorted(keyed_order(key, "layout", 100)) == list(range(100))


def test_phases_lie_on_the_unit_circle(key: WatermarkKey) -> None:
    assert np.allclose(np.abs(keyed_phases(key, "phase", 100)), 1.0)
