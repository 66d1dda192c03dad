"""Whom an installation believes."""

from dataclasses import dataclass

from cryptography import x509

from ...errors import SettingsInvalid


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

    def __post_init__(self) -> None:
        for bundle in (*self.manifest, *self.tsa, *self.cawg):
            try:
                x509.load_pem_x509_certificates(bundle)
            except ValueError as error:  # the C2PA library would pass over it without a word
                raise SettingsInvalid(f"trust anchors hold no readable PEM certificate: {bundle[:40]!r}…") from error
