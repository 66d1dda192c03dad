"""What changes the pattern from stretch to stretch of a clip, and from clip to clip of one key."""

from ..payload import Payload
from .keys import WatermarkKey, keyed_words
from .layout import NONCES

STRETCH_SECONDS = 4.0
"""How long one pattern is shown. Long enough to be coded once and copied by the encoder; a longer one would give
whoever averages pictures more of them."""
FADE_SECONDS = 0.25
"""Two patterns pass into each other over this time at the end of a stretch, so that nothing jumps."""


def nonce_of(key: WatermarkKey, payload: Payload, stretch: int) -> int:
    """Return the nonce of a stretch of a clip, 0 to 4,095; it follows from key and payload, so marking can be repeated.

    To whoever does not hold the key they are fair draws: HMAC-SHA256 → Philox, as all keyed choices.
    """
    return int(keyed_words(key, f"nonce/{payload}/{stretch}", 1)[0]) % NONCES
