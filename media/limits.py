"""How much an untrusted file may ask for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on decoding; each one passed raises its own `LimitExceeded`."""

    pixels: int = 64_000_000
    """A frame: 8K is 33 million."""
    streams: int = 64
    duration_seconds: float = 6 * 3600.0
    """By the header and by the time stamps actually met."""
    frames: int = 6 * 3600 * 60
    decode_seconds: float = 4 * 3600.0
    """Wall time that one pass spends decoding; the caller's own work between two frames does not count."""
