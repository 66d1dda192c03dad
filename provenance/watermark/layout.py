"""Where the mark lives: which frequencies of a tile carry pilots, which carry payload chips, and with which signs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from ..payload import Payload
from . import code
from .keys import WatermarkKey, keyed_order, keyed_phases, keyed_signs, keyed_words

TILE = 128
"""Side of a tile in canonical pixels."""
CANONICAL_SHORT_SIDE = 512
"""The short side of every picture in the canonical domain, whatever its own size."""
INNER_RADIUS, OUTER_RADIUS = 4, 20
"""Cycles a tile. Lower is visible on skies, higher is lost at half size with a hard encode (both measured)."""
PILOT_INNER_RADIUS = 7
PILOTS = 48
PILOT_ENERGY = 0.25
PILOT_SLOPE, DATA_SLOPE = -0.5, 0.5
"""Amplitudes go as radius to this power. Pilots must outlive blur and half size. The payload's waves are the stronger
the finer they are: at equal reading after hard encodes that gains 2 VMAF (`people_480p`, `coffee_720p`)."""
TABLE = 32
"""Rows and columns of the scrambling table: more tiles than any picture we mark has."""
WEAVES = 64
"""Linear maps from a tile's row and column to an entry of the table; each visits every entry once."""
STEP = 8
"""Tiles between two places where a picture's first tile may lie in the table: pictures up to 8 tiles high or wide that
begin at different places under one weave share no entry."""
PLACES: NDArray[np.intp] = np.stack(
    np.meshgrid(np.arange(0, TABLE, STEP), np.arange(0, TABLE, STEP), indexing="ij"), axis=-1
).reshape(-1, 2)
"""(16, 2): row and column."""
SCRAMBLINGS = WEAVES * len(PLACES)
"""1,024: a weave and a place say which entry each tile uses."""
GROUPS = 64
"""Of eight or nine waves each. Two stretches share the scrambling of a group once in 1,024, and nobody without the key
knows which waves are a group, so that there is nothing to sort stretches by."""
NONCES = 4096
"""Each gives every group one of the scramblings. A reader tries them all."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Every keyed choice of one key. Frequencies are (u, v) = cycles a tile along x and y, one of each ± pair."""

    pilot_bins: NDArray[np.intp]
    """(48, 2)."""
    pilot_values: NDArray[np.complex64]
    """(48,), amplitude and keyed phase; the same in every tile."""
    data_bins: NDArray[np.intp]
    """(bins, 2)."""
    data_values: NDArray[np.complex64]
    """(bins,), amplitude and keyed phase."""
    symbol_of_chip: NDArray[np.intp]
    """(2 × bins,): which code symbol each chip repeats; real parts first, then imaginary parts."""
    sign_of_chip: NDArray[np.float32]
    """(2 × bins,): the keyed signs that the p-value is proven over. Nothing else may depend on them."""
    scramble: NDArray[np.float32]
    """(32, 32, bins): a sign for each entry and bin, so that no two tiles look alike."""
    weaves: NDArray[np.intp]
    """(64, 2, 2): entry = weave · (row, column) of the tile, modulo 32; odd determinants, so that it can be undone."""
    group_of_bin: NDArray[np.intp]
    """(bins,): 0 to 63, rising. The bins themselves lie in a keyed order."""
    scrambling_of: NDArray[np.intp]
    """(4096, 64): which scrambling, weave × 16 + place, each nonce gives each group."""

    @property
    def chips(self) -> int:
        """How many real numbers a tile carries."""
        return self.sign_of_chip.size

    def chips_of(self, payload: Payload) -> NDArray[np.float32]:
        """Return the signs that this payload puts on the chips, (2 × bins,)."""
        return self.chips_of_all((payload,))[0]

    def chips_of_all(self, payloads: Sequence[Payload]) -> NDArray[np.float32]:
        """Return the same for many payloads, (payloads, 2 × bins)."""
        bits = np.array([payload.to_bits() for payload in payloads], dtype=np.uint8)
        return code.encode_rows(bits)[:, self.symbol_of_chip] * self.sign_of_chip


@lru_cache(maxsize=16)
def layout_of(key: WatermarkKey) -> Layout:
    """Draw every choice of a key; 25 ms, remembered for the keys last used."""
    bins = _annulus()
    bins = bins[keyed_order(key, "layout", len(bins))]
    radius = np.hypot(bins[:, 0], bins[:, 1])
    eligible = np.flatnonzero(radius >= PILOT_INNER_RADIUS)[:PILOTS]
    is_pilot = np.zeros(len(bins), dtype=np.bool_)
    is_pilot[eligible] = True
    pilot_bins, data_bins = bins[is_pilot], bins[~is_pilot]
    chips = 2 * len(data_bins)
    return Layout(
        pilot_bins=pilot_bins,
        pilot_values=_amplitudes(pilot_bins, PILOT_SLOPE, energy=PILOT_ENERGY) * keyed_phases(key, "pilot", PILOTS),
        data_bins=data_bins,
        data_values=_amplitudes(data_bins, DATA_SLOPE, energy=1.0 - PILOT_ENERGY)
        * keyed_phases(key, "phase", len(data_bins)),
        symbol_of_chip=_repeat_symbols(key, chips),
        sign_of_chip=keyed_signs(key, "signs", chips),
        scramble=keyed_signs(key, "scramble", TABLE * TABLE * len(data_bins)).reshape(TABLE, TABLE, -1),
        weaves=_weaves(key),
        group_of_bin=np.arange(len(data_bins)) * GROUPS // len(data_bins),
        scrambling_of=(keyed_words(key, "nonces", NONCES * GROUPS) % np.uint64(SCRAMBLINGS))
        .astype(np.intp)
        .reshape(NONCES, GROUPS),
    )


def _weaves(key: WatermarkKey) -> NDArray[np.intp]:
    """Draw linear maps modulo 32 until 64 of them can be undone; three of eight draws can."""
    drawn = (keyed_words(key, "weaves", 4 * 8 * WEAVES) % np.uint64(TABLE)).astype(np.intp).reshape(-1, 2, 2)
    determinants = drawn[:, 0, 0] * drawn[:, 1, 1] - drawn[:, 0, 1] * drawn[:, 1, 0]
    return drawn[determinants % 2 == 1][:WEAVES]


def _annulus() -> NDArray[np.intp]:
    """Return one (u, v) of each ± pair with 4 <= radius <= 20, without the axes: straight edges and bars live there."""
    u, v = np.meshgrid(np.arange(-OUTER_RADIUS, OUTER_RADIUS + 1), np.arange(1, OUTER_RADIUS + 1))
    radius = np.hypot(u, v)
    inside = (radius >= INNER_RADIUS) & (radius <= OUTER_RADIUS) & (u != 0)
    return np.stack([u[inside], v[inside]], axis=1)


def _amplitudes(bins: NDArray[np.intp], slope: float, *, energy: float) -> NDArray[np.float32]:
    """Return amplitudes that go as radius^slope and whose cosines have the given variance together."""
    amplitude = np.hypot(bins[:, 0], bins[:, 1]) ** slope
    # A cosine of amplitude 2a (both halves of the plane) has variance 2a²; data chips bring |±1 ± i|² = 2 themselves,
    # which `spectrum_of` divides out.
    return (amplitude * np.sqrt(energy / (2.0 * np.sum(amplitude**2)))).astype(np.float32)


def _repeat_symbols(key: WatermarkKey, chips: int) -> NDArray[np.intp]:
    """Give every chip a code symbol: permutations of all symbols, one after another, cut to length."""
    rounds = -(-chips // code.SYMBOLS)
    orders: list[npt.NDArray[np.intp]] = [keyed_order(key, f"layout/{i}", code.SYMBOLS) for i in range(rounds)]
    return np.concatenate(orders)[:chips]
