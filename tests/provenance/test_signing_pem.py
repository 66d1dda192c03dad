"""A user's own certificate: it works, or the message says exactly what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from sealreel.errors import SigningFailed, SigningIdentityInvalid
from sealreel.provenance.manifest import Claim, TrustAnchors, read_manifest, sign_file
from sealreel.provenance.signing import Signer, load_signer

NOW = datetime.now(UTC)
CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")


@dataclass(frozen=True)
class Issued:
    certificate: x509.Certificate
    key: Any


def issue(name: str, issuer: Issued | None = None, key: Any = None, **ways: Any) -> Issued:
    """Make a certificate; without an issuer, a root. Each way of going wrong is a keyword."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signed_by = issuer.key if issuer else key
    is_ca = ways.get("ca", issuer is None)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ways.get("start", NOW - timedelta(days=900)))
        .not_valid_after(ways.get("end", NOW + timedelta(days=90)))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(key_usage(signs=ways.get("signs", not is_ca), ca=is_ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if purposes := ways.get("purposes", [] if is_ca else [ExtendedKeyUsageOID.EMAIL_PROTECTION]):
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    if ways.get("names_issuer", True):
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key())
        builder = builder.add_extension(identifier, critical=False)
    digest = None if isinstance(signed_by, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Issued(builder.sign(signed_by, digest), key)


def key_usage(*, signs: bool, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(signs, False, False, False, False, ca, ca, False, False)


def write(directory: Path, chain: list[Issued], key: Any = None, password: bytes | None = None) -> str:
    """Write PEM files and return the spec that names them."""
    pem = b"".join(one.certificate.public_bytes(serialization.Encoding.PEM) for one in chain)
    protection = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)
    (directory / "chain.pem").write_bytes(pem)
    (directory / "key.pem").write_bytes((key or chain[0].key).private_bytes(*form))
    return f"pem:{directory / 'chain.pem'},{directory / 'key.pem'}"


def pem(one: Issued) -> bytes:
    return one.certificate.public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize(
    ("algorithm", "make_key"),
    [
        ("es256", lambda: ec.generate_private_key(ec.SECP256R1())),
        ("es384", lambda: ec.generate_private_key(ec.SECP384R1())),
        ("es512", lambda: ec.generate_private_key(ec.SECP521R1())),
        ("ps256", lambda: rsa.generate_private_key(65537, 2048)),
        ("ed25519", ed25519.Ed25519PrivateKey.generate),
    ],
)
def test_a_key_of_each_kind_signs(
    algorithm: str, make_key: Callable[[], Any], tmp_path: Path, tiny_png: Path, make_claim: Callable[..., Claim]
) -> None:
    root = issue("root")
    signer = load_signer(write(tmp_path, [issue("leaf", root, make_key())]), directory=tmp_path)
    trust = TrustAnchors(manifest=(pem(root),))
    sign_file(tiny_png, tmp_path / "out.png", make_claim(media_type="image/png"), signer, trust=trust)

    assert signer.algorithm == algorithm
    assert read_manifest(tmp_path / "out.png", trust=trust).state == "trusted"


@pytest.mark.parametrize("purpose", [CLAIM_SIGNING, ObjectIdentifier("1.3.6.1.5.5.7.3.36")])
def test_each_accepted_purpose_signs_alone(
    purpose: ObjectIdentifier, tmp_path: Path, tiny_png: Path, make_claim: Callable[..., Claim]
) -> None:
    root = issue("root")
    signer = load_signer(write(tmp_path, [issue("leaf", root, purposes=[purpose])]), directory=tmp_path)
    trust = TrustAnchors(manifest=(pem(root),))
    sign_file(tiny_png, tmp_path / "out.png", make_claim(media_type="image/png"), signer, trust=trust)

    assert read_manifest(tmp_path / "out.png", trust=trust).state == "trusted"


def test_a_chain_with_an_intermediate_is_followed(
    tmp_path: Path, tiny_png: Path, make_claim: Callable[..., Claim]
) -> None:
    root = issue("root")
    middle = issue("middle", root, ca=True)
    signer = load_signer(write(tmp_path, [issue("leaf", middle), middle]), directory=tmp_path)
    trust = TrustAnchors(manifest=(pem(root),))
    sign_file(tiny_png, tmp_path / "out.png", make_claim(media_type="image/png"), signer, trust=trust)

    assert read_manifest(tmp_path / "out.png", trust=trust).state == "trusted"


def test_an_encrypted_key_opens_with_its_password(tmp_path: Path) -> None:
    spec = write(tmp_path, [issue("leaf", issue("root"))], password=b"open sesame")

    assert load_signer(spec, directory=tmp_path, password=lambda: b"open sesame").algorithm == "es256"


def test_the_password_is_not_asked_for_a_plain_key(tmp_path: Path) -> None:
    def asked() -> bytes:
        pytest.fail("asked for a password")

    load_signer(write(tmp_path, [issue("leaf", issue("root"))]), directory=tmp_path, password=asked)


@pytest.mark.parametrize(
    ("password", "reason"), [(None, "no password was given"), (lambda: b"guess", "the password is wrong")]
)
def test_a_locked_key_says_why(password: Any, reason: str, tmp_path: Path) -> None:
    spec = write(tmp_path, [issue("leaf", issue("root"))], password=b"open sesame")

    with pytest.raises(SigningIdentityInvalid, match=reason):
        load_signer(spec, directory=tmp_path, password=password)


@pytest.mark.parametrize(
    ("ways", "reason"),
    [
        ({"end": NOW - timedelta(days=1)}, r"expired on \d{4}-"),
        ({"start": NOW + timedelta(days=1)}, "not valid before"),
        ({"purposes": [ExtendedKeyUsageOID.SERVER_AUTH]}, "is for server auth; it needs claimSigning"),
        ({"purposes": []}, "no extended key usage"),
        ({"purposes": [ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE]}, "any purpose"),
        ({"purposes": [ExtendedKeyUsageOID.TIME_STAMPING]}, "can't sign claims"),
        ({"signs": False}, "lacks the key usage digitalSignature"),
        ({"ca": True}, "is a CA certificate"),
        ({"names_issuer": False}, "authorityKeyIdentifier"),
    ],
)
def test_a_wrong_certificate_is_refused_with_the_reason(ways: dict[str, Any], reason: str, tmp_path: Path) -> None:
    spec = write(tmp_path, [issue("leaf", issue("root"), **ways)])

    with pytest.raises(SigningIdentityInvalid, match=reason):
        load_signer(spec, directory=tmp_path)


def test_the_message_names_the_certificate_and_the_file(tmp_path: Path) -> None:
    spec = write(tmp_path, [issue("my signer", issue("root"), end=NOW - timedelta(days=1))])

    with pytest.raises(SigningIdentityInvalid, match=r"chain\.pem: the certificate “CN=my signer” expired"):
        load_signer(spec, directory=tmp_path)


def test_a_self_signed_certificate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SigningIdentityInvalid, match="self-signed"):
        load_signer(write(tmp_path, [issue("me", ca=False)]), directory=tmp_path)


def test_somebody_elses_key_is_refused(tmp_path: Path) -> None:
    spec = write(tmp_path, [issue("leaf", issue("root"))], key=ec.generate_private_key(ec.SECP256R1()))

    with pytest.raises(SigningIdentityInvalid, match="does not belong to the first certificate"):
        load_signer(spec, directory=tmp_path)


def test_an_expired_intermediate_is_found(tmp_path: Path) -> None:
    root = issue("root")
    middle = issue("middle", root, ca=True, end=NOW - timedelta(days=1))

    with pytest.raises(SigningIdentityInvalid, match="“CN=middle” expired"):
        load_signer(write(tmp_path, [issue("leaf", middle), middle]), directory=tmp_path)


def test_a_chain_in_the_wrong_order_is_found(tmp_path: Path) -> None:
    root = issue("root")
    middle = issue("middle", root, ca=True)
    leaf = issue("leaf", middle)

    with pytest.raises(SigningIdentityInvalid, match="not issued by the next certificate"):
        load_signer(write(tmp_path, [leaf, root, middle]), directory=tmp_path)


def test_a_weak_key_is_refused(tmp_path: Path) -> None:
    leaf = issue("leaf", issue("root"), rsa.generate_private_key(65537, 1024))

    with pytest.raises(SigningIdentityInvalid, match="RSA key of 1024 bits"):
        load_signer(write(tmp_path, [leaf]), directory=tmp_path)


def test_a_curve_that_c2pa_does_not_know_is_refused(tmp_path: Path) -> None:
    leaf = issue("leaf", issue("root"), ec.generate_private_key(ec.SECP256K1()))

    with pytest.raises(SigningIdentityInvalid, match="secp256k1"):
        load_signer(write(tmp_path, [leaf]), directory=tmp_path)


def test_files_that_are_no_pem_are_named(tmp_path: Path) -> None:
    write(tmp_path, [issue("leaf", issue("root"))])
    (tmp_path / "junk.pem").write_text("junk")

    with pytest.raises(SigningIdentityInvalid, match=r"junk\.pem: no readable certificates"):
        load_signer(f"pem:{tmp_path / 'junk.pem'},{tmp_path / 'key.pem'}", directory=tmp_path)
    with pytest.raises(SigningIdentityInvalid, match=r"junk\.pem: no readable private key"):
        load_signer(f"pem:{tmp_path / 'chain.pem'},{tmp_path / 'junk.pem'}", directory=tmp_path)
    with pytest.raises(SigningIdentityInvalid, match=r"gone\.pem: No such file"):
        load_signer(f"pem:{tmp_path / 'gone.pem'},{tmp_path / 'key.pem'}", directory=tmp_path)


@pytest.mark.parametrize("spec", ["", "local:x", "pem:", "pem:one", "file:x", "pkcs11:", "awskms:", "awskms:key"])
def test_a_spec_that_names_nothing_is_refused_with_the_forms(spec: str, tmp_path: Path) -> None:
    with pytest.raises(SigningIdentityInvalid, match="expected one of: local, pem"):
        load_signer(spec, directory=tmp_path)


def test_a_certificate_that_expires_while_we_work_fails_the_signing(
    tmp_path: Path, tiny_png: Path, make_claim: Callable[..., Claim]
) -> None:
    leaf = issue("leaf", issue("root"), end=NOW - timedelta(days=1))
    signer = Signer("es256", pem(leaf), lambda message: leaf.key.sign(message, ec.ECDSA(hashes.SHA256())), "test")

    with pytest.raises(SigningFailed):
        sign_file(tiny_png, tmp_path / "o.png", make_claim(media_type="image/png"), signer, trust=TrustAnchors())
    assert not (tmp_path / "o.png").exists()
