"""RFC 3161 time stamps, given by `openssl ts` behind a local HTTP server, and every way an authority can fail."""

import ipaddress
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sealreel.errors import SettingsInvalid, TimestampUnavailable
from sealreel.provenance.manifest import Claim, SignedManifest, TrustAnchors, read_manifest, sign_file
from sealreel.provenance.signing import Signer, Timestamping
from sealreel.provenance.signing.timestamp import fetch_stamp

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="the program openssl is not installed")
Answer = Callable[[BaseHTTPRequestHandler, bytes], None]

TSA_CONFIG = """
[tsa]
default_tsa = config
[config]
serial = {directory}/serial
signer_cert = {directory}/tsa.pem
signer_key = {directory}/tsa.key
certs = {directory}/root.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with a time stamp authority's certificates and configuration."""
    directory = tmp_path_factory.mktemp("tsa")
    root_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    root = certificate("tsa root", "tsa root", root_key, root_key, ca=True)
    leaf = certificate("tsa", "tsa root", key, root_key, ca=False)
    (directory / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (directory / "tsa.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (directory / "tsa.key").write_bytes(key.private_bytes(*form))
    (directory / "serial").write_text("01\n")
    (directory / "tsa.cnf").write_text(TSA_CONFIG.format(directory=directory))
    return directory


def certificate(
    name: str, issuer: str, key: rsa.RSAPrivateKey, signed_by: rsa.RSAPrivateKey, *, ca: bool, web: bool = False
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(not ca, not ca, False, False, False, ca, ca, False, False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_by.public_key()), critical=False)
    )
    if web:
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    elif not ca:
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    return builder.sign(signed_by, hashes.SHA256())


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Generator[str]:
    """Run an HTTP server that answers every POST; yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self, self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}/stamp"
        server.shutdown()


def replying(body: bytes, status: int = 200) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/timestamp-reply")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def stamping(authority: Path) -> Answer:
    def answer(handler: BaseHTTPRequestHandler, query: bytes) -> None:
        (authority / "query").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-chain", "root.pem"]
        reply = subprocess.run(command, cwd=authority, capture_output=True, check=True).stdout
        replying(reply)(handler, query)

    return answer


@pytest.fixture
def sign_with(
    tmp_path: Path, tiny_png: Path, make_claim: Callable[..., Claim], signer: Signer, trust: TrustAnchors
) -> Callable[[Timestamping], SignedManifest]:
    """Sign the tiny PNG into out.png with a time stamp."""

    def sign(timestamping: Timestamping) -> SignedManifest:
        claim, target = make_claim(media_type="image/png"), tmp_path / "out.png"
        return sign_file(tiny_png, target, claim, signer, trust=trust, timestamping=timestamping)

    return sign


SignWith = Callable[[Timestamping], SignedManifest]


@needs_openssl
def test_a_stamped_signature_says_when(
    authority: Path, sign_with: SignWith, tmp_path: Path, trust: TrustAnchors
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    with serving(stamping(authority)) as url:
        signed = sign_with(Timestamping("required", url))
    report = read_manifest(tmp_path / "out.png", trust=trust)

    assert signed.timestamped
    assert signed.notes == ()
    assert report.state == "trusted"
    assert report.signed_at is not None
    assert before <= report.signed_at <= datetime.now(UTC)


@needs_openssl
def test_an_authority_is_trusted_by_its_own_list_alone(
    authority: Path, sign_with: SignWith, tmp_path: Path, trust: TrustAnchors
) -> None:
    with serving(stamping(authority)) as url:
        sign_with(Timestamping("required", url))
    with_tsa = TrustAnchors(manifest=trust.manifest, tsa=((authority / "root.pem").read_bytes(),))
    misplaced = TrustAnchors(manifest=(*trust.manifest, *with_tsa.tsa), cawg=with_tsa.tsa)
    known, unknown, wrong = (read_manifest(tmp_path / "out.png", trust=one) for one in (with_tsa, trust, misplaced))

    assert (known.state, known.signed_at_trusted) == ("trusted", True)
    assert (unknown.state, unknown.signed_at_trusted) == ("trusted", False)
    assert (wrong.state, wrong.signed_at_trusted) == ("trusted", False)


@needs_openssl
def test_a_stamped_manifest_may_be_signed_by_an_unknown_root(
    authority: Path, sign_with: SignWith, tmp_path: Path
) -> None:
    with serving(stamping(authority)) as url:
        sign_with(Timestamping("required", url))
    only_tsa = TrustAnchors(tsa=((authority / "root.pem").read_bytes(),))

    assert read_manifest(tmp_path / "out.png", trust=only_tsa).state == "valid"


def rejection() -> bytes:
    return bytes.fromhex("30053003020102")  # TimeStampResp { PKIStatusInfo { status rejection(2) } }


def granted_nonsense() -> bytes:
    return bytes.fromhex("30053003020100")  # granted, but no token


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (replying(b"down for maintenance", 503), "HTTP 503"),
        (replying(b"", 302), "HTTP 302; redirects are not followed"),
        (replying(b"<html>"), "not a granted time stamp"),
        (replying(b""), "not a granted time stamp"),
        (replying(rejection()), "not a granted time stamp"),
        (replying(granted_nonsense()), "does not fit"),
        (replying(bytes(3 << 20)), "more than 1048576 bytes"),
    ],
)
def test_a_required_stamp_that_does_not_come_leaves_no_file(
    answer: Answer, reason: str, sign_with: SignWith, tmp_path: Path
) -> None:
    with serving(answer) as url, pytest.raises(TimestampUnavailable, match=reason):
        sign_with(Timestamping("required", url))
    assert list(tmp_path.iterdir()) == []


def test_an_authority_that_is_down_leaves_no_file_where_it_is_required(sign_with: SignWith, tmp_path: Path) -> None:
    with pytest.raises(TimestampUnavailable, match="refused"):
        sign_with(Timestamping("required", f"http://127.0.0.1:{free_port()}/"))
    assert list(tmp_path.iterdir()) == []


def test_best_effort_signs_without_a_stamp_and_says_so(
    sign_with: SignWith, tmp_path: Path, trust: TrustAnchors
) -> None:
    signed = sign_with(Timestamping("best-effort", f"http://127.0.0.1:{free_port()}/"))

    assert not signed.timestamped
    assert any("no time stamp" in note and "refused" in note for note in signed.notes)
    assert read_manifest(tmp_path / "out.png", trust=trust).state == "trusted"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_silent_authority_is_given_up_on() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(TimestampUnavailable, match=r"no answer within 0\.2 s"):
            fetch_stamp(f"http://127.0.0.1:{silent.getsockname()[1]}/", b"query", timeout_seconds=0.2)


def test_an_authority_that_drips_is_given_up_on() -> None:
    def drip(handler: BaseHTTPRequestHandler, _: bytes) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000000")
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x")
                time.sleep(0.01)
        except OSError:  # the client has given up, which is the point
            handler.close_connection = True

    with serving(drip) as url, pytest.raises(TimestampUnavailable, match="no answer within"):
        fetch_stamp(url, b"query", timeout_seconds=0.3)


def tls_of(directory: Path, root_key: rsa.RSAPrivateKey) -> ssl.SSLContext:
    """Make a server certificate for 127.0.0.1 under the root, and a TLS context with it."""
    key = rsa.generate_private_key(65537, 2048)
    leaf = certificate("localhost", "web root", key, root_key, ca=False, web=True)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (directory / "web.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "web.pem")
    return context


@pytest.mark.parametrize("known", [True, False])
def test_an_https_authority_is_asked_only_if_its_certificate_is_good(
    known: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root_key = rsa.generate_private_key(65537, 2048)
    root = certificate("web root", "web root", root_key, root_key, ca=True)
    (tmp_path / "roots.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM) if known else b"")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "roots.pem"))
    reason = "not a granted time stamp" if known else "certificate verify failed"

    tls = tls_of(tmp_path, root_key)
    with serving(replying(b"hello"), tls) as url, pytest.raises(TimestampUnavailable, match=reason):
        fetch_stamp(url, b"query")


def test_nobody_is_asked_unless_told_to(sign_with: SignWith, trust: TrustAnchors, tmp_path: Path) -> None:
    asked: list[bytes] = []

    def note(handler: BaseHTTPRequestHandler, query: bytes) -> None:
        asked.append(query)
        replying(b"")(handler, query)

    with serving(note) as url:
        sign_with(Timestamping("none", url))
    assert asked == []
    assert read_manifest(tmp_path / "out.png", trust=trust).signed_at is None


@pytest.mark.parametrize("url", [None, "", "ftp://x", "tsa.example.com", "http://"])
def test_a_stamp_without_a_usable_address_is_refused_at_once(url: str | None) -> None:
    with pytest.raises(SettingsInvalid):
        Timestamping("required", url)
