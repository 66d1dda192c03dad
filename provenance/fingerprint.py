"""The content fingerprint: what a clip looks like, robust to re-encoding, useless to rebuild it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Perceptual hashes of a few frames at fixed fractions of the clip."""

    hashes: tuple[int, ...]
    """64 bits a frame."""
    duration_ms: int
    """0 for an image."""
