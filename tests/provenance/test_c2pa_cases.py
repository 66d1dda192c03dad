"""The third-party C2PA files, each with its expected state under four trust configurations."""

import csv
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from sealreel.errors import SigningFailed
from sealreel.provenance.manifest import ManifestReport, TrustAnchors, read_manifest

CASES = (Path(__file__).parents[2] / "../shared/data/c2pa").resolve()
TABLE = CASES / "c2pa_cases.csv"
CONFIGURATIONS = ("no_anchors", "test_roots", "c2pa_trust_list", "interim_trust_list")
pytestmark = pytest.mark.skipif(
    not TABLE.is_file(), reason="the third-party C2PA files (../shared/data/c2pa) are absent"
)


@cache
def rows() -> tuple[dict[str, str], ...]:
    if not TABLE.is_file():
        return ()
    with TABLE.open(newline="") as stream:
        return tuple(csv.DictReader(stream))


@cache
def anchors(configuration: str) -> TrustAnchors:
    if configuration == "test_roots":
        return TrustAnchors(manifest=((CASES / "certs/test_cert_root_bundle.pem").read_bytes(),))
    if configuration == "c2pa_trust_list":
        return TrustAnchors(
            manifest=((CASES / "lists/C2PA-TRUST-LIST.pem").read_bytes(),),
            tsa=((CASES / "lists/C2PA-TSA-TRUST-LIST.pem").read_bytes(),),
        )
    if configuration == "interim_trust_list":
        return TrustAnchors(
            manifest=((CASES / "lists/ITL_anchors.pem").read_bytes(),),
            allowed=((CASES / "lists/ITL_allowed.pem").read_bytes(),),
        )
    return TrustAnchors()


def state_of(expected: str) -> tuple[str, str | None]:
    """Turn what the table expects of the library into our state, and its failure kind where it is certain."""
    kinds = {
        "Valid": ("valid", None),
        "Trusted": ("trusted", None),
        "C2paManifestNotFound": ("absent", None),
        "C2paNotSupported": ("unsupported", None),
        "C2paError": ("remote_only", None),
        "C2paOther": ("invalid", "malformed"),
    }
    return kinds.get(expected.split(":", maxsplit=1)[0], ("invalid", None))


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
@pytest.mark.parametrize("row", rows(), ids=lambda row: row["path"])
def test_a_third_party_file_has_the_listed_state(row: dict[str, str], configuration: str) -> None:
    # The table was made with identity assertions checked, and no network to resolve them.
    report = read_manifest(CASES / row["path"], trust=anchors(configuration), identities=True)

    state, kind = state_of(row[f"expected_{configuration}"])
    assert report.state == state
    if kind is not None:
        assert report.failure_kind == kind


def by_name(name: str, trust: TrustAnchors | None = None) -> ManifestReport:
    return read_manifest(CASES / name, trust=trust or anchors("test_roots"))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["path"])
def test_a_person_whose_identity_can_not_be_resolved_makes_no_content_invalid(row: dict[str, str]) -> None:
    report = read_manifest(CASES / row["path"], trust=anchors("test_roots"))

    state, _ = state_of(row["expected_test_roots"])
    about_identity = "cawg" in row["path"] or "CAWG" in row["path"]
    assert report.state in ({"valid", "trusted"} if about_identity else {state})


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("c2pa-rs/E-sig-CA.jpg", "content"),
        ("c2pa-rs/XCA.jpg", "content"),
        ("c2pa-rs/adobe-20220124-E-clm-CAICAI.jpg", "content"),
        ("public-testfiles/adobe-20220124-E-dat-CA.jpg", "content"),
        ("public-testfiles/adobe-20220124-E-sig-CA.jpg", "content"),
        ("public-testfiles/adobe-20220124-E-uri-CA.jpg", "content"),
        ("public-testfiles/adobe-20220124-E-uri-CIE-sig-CA.jpg", "content"),
        ("public-testfiles/truepic-20230212-camera.jpg", "content"),
        ("public-testfiles/nikon-20221019-building.jpeg", "credential"),
    ],
)
def test_what_does_not_hold_is_told_apart(name: str, kind: str) -> None:
    assert by_name(name).failure_kind == kind


@pytest.mark.parametrize(
    "name",
    [
        "c2pa-rs/CIE-sig-CA.jpg",
        "c2pa-rs/CACAE-uri-CA.jpg",
        "public-testfiles/adobe-20220124-CIE-sig-CA.jpg",
        "public-testfiles/adobe-20220124-E-uri-CIE-sig-CA.jpg",
    ],
)
def test_a_tampered_ingredient_is_found_though_the_file_itself_may_hold(name: str) -> None:
    assert by_name(name).tampered_ingredient is not None


@pytest.mark.parametrize("name", ["CAICA", "CACAICAICICA", "CAIAIIICAICIICAIICICA", "CICACACA"])
def test_good_ingredients_are_not_called_tampered(name: str) -> None:
    report = by_name(f"public-testfiles/adobe-20220124-{name}.jpg")

    assert report.ingredients
    assert report.tampered_ingredient is None


def test_a_manifest_elsewhere_is_named_and_not_fetched() -> None:
    report = by_name("c2pa-rs/cloud.jpg")

    assert report.state == "remote_only"
    assert report.remote_url is not None
    assert report.remote_url.startswith("https://cai-manifests.adobe.com/")


def test_a_time_stamp_gives_the_time_of_signing() -> None:
    report = by_name("c2pa-rs/video1.mp4", TrustAnchors())

    assert report.signed_at == datetime(2023, 12, 2, 16, 34, 19, tzinfo=UTC)
    assert not report.signed_at_trusted


@pytest.mark.parametrize(
    ("name", "state", "tampered"),
    [
        ("public-testfiles/adobe-20220124-CA.jpg", "trusted", False),
        ("public-testfiles/nikon-20221019-building.jpeg", "invalid", False),
        ("public-testfiles/adobe-20220124-E-sig-CA.jpg", "invalid", True),
        ("c2pa-rs/C_with_CAWG_data.jpg", "trusted", False),
        ("c2pa-rs/no_manifest.jpg", "absent", False),
        ("c2pa-rs/cloud.jpg", "remote_only", False),
    ],
)
def test_somebody_elses_file_is_kept_as_what_it_is(
    name: str, state: str, tampered: bool, tiny_mp4: Path, sign_into: Callable[..., Path], tmp_path: Path
) -> None:
    signed = sign_into(tmp_path / "child.mp4", tiny_mp4, CASES / name, action="c2pa.opened")
    report = read_manifest(signed, trust=anchors("test_roots"))

    assert report.state == "valid"
    assert [ingredient.state for ingredient in report.ingredients] == [state]
    assert (report.tampered_ingredient is not None) is tampered


def test_a_manifest_that_can_not_be_kept_is_an_error_not_a_loss(
    tiny_mp4: Path, sign_into: Callable[..., Path], tmp_path: Path
) -> None:
    with pytest.raises(SigningFailed, match="can't be kept as an ingredient"):
        sign_into(tmp_path / "child.mp4", tiny_mp4, CASES / "c2pa-rs/prerelease.jpg", action="c2pa.opened")
    assert list(tmp_path.iterdir()) == []


@contextmanager
def serving(content: bytes, asked: list[str]) -> Generator[int]:
    """Serve one manifest on a loopback port, and note what is asked for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.mark.parametrize("online", [False, True])
def test_a_manifest_elsewhere_is_fetched_only_online(online: bool, tmp_path: Path) -> None:
    content, asked = (CASES / "c2pa-rs/cloud.jpg").read_bytes(), list[str]()
    start = content.index(b"https://cai-manifests.adobe.com")
    end = start + content[start:].index(b'"')
    with serving((CASES / "c2pa-rs/cloud_manifest.c2pa").read_bytes(), asked) as port:
        address = f"http://127.0.0.1:{port}/manifest".encode().ljust(end - start, b"x")
        (tmp_path / "cloud.jpg").write_bytes(content[:start] + address + content[end:])
        report = read_manifest(tmp_path / "cloud.jpg", trust=TrustAnchors(), online=online)

    assert bool(asked) is online
    assert (report.state == "remote_only") is not online
    assert report.remote_url == address.decode()
