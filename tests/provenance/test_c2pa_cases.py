"""The third-party C2PA files, each with its expected state under four trust configurations."""

import csv
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

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
