"""The C2PA programme's asset rubrics on what we sign: each trait by its name, over crJSON.

Rubrics “C2PA Asset Conformance 0.2, Spec 2.4” (31 traits) and “C2PA Asset Integrity” (6), version 1.0 of 2026-08-06
(github.com/c2pa-org/conformance-public, asset-rubrics). Their expressions are JMESPath; these are the same in Python.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from sealreel.provenance.manifest import TrustAnchors, read_crjson

Manifest = dict[str, Any]
Trait = Callable[[Manifest], bool]
Sign = Callable[..., Path]

INCEPTION = {"c2pa.created", "c2pa.opened"}
NOT_EDITORIAL = {
    *("c2pa.converted", "c2pa.published", "c2pa.repackaged", "c2pa.transcoded", "c2pa.resized.proportional"),
    *("c2pa.enhanced", "c2pa.edited.metadata", "c2pa.redacted"),
    *("c2pa.watermarked", "c2pa.watermarked.bound", "c2pa.watermarked.unbound"),
}
MALFORMED = {
    *("assertion.action.malformed", "assertion.bmffHash.malformed", "assertion.boxesHash.malformed"),
    *("assertion.collectionHash.malformed", "assertion.dataHash.malformed", "assertion.external-reference.malformed"),
    *("assertion.external-reference.labelMismatch", "assertion.external-reference.created"),
    *("assertion.ingredient.malformed", "assertion.alternativeContentRepresentation.malformed"),
    *("assertion.alternativeContentRepresentation.missing", "assertion.multiAssetHash.malformed"),
    *("assertion.cbor.invalid", "assertion.json.invalid", "claim.cbor.invalid", "claim.hardBindings.missing"),
    *("claim.malformed", "claim.missing", "claim.multiple", "hashedURI.missing", "ingredient.manifest.missing"),
    *("assertion.boxesHash.unknownBox", "assertion.multipleHardBindings", "manifest.compressed.invalid"),
    *("manifest.html.multipleManifests", "manifest.inaccessible", "manifest.multipleParents"),
    *("manifest.structuredText.emptyReference", "manifest.structuredText.malformedReference"),
    *("manifest.structuredText.multipleReferences", "manifest.structuredText.noManifest"),
    *("manifest.structuredText.noResolutionPath", "manifest.timestamp.invalid", "manifest.timestamp.wrongParents"),
    *("manifest.update.invalid", "manifest.update.wrongParents"),
}
MISMATCHED = {
    *("assertion.action.ingredientMismatch", "assertion.action.redactionMismatch", "assertion.bmffHash.mismatch"),
    *("assertion.boxesHash.mismatch", "assertion.collectionHash.mismatch", "assertion.dataHash.mismatch"),
    *("assertion.external-reference.hashMismatch", "assertion.alternativeContentRepresentation.hashMismatch"),
    *("assertion.multiAssetHash.mismatch", "assertion.hashedURI.mismatch", "assertion.hardBinding.redacted"),
    *("hashedURI.mismatch", "ingredient.manifest.mismatch", "ingredient.claimSignature.missing"),
    *("ingredient.claimSignature.mismatch", "claimSignature.missing"),
}
DISTRUSTED = {
    *("claimSignature.mismatch", "claimSignature.outsideValidity", "signingCredential.invalid"),
    *("signingCredential.ocsp.revoked", "signingCredential.untrusted"),
}
ASSERTIONS = {
    *("c2pa.hash.data", "c2pa.hash.data.part", "c2pa.actions.v2", "c2pa.ingredient.v3", "c2pa.hash.boxes"),
    *("c2pa.hash.bmff.v3", "c2pa.hash.collection.data", "c2pa.soft-binding", "c2pa.cloud-data", "c2pa.embedded-data"),
    *("c2pa.metadata", "c2pa.certificate-status", "c2pa.asset-ref", "c2pa.asset-type.v2", "c2pa.hash.multi-asset"),
    *("c2pa.thumbnail.claim", "c2pa.thumbnail.ingredient", "c2pa.depthmap.GDepth", "c2pa.icon"),
    *("c2pa.alternative-content-representation", "c2pa.external-reference", "c2pa.session-keys"),
    *("c2pa.environmental-sustainability", "c2pa.repository-receipt", "c2pa.ai-disclosure"),
    *("c2pa.assertion.metadata", "c2pa.time-stamp", "font.info"),
}
OLD_ASSERTIONS = {
    *("c2pa.claim", "c2pa.hash.bmff.v2", "c2pa.asset-type", "c2pa.ingredient", "c2pa.ingredient.v2", "c2pa.actions"),
}
ACTIONS = {
    *("c2pa.addedText", "c2pa.adjustedColor", "c2pa.changedSpeed", "c2pa.color_adjustments", "c2pa.converted"),
    *("c2pa.created", "c2pa.cropped", "c2pa.deleted", "c2pa.drawing", "c2pa.dubbed", "c2pa.edited"),
    *("c2pa.edited.metadata", "c2pa.enhanced", "c2pa.filtered", "c2pa.mastered", "c2pa.mixed", "c2pa.opened"),
    *("c2pa.orientation", "c2pa.placed", "c2pa.published", "c2pa.redacted", "c2pa.remixed", "c2pa.removed"),
    *("c2pa.repackaged", "c2pa.resized", "c2pa.resized.proportional", "c2pa.transcoded", "c2pa.translated"),
    *("c2pa.trimmed", "c2pa.unknown", "c2pa.watermarked", "c2pa.watermarked.bound", "c2pa.watermarked.unbound"),
}
OLD_ACTIONS = {
    *("c2pa.copied", "c2pa.formatted", "c2pa.version_updated", "c2pa.printed", "c2pa.managed", "c2pa.produced"),
    *("c2pa.saved", "c2pa.color_adjustments", "c2pa.watermarked"),
}
PARAMETERS = {
    *("redacted", "ingredients", "ingredient", "description", "relatedAssertions", "sourceLanguage", "targetLanguage"),
    *("multipleInstances", "ranges", "weight", "width", "italic", "slant", "optical-size"),
}
UNREFERENCEABLE = {"c2pa.actions", "c2pa.actions.v2", "c2pa.cloud-data", "c2pa.external-reference"}


def inner(outer: Manifest, key: str) -> Manifest:
    """Return what stands under a key, or nothing at all."""
    found: Manifest | None = outer.get(key)
    return found or {}


def assertions(manifest: Manifest) -> dict[str, Any]:
    return inner(manifest, "assertions")


def action_lists(manifest: Manifest) -> list[Manifest]:
    return [one for one in assertions(manifest).values() if "actions" in one]


def actions(manifest: Manifest) -> list[Manifest]:
    return [action for one in action_lists(manifest) for action in one["actions"]]


def ingredients(manifest: Manifest) -> list[Manifest]:
    return [one for one in assertions(manifest).values() if one.get("relationship") is not None]


def failures(manifest: Manifest) -> set[str]:
    missing = {"failure": [{"code": "MISSING_VALIDATION_RESULTS"}]}
    results = inner(manifest, "validationResults") or missing
    return {status["code"] for status in results["failure"]}


def base(label: str) -> str:
    return label.split("__", maxsplit=1)[0]


def perceptible(action: Manifest) -> bool:
    name = action["action"]
    return name.startswith("c2pa.") and name not in INCEPTION | NOT_EDITORIAL | {"c2pa.placed"}


def spec_version(manifest: Manifest) -> Any:
    info: Any = manifest["claim.v2"]["claim_generator_info"]
    first: Manifest = cast("list[Manifest]", info)[0] if isinstance(info, list) else info
    return first.get("specVersion")


def results_present(manifest: Manifest) -> bool:
    return manifest.get("validationResults") is not None


def well_formed(manifest: Manifest) -> bool:
    return not failures(manifest) & (MALFORMED | {"MISSING_VALIDATION_RESULTS"})


def matching(manifest: Manifest) -> bool:
    return not failures(manifest) & (MISMATCHED | {"MISSING_VALIDATION_RESULTS"})


def trusted(manifest: Manifest) -> bool:
    return not failures(manifest) & (DISTRUSTED | {"MISSING_VALIDATION_RESULTS"})


def inception_first(manifest: Manifest) -> bool:
    stated = [one["url"] for one in manifest["claim.v2"]["created_assertions"] if "c2pa.actions" in one["url"]]
    created = any(action["action"] == "c2pa.created" for action in actions(manifest))
    first = actions(manifest)[0]["action"] if actions(manifest) else None
    return bool(stated) and stated[0].endswith("c2pa.actions.v2") and (not created or first in INCEPTION)


def opened_names_its_parent(manifest: Manifest) -> bool:
    opened = [action for action in actions(manifest) if action["action"] == "c2pa.opened"]
    return all(len(inner(action, "parameters").get("ingredients", ())) == 1 for action in opened)


def alternatives_choose(manifest: Manifest) -> bool:
    for one in assertions(manifest).values():
        parameters = inner(one, "parameters")
        if "exif.originalPreservationImage" in (one.get("type"), parameters.get("type")):
            places = ("multiAssetPartIndex", "embeddedOriginalPreservationImage")
            if sum(place in parameters for place in places) != 1:
                return False
    return True


def references_allowed(manifest: Manifest) -> bool:
    for one in assertions(manifest).values():
        if one.get("label") and one.get("url") and one.get("relationship") is None:
            label = str(one["label"])
            if label in UNREFERENCEABLE or label.startswith(("c2pa.hash", "c2pa.ingredient")):
                return False
    return True


def parameters_known(manifest: Manifest) -> bool:
    names = [name for action in actions(manifest) for name in inner(action, "parameters")]
    return all(name in PARAMETERS or "." in name for name in names)


def parameters_current(manifest: Manifest) -> bool:
    blocks = [inner(action, "parameters") for action in actions(manifest)]
    return not any("description" in block or "ingredient" in block for block in blocks)


def humans_rate_nothing(manifest: Manifest) -> bool:
    entries = {"humanEntry.anonymous", "humanEntry.credentialed"}
    rated = [one for one in assertions(manifest).values() if one.get("reviewRatings") is not None]
    return not any(inner(one, "dataSource").get("type") in entries for one in rated)


def reopened_states_all(manifest: Manifest) -> bool:
    if [action["action"] for action in actions(manifest)] != ["c2pa.opened"]:
        return True
    return all(one.get("allActionsIncluded") is True for one in action_lists(manifest))


def no_boxes_in_tiff(manifest: Manifest) -> bool:
    kind = inner(assertions(manifest), "c2pa.asset-type.v2").get("dc:format")
    return "c2pa.hash.boxes" not in assertions(manifest) or kind not in ("image/tiff", "image/x-adobe-dng")


def hashes_name_no_url(manifest: Manifest) -> bool:
    return not any("url" in assertions(manifest).get(label, {}) for label in ("c2pa.hash.data", "c2pa.hash.bmff.v3"))


CONFORMANCE: dict[str, Trait] = {
    "mandatory_dst_for_perceptible_transformations": lambda m: all(
        "digitalSourceType" in action for action in actions(m) if perceptible(action)
    ),
    "mandatory_spec_version": lambda m: (
        isinstance(spec_version(m), str) and spec_version(m).split(".")[:2] == ["2", "4"]
    ),
    "mandatory_all_actions_included": lambda m: all("allActionsIncluded" in one for one in action_lists(m)),
    "no_dst_for_opened_action": lambda m: (
        not any(action["action"] == "c2pa.opened" and "digitalSourceType" in action for action in actions(m))
    ),
    "well_formed_data_present": results_present,
    "well_formed_success": well_formed,
    "valid_data_present": results_present,
    "valid_success": matching,
    "inception_action_position": inception_first,
    "no_deprecated_assertions": lambda m: (
        not any(label.startswith("stds.") or label in OLD_ASSERTIONS for label in assertions(m))
    ),
    "no_unsupported_assertions": lambda m: all(
        base(label) in ASSERTIONS | OLD_ASSERTIONS for label in assertions(m) if label.startswith("c2pa.")
    ),
    "no_deprecated_actions": lambda m: not any(action["action"] in OLD_ACTIONS for action in actions(m)),
    "no_unsupported_actions": lambda m: all(
        action["action"] in ACTIONS for action in actions(m) if action["action"].startswith("c2pa.")
    ),
    "no_unrecognized_custom_assertions": lambda m: all("." in label for label in assertions(m)),
    "no_unrecognized_custom_actions": lambda m: all("." in action["action"] for action in actions(m)),
    "no_unrecognized_custom_action_parameters": parameters_known,
    "discouraged_legacy_action_parameters": parameters_current,
    "active_manifest_urn": lambda m: m["label"].startswith("urn:c2pa:"),
    "review_ratings_datasource": humans_rate_nothing,
    "ingredient_v3_no_active_manifest": lambda m: (
        not any("activeManifest" not in one and "validationResults" in one for one in ingredients(m))
    ),
    "ingredient_v3_mandatory_validation_results": lambda m: (
        not any("activeManifest" in one and "validationResults" not in one for one in ingredients(m))
    ),
    "ingredient_relationship_values": lambda m: all(
        one["relationship"] in ("parentOf", "inputTo", "componentOf") for one in ingredients(m)
    ),
    "mandatory_dst_for_created_action": lambda m: all(
        "digitalSourceType" in action for action in actions(m) if action["action"] == "c2pa.created"
    ),
    "no_deprecated_claim_fields": lambda m: "specVersion" not in m["claim.v2"],
    "ingredient_v3_choice": lambda m: (
        not any("activeManifest" in one and "digitalSourceType" in one for one in ingredients(m))
    ),
    "alternative_content_representation_choice": alternatives_choose,
    "forbidden_labels_in_external_references": references_allowed,
    "no_url_in_hashes": hashes_name_no_url,
    "all_actions_included_opened": reopened_states_all,
    "opened_action_ingredient_reference": opened_names_its_parent,
    "no_box_hash_for_tiff": no_boxes_in_tiff,
}
INTEGRITY: dict[str, Trait] = {
    "well_formed_data_present": results_present,
    "well_formed_success": well_formed,
    "valid_data_present": results_present,
    "valid_success": matching,
    "trusted_data_present": results_present,
    "trusted_success": trusted,
}


@pytest.fixture(
    scope="module",
    params=[
        "generated video", "generated image", "generated from a picture", "generated from a signed picture", "marked",
        "marked, with a manifest",
    ],
)  # fmt: skip
def manifest(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    sign_into: Callable[..., Path],
    tiny_media: dict[str, Path],
    trust: TrustAnchors,
) -> Manifest:
    """The active manifest of each kind of file that leaves us."""
    directory, video, image = tmp_path_factory.mktemp("rubric"), tiny_media["video/mp4"], tiny_media["image/png"]
    if request.param == "generated image":
        signed = sign_into(directory / "a.png", image, media_type="image/png", duration_ms=0)
    elif request.param == "generated from a picture":
        signed = sign_into(directory / "a.mp4", video, inputs=[image])
    elif request.param == "generated from a signed picture":
        picture = sign_into(directory / "a.png", image, media_type="image/png", duration_ms=0)
        signed = sign_into(directory / "a.mp4", video, inputs=[picture])
    elif request.param == "marked":
        captured = {"digital_source_type": "digitalCapture", "generated_or_altered": "altered", "model": None}
        signed = sign_into(directory / "a.mp4", video, **captured)
    else:
        signed = sign_into(directory / "a.mp4", video)
    if request.param == "marked, with a manifest":
        signed = sign_into(directory / "b.mp4", video, parent=signed, action="c2pa.opened")
    return read_crjson(signed, trust=trust)["manifests"][0]


@pytest.mark.parametrize("trait", CONFORMANCE)
def test_what_we_sign_has_the_conformance_trait(trait: str, manifest: Manifest) -> None:
    assert CONFORMANCE[trait](manifest)


@pytest.mark.parametrize("trait", INTEGRITY)
def test_what_we_sign_has_the_integrity_trait(trait: str, manifest: Manifest) -> None:
    assert INTEGRITY[trait](manifest)


def test_the_traits_are_all_31_and_all_6() -> None:
    assert (len(CONFORMANCE), len(INTEGRITY)) == (31, 6)


RUBRICS = (Path(__file__).parents[2] / "../shared/data/c2pa/rubrics/asset-rubrics").resolve()


def published(name: str) -> Iterator[str]:
    _, traits = yaml.safe_load_all((RUBRICS / name).read_text())
    for trait in traits:
        yield trait["id"].removeprefix("validation:")


@pytest.mark.skipif(not RUBRICS.is_dir(), reason="the programme's rubrics (../shared/data/c2pa/rubrics) are absent")
def test_the_traits_are_the_published_ones() -> None:
    assert set(published("asset-rubric-conformance0.2-spec2.4.yml")) == set(CONFORMANCE)
    assert set(published("asset-rubric-integrity.yml")) == set(INTEGRITY)


def test_a_trait_can_fail(manifest: Manifest) -> None:
    spoiled = manifest | {"label": "urn:uuid:1", "validationResults": {"failure": [{"code": "claim.malformed"}]}}

    assert not CONFORMANCE["active_manifest_urn"](spoiled)
    assert not CONFORMANCE["well_formed_success"](spoiled)
    assert CONFORMANCE["valid_success"](spoiled)
