"""The JSON answers are what their schemas say, and hold nothing that the schemas do not name."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import jsonschema
import pytest

from sealreel.errors import RefusedByPolicy, UnreadableMedia
from sealreel.provenance import Extraction, Fingerprint, Payload, Reason, Record, Recovery, Segment, Verdict
from sealreel.provenance.manifest import Codes, Ingredient, ManifestReport
from sealreel.service.answers import (
    SCHEMAS,
    error_answer,
    record_answer,
    schema,
    verify_answer,
    verify_error_answer,
)

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PAYLOAD = Payload(record_id=5)
RECORD = Record(
    payload=PAYLOAD,
    method="sealreel.1",
    manifest=b"secret bytes",
    manifest_id="urn:c2pa:1",
    fingerprint=Fingerprint(hashes=(1,), duration_ms=3000),
    sha256="0" * 64,
    created_at=NOW,
    media_type="video/mp4",
    file_name="a.mp4",
    file_path="/home/someone/a.mp4",
    generator="mark",
    digital_source_type="trainedAlgorithmicMedia",
    prompt_sha256=None,
)
BELOW = Ingredient(title="x", relationship="parentOf", state="invalid", codes=Codes(failure=("assertion.x",)))
VERDICT = Verdict(
    file="a\udcff\x1b.mp4",
    sha256="a" * 64,
    conclusion="recovered",
    reasons=(Reason(code="watermark.record", text="found"),),
    manifest=ManifestReport(state="valid", signed_at=NOW, ingredients=(replace(BELOW, ingredients=(BELOW,)),)),
    watermark=Extraction(
        status="decoded",
        method="sealreel.1",
        payload=PAYLOAD,
        p_value_log10=-20.5,
        segments=(Segment(start_ms=0, end_ms=3000, payload=PAYLOAD, p_value_log10=-20.5, status="decoded"),),
    ),
    recovery=Recovery(
        record=RECORD,
        found_by="watermark",
        distance=0.01,
        matches=True,
        in_part=True,
        others=(Recovery(record=RECORD, found_by="watermark", distance=0.2, matches=False, in_part=True),),
    ),
)


def closed(node: Any) -> Any:
    """Return the schema with every object closed: what is not named there is not allowed."""
    if isinstance(node, list):
        return [closed(item) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    below = {key: closed(value) for key, value in cast("dict[str, Any]", node).items()}
    return {**below, "additionalProperties": False} if "properties" in below and "const" not in below else below


def check(name: str, answer: dict[str, Any]) -> None:
    line = json.loads(json.dumps(answer, allow_nan=False))
    jsonschema.Draft202012Validator(closed(schema(name))).validate(line)  # pyright: ignore[reportUnknownMemberType]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one_and_is_shipped(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))

    assert schema(name)["$id"] == f"urn:sealreel:schema:{name}:1"


def test_a_full_verdict_fits_its_schema() -> None:
    check("verify", verify_answer(VERDICT))


def test_a_verdict_without_findings_fits_its_schema() -> None:
    nothing = replace(
        VERDICT,
        conclusion="no_provenance",
        manifest=ManifestReport(state="absent"),
        watermark=Extraction(status="not_found", method="sealreel.1"),
        recovery=None,
    )

    check("verify", verify_answer(nothing))


def test_a_file_that_could_not_be_looked_at_fits_the_same_schema() -> None:
    check("verify", verify_error_answer(UnreadableMedia("a.mp4: empty"), file="a.mp4"))


def test_an_error_fits_its_schema() -> None:
    check("error", error_answer(RefusedByPolicy("no"), file=None, code=7))


def test_a_record_fits_its_schema_and_keeps_the_local_path_to_itself() -> None:
    check("record", record_answer(RECORD))

    assert "/home/someone" not in json.dumps(record_answer(RECORD))
