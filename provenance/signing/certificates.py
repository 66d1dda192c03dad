"""Check a signing certificate before C2PA does, and say what is wrong with it.

The profile is that of the C2PA specification 2.4, § 14.5 "X.509 Certificates". The C2PA library checks it too, but says
only "the certificate is invalid": the complaint its users make most often.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from ...errors import SigningIdentityInvalid
from .signer import Algorithm

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)

CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
MICROSOFT_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.4.1.311.76.59.1.9")
ACCEPTED_USAGES = (
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    DOCUMENT_SIGNING,
    MICROSOFT_DOCUMENT_SIGNING,
    CLAIM_SIGNING,
)
"""What a claim signer's certificate may be for; verification accepts the same list."""
MINIMUM_RSA_BITS = 2048
WEAK_HASHES = frozenset({"md5", "sha1", "sha224"})


def read_chain(pem: bytes, *, where: str) -> tuple[x509.Certificate, ...]:
    """Parse PEM certificates in the order they stand.

    Raises:
        SigningIdentityInvalid: There is none, or one does not parse.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise SigningIdentityInvalid(
            f"{where}: no readable certificates ({error}); expected PEM, the signing certificate first"
        ) from error


def read_file(path: Path, *, what: str) -> bytes:
    """Read a small file of the user's.

    Raises:
        SigningIdentityInvalid: Missing or unreadable.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SigningIdentityInvalid(f"{path}: {error.strerror}; expected {what}") from error


def to_pem(certificates: Sequence[x509.Certificate]) -> bytes:
    """Write certificates one after another."""
    return b"".join(certificate.public_bytes(serialization.Encoding.PEM) for certificate in certificates)


def algorithm_of(key: PublicKeyTypes, *, where: str) -> Algorithm:
    """Name the one C2PA algorithm that a key is used with here; RSA keys sign with PSS and SHA-256.

    Raises:
        SigningIdentityInvalid: C2PA knows no algorithm for such a key.
    """
    if isinstance(key, ec.EllipticCurvePublicKey):
        by_curve: dict[str, Algorithm] = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
        if key.curve.name in by_curve:
            return by_curve[key.curve.name]
        found = f"a key on the curve {key.curve.name}"
    elif isinstance(key, rsa.RSAPublicKey):
        if key.key_size >= MINIMUM_RSA_BITS:
            return "ps256"
        found = f"an RSA key of {key.key_size} bits"
    elif isinstance(key, ed25519.Ed25519PublicKey):
        return "ed25519"
    else:
        found = f"a key of type {type(key).__name__}"
    raise SigningIdentityInvalid(
        f"{where}: {found}; C2PA signs with P-256, P-384, P-521, Ed25519 or RSA of at least {MINIMUM_RSA_BITS} bits"
    )


def check_chain(
    chain: Sequence[x509.Certificate], key: PublicKeyTypes | None, *, where: str, now: datetime | None = None
) -> Algorithm:
    """Say which algorithm this identity signs with, or exactly why it can't sign claims.

    Args:
        chain: The signing certificate first, each followed by its issuer.
        key: The public half of the key that will sign; None where it can't be asked for.
        where: What the message calls the chain: a file, a token.
        now: UTC; the clock's time if None.

    Raises:
        SigningIdentityInvalid: With the reason.
    """
    leaf = chain[0]
    algorithm = algorithm_of(leaf.public_key(), where=where)
    if key is not None and _raw(key) != _raw(leaf.public_key()):
        raise SigningIdentityInvalid(
            f"{where}: the key does not belong to the first certificate ({_subject(leaf)}); "
            "give the key that the certificate was issued for, and put the signing certificate first"
        )
    _check_dates(chain, now or datetime.now(UTC), where=where)
    _check_leaf(leaf, where=where)
    _check_links(chain, where=where)
    return algorithm


def _check_dates(chain: Sequence[x509.Certificate], now: datetime, *, where: str) -> None:
    for certificate in chain:
        if now > certificate.not_valid_after_utc:
            end = f"{certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC"
            raise SigningIdentityInvalid(f"{where}: {_subject(certificate)} expired on {end}; renew it")
        if now < certificate.not_valid_before_utc:
            start = f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
            raise SigningIdentityInvalid(
                f"{where}: {_subject(certificate)} is not valid before {start}; check this machine's clock"
            )


def _check_leaf(leaf: x509.Certificate, *, where: str) -> None:
    found = f"{where}: {_subject(leaf)}"
    if leaf.version is not x509.Version.v3:
        raise SigningIdentityInvalid(f"{found} is an X.509 v1 certificate; C2PA wants v3")
    basic = _extension(leaf, x509.BasicConstraints)
    if basic is not None and basic.ca:
        raise SigningIdentityInvalid(f"{found} is a CA certificate; put the end-entity certificate first")
    if leaf.subject == leaf.issuer:
        raise SigningIdentityInvalid(f"{found} is self-signed; have it issued by a CA (`keys init` makes a local one)")
    usage = _extension(leaf, x509.KeyUsage)
    if usage is None or not usage.digital_signature:
        raise SigningIdentityInvalid(f"{found} lacks the key usage digitalSignature")
    _check_purposes(leaf, found=found)
    if _extension(leaf, x509.AuthorityKeyIdentifier) is None:
        raise SigningIdentityInvalid(f"{found} lacks the extension authorityKeyIdentifier")


def _check_purposes(leaf: x509.Certificate, *, found: str) -> None:
    extended = _extension(leaf, x509.ExtendedKeyUsage)
    purposes = () if extended is None else tuple(extended)
    wanted = "it needs claimSigning (1.3.6.1.4.1.62558.2.1), emailProtection or documentSigning"
    if not purposes:
        raise SigningIdentityInvalid(f"{found} has no extended key usage; {wanted}")
    names = ", ".join(_purpose(purpose) for purpose in purposes)
    if ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in purposes:
        raise SigningIdentityInvalid(f"{found} is for any purpose ({names}), which C2PA forbids; {wanted}")
    if ExtendedKeyUsageOID.TIME_STAMPING in purposes or ExtendedKeyUsageOID.OCSP_SIGNING in purposes:
        raise SigningIdentityInvalid(f"{found} is for {names}; time stamp and OCSP certificates can't sign claims")
    if not any(purpose in ACCEPTED_USAGES for purpose in purposes):
        raise SigningIdentityInvalid(f"{found} is for {names}; {wanted}")


def _check_links(chain: Sequence[x509.Certificate], *, where: str) -> None:
    for certificate in chain:
        algorithm = certificate.signature_hash_algorithm
        if algorithm is not None and algorithm.name in WEAK_HASHES and certificate.issuer != certificate.subject:
            raise SigningIdentityInvalid(f"{where}: {_subject(certificate)} is signed with {algorithm.name}")
    for below, above in pairwise(chain):
        try:
            below.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise SigningIdentityInvalid(
                f"{where}: {_subject(below)} was not issued by the next certificate, {_subject(above)}; "
                "order the chain from the signing certificate up"
            ) from error


def _extension(certificate: x509.Certificate, kind: type[_Extension]) -> _Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _raw(key: PublicKeyTypes) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _subject(certificate: x509.Certificate) -> str:
    return f"the certificate “{certificate.subject.rfc4514_string()}”"


def _purpose(purpose: ObjectIdentifier) -> str:
    known = {DOCUMENT_SIGNING: "documentSigning", CLAIM_SIGNING: "claimSigning"}
    # cryptography names the standard ones only through a private attribute; dotted numbers are public.
    standard = {getattr(ExtendedKeyUsageOID, name): name for name in dir(ExtendedKeyUsageOID) if name.isupper()}
    return known.get(purpose) or str(standard.get(purpose, purpose.dotted_string)).lower().replace("_", " ")
