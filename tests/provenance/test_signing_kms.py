"""A cloud key: a local server speaks KMS's JSON API and really signs, so boto3 and C2PA run for real."""

import base64
import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sealreel.errors import SigningFailed, SigningIdentityInvalid
from sealreel.provenance.manifest import Claim, TrustAnchors, read_manifest, sign_file
from sealreel.provenance.signing import load_signer

pytest.importorskip("boto3", reason="boto3 is not installed: pip install 'sealreel[kms]'")
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Cloud:
    """One asymmetric key behind KMS's two verbs."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.refuse_to_sign = False

    def answer(self, verb: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if verb == "TrentService.GetPublicKey":
            form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
            public = base64.b64encode(self.key.public_key().public_bytes(*form)).decode()
            return 200, {"KeyId": request["KeyId"], "PublicKey": public, "KeyUsage": "SIGN_VERIFY"}
        if self.refuse_to_sign:
            return 400, {"__type": "AccessDeniedException", "message": "not authorized to perform: kms:Sign"}
        assert request["MessageType"] == "DIGEST"
        digest = base64.b64decode(request["Message"])
        signature = self.sign(digest, request["SigningAlgorithm"])
        return 200, {"KeyId": request["KeyId"], "Signature": base64.b64encode(signature).decode()}

    def sign(self, digest: bytes, algorithm: str) -> bytes:
        if isinstance(self.key, rsa.RSAPrivateKey):
            assert algorithm == "RSASSA_PSS_SHA_256"
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
            return self.key.sign(digest, pss, Prehashed(hashes.SHA256()))
        assert algorithm == f"ECDSA_SHA_{8 * len(digest)}"
        chosen = {32: hashes.SHA256(), 48: hashes.SHA384()}[len(digest)]
        return self.key.sign(digest, ec.ECDSA(Prehashed(chosen)))  # DER, as KMS gives it


@contextmanager
def serving(cloud: Cloud) -> Generator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = cloud.answer(self.headers["X-Amz-Target"], request)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Point the AWS tools at a local address, as a user of a private endpoint does."""

    def point(url: str) -> None:
        for name, value in {
            "AWS_ENDPOINT_URL_KMS": url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_MAX_ATTEMPTS": "1",
        }.items():
            monkeypatch.setenv(name, value)

    return point


def chain_for(key: Key, directory: Path) -> tuple[Path, TrustAnchors]:
    """Issue a signing certificate for the key; return where it is and who trusts it."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    root, leaf = certificate("root", root_key, root_key), certificate("leaf", key, root_key)
    path = directory / "chain.pem"
    path.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    return path, TrustAnchors(manifest=(root.public_bytes(serialization.Encoding.PEM),))


def certificate(name: str, key: Key, signed_by: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    now, ca = datetime.now(UTC), name == "root"
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "root")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key()), critical=False)
    )
    if not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return builder.sign(signed_by, hashes.SHA256())


@pytest.mark.parametrize(
    "make_key",
    [
        lambda: ec.generate_private_key(ec.SECP256R1()),
        lambda: ec.generate_private_key(ec.SECP384R1()),
        lambda: rsa.generate_private_key(65537, 2048),
    ],
    ids=["es256", "es384", "ps256"],
)
def test_a_cloud_key_signs(
    make_key: Callable[[], Key],
    at_home: Callable[[str], None],
    tmp_path: Path,
    tiny_png: Path,
    make_claim: Callable[..., Claim],
) -> None:
    cloud = Cloud(make_key())
    chain, trust = chain_for(cloud.key, tmp_path)
    with serving(cloud) as url:
        at_home(url)
        signer = load_signer(f"awskms:alias/reel,{chain}", directory=tmp_path)
        sign_file(tiny_png, tmp_path / "out.png", make_claim(media_type="image/png"), signer, trust=trust)

    assert signer.origin == "awskms"
    assert read_manifest(tmp_path / "out.png", trust=trust).state == "trusted"


def test_a_chain_for_another_key_is_refused_before_anything_is_signed(
    at_home: Callable[[str], None], tmp_path: Path
) -> None:
    chain, _ = chain_for(ec.generate_private_key(ec.SECP256R1()), tmp_path)
    with serving(Cloud(ec.generate_private_key(ec.SECP256R1()))) as url:
        at_home(url)
        with pytest.raises(SigningIdentityInvalid, match="does not belong"):
            load_signer(f"awskms:alias/reel,{chain}", directory=tmp_path)


def test_what_the_cloud_refuses_is_said(
    at_home: Callable[[str], None], tmp_path: Path, tiny_png: Path, make_claim: Callable[..., Claim]
) -> None:
    cloud = Cloud(ec.generate_private_key(ec.SECP256R1()))
    chain, trust = chain_for(cloud.key, tmp_path)
    with serving(cloud) as url:
        at_home(url)
        signer = load_signer(f"awskms:alias/reel,{chain}", directory=tmp_path)
        cloud.refuse_to_sign = True
        with pytest.raises(SigningFailed, match="not authorized to perform: kms:Sign"):
            sign_file(tiny_png, tmp_path / "out.png", make_claim(media_type="image/png"), signer, trust=trust)
    assert not (tmp_path / "out.png").exists()


def test_a_cloud_that_is_down_is_said(at_home: Callable[[str], None], tmp_path: Path) -> None:
    chain, _ = chain_for(ec.generate_private_key(ec.SECP256R1()), tmp_path)
    with serving(Cloud(ec.generate_private_key(ec.SECP256R1()))) as url:
        pass  # closed again: the port is free, and nobody answers
    at_home(url)

    with pytest.raises(SigningFailed, match="Could not connect"):
        load_signer(f"awskms:alias/reel,{chain}", directory=tmp_path)
