"""Whom this installation trusts: its own root, and the anchors that the user added, apart by kind."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from ..errors import SettingsInvalid

if TYPE_CHECKING:
    from ..provenance.manifest import TrustAnchors
    from .settings import InForce

Kind = Literal["manifest", "tsa", "cawg"]
"""Who may be vouched for: signers of manifests, time stamp authorities, identities inside a manifest (CAWG)."""
KINDS: tuple[Kind, ...] = get_args(Kind)


def anchors(known: "InForce") -> "TrustAnchors":
    """Return every anchor in force.

    Raises:
        SettingsInvalid: A PEM file that the settings name is missing or holds no certificate.
    """
    from ..provenance.manifest import TrustAnchors
    from ..provenance.signing import local_root_pem

    own = local_root_pem(known.directories.keys)
    named = [read_pem(path) for path in known.settings.trust]
    return TrustAnchors(
        manifest=(*(() if own is None else (own,)), *stored(known.directories.trust, "manifest"), *named),
        tsa=stored(known.directories.trust, "tsa"),
        cawg=stored(known.directories.trust, "cawg"),
    )


def stored(directory: Path, kind: Kind) -> tuple[bytes, ...]:
    """Return the anchors added with `keys trust`."""
    return tuple(read_pem(path) for path in sorted(Path(directory, kind).glob("*.pem")))


def read_pem(path: Path) -> bytes:
    """Return the bundle's bytes after a look that it holds certificates.

    Raises:
        SettingsInvalid: It does not.
    """
    from cryptography import x509

    try:
        pem = path.read_bytes()
    except OSError as error:
        raise SettingsInvalid(f"{path}: {error.strerror}; expected a PEM file of certificates to trust") from error
    try:
        x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise SettingsInvalid(
            f"{path}: holds no readable PEM certificate; expected one or more '-----BEGIN CERTIFICATE-----' blocks"
        ) from error
    return pem


def add(directory: Path, path: Path, kind: Kind) -> Path:
    """Keep a copy of the anchors under their fingerprint; adding them twice changes nothing.

    Raises:
        SettingsInvalid: The file holds no certificate.
        OutputUnwritable: The folder of anchors cannot be written.
    """
    from ..provenance.private_files import private_directory, write_private

    pem = read_pem(path)
    kept = Path(directory, kind, f"{hashlib.sha256(pem).hexdigest()[:16]}.pem")
    private_directory(kept.parent)
    write_private(kept, pem)
    return kept
