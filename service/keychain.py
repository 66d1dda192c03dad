"""What an installation signs and reads with, told without a single secret."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import OutputExists
from .answers import with_schema
from .escape import escape
from .secrecy import password_from, without_secrets
from .trust import KINDS, read_pem

if TYPE_CHECKING:
    from ..provenance.watermark import WatermarkKey
    from .settings import InForce

IMPORTED = "imported"
"""The signer's name for the identity that `keys import` brought in."""


def signer_spec(known: "InForce") -> str:
    """Return the signer in force as the library spells it."""
    if known.settings.signer != IMPORTED:
        return known.settings.signer
    chain, key = imported_files(known)
    return f"pem:{chain},{key}"


def imported_files(known: "InForce") -> tuple[Path, Path]:
    """Return where an imported chain and key are kept."""
    place = known.directories.keys / IMPORTED
    return place / "chain.pem", place / "key.pem"


def import_identity(known: "InForce", chain: Path, key: Path, *, force: bool) -> None:
    """Keep the user's chain and key with the installation's own, after a look that they can sign.

    Raises:
        SigningIdentityInvalid: They cannot; the message says why.
        OutputExists: An identity was imported before, and `force` was not given.
    """
    from ..provenance.private_files import locked, write_private
    from ..provenance.signing import load_signer

    password = password_from(known.settings.signer_password_file, what="the key's password")
    load_signer(f"pem:{chain},{key}", directory=known.directories.keys, password=password)
    kept_chain, kept_key = imported_files(known)
    with locked(kept_chain.parent):
        if kept_chain.exists() and not force:
            raise OutputExists(f"{kept_chain.parent}: an identity was imported already; replace it with --force")
        write_private(kept_key, key.read_bytes())
        write_private(kept_chain, chain.read_bytes())


def watermark_keys(known: "InForce") -> "tuple[WatermarkKey, ...]":
    """Return the keys that marks are read with, the current one first; none before the first mark, and makes none."""
    from ..provenance.keyring import open_keyring

    directory = known.directories.keys
    return open_keyring(directory).keys if (directory / "keyring.json").exists() else ()


def keys_answer(known: "InForce", *, action: str, file: Path | None = None) -> dict[str, Any]:
    """Return `sealreel.keys/1`: identities, watermark key ids and trust anchors as they are now; makes nothing."""
    from ..provenance.signing import local_root_pem

    directories = known.directories
    keys = watermark_keys(known)
    root = local_root_pem(directories.keys)
    chain, _ = imported_files(known)
    return with_schema(
        "keys",
        {
            "action": action,
            "file": None if file is None else str(file),
            "directory": str(directories.keys),
            "signer": without_secrets(known.settings.signer),
            "local_root": None if root is None else _certificate(root),
            "imported": _certificate(read_pem(chain)) if chain.exists() else None,
            "watermark_keys": [{"id": key.key_id, "current": key is keys[0]} for key in keys],
            "trust": [
                {"kind": kind, "file": str(path), **_certificate(read_pem(path))}
                for kind in KINDS
                for path in sorted(Path(directories.trust, kind).glob("*.pem"))
            ],
        },
    )


def _certificate(pem: bytes) -> dict[str, Any]:
    """Return what tells a person which certificate this is; of a chain, the first."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    first = x509.load_pem_x509_certificates(pem)[0]
    return {
        "subject": first.subject.rfc4514_string(),
        "issuer": first.issuer.rfc4514_string(),
        "sha256": first.fingerprint(SHA256()).hex(),
        "not_after": first.not_valid_after_utc.isoformat(),
    }


def keys_report(answer: dict[str, Any]) -> str:
    """Return the answer for a person, several lines without a final newline."""
    ids = [f"{key['id']}{' (current)' if key['current'] else ''}" for key in answer["watermark_keys"]]
    lines = [
        _line("keys folder", escape(answer["directory"])),
        _line("signer in force", escape(answer["signer"])),
        *_certificate_lines("local root", answer["local_root"]),
        *_certificate_lines("imported", answer["imported"]),
        _line("watermark keys", ", ".join(ids) or "none yet"),
    ]
    for anchor in answer["trust"]:
        lines += _certificate_lines(f"trusted ({anchor['kind']})", anchor)
    return "\n".join(lines)


def _line(label: str, text: str) -> str:
    return f"{label:<20}{text}"


def _certificate_lines(label: str, certificate: dict[str, Any] | None) -> list[str]:
    if certificate is None:
        return [_line(label, "none")]
    return [
        _line(label, escape(certificate["subject"])),
        _line("", f"valid until {certificate['not_after']}, SHA-256 {certificate['sha256']}"),
    ]
