"""Signing: what comes out holds, and a signing that fails leaves nothing."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from sealreel.errors import ManifestUnreadable, OutputUnwritable, SameFile, SigningFailed
from sealreel.provenance.manifest import (
    SOFT_BINDING_ALG,
    Claim,
    SignedManifest,
    TrustAnchors,
    read_crjson,
    read_manifest,
    sign_file,
)
from sealreel.provenance.signing import Signer
from sealreel.provenance.watermark import METHOD_NAMES

Sign = Callable[..., Path]
MakeClaim = Callable[..., Claim]


@pytest.mark.parametrize("media_type", ["video/mp4", "image/png", "image/jpeg"])
def test_a_signed_file_is_trusted_where_its_root_is_known(
    media_type: str, tiny_media: dict[str, Path], sign: Sign, trust: TrustAnchors
) -> None:
    signed = sign(tiny_media[media_type], f"signed{tiny_media[media_type].suffix}", media_type=media_type)

    assert read_manifest(signed, trust=trust).state == "trusted"


def test_the_report_says_what_the_claim_said(sign: Sign, trust: TrustAnchors) -> None:
    report = read_manifest(sign(title="my clip"), trust=trust)

    assert report.title == "my clip"
    assert report.claim_generator == "sealreel 0.1.0"
    assert report.digital_source_type == "trainedAlgorithmicMedia"
    assert report.is_ai_generated
    assert report.soft_binding_payload == "1123456789abcdef"
    assert report.signer == "Sealreel local installation"
    assert report.active is not None
    assert report.active.startswith("urn:c2pa:")
    assert report.signed_at is None


def test_the_latent_disclosure_names_provider_system_version_time_id_and_kind(sign: Sign, trust: TrustAnchors) -> None:
    crjson = read_crjson(sign(), trust=trust)

    assert crjson["manifests"][0]["assertions"]["com.sealreel.disclosure"] == {
        "provider": "Sealreel",
        "system": "sealreel-embedded",
        "systemVersion": "0.1.0",
        "createdAt": "2026-11-22T08:00:00Z",
        "contentId": "urn:uuid:3f0a2f54-5c0b-4b55-9f0e-000000000001",
        "generatedOrAltered": "generated",
    }


def test_the_soft_binding_holds_the_payload_as_text(sign: Sign, trust: TrustAnchors) -> None:
    binding = read_crjson(sign(), trust=trust)["manifests"][0]["assertions"]["c2pa.soft-binding"]

    assert binding["alg"] == SOFT_BINDING_ALG
    assert binding["blocks"] == [{"scope": {"timespan": {"start": 0, "end": 1000}}, "value": "1123456789abcdef"}]


@pytest.mark.parametrize("method", [*METHOD_NAMES[1:], "another-s.method_1"])
def test_another_method_has_a_soft_binding_name_of_its_own(sign: Sign, trust: TrustAnchors, method: str) -> None:
    signed = sign(watermark_method=method)
    binding = read_crjson(signed, trust=trust)["manifests"][0]["assertions"]["c2pa.soft-binding"]

    assert binding["alg"] == f"com.sealreel.peer.{method.lower()}"
    assert read_manifest(signed, trust=trust).state == "trusted"


def test_a_file_without_a_mark_claims_none(sign: Sign, trust: TrustAnchors) -> None:
    manifest = read_crjson(sign(watermark_method=None, payload=None), trust=trust)["manifests"][0]

    assert "c2pa.soft-binding" not in manifest["assertions"]
    assert [action["action"] for action in manifest["assertions"]["c2pa.actions.v2"]["actions"]] == ["c2pa.created"]


def test_the_manifest_that_is_returned_is_the_one_in_the_file(
    tmp_path: Path, tiny_mp4: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors
) -> None:
    signed = sign_file(tiny_mp4, tmp_path / "signed.mp4", make_claim(), signer, trust=trust)

    assert isinstance(signed, SignedManifest)
    assert signed.manifest in (tmp_path / "signed.mp4").read_bytes()
    assert signed.manifest_id == read_manifest(tmp_path / "signed.mp4", trust=trust).active
    assert not signed.timestamped
    assert signed.notes == ()


def test_the_source_is_only_read(
    tmp_path: Path, tiny_mp4: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors
) -> None:
    before = tiny_mp4.read_bytes()
    sign_file(tiny_mp4, tmp_path / "signed.mp4", make_claim(), signer, trust=trust)

    assert tiny_mp4.read_bytes() == before


@pytest.mark.parametrize("how", ["same", "symlink", "hard link"])
def test_signing_a_file_onto_itself_is_refused_and_leaves_it_whole(
    how: str, tmp_path: Path, tiny_mp4: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors
) -> None:
    source, target = tmp_path / "clip.mp4", tmp_path / "other.mp4"
    source.write_bytes(tiny_mp4.read_bytes())
    if how == "same":
        target = source
    elif how == "symlink":
        target.symlink_to(source)
    else:
        target.hardlink_to(source)

    with pytest.raises(SameFile):
        sign_file(source, target, make_claim(), signer, trust=trust)
    assert source.read_bytes() == tiny_mp4.read_bytes()


def test_an_earlier_manifest_is_never_dropped(sign: Sign, tmp_path: Path) -> None:
    once = sign(name="once.mp4")

    with pytest.raises(SigningFailed, match="holds a manifest already"):
        sign(once, name="twice.mp4")
    assert list(tmp_path.iterdir()) == [once]


def test_the_original_is_never_the_output(
    tmp_path: Path, tiny_mp4: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors
) -> None:
    original = tmp_path / "original.mp4"
    original.write_bytes(tiny_mp4.read_bytes())

    with pytest.raises(SameFile):
        sign_file(tiny_mp4, original, make_claim(action="c2pa.opened"), signer, trust=trust, parent=original)
    assert original.read_bytes() == tiny_mp4.read_bytes()


def test_what_the_signer_raises_comes_out_and_nothing_is_left(
    tmp_path: Path, tiny_mp4: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors
) -> None:
    def removed(_: bytes) -> bytes:
        raise SigningFailed("the token was removed")

    broken = Signer(signer.algorithm, signer.chain_pem, removed, "test")
    with pytest.raises(SigningFailed, match="the token was removed"):
        sign_file(tiny_mp4, tmp_path / "out.mp4", make_claim(), broken, trust=trust, sidecar=tmp_path / "out.c2pa")
    assert list(tmp_path.iterdir()) == []


def test_a_bug_in_a_signer_is_named_with_its_cause(
    tmp_path: Path, tiny_mp4: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors
) -> None:
    def buggy(_: bytes) -> bytes:
        return dict[str, bytes]()["no such key"]

    broken = Signer(signer.algorithm, signer.chain_pem, buggy, "test")
    with pytest.raises(SigningFailed, match="KeyError"):
        sign_file(tiny_mp4, tmp_path / "out.mp4", make_claim(), broken, trust=trust)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("signature", [b"", b"x" * 64, b"x" * 100_000])
def test_a_worthless_signature_never_leaves_a_file(
    signature: bytes, tmp_path: Path, tiny_mp4: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors
) -> None:
    broken = Signer(signer.algorithm, signer.chain_pem, lambda _: signature, "test")

    with pytest.raises(SigningFailed):
        sign_file(tiny_mp4, tmp_path / "out.mp4", make_claim(), broken, trust=trust)
    assert list(tmp_path.iterdir()) == []


def test_a_type_that_holds_no_manifest_is_refused(
    tmp_path: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors
) -> None:
    source = tmp_path / "clip.webm"
    source.write_bytes(b"\x1a\x45\xdf\xa3" + bytes(100))

    with pytest.raises(SigningFailed):
        sign_file(source, tmp_path / "out.webm", make_claim(media_type="video/webm"), signer, trust=trust)
    assert not (tmp_path / "out.webm").exists()


def test_a_full_disk_is_called_a_full_disk(
    tmp_path: Path, tiny_mp4: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors
) -> None:
    target = tmp_path / "out.mp4"
    target.symlink_to("/dev/full")

    with pytest.raises(OutputUnwritable, match="No space left"):
        sign_file(tiny_mp4, target, make_claim(), signer, trust=trust)
    assert not target.is_symlink()
    assert Path("/dev/full").exists()


def test_a_missing_source_is_named(tmp_path: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors) -> None:
    with pytest.raises(ManifestUnreadable, match=r"gone\.mp4"):
        sign_file(tmp_path / "gone.mp4", tmp_path / "out.mp4", make_claim(), signer, trust=trust)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_output_directory_is_named(
    tmp_path: Path, tiny_mp4: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors
) -> None:
    with pytest.raises(OutputUnwritable, match="nowhere"):
        sign_file(tiny_mp4, tmp_path / "nowhere" / "out.mp4", make_claim(), signer, trust=trust)


def test_a_sidecar_is_written_beside_the_embedded_manifest(
    tmp_path: Path, tiny_mp4: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors
) -> None:
    target, sidecar = tmp_path / "out.mp4", tmp_path / "out.c2pa"
    signed = sign_file(tiny_mp4, target, make_claim(), signer, trust=trust, sidecar=sidecar)

    assert sidecar.read_bytes() == signed.manifest
    assert read_manifest(target, trust=trust, sidecar=sidecar).state == "trusted"


def test_a_sidecar_alone_leaves_the_media_bytes_as_they_were(
    tmp_path: Path, tiny_mp4: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors
) -> None:
    target, sidecar = tmp_path / "out.mp4", tmp_path / "out.c2pa"
    sign_file(tiny_mp4, target, make_claim(), signer, trust=trust, sidecar=sidecar, embed=False)

    assert target.read_bytes() == tiny_mp4.read_bytes()
    assert read_manifest(target, trust=trust).state == "absent"
    assert read_manifest(target, trust=trust, sidecar=sidecar).state == "trusted"


def test_neither_embedded_nor_beside_is_a_mistake(
    tmp_path: Path, tiny_mp4: Path, make_claim: MakeClaim, signer: Signer, trust: TrustAnchors
) -> None:
    with pytest.raises(ValueError, match="sidecar"):
        sign_file(tiny_mp4, tmp_path / "out.mp4", make_claim(), signer, trust=trust, embed=False)


def test_an_unknown_source_type_is_refused(make_claim: MakeClaim) -> None:
    with pytest.raises(ValueError, match="unknown digital source type"):
        make_claim(digital_source_type="trainedAlgorithmicMediaa")


def test_something_created_names_its_source_type(make_claim: MakeClaim) -> None:
    with pytest.raises(ValueError, match="needs a digital_source_type"):
        make_claim(digital_source_type=None)


def test_no_path_of_this_machine_is_in_the_file(sign: Sign, tmp_path: Path) -> None:
    assert str(tmp_path).encode() not in sign().read_bytes()


def test_a_name_that_is_no_text_is_signed_too(sign: Sign, tiny_mp4: Path, tmp_path: Path, trust: TrustAnchors) -> None:
    odd = tmp_path / os.fsdecode(b"\xff\xfe.mp4")
    odd.write_bytes(tiny_mp4.read_bytes())
    report = read_manifest(
        sign(tiny_mp4, title=odd.name, parent=odd, action="c2pa.opened", name="out.mp4"), trust=trust
    )

    assert (report.title, report.ingredients[0].title) == ("??.mp4", "??.mp4")
