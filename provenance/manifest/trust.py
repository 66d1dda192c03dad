"""Whom an installation believes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TrustAnchors:
    """PEM bundles of root certificates, kept apart by what they may vouch for."""

    manifest: tuple[bytes, ...] = ()
    """Issuers of certificates that sign manifests."""
    tsa: tuple[bytes, ...] = ()
    """Issuers of time stamp authorities; they say when, never who."""
    cawg: tuple[bytes, ...] = ()
    """Issuers of the CAWG identity of a person or organisation; they vouch for no manifest."""
    allowed: tuple[bytes, ...] = ()
    """Single signing certificates that are believed without an issuer: PEM, or lines of base64 SHA-256."""
