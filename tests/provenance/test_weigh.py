"""The truth table, row by row, and what holds for every combination of evidence."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from sealreel.provenance import Conclusion, Extraction, Fingerprint, Payload, Record, Recovery, Segment, weigh
from sealreel.provenance.likeness import DIFFERENT_CONTENT, SAME_CONTENT
from sealreel.provenance.manifest import Codes, Ingredient, ManifestReport

OURS, OTHER = Payload(record_id=1), Payload(record_id=2)
RECORD = Record(
    payload=OURS,
    method="sealreel.1",
    manifest=b"",
    manifest_id="urn:c2pa:1",
    fingerprint=Fingerprint(hashes=(), duration_ms=0),
    sha256="0" * 64,
    created_at=datetime(2026, 11, 22, tzinfo=UTC),
    media_type="video/mp4",
    file_name="a.mp4",
    file_path="",
    generator="mark",
    digital_source_type="digitalCapture",
    prompt_sha256=None,
)
TAMPERED = Ingredient("parent", "parentOf", "invalid", Codes(), failure_kind="content")
OLD = Ingredient("parent", "parentOf", "invalid", Codes(), failure_kind="credential")

TRUSTED = ManifestReport("trusted", soft_binding_payload=str(OURS))
VALID = ManifestReport("valid", soft_binding_payload=str(OURS))
FOREIGN = ManifestReport("trusted")
LAUNDERED = ManifestReport("trusted", ingredients=(TAMPERED,))
DEEPLY_LAUNDERED = ManifestReport(
    "trusted", ingredients=(Ingredient("p", "parentOf", "trusted", Codes(), (TAMPERED,)),)
)
OLD_PARENT = ManifestReport("trusted", ingredients=(OLD,))
CHANGED = ManifestReport("invalid", failure_kind="content", codes=Codes(failure=("assertion.bmffHash.mismatch",)))
GARBLED = ManifestReport("invalid", failure_kind="malformed")
EXPIRED = ManifestReport("invalid", failure_kind="credential", codes=Codes(failure=("signingCredential.expired",)))
REVOKED = ManifestReport("invalid", failure_kind="credential", codes=Codes(failure=("signingCredential.ocsp.revoked",)))
FORBIDDEN = ManifestReport("invalid", failure_kind="credential", codes=Codes(failure=("signingCredential.invalid",)))
EXPIRED_LAUNDERED = ManifestReport("invalid", failure_kind="credential", ingredients=(TAMPERED,))
ABSENT, REMOTE, UNSUPPORTED = ManifestReport("absent"), ManifestReport("remote_only"), ManifestReport("unsupported")

OVER_OTHER = ManifestReport(
    "trusted",
    soft_binding_payload=str(OURS),
    ingredients=(Ingredient("p", "componentOf", "trusted", Codes(), soft_binding_payload=str(OTHER)),),
)

NOT_CHECKED, NOT_FOUND = Extraction("not_checked", "sealreel.1"), Extraction("not_found", "sealreel.1")
PRESENT = Extraction("present", "sealreel.1", payload=OURS, p_value_log10=-12.0)
PRESENT_OTHER = Extraction("present", "sealreel.1", payload=OTHER, p_value_log10=-12.0)
DECODED = Extraction("decoded", "sealreel.1", payload=OURS, p_value_log10=-100.0)
DECODED_OTHER = Extraction("decoded", "sealreel.1", payload=OTHER, p_value_log10=-100.0)
FIRST, SECOND = Segment(0, 3000, OURS, -60.0, "decoded"), Segment(3000, 6000, OTHER, -50.0, "decoded")
JOINED = replace(DECODED, segments=(FIRST, SECOND))
IN_PART = replace(DECODED, segments=(FIRST, Segment(3000, 6000, None, None)))

MARK_SAME = Recovery(RECORD, "watermark", 0.02, matches=True)
MARK_UNSURE = Recovery(RECORD, "watermark", (SAME_CONTENT + DIFFERENT_CONTENT) / 2, matches=False)
MARK_ELSEWHERE = Recovery(RECORD, "watermark", 0.33, matches=False)
BOTH_SAME = replace(MARK_SAME, in_part=True, others=(replace(MARK_SAME, record=replace(RECORD, payload=OTHER)),))
ONE_ELSEWHERE = replace(BOTH_SAME, others=(MARK_ELSEWHERE,))
ONE_UNSURE = replace(BOTH_SAME, others=(MARK_UNSURE,))
LOOKS_SAME = Recovery(RECORD, "fingerprint", 0.02, matches=True)
LOOKS_OTHER = Recovery(RECORD, "fingerprint", 0.20, matches=False)

TABLE: list[tuple[ManifestReport, Extraction, Recovery | None, Conclusion, str]] = [
    (TRUSTED, NOT_CHECKED, None, "verified", "manifest.trusted"),
    (TRUSTED, NOT_FOUND, None, "verified", "manifest.trusted"),
    (TRUSTED, DECODED, None, "verified", "manifest.trusted"),
    (TRUSTED, DECODED, MARK_SAME, "verified", "manifest.trusted"),
    (TRUSTED, DECODED_OTHER, None, "content_mismatch", "watermark.manifest_disagree"),
    (VALID, NOT_CHECKED, None, "intact_untrusted", "manifest.untrusted"),
    (VALID, DECODED, None, "intact_untrusted", "manifest.untrusted"),
    (VALID, DECODED_OTHER, None, "content_mismatch", "watermark.manifest_disagree"),
    (TRUSTED, PRESENT, None, "verified", "manifest.trusted"),
    (TRUSTED, PRESENT_OTHER, None, "content_mismatch", "watermark.manifest_disagree"),
    (TRUSTED, IN_PART, MARK_SAME, "verified", "manifest.trusted"),
    (TRUSTED, JOINED, BOTH_SAME, "content_mismatch", "watermark.manifest_disagree"),
    (OVER_OTHER, JOINED, BOTH_SAME, "verified", "manifest.trusted"),
    (OVER_OTHER, DECODED_OTHER, None, "verified", "manifest.trusted"),
    (FOREIGN, DECODED, MARK_SAME, "verified", "manifest.trusted"),
    (LAUNDERED, NOT_CHECKED, None, "tampered", "ingredient.tampered"),
    (LAUNDERED, DECODED, MARK_SAME, "tampered", "ingredient.tampered"),
    (DEEPLY_LAUNDERED, NOT_CHECKED, None, "tampered", "ingredient.tampered"),
    (OLD_PARENT, NOT_CHECKED, None, "verified", "manifest.trusted"),
    (CHANGED, NOT_CHECKED, None, "tampered", "manifest.tampered"),
    (CHANGED, DECODED, MARK_SAME, "tampered", "manifest.tampered"),
    (CHANGED, NOT_FOUND, LOOKS_SAME, "tampered", "manifest.tampered"),
    (GARBLED, NOT_FOUND, None, "tampered", "manifest.malformed"),
    (EXPIRED, NOT_FOUND, None, "invalid_credential", "credential.expired"),
    (REVOKED, DECODED, MARK_SAME, "invalid_credential", "credential.revoked"),
    (FORBIDDEN, NOT_CHECKED, None, "invalid_credential", "credential.invalid"),
    (EXPIRED_LAUNDERED, NOT_CHECKED, None, "tampered", "ingredient.tampered"),
    (ABSENT, NOT_CHECKED, None, "no_provenance", "manifest.absent"),
    (ABSENT, NOT_FOUND, None, "no_provenance", "manifest.absent"),
    (ABSENT, PRESENT, None, "no_provenance", "manifest.absent"),
    (ABSENT, DECODED, None, "no_provenance", "manifest.absent"),
    (ABSENT, DECODED, MARK_SAME, "recovered", "recovered.by_watermark"),
    (ABSENT, DECODED, MARK_UNSURE, "recovered", "recovered.by_watermark"),
    (ABSENT, DECODED, MARK_ELSEWHERE, "content_mismatch", "watermark.other_content"),
    (ABSENT, PRESENT, MARK_SAME, "recovered", "recovered.by_presence"),
    (ABSENT, PRESENT, MARK_ELSEWHERE, "content_mismatch", "watermark.other_content"),
    (ABSENT, JOINED, BOTH_SAME, "recovered", "recovered.by_watermark"),
    (ABSENT, JOINED, ONE_UNSURE, "recovered", "recovered.by_watermark"),
    (ABSENT, JOINED, ONE_ELSEWHERE, "content_mismatch", "watermark.other_content"),
    (ABSENT, JOINED, None, "no_provenance", "manifest.absent"),
    (ABSENT, IN_PART, MARK_SAME, "recovered", "recovered.by_watermark"),
    (ABSENT, NOT_FOUND, LOOKS_SAME, "recovered", "recovered.by_fingerprint"),
    (ABSENT, PRESENT, LOOKS_SAME, "recovered", "recovered.by_fingerprint"),
    (ABSENT, NOT_FOUND, LOOKS_OTHER, "no_provenance", "manifest.absent"),
    (REMOTE, NOT_FOUND, None, "no_provenance", "manifest.remote_only"),
    (REMOTE, DECODED, MARK_SAME, "recovered", "recovered.by_watermark"),
    (REMOTE, DECODED, MARK_ELSEWHERE, "content_mismatch", "watermark.other_content"),
    (UNSUPPORTED, NOT_CHECKED, None, "unsupported", "manifest.unsupported"),
    (UNSUPPORTED, NOT_FOUND, None, "unsupported", "manifest.unsupported"),
    (UNSUPPORTED, DECODED, None, "no_provenance", "manifest.unsupported"),
    (UNSUPPORTED, DECODED, MARK_SAME, "recovered", "recovered.by_watermark"),
    (UNSUPPORTED, NOT_FOUND, LOOKS_SAME, "recovered", "recovered.by_fingerprint"),
]

MANIFESTS = [
    *(TRUSTED, VALID, FOREIGN, LAUNDERED, OLD_PARENT, CHANGED, GARBLED),
    *(EXPIRED, REVOKED, EXPIRED_LAUNDERED, ABSENT, REMOTE, UNSUPPORTED),
]
MARKS = [NOT_CHECKED, NOT_FOUND, PRESENT, PRESENT_OTHER, DECODED, DECODED_OTHER, JOINED, IN_PART]
RECOVERIES = [None, MARK_SAME, MARK_UNSURE, MARK_ELSEWHERE, BOTH_SAME, ONE_ELSEWHERE, LOOKS_SAME, LOOKS_OTHER]
EVERYTHING = list(itertools.product(MANIFESTS, MARKS, RECOVERIES))


@pytest.mark.parametrize(("manifest", "watermark", "recovery", "conclusion", "first_reason"), TABLE)
def test_the_table_holds(
    manifest: ManifestReport,
    watermark: Extraction,
    recovery: Recovery | None,
    conclusion: Conclusion,
    first_reason: str,
) -> None:
    found, reasons = weigh(manifest, watermark, recovery)

    assert (found, reasons[0].code) == (conclusion, first_reason)


def test_every_combination_has_a_conclusion_and_a_reason() -> None:
    assert all(weigh(*evidence)[1] for evidence in EVERYTHING)


def test_only_a_trusted_manifest_over_sound_ingredients_is_verified() -> None:
    verified = [evidence for evidence in EVERYTHING if weigh(*evidence)[0] == "verified"]

    assert {evidence[0].state for evidence in verified} == {"trusted"}
    assert all(evidence[0].tampered_ingredient is None for evidence in verified)


def test_no_mark_or_record_makes_a_broken_manifest_good() -> None:
    conclusions = {weigh(*evidence)[0] for evidence in EVERYTHING if evidence[0].state == "invalid"}

    assert conclusions == {"tampered", "invalid_credential"}


def test_nothing_is_recovered_without_a_record() -> None:
    assert all(evidence[2] is not None for evidence in EVERYTHING if weigh(*evidence)[0] == "recovered")


def test_a_copied_mark_is_never_recovered() -> None:
    conclusions = {weigh(*evidence)[0] for evidence in EVERYTHING if evidence[2] in (MARK_ELSEWHERE, ONE_ELSEWHERE)}

    assert "recovered" not in conclusions


def test_a_mark_that_no_store_knows_says_so() -> None:
    _, reasons = weigh(ABSENT, DECODED, None)

    assert "watermark.unknown_record" in {reason.code for reason in reasons}


def test_unclear_content_is_said() -> None:
    _, reasons = weigh(ABSENT, DECODED, MARK_UNSURE)

    assert "recovered.content_unsure" in {reason.code for reason in reasons}


def test_finding_nothing_is_not_worded_as_proof() -> None:
    _, reasons = weigh(ABSENT, NOT_FOUND, None)

    assert "found with the keys at hand; that proves nothing" in " ".join(reason.text for reason in reasons)


def codes(*evidence: Any) -> set[str]:
    return {reason.code for reason in weigh(*evidence)[1]}


def test_the_stretch_that_disagrees_with_the_manifest_is_named() -> None:
    assert weigh(TRUSTED, JOINED, BOTH_SAME)[1][0].text.endswith("than the manifest names, in 3.0–6.0 s.")


def test_marks_of_several_records_are_called_that() -> None:
    assert "watermark.several_records" in codes(ABSENT, JOINED, BOTH_SAME)
    assert "watermark.several_records" not in codes(ABSENT, DECODED, MARK_SAME)


def test_a_mark_in_a_part_speaks_for_that_part() -> None:
    assert "watermark.in_part" in codes(ABSENT, IN_PART, MARK_SAME)
    assert "watermark.in_part" not in codes(ABSENT, JOINED, BOTH_SAME)


def test_a_joined_mark_that_no_store_knows_is_said_beside_the_one_that_is_known() -> None:
    assert {"recovered.by_watermark", "watermark.unknown_record"} <= codes(ABSENT, JOINED, MARK_SAME)


def test_the_mark_of_an_ingredient_is_called_that() -> None:
    assert "watermark.of_ingredient" in codes(OVER_OTHER, JOINED, BOTH_SAME)
