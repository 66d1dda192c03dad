"""The identity that an installation makes for itself: a root that people can choose to trust, and a leaf that signs."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ...errors import SigningIdentityInvalid
from ..private_files import locked, write_private
from .certificates import CLAIM_SIGNING, check_chain, read_chain, read_file, to_pem
from .keys import read_private_key, signing_with
from .signer import Signer

ROOT_DAYS = 3650
LEAF_DAYS = 365
"""C2PA's certificate profile for assurance level 1 allows 366 at most."""
RENEW_DAYS = 30
"""A leaf with fewer days left is replaced at the next use, under the same root."""
_CLOCK_SLACK = timedelta(hours=1)
_ROOT, _ROOT_KEY, _LEAF = "root.pem", "root.key", "signer.pem"
IDENTITY_FILES = (_ROOT_KEY, _ROOT, _LEAF)
"""What a backup holds, in the order that a restore writes."""


def local_signer(directory: Path, *, now: datetime | None = None) -> Signer:
    """Open the installation's own identity; make it at the first use, renew its leaf before it expires.

    Safe when several processes start at once: one makes the identity, the others wait and read it.

    Args:
        directory: Where the installation keeps its keys; `identity/` is made below it, for its owner alone.
        now: UTC; the clock's time if None.

    Raises:
        OutputUnwritable: The directory can't be written.
        SigningIdentityInvalid: What lies there is not an identity of ours.
    """
    moment = now or datetime.now(UTC)
    place = identity_directory(directory)
    if not _is_fresh(place, moment):
        with locked(place):
            if not (place / _ROOT).exists():
                _make_root(place, moment)
            if not _is_fresh(place, moment):
                _make_leaf(place, moment)
    content = read_file(place / _LEAF, what="the signing certificate and its key")
    key = read_private_key(content, None, where=str(place / _LEAF))
    chain = read_chain(content, where=str(place / _LEAF))
    algorithm = check_chain(chain, key.public_key(), where=str(place / _LEAF), now=moment)
    return Signer(algorithm=algorithm, chain_pem=to_pem(chain), sign=signing_with(key, algorithm), origin="local")


def local_root_pem(directory: Path) -> bytes | None:
    """Return the certificate of the installation's own root, or None before its first use.

    Raises:
        SigningIdentityInvalid: It is there, but unreadable.
    """
    path = identity_directory(directory) / _ROOT
    return read_file(path, what="the local root certificate") if path.exists() else None


def identity_directory(directory: Path) -> Path:
    """Return where the local identity is kept."""
    return directory / "identity"


def _is_fresh(place: Path, now: datetime) -> bool:
    if not (place / _LEAF).exists() or not (place / _ROOT).exists():
        return False
    leaf = read_chain(read_file(place / _LEAF, what="the signing certificate"), where=str(place / _LEAF))[0]
    return leaf.not_valid_after_utc - now > timedelta(days=RENEW_DAYS)


def _make_root(place: Path, now: datetime) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"Sealreel local root {secrets.token_hex(4)}")
    certificate = (
        _started(name, name, key.public_key(), now, days=ROOT_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    write_private(place / _ROOT_KEY, _key_pem(key))
    write_private(place / _ROOT, to_pem([certificate]))  # last: its being there means that the key is there too


def _make_leaf(place: Path, now: datetime) -> None:
    where = str(place / _ROOT_KEY)
    root = read_chain(read_file(place / _ROOT, what="the local root certificate"), where=str(place / _ROOT))[0]
    root_key = read_private_key(read_file(place / _ROOT_KEY, what="the local root's key"), None, where=where)
    if not isinstance(root_key, ec.EllipticCurvePrivateKey) or root_key.public_key() != root.public_key():
        raise SigningIdentityInvalid(f"{where}: not the key of {_ROOT}; restore both from a backup")
    key = ec.generate_private_key(ec.SECP256R1())
    until = min(LEAF_DAYS, (root.not_valid_after_utc - now).days)
    if until < 1:
        raise SigningIdentityInvalid(f"{place / _ROOT}: expired; move it away and a new root is made at the next use")
    certificate = (
        _started(_name("Sealreel local signer"), root.subject, key.public_key(), now, days=until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        .sign(root_key, hashes.SHA256())
    )
    write_private(place / _LEAF, to_pem([certificate]) + _key_pem(key))  # one file, so that they never disagree


def _started(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, *, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SLACK)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    # Nothing of the person or the machine: a certificate travels in every file it signs.
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Sealreel local installation"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,  # the standard's nonRepudiation
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
