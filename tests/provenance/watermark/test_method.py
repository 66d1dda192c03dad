"""The door to all methods."""

import pytest

from sealreel.provenance.watermark import METHOD_NAMES, load_method


def test_our_method_is_the_default_and_proves_presence() -> None:
    method = load_method()

    assert (method.name, method.capacity_bits, method.proves_presence) == ("sealreel.1", 64, True)


def test_an_unknown_method_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=", ".join(METHOD_NAMES)):
        load_method("stegastamp")
