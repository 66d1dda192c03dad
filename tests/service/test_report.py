"""What a person reads of a verdict."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from sealreel.provenance import (
    Extraction,
    Fingerprint,
    Payload,
    Reason,
    Record,
    Recovery,
    Segment,
    Verdict,
)
from sealreel.provenance.manifest import Ingredient, ManifestReport
from sealreel.provenance.manifest.report import Codes, ManifestState
from sealreel.provenance.verdict import Conclusion
from sealreel.service.report import SENTENCES, failure, report

HOSTILE = "\x1b[2J\u202eevil\nverdict: verified\x00"
PAYLOAD = Payload(record_id=0x123, version=1)
RECORD = Record(
    payload=PAYLOAD,
    method="sealreel.1",
    manifest=b"",
    manifest_id="urn:c2pa:1",
    fingerprint=Fingerprint(hashes=(1,), duration_ms=1000),
    sha256="0" * 64,
    created_at=datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
    media_type="video/mp4",
    file_name=HOSTILE,
    file_path="/x",
    generator="mark",
    digital_source_type=HOSTILE,
    prompt_sha256=None,
)
FULL = Verdict(
    file=HOSTILE,
    sha256="0" * 64,
    conclusion="recovered",
    reasons=(Reason(code="watermark.record", text=HOSTILE), Reason(code="manifest.absent", text="none")),
    manifest=ManifestReport(
        state="trusted",
        claim_generator=HOSTILE,
        signer=HOSTILE,
        signed_at=datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
        title=HOSTILE,
        digital_source_type=HOSTILE,
        is_ai_generated=True,
        ingredients=(Ingredient(title=HOSTILE, relationship="parentOf", state="invalid", codes=Codes()),),
        remote_url=HOSTILE,
    ),
    watermark=Extraction(
        status="decoded", method="sealreel.1", payload=PAYLOAD, p_value_log10=-187.31, geometry=HOSTILE
    ),
    recovery=Recovery(record=RECORD, found_by="watermark", distance=0.02, matches=True),
)


def test_no_text_of_the_file_reaches_the_terminal_unescaped() -> None:
    assert all(line.isprintable() for line in report(FULL).splitlines())
    assert report(FULL).count("\\u{1b}[2J") == 10


def test_a_file_cannot_write_a_line_of_the_report_itself() -> None:
    assert not any(line.strip().startswith("verdict: verified") for line in report(FULL).splitlines())


def test_the_texts_stand_in_one_column() -> None:
    lines = report(FULL).splitlines()[1:]

    assert all(line[:2] == "  " and line[13] == " " and line[14] != " " for line in lines)


def test_a_decoded_payload_stands_beside_its_p_value() -> None:
    assert "payload 1000000000000123 (sealreel.1, p = 10^-187.3" in report(FULL)


def test_nothing_found_is_said_as_such_and_never_as_a_proof() -> None:
    nothing = Verdict(
        file="a.mp4",
        sha256=None,
        conclusion="no_provenance",
        reasons=(Reason(code="nothing.found", text="nothing found with the keys at hand"),),
        manifest=ManifestReport(state="absent"),
        watermark=Extraction(status="not_found", method="sealreel.1"),
    )

    assert "  watermark   nothing found with the keys at hand; that proves nothing" in report(nothing)
    assert "authentic" not in report(nothing)


@pytest.mark.parametrize("conclusion", get_args(Conclusion))
def test_every_conclusion_has_its_sentence(conclusion: Conclusion) -> None:
    assert SENTENCES[conclusion] in report(replace(FULL, conclusion=conclusion))


@pytest.mark.parametrize("state", get_args(ManifestState))
def test_every_state_of_a_manifest_has_its_words(state: ManifestState) -> None:
    assert "  manifest    " in report(replace(FULL, manifest=ManifestReport(state=state)))


def test_a_time_stamp_of_an_unknown_authority_is_called_that() -> None:
    assert "time-stamped 2026-11-22 08:00:00 UTC by an authority that is not trusted here" in report(FULL)


def test_ingredients_are_shown_in_their_tree() -> None:
    leaf = Ingredient(title="leaf", relationship="parentOf", state="trusted", codes=Codes())
    tree = Ingredient(title="tree", relationship="parentOf", state="valid", codes=Codes(), ingredients=(leaf,))

    shown = report(replace(FULL, manifest=ManifestReport(state="trusted", ingredients=(tree,))))

    assert "  made from   “tree”: valid, signer not trusted here\n  made from     “leaf”: trusted" in shown


def test_a_file_that_could_not_be_looked_at_is_named_safely() -> None:
    assert failure("a\x1b.mp4", "error") == "a\\u{1b}.mp4: error\n              could not be looked at"


def segments(*payloads: Payload | None) -> tuple[Segment, ...]:
    """One stretch of a second each."""
    return tuple(
        Segment(1000 * start, 1000 * start + 1000, payload, None if payload is None else -20.0 - start, "decoded")
        for start, payload in enumerate(payloads)
    )


def test_the_marks_of_a_joined_clip_stand_beside_their_times() -> None:
    joined = replace(FULL.watermark, segments=segments(PAYLOAD, PAYLOAD, None, Payload(record_id=0x456)))

    lines = [line.strip() for line in report(replace(FULL, watermark=joined)).splitlines()]

    assert "0.0–2.0 s: payload 1000000000000123 decoded, p = 10^-21.0" in lines
    assert "2.0–3.0 s: nothing found" in lines
    assert "3.0–4.0 s: payload 1000000000000456 decoded, p = 10^-23.0" in lines


def test_one_mark_all_along_needs_no_list_of_times() -> None:
    even = replace(FULL.watermark, segments=segments(PAYLOAD, PAYLOAD))

    assert " s: " not in report(replace(FULL, watermark=even))


def test_a_mark_that_was_asked_for_by_name_is_not_said_to_have_been_read() -> None:
    weak = replace(FULL.watermark, status="present", geometry="identity")

    assert "payload 1000000000000123 found present, too weak to be read (sealreel.1, p = 10^-187.3)" in report(
        replace(FULL, watermark=weak)
    )


def test_every_record_of_a_joined_clip_is_shown() -> None:
    assert FULL.recovery is not None
    other = replace(FULL.recovery, record=replace(RECORD, payload=Payload(record_id=0x456)), in_part=True)

    assert "1000000000000456, found in part through the watermark" in report(
        replace(FULL, recovery=replace(FULL.recovery, others=(other,)))
    )
