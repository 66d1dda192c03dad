"""From the spectra of tiles to a payload, and how sure that is."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..payload import RECORD_BITS, VERSION_BITS, Payload
from . import code
from .keys import WatermarkKey
from .layout import Layout, layout_of

RING_WIDTH = 2.0
"""Cycles a tile; the noise is taken as equal over such a ring."""
LOG_SIDES = math.log(2.0)
"""Each word is looked for as it is and turned over: what is left where somebody took away more than there was, and in
a picture whose light and dark were exchanged."""
BLIND_LOG_WORDS = RECORD_BITS * math.log(2.0) + LOG_SIDES
"""ln of the words that a blind reading chooses from: 2^60, the version being the key's id, and their negatives."""
KNOWN_REMEMBERED = 4
"""Lists of known payloads whose chips are kept: one for each key of a search, and some to spare."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The likeliest payload under one key and one way of looking."""

    payload: Payload
    z: float
    """|<a, c>| / |a|: how well the soft chips a agree with the payload's chips c or their negative; at most
    sqrt(chips)."""
    log_words: float = BLIND_LOG_WORDS
    """ln of how many words it was the best of: twice as many as payloads."""
    row: int = 0
    """Which of the spectra that were looked at."""
    negative: bool = False
    """Whether it is the negative that was found."""
    price: float = 0.0
    """What that row costs: see `Trials`."""


@dataclass(slots=True)
class Trials:
    """Counts every look at the payload signs, so that looking often is paid for.

    Looks are taken in batches, and within a batch those come first that are the likeliest to find something. The k-th
    batch of a search may spend 1 / (k (k + 1)) of the error budget, and its r-th look 1 / (r (r + 1)) of that. Both
    series sum to 1, so the union bound holds for however long the search goes on and whenever it stops.
    """

    done: int = 0
    """Looks."""
    batches: int = 0

    def spend(self, looks: int) -> NDArray[np.float64]:
        """Count a further batch and return the price of each of its looks, ln(k (k + 1) r (r + 1)), (looks,)."""
        self.done, self.batches = self.done + looks, self.batches + 1
        rank = np.arange(1.0, looks + 1.0)
        return np.log(rank * (rank + 1.0)) + math.log(self.batches * (self.batches + 1))

    def forgo(self, batches: int) -> None:
        """Count batches that are not looked at, so that later ones cost what they cost who looks at these."""
        self.batches += batches


def log10_p(z: float, *, price: float, log_words: float = BLIND_LOG_WORDS) -> float:
    """Return log10 of a proven bound on the chance that content without this key's mark reads with this z or more.

    Proof. Let a be the soft chips (real numbers computed from the pixels), c_w the chips of code word w, where
    c_w[i] = w[map(i)] · s[i] and the s[i] are the key's fair signs. For fixed a and w the products w[map(i)] · s[i]
    are independent fair signs again, so <a, c_w> is a sum of independent variables with values ±a[i], and Hoeffding's
    inequality (JASA 1963, theorem 2) gives P(<a, c_w> >= z |a|) <= exp(-z² / 2), and the same of -c_w. A blind reading
    takes the best of the 2^60 words whose version is the key's id and of their negatives, 2^61 in all; one that is
    asked for known payloads the best of those and theirs; and the search takes the r-th look of its k-th batch at the
    price k (k + 1) r (r + 1). The union bound multiplies:

        log10 p = (ln words + price - z² / 2) / ln 10,  price = ln(k (k + 1) r (r + 1)).

    A search that asks for known payloads too has two such families of events, and pays ln 2 more for each.

    Conditions. (1) The content does not depend on s: it was made without the key, and HMAC-SHA256 → Philox cannot be
    told from fair coins by whoever made it. (2) a does not depend on s: whitening, weights, geometry, tile offset and
    nonce are chosen by pilots, scrambling and energy, whose keyed streams are independent of the signs' stream;
    wherever a choice did look at the signs, it is a look and was counted (`Trials`): every key, geometry, offset,
    nonce, weighting, segment and repetition in time. The probability is over the key, for any content, including one
    made to trouble us. It says nothing about content that was marked with this key, or copied from such content.
    """
    return min(0.0, (log_words + price - z * z / 2.0) / math.log(10.0)) if z > 0.0 else 0.0


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
    mean = np.einsum("nb,br->nr", power, member / member.sum(axis=0))
    noise = np.einsum("nr,br->nb", mean, member) + np.float32(1e-12)
    weighted = turned * (amplitude / noise)
    return np.concatenate([weighted.real, weighted.imag], axis=-1).astype(np.float32, copy=False)


def read(
    key: WatermarkKey,
    spectrum: NDArray[np.complex64],
    known: tuple[Payload, ...] = (),
    *,
    prices: NDArray[np.float64] | None = None,
) -> list[Reading]:
    """Return the surest reading of combined data spectra, and the surest one among known payloads.

    Each row is one look at the payload signs, and its two sides are in `log_words`.

    Args:
        key: Of the signs.
        spectrum: (rows, bins), the likeliest row first.
        known: Payloads that are asked for by name.
        prices: Of each row, from `Trials.spend`, which must count them all; None where there is but one.
    """
    layout = layout_of(key)
    price = np.zeros(len(spectrum)) if prices is None else prices
    soft = soften(layout, spectrum)  # (rows, chips)
    soft /= np.linalg.norm(soft, axis=1, keepdims=True) + np.float32(1e-12)
    readings = [_read_blind(key, soft, price)]
    chips = _chips_of(key, known) if known else None
    if chips is not None and len(chips[0]):
        payloads, matrix = chips
        z = soft @ matrix.T  # (rows, payloads)
        surest = int((z * z / 2.0 - price[:, None]).argmax())
        row, number = (int(i) for i in np.unravel_index(surest, z.shape))
        words, found = math.log(len(payloads)) + LOG_SIDES, float(z[row, number])
        readings.append(Reading(payloads[number], abs(found), words, row, found < 0.0, float(price[row])))
    return readings


def _read_blind(key: WatermarkKey, soft: NDArray[np.float32], price: NDArray[np.float64]) -> Reading:
    layout = layout_of(key)
    order = np.argsort(layout.symbol_of_chip, kind="stable")
    starts = np.searchsorted(layout.symbol_of_chip[order], np.arange(code.SYMBOLS))
    version = [key.key_id >> shift & 1 for shift in range(VERSION_BITS - 1, -1, -1)]
    symbols = np.add.reduceat((soft * layout.sign_of_chip)[:, order], starts, axis=1)  # (rows, 288)
    symbols = np.concatenate([symbols, -symbols])
    bits = code.decode(symbols, known=version)
    z = np.einsum("rs,rs->r", symbols, code.encode_rows(bits))  # <a, c_w>, chip by chip or symbol by symbol
    best = int((z * np.abs(z) / 2.0 - np.concatenate([price, price])).argmax())
    row = best % len(soft)
    payload = Payload.from_bits(tuple(bits[best].tolist()))
    return Reading(payload, float(z[best]), row=row, negative=best >= len(soft), price=float(price[row]))


@lru_cache(maxsize=KNOWN_REMEMBERED)
def _chips_of(key: WatermarkKey, known: tuple[Payload, ...]) -> tuple[tuple[Payload, ...], NDArray[np.float32]]:
    """Return those of the payloads that this key can have embedded, and their chips, (payloads, chips)."""
    own = tuple(payload for payload in known if payload.version == key.key_id)
    return own, layout_of(key).chips_of_all(own) if own else np.zeros((0, layout_of(key).chips), np.float32)
