"""A good signature over a tampered parent is not good: the tree is walked at any depth."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sealreel.provenance.manifest import Claim, TrustAnchors, read_crjson, read_manifest, sign_file
from sealreel.provenance.manifest.findings import report_of
from sealreel.provenance.signing import Signer

Sign = Callable[..., Path]
LIST = "urn:test:"


def tampered(path: Path) -> Path:
    content = bytearray(path.read_bytes())
    content[content.rindex(b"mdat") + 40] ^= 1
    path.write_bytes(content)
    return path


def test_an_existing_manifest_becomes_the_parent(sign: Sign, trust: TrustAnchors) -> None:
    original = sign(name="original.mp4")
    report = read_manifest(sign(parent=original, action="c2pa.opened"), trust=trust)

    (parent,) = report.ingredients
    assert (parent.title, parent.relationship, parent.state) == ("original.mp4", "parentOf", "trusted")
    assert report.tampered_ingredient is None


def test_an_opened_file_keeps_the_source_type_of_its_parent(sign: Sign, trust: TrustAnchors) -> None:
    report = read_manifest(sign(parent=sign(name="original.mp4"), action="c2pa.opened"), trust=trust)

    assert report.digital_source_type == "trainedAlgorithmicMedia"
    assert report.is_ai_generated


def test_an_edit_says_what_it_added(sign: Sign, trust: TrustAnchors) -> None:
    original = sign(name="original.mp4", digital_source_type="digitalCapture")
    edit = "compositeWithTrainedAlgorithmicMedia"
    signed = sign(parent=original, action="c2pa.opened", digital_source_type=edit)
    actions = read_crjson(signed, trust=trust)["manifests"][0]["assertions"]["c2pa.actions.v2"]["actions"]

    names = [action["action"] for action in actions]
    assert names == ["c2pa.opened", "c2pa.edited", "c2pa.transcoded", "c2pa.watermarked.bound"]
    assert read_manifest(signed, trust=trust).digital_source_type == edit


def test_an_original_without_a_manifest_is_an_absent_ingredient(
    sign: Sign, tiny_mp4: Path, trust: TrustAnchors
) -> None:
    report = read_manifest(sign(parent=tiny_mp4, action="c2pa.opened"), trust=trust)

    assert [ingredient.state for ingredient in report.ingredients] == ["absent"]
    assert report.state == "trusted"


def test_a_tampered_parent_shows_under_a_good_signature(sign: Sign, trust: TrustAnchors) -> None:
    original = tampered(sign(name="original.mp4"))
    report = read_manifest(sign(parent=original, action="c2pa.opened"), trust=trust)

    assert report.state == "trusted"
    assert report.tampered_ingredient is not None
    assert report.tampered_ingredient.failure_kind == "content"
    assert "assertion.bmffHash.mismatch" in report.tampered_ingredient.codes.failure


def test_a_tampered_grandparent_shows_too(sign: Sign, trust: TrustAnchors) -> None:
    oldest = tampered(sign(name="oldest.mp4"))
    middle = sign(name="middle.mp4", parent=oldest, action="c2pa.opened")
    report = read_manifest(sign(parent=middle, action="c2pa.opened"), trust=trust)

    assert report.ingredients[0].state == "trusted"
    assert report.tampered_ingredient is not None
    assert report.tampered_ingredient.title == "oldest.mp4"


def test_signing_over_a_tampered_parent_says_so(
    sign: Sign, tiny_mp4: Path, tmp_path: Path, make_claim: Callable[..., Claim], signer: Signer, trust: TrustAnchors
) -> None:
    original = tampered(sign(name="original.mp4"))
    claim = make_claim(action="c2pa.opened")
    signed = sign_file(tiny_mp4, tmp_path / "child.mp4", claim, signer, trust=trust, parent=original)

    assert any("does not hold" in note for note in signed.notes)


def test_a_parent_keeps_the_manifest_of_its_sidecar(
    tiny_mp4: Path, tmp_path: Path, make_claim: Callable[..., Claim], signer: Signer, trust: TrustAnchors
) -> None:
    original, sidecar = tmp_path / "original.mp4", tmp_path / "original.c2pa"
    first = sign_file(tiny_mp4, original, make_claim(), signer, trust=trust, sidecar=sidecar, embed=False)
    claim = make_claim(action="c2pa.opened")
    child = tmp_path / "child.mp4"
    sign_file(tiny_mp4, child, claim, signer, trust=trust, parent=original, parent_sidecar=sidecar)

    assert read_manifest(child, trust=trust).ingredients[0].state == "trusted"
    assert first.manifest_id.encode() in child.read_bytes()


def test_a_parent_and_opened_go_together(
    tiny_mp4: Path, tmp_path: Path, make_claim: Callable[..., Claim], signer: Signer, trust: TrustAnchors
) -> None:
    with pytest.raises(ValueError, match="go together"):
        sign_file(tiny_mp4, tmp_path / "out.mp4", make_claim(), signer, trust=trust, parent=tiny_mp4)


def status(code: str, explanation: str = "") -> dict[str, str]:
    return {"code": code, "explanation": explanation}


def store(
    *, failure: tuple[str, ...] = (), ingredient_failure: tuple[str, ...] = (), state: str = "Trusted"
) -> dict[str, Any]:
    """What the library reports on a manifest with one ingredient."""
    ingredient = {
        "title": "parent",
        "relationship": "parentOf",
        "active_manifest": "urn:parent",
        "validation_results": {"activeManifest": {"failure": [status(code) for code in ingredient_failure]}},
    }
    trusted = status("signingCredential.trusted", f"found in [{LIST}manifest] trust anchors")
    findings = {"success": [trusted], "failure": [status(code) for code in failure]}
    return {
        "active_manifest": "urn:child",
        "manifests": {"urn:child": {"ingredients": [ingredient]}, "urn:parent": {}},
        "validation_state": state,
        "validation_results": {"activeManifest": findings},
    }


@pytest.mark.parametrize("code", ["signingCredential.expired", "signingCredential.invalid"])
def test_a_parent_whose_certificate_does_not_hold_was_not_tampered_with(code: str) -> None:
    report = report_of(store(ingredient_failure=(code,)), lists=LIST, remote_url=None)

    assert report is not None
    assert report.ingredients[0].state == "invalid"
    assert report.ingredients[0].failure_kind == "credential"
    assert report.tampered_ingredient is None


@pytest.mark.parametrize("code", ["signingCredential.untrusted", "cawg.ica.did_unavailable"])
def test_a_parent_signed_by_a_stranger_is_valid(code: str) -> None:
    report = report_of(store(ingredient_failure=(code,)), lists=LIST, remote_url=None)

    assert report is not None
    assert report.ingredients[0].state == "valid"


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        (("signingCredential.expired", "signingCredential.untrusted"), "credential"),
        (("signingCredential.ocsp.revoked",), "credential"),
        (("claimSignature.outsideValidity",), "credential"),
        (("assertion.dataHash.mismatch", "signingCredential.expired"), "content"),
        (("claimSignature.mismatch",), "content"),
        (("ingredient.manifest.missing",), "content"),
        (("claim.cbor.invalid",), "malformed"),
        (("signingCredential.expired", "claim.malformed"), "malformed"),
        ((), "malformed"),
    ],
)
def test_an_invalid_manifest_says_of_which_kind(codes: tuple[str, ...], kind: str) -> None:
    report = report_of(store(failure=codes, state="Invalid"), lists=LIST, remote_url=None)

    assert report is not None
    assert report.state == "invalid"
    assert report.failure_kind == kind


def test_no_finding_at_all_says_nothing_about_the_file() -> None:
    silent: dict[str, Any] = {"active_manifest": "urn:x", "manifests": {"urn:x": {}}, "validation_state": "Invalid"}

    assert report_of(silent, lists=LIST, remote_url=None) is None


def test_a_store_that_contains_itself_ends() -> None:
    endless = store()
    endless["manifests"]["urn:parent"]["ingredients"] = [{"title": "child", "active_manifest": "urn:child"}]
    report = report_of(endless, lists=LIST, remote_url=None)

    assert report is not None
    assert report.tampered_ingredient is not None
    assert report.tampered_ingredient.title == "contains itself"


def test_a_tree_of_exponential_size_is_cut() -> None:
    bomb = store()
    twice = [{"title": "a"}, {"title": "b"}]
    for level in range(40):
        below = [one | {"active_manifest": f"urn:{level + 1}"} for one in twice]
        bomb["manifests"][f"urn:{level}"] = {"ingredients": below}
    bomb["manifests"]["urn:child"]["ingredients"][0]["active_manifest"] = "urn:0"
    report = report_of(bomb, lists=LIST, remote_url=None)

    assert report is not None
    assert report.tampered_ingredient is not None


@pytest.mark.parametrize("wrong", [None, [], "text", 3, {"x": 1}])
def test_a_store_of_the_wrong_shape_crashes_nothing(wrong: Any) -> None:
    for key in ("active_manifest", "manifests", "validation_state", "validation_results"):
        report = report_of(store() | {key: wrong}, lists=LIST, remote_url=None)
        assert report is None or report.state != "trusted" or key in ("active_manifest", "manifests")
