"""What changes the pattern from stretch to stretch of a clip, and from clip to clip of one key."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..payload import Payload
from .keys import WatermarkKey, keyed_words
from .layout import TABLE, WEAVES

STRETCH_SECONDS = 4.0
"""How long one pattern is shown. Long enough to be coded once and copied by the encoder; a longer one would give
whoever averages pictures more of them."""
FADE_SECONDS = 0.25
"""Two patterns pass into each other over this time at the end of a stretch, so that nothing jumps."""
STEP = 8
"""Tiles between two places where a picture's first tile may lie in the table: pictures up to 8 tiles high or wide that
begin at different places under one weave share no entry."""
PLACES: NDArray[np.intp] = np.stack(
    np.meshgrid(np.arange(0, TABLE, STEP), np.arange(0, TABLE, STEP), indexing="ij"), axis=-1
).reshape(-1, 2)
"""(16, 2): row and column."""
NONCES = WEAVES * len(PLACES)
"""1,024. Whoever finds another stretch of a clip's nonce can begin to learn its signs from the products of their tiles:
with 16 nonces one in 16 stretches of a key is such a one, with 1,024 one in 1,024 (benchmark, collusion)."""


@dataclass(frozen=True, slots=True)
class Nonce:
    """Which entries of the scrambling table the tiles of a picture use."""

    weave: int
    """Which of the key's 64 linear maps takes a tile's row and column to an entry."""
    place: int
    """Which of the 16 places the picture's first tile lies at."""

    @property
    def origin(self) -> NDArray[np.intp]:
        """Return the entry of the picture's first tile, (row, column)."""
        return PLACES[self.place]


def nonce_of(key: WatermarkKey, payload: Payload, stretch: int) -> Nonce:
    """Return the nonce of a stretch of a clip; it follows from key and payload, so marking can be repeated.

    To whoever does not hold the key they are fair draws: HMAC-SHA256 → Philox, as all keyed choices.
    """
    word = int(keyed_words(key, f"nonce/{payload}/{stretch}", 1)[0]) % NONCES
    return Nonce(*divmod(word, len(PLACES)))
