"""From the spectra of tiles to a payload, and how sure that is."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..payload import RECORD_BITS, VERSION_BITS, Payload
from . import code
from .keys import WatermarkKey
from .layout import Layout, layout_of

RING_WIDTH = 2.0
"""Cycles a tile; the noise is taken as equal over such a ring."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The likeliest payload under one key and one way of looking."""

    payload: Payload
    z: float
    """<a, c> / |a|: how well the soft chips a agree with the payload's chips c; at most sqrt(chips)."""


@dataclass(slots=True)
class Trials:
    """Counts every look at the payload signs, so that looking often is paid for.

    The n-th look of a search may spend 1 / (n (n + 1)) of the error budget. These shares sum to 1, so the union
    bound holds for however long the search goes on and whenever it stops.
    """

    done: int = 0

    def spend(self, looks: int) -> float:
        """Count further looks and return ln(n (n + 1)) for the last of them: the price each of them pays."""
        self.done += looks
        return math.log(self.done) + math.log(self.done + 1)


def log10_p(z: float, *, price: float) -> float:
    """Return log10 of a proven bound on the chance that content without this key's mark reads with this z or more.

    Proof. Let a be the soft chips (real numbers computed from the pixels), c_w the chips of code word w, where
    c_w[i] = w[map(i)] · s[i] and the s[i] are the key's fair signs. For fixed a and w the products w[map(i)] · s[i]
    are independent fair signs again, so <a, c_w> is a sum of independent variables with values ±a[i], and Hoeffding's
    inequality (JASA 1963, theorem 2) gives P(<a, c_w> >= z |a|) <= exp(-z² / 2). The decoder takes the best of the
    2^60 words whose version is the key's id, and the search takes its n-th look at the price n (n + 1); the union
    bound multiplies:

        log10 p = (60 ln 2 + price - z² / 2) / ln 10,  price = ln(n (n + 1)).

    Conditions. (1) The content does not depend on s: it was made without the key, and HMAC-SHA256 → Philox cannot be
    told from fair coins by whoever made it. (2) a does not depend on s: whitening, weights, geometry and tile offset
    are chosen by pilots, scrambling and energy, whose keyed streams are independent of the signs' stream; wherever a
    choice did look at the signs, it is a look and was counted (`Trials`): every key, geometry, offset, segment and
    repetition in time. The probability is over the key, for any content, including one made to trouble us. It says
    nothing about content that was marked with this key, or copied from such content.
    """
    return min(0.0, (RECORD_BITS * math.log(2.0) + price - z * z / 2.0) / math.log(10.0)) if z > 0.0 else 0.0


def soften(layout: Layout, spectrum: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Return soft chips of combined data spectra: (rows, bins) -> (rows, 2 × bins).

    The keyed phase is undone and each bin weighted by amplitude / noise power (maximal ratio combining), the noise
    being the mean power over its ring.
    """
    amplitude = np.abs(layout.data_values)
    turned = spectrum * (np.conj(layout.data_values) / amplitude)
    power = spectrum.real**2 + spectrum.imag**2  # (rows, bins)
    ring = (np.hypot(layout.data_bins[:, 0], layout.data_bins[:, 1]) / RING_WIDTH).astype(np.intp)
    member = (ring[:, None] == np.unique(ring)[None, :]).astype(np.float32)  # (bins, rings)
    noise = (power @ member / member.sum(axis=0)) @ member.T + np.float32(1e-12)
    weighted = turned * (amplitude / noise)
    return np.concatenate([weighted.real, weighted.imag], axis=-1).astype(np.float32, copy=False)


def read(key: WatermarkKey, spectrum: NDArray[np.complex64]) -> tuple[int, Reading]:
    """Return the row that reads best among combined data spectra, (rows, bins), and its reading.

    Each row is one look at the payload signs: `Trials` must count them all.
    """
    layout = layout_of(key)
    soft = soften(layout, spectrum)  # (rows, chips)
    signed = soft * layout.sign_of_chip
    repeats = np.zeros((layout.chips, code.SYMBOLS), dtype=np.float32)
    repeats[np.arange(layout.chips), layout.symbol_of_chip] = 1.0
    known = [key.key_id >> shift & 1 for shift in range(VERSION_BITS - 1, -1, -1)]
    bits = code.decode((signed @ repeats).astype(np.float32, copy=False), known=known)
    readings: list[Reading] = []
    for row in range(len(bits)):
        payload = Payload.from_bits(tuple(int(bit) for bit in bits[row]))
        size = float(np.linalg.norm(soft[row]))
        readings.append(Reading(payload, float(soft[row] @ layout.chips_of(payload)) / size if size > 0.0 else 0.0))
    best = max(range(len(readings)), key=lambda row: readings[row].z)
    return best, readings[best]
