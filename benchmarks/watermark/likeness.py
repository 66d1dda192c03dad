"""How alike two payloads of one key are: what the proof of the p-value does not cover, computed instead.

Where pictures carry the mark of payload w, strength m, the reading of another payload w' of the same key is
z' = |m ρ + e| with ρ = 1 - 2 d / 288, d the Hamming distance of their code words, and P(e >= t) <= exp(-t² / 2) by
Hoeffding's inequality over the signs that the pictures' other content does not depend on (`decode.log10_p`); -e alike.
"""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ...provenance.payload import VERSION_BITS, Payload
from ...provenance.watermark import ACCEPT_LOG10_P, WatermarkKey, code
from ...provenance.watermark.decode import LOG_SIDES, log10_p, read
from ...provenance.watermark.layout import layout_of

SIMULATED_PRICE = math.log(16 * 17)
"""Of a look early in a search."""


@cache
def distances() -> NDArray[np.float64]:
    """Return how many of the 2^60 payloads of a key have a code word at each Hamming distance from a given one, (289,).

    The code is linear, so the distances from one word are those from every other, and are the weights of the words
    whose key bits are zero: counted exactly along the trellis (numbers below 2^60, in double precision).
    """
    counts = np.zeros((code.STATES, code.SYMBOLS + 1), dtype=np.float64)
    counts[0, 0] = 1.0
    weight = [sum((register & g).bit_count() & 1 for g in code.GENERATORS) for register in range(2 * code.STATES)]
    for step in range(code.STEPS):
        after = np.zeros_like(counts)
        for bit in (0, 1) if VERSION_BITS <= step < code.PAYLOAD_BITS else (0,):
            for state in range(code.STATES):
                register = bit << code.TAIL_BITS | state
                heavier = weight[register]
                after[register >> 1, heavier:] += counts[state, : code.SYMBOLS + 1 - heavier]
        counts = after
    counts.flags.writeable = False  # it is remembered
    return counts[0]


def chance_of_a_wrong_id(strength: float, *, known: int, price: float, accept_log10_p: float = -9.0) -> float:
    """Return log10 of a bound on the chance that pictures marked with one payload are `present` for another.

    Args:
        strength: m, the mean of the reading of the payload that is there.
        known: Payloads asked for, drawn at random as record ids are, none of them the one that is there.
        price: ln of what the look costs (`decode.Trials`).
        accept_log10_p: The threshold on the p-value.
    """
    at = distances()
    share = at / at.sum()
    share[0] = 0.0  # the payload itself is not among them
    needed = math.sqrt(2.0 * (math.log(known) + LOG_SIDES + price - accept_log10_p * math.log(10.0)))
    likeness = 1.0 - 2.0 * np.arange(code.SYMBOLS + 1) / code.SYMBOLS
    sides = (np.maximum(needed - side * strength * likeness, 0.0) for side in (1.0, -1.0))
    return min(0.0, math.log10(known * sum(float(share @ np.exp(-(beyond**2) / 2.0)) for beyond in sides)))


@dataclass(frozen=True, slots=True)
class Readings:
    """How marks of one strength were read in simulated noise."""

    tries: int
    accepted: int
    """With p ≤ 10^-9 at the simulated price."""
    wrong: int
    """Of those accepted, with another payload than the one that was there: no false positive, but the code's error."""
    mean_z: float


def simulated_readings(strength: float, *, tries: int, seed: int = 1) -> Readings:
    """Read marks in normal noise that is as strong in every chip.

    Args:
        strength: m: the mark's amplitude times sqrt(chips), in standard deviations of a chip's noise.
        tries: How many, each with a payload and a noise of its own.
        seed: Of both.
    """
    rng, key = np.random.default_rng(seed), WatermarkKey(1, bytes(32))
    layout, price = layout_of(key), SIMULATED_PRICE
    accepted, wrong, z = 0, 0, 0.0
    for _ in range(tries):
        payload = Payload(record_id=int.from_bytes(rng.bytes(8)) >> VERSION_BITS, version=key.key_id)
        chips = layout.chips_of(payload) * (strength / math.sqrt(layout.chips)) + rng.standard_normal(layout.chips)
        real, imaginary = chips.reshape(2, -1)
        turned = layout.data_values / np.abs(layout.data_values)
        reading = read(key, ((real + 1j * imaginary) * turned).astype(np.complex64)[None])[0]
        z += reading.z / tries
        if log10_p(reading.z, price=price) <= ACCEPT_LOG10_P:
            accepted, wrong = accepted + 1, wrong + (reading.payload != payload)
    return Readings(tries, accepted, wrong, z)
