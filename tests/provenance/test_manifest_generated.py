"""What the manifest of a generated clip says of the model and of what the model was given."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sealreel.provenance.manifest import ModelInfo, TrustAnchors, read_crjson, read_manifest, sign_file
from sealreel.provenance.signing import Signer

Sign = Callable[..., Path]
WEIGHTS = "ab" * 32


@pytest.fixture
def picture(sign: Sign, tiny_png: Path) -> Path:
    """A picture with a manifest."""
    return sign(tiny_png, name="picture.png", media_type="image/png", duration_ms=0)


def assertions(path: Path, trust: TrustAnchors) -> dict[str, Any]:
    return read_crjson(path, trust=trust)["manifests"][0]["assertions"]


def test_the_disclosure_names_model_version_and_weights(sign: Sign, trust: TrustAnchors) -> None:
    model = ModelInfo(name="tiny-world", identifier="tiny-world@2", weights_sha256=WEIGHTS)

    disclosure = assertions(sign(model=model), trust)["c2pa.ai-disclosure"]

    assert disclosure["modelName"] == "tiny-world"
    assert disclosure["modelIdentifier"] == f"tiny-world@2#sha256={WEIGHTS}"
    assert disclosure["modelType"] == "c2pa.types.model.pytorch"


def test_weights_that_nobody_hashed_are_not_named(sign: Sign, trust: TrustAnchors) -> None:
    model = ModelInfo(name="tiny-world", identifier="tiny-world@2")

    assert assertions(sign(model=model), trust)["c2pa.ai-disclosure"]["modelIdentifier"] == "tiny-world@2"


def test_a_picture_is_an_ingredient_that_the_creation_took(sign: Sign, tiny_png: Path, trust: TrustAnchors) -> None:
    found = assertions(sign(inputs=[tiny_png]), trust)

    created = found["c2pa.actions.v2"]["actions"][0]
    (reference,) = created["parameters"]["ingredients"]
    assert found["c2pa.ingredient.v3"]["relationship"] == "inputTo"
    assert found["c2pa.ingredient.v3"]["dc:title"] == tiny_png.name
    assert created["action"] == "c2pa.created"
    assert reference["url"].endswith("c2pa.ingredient.v3")


@pytest.mark.parametrize("signed", [False, True])
def test_the_clip_is_ai_generated_whatever_it_started_from(
    sign: Sign, tiny_png: Path, trust: TrustAnchors, signed: bool
) -> None:
    captured = {"digital_source_type": "digitalCapture", "model": None, "media_type": "image/png", "duration_ms": 0}
    start = sign(tiny_png, name="photo.png", **captured) if signed else tiny_png

    report = read_manifest(sign(inputs=[start]), trust=trust)

    assert (report.state, report.digital_source_type) == ("trusted", "trainedAlgorithmicMedia")
    assert [one.state for one in report.ingredients] == ["trusted" if signed else "absent"]


def test_a_picture_keeps_the_manifest_beside_it(
    sign_into: Sign, sign: Sign, tiny_png: Path, tmp_path: Path, trust: TrustAnchors
) -> None:
    start = tmp_path / "start.png"
    sign_into(start, tiny_png, media_type="image/png", duration_ms=0, sidecar=tmp_path / "start.c2pa", embed=False)

    report = read_manifest(sign(inputs=[start]), trust=trust)

    assert [(one.title, one.state) for one in report.ingredients] == [("start.png", "trusted")]


def test_a_picture_that_was_tampered_with_shows(sign: Sign, picture: Path, trust: TrustAnchors) -> None:
    content = bytearray(picture.read_bytes())
    content[content.rindex(b"IDAT") + 12] ^= 1
    picture.write_bytes(content)

    report = read_manifest(sign(inputs=[picture]), trust=trust)

    assert report.state == "trusted"
    assert report.tampered_ingredient is not None


def test_several_inputs_are_all_named(sign: Sign, tiny_png: Path, picture: Path, trust: TrustAnchors) -> None:
    report = read_manifest(sign(inputs=[tiny_png, picture]), trust=trust)

    assert [(one.relationship, one.state) for one in report.ingredients] == [
        ("inputTo", "absent"),
        ("inputTo", "trusted"),
    ]


def test_the_claim_and_the_files_agree(
    make_claim: Callable[..., Any], tiny_mp4: Path, tmp_path: Path, signer: Signer, trust: TrustAnchors
) -> None:
    with pytest.raises(ValueError, match="inputs are given to what creates"):
        make_claim(action="c2pa.opened", inputs=1)
    with pytest.raises(ValueError, match="speaks of 1 inputs, 0 are given"):
        sign_file(tiny_mp4, tmp_path / "out.mp4", make_claim(inputs=1), signer, trust=trust)
