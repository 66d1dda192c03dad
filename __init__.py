"""Generate signed, watermarked video, verify what a file says about its origin, score how likely it is synthetic."""

__version__ = "0.1.0"
