"""What changes the pattern from stretch to stretch of a clip, and from clip to clip of one key."""

import numpy as np
from numpy.typing import NDArray

from ..payload import Payload
from .keys import WatermarkKey, keyed_words
from .layout import TABLE

STRETCH_SECONDS = 4.0
"""How long one pattern is shown. Long enough to be coded once and copied by the encoder; a longer one would give
whoever averages pictures more of them."""
FADE_SECONDS = 0.25
"""Two patterns pass into each other over this time at the end of a stretch, so that nothing jumps."""
SIDE = 4
"""Nonces lie on a lattice of 4 × 4 places in the table, 8 tiles apart: tables of two nonces share no tile of a
16:9 picture, so what is learnt under one says nothing of another."""
NONCES: tuple[tuple[int, int], ...] = tuple(
    (row * TABLE // SIDE, column * TABLE // SIDE) for row in range(SIDE) for column in range(SIDE)
)
"""(row, column) of the table at which the picture's first tile begins; the reader tries all 16."""


def nonces_of(key: WatermarkKey, payload: Payload, *, first: int, count: int) -> tuple[tuple[int, int], ...]:
    """Return the nonces of some stretches of a clip; they follow from key and payload, so marking can be repeated.

    To whoever does not hold the key they are fair draws: HMAC-SHA256 → Philox, as all keyed choices.
    """
    words: NDArray[np.uint64] = keyed_words(key, f"nonce/{payload}", first + count)[first:]
    return tuple(NONCES[int(word) % len(NONCES)] for word in words)
