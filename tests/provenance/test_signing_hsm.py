"""A PKCS#11 token, played by SoftHSM2: the key is made inside and never comes out."""

import subprocess
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sealreel.errors import SigningFailed, SigningIdentityInvalid
from sealreel.provenance.manifest import Claim, TrustAnchors, read_manifest, sign_file
from sealreel.provenance.signing import load_signer
from sealreel.provenance.signing.hsm import parse_uri

MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
MODULE = next((path for path in MODULES if Path(path).exists()), None)
PIN = "1234"

needs_token = pytest.mark.skipif(MODULE is None, reason="SoftHSM2 is not installed (Debian package softhsm2)")


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, bytes]]:
    """A token “reel” with a P-256 key 01 “ec”, an RSA key 02 “rsa”, and their certificates; gives each one's root."""
    pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
    directory = tmp_path_factory.mktemp("softhsm")
    (directory / "tokens").mkdir()
    (directory / "softhsm2.conf").write_text(f"directories.tokendir = {directory / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(directory / "softhsm2.conf"))
        init = ["softhsm2-util", "--init-token", "--free", "--label", "reel", "--so-pin", "0000", "--pin", PIN]
        subprocess.run(init, check=True, capture_output=True)
        yield {"root": fill(pkcs11)}


def fill(pkcs11: Any) -> bytes:
    """Make two keys on the token and issue certificates for them; return the root, PEM."""
    from pkcs11.util.ec import encode_named_curve_parameters

    root_key = ec.generate_private_key(ec.SECP256R1())
    root = certificate("root", root_key.public_key(), root_key)
    with pkcs11.lib(MODULE).get_token(token_label="reel").open(user_pin=PIN, rw=True) as session:
        curve = {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        domain = session.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)
        pairs = {
            ("ec", b"\x01"): domain.generate_keypair(store=True, label="ec", id=b"\x01"),
            ("rsa", b"\x02"): session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="rsa", id=b"\x02"),
        }
        for (label, key_id), (public, _) in pairs.items():
            leaf = certificate(label, public_key(pkcs11, public), root_key)
            store(pkcs11, session, leaf, label, key_id)
    return root.public_bytes(serialization.Encoding.PEM)


def public_key(pkcs11: Any, public: Any) -> Any:
    if public.key_type == pkcs11.KeyType.RSA:
        number = rsa.RSAPublicNumbers(
            int.from_bytes(public[pkcs11.Attribute.PUBLIC_EXPONENT]), int.from_bytes(public[pkcs11.Attribute.MODULUS])
        )
        return number.public_key()
    point = public[pkcs11.Attribute.EC_POINT][2:]  # the point, out of its DER OCTET STRING
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def store(pkcs11: Any, session: Any, leaf: x509.Certificate, label: str, key_id: bytes) -> None:
    attribute = pkcs11.Attribute
    session.create_object(
        {
            attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
            attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
            attribute.TOKEN: True,
            attribute.LABEL: label,
            attribute.ID: key_id,
            attribute.SUBJECT: leaf.subject.public_bytes(),
            attribute.VALUE: leaf.public_bytes(serialization.Encoding.DER),
        }
    )


def certificate(name: str, key: Any, signed_by: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    now, ca = datetime.now(UTC), name == "root"
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "root")]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key()), critical=False)
    )
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(signed_by, hashes.SHA256())


@needs_token
@pytest.mark.parametrize(
    ("uri", "algorithm"), [("object=ec", "es256"), ("id=%01", "es256"), ("object=rsa;id=%02", "ps256")]
)
def test_a_key_on_a_token_signs(
    uri: str, algorithm: str, token: dict[str, bytes], tmp_path: Path, tiny_png: Path, make_claim: Callable[..., Claim]
) -> None:
    spec = f"pkcs11:token=reel;{uri}?module-path={MODULE}&pin-value={PIN}"
    signer = load_signer(spec, directory=tmp_path)
    trust = TrustAnchors(manifest=(token["root"],))
    sign_file(tiny_png, tmp_path / "out.png", make_claim(media_type="image/png"), signer, trust=trust)

    assert (signer.algorithm, signer.origin) == (algorithm, "pkcs11")
    assert read_manifest(tmp_path / "out.png", trust=trust).state == "trusted"


@needs_token
def test_the_pin_can_come_from_a_file_or_be_asked_for(token: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "pin").write_text(f"{PIN}\n")
    spec = f"pkcs11:token=reel;object=ec?module-path={MODULE}"

    assert load_signer(f"{spec}&pin-source=file:{tmp_path / 'pin'}", directory=tmp_path).algorithm == "es256"
    assert load_signer(spec, directory=tmp_path, password=PIN.encode).algorithm == "es256"


@needs_token
@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (f"pkcs11:token=reel;object=ec?module-path={MODULE}&pin-value=9999", "wrong PIN"),
        (f"pkcs11:token=other;object=ec?module-path={MODULE}&pin-value={PIN}", "not exactly one such token"),
        (f"pkcs11:token=reel;object=none?module-path={MODULE}&pin-value={PIN}", "not exactly one private key"),
        (f"pkcs11:token=reel;object=ec?module-path={MODULE}", "not exactly one private key"),
        ("pkcs11:token=reel;object=ec", "module-path"),
        (f"pkcs11:token=reel?module-path={MODULE}", "names no key"),
    ],
)
def test_a_wrong_uri_says_what_is_wrong(spec: str, reason: str, token: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(SigningIdentityInvalid, match=reason) as caught:
        load_signer(spec, directory=tmp_path)
    assert PIN not in str(caught.value)
    assert "9999" not in str(caught.value)


@needs_token
def test_a_library_that_does_not_load_is_named(tmp_path: Path) -> None:
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")

    with pytest.raises(SigningFailed, match=r"/nowhere\.so"):
        load_signer("pkcs11:token=reel;object=ec?module-path=/nowhere.so&pin-value=1", directory=tmp_path)


@needs_token
def test_the_chain_can_come_from_a_file(token: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "chain.pem").write_bytes(token["root"])
    spec = f"pkcs11:token=reel;object=ec?module-path={MODULE}&pin-value={PIN}&x-chain={tmp_path / 'chain.pem'}"

    with pytest.raises(SigningIdentityInvalid, match="CA certificate"):  # it was read: a root can't sign claims
        load_signer(spec, directory=tmp_path)


@needs_token
def test_a_chain_for_another_key_is_refused_before_anything_is_signed(token: dict[str, bytes], tmp_path: Path) -> None:
    root_key, other_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    other = certificate("other", other_key.public_key(), root_key)
    (tmp_path / "chain.pem").write_bytes(other.public_bytes(serialization.Encoding.PEM))
    spec = f"pkcs11:token=reel;object=ec?module-path={MODULE}&pin-value={PIN}&x-chain={tmp_path / 'chain.pem'}"

    with pytest.raises(SigningIdentityInvalid, match="does not belong"):
        load_signer(spec, directory=tmp_path)


def test_a_uri_is_unquoted_as_the_rfc_says() -> None:
    parsed = parse_uri("pkcs11:token=My%20Token;object=a%3Bb;id=%01%ff?module-path=/x.so&pin-value=1%262")

    assert (parsed.token, parsed.label, parsed.key_id) == ("My Token", "a;b", b"\x01\xff")
    assert (parsed.module, parsed.pin) == ("/x.so", "1&2")


def test_a_pin_is_never_printed() -> None:
    assert "4711" not in repr(parse_uri("pkcs11:object=a?module-path=/x.so&pin-value=4711"))
