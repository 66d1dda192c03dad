"""The nouns as JSON objects: what other programs may rely on, each with its schema in `schemas/`."""

import json
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from .console import describe

if TYPE_CHECKING:
    from ..provenance import Extraction, Output, Reason, Record, Recovery, Verdict
    from ..provenance.manifest import Ingredient, ManifestReport

SCHEMAS = ("verify", "output", "error", "config", "keys", "record", "store", "bench", "train", "calibrate", "detect")
"""Every kind of JSON object that some verb prints; `sealreel.NAME/1` in its `schema` field."""


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of one kind of answer, as shipped."""
    text = resources.files(__package__ or "").joinpath("schemas", f"{name}.json").read_text("utf-8")
    return json.loads(text)


def error_answer(error: BaseException, *, file: str | None, code: int) -> dict[str, Any]:
    """Return what stands in for an answer that could not be given."""
    return {
        "schema": "sealreel.error/1",
        "file": file,
        "verdict": "error",
        "reasons": [{"code": _code(error), "text": describe(error, file=file)}],
        "exit": int(code),
    }


def _code(error: BaseException) -> str:
    return f"error.{type(error).__name__}"


def verify_error_answer(error: BaseException, *, file: str, verdict: str = "error") -> dict[str, Any]:
    """Return the answer of `verify` for a file that could not be looked at: nothing but the reason."""
    return {
        "schema": "sealreel.verify/1",
        "file": file,
        "sha256": None,
        "verdict": verdict,
        "reasons": [{"code": _code(error), "text": describe(error, file=file)}],
        "manifest": None,
        "watermark": None,
        "recovered": None,
        "detection": None,
    }


def verify_answer(verdict: "Verdict") -> dict[str, Any]:
    """Return `sealreel.verify/1` of one file."""
    return {
        "schema": "sealreel.verify/1",
        "file": verdict.file,
        "sha256": verdict.sha256,
        "verdict": verdict.conclusion,
        "reasons": [_reason(reason) for reason in verdict.reasons],
        "manifest": _manifest(verdict.manifest),
        "watermark": _watermark(verdict.watermark),
        "recovered": None if verdict.recovery is None else _recovery(verdict.recovery),
        "detection": verdict.detection,
    }


def _reason(reason: "Reason") -> dict[str, str]:
    return {"code": reason.code, "text": reason.text}


def _manifest(report: "ManifestReport") -> dict[str, Any]:
    return {
        "state": report.state,
        "active": report.active,
        "claim_generator": report.claim_generator,
        "signer": report.signer,
        "signed_at": None if report.signed_at is None else report.signed_at.isoformat(),
        "signed_at_trusted": report.signed_at_trusted,
        "title": report.title,
        "digital_source_type": report.digital_source_type,
        "is_ai_generated": report.is_ai_generated,
        "soft_binding_payload": report.soft_binding_payload,
        "ingredients": [_ingredient(one) for one in report.ingredients],
        "codes": {
            "success": list(report.codes.success),
            "informational": list(report.codes.informational),
            "failure": list(report.codes.failure),
        },
        "failure_kind": report.failure_kind,
        "remote_url": report.remote_url,
        "detail": report.detail,
    }


def _ingredient(ingredient: "Ingredient") -> dict[str, Any]:
    return {
        "title": ingredient.title,
        "relationship": ingredient.relationship,
        "state": ingredient.state,
        "failure_kind": ingredient.failure_kind,
        "failure": list(ingredient.codes.failure),
        "ingredients": [_ingredient(one) for one in ingredient.ingredients],
    }


def _watermark(extraction: "Extraction") -> dict[str, Any]:
    return {
        "status": extraction.status,
        "method": extraction.method,
        "payload": _text_or_none(extraction.payload),
        "p_value_log10": extraction.p_value_log10,
        "segments": [
            {
                "start_ms": segment.start_ms,
                "end_ms": segment.end_ms,
                "payload": _text_or_none(segment.payload),
                "p_value_log10": segment.p_value_log10,
                "status": segment.status,
            }
            for segment in extraction.segments
        ],
        "frames_read": extraction.frames_read,
        "geometry": extraction.geometry,
    }


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)


def _recovery(recovery: "Recovery") -> dict[str, Any]:
    return {
        "found_by": recovery.found_by,
        "distance": recovery.distance,
        "matches": recovery.matches,
        "record": record_answer(recovery.record),
        "in_part": recovery.in_part,
        "others": [_recovery(one) for one in recovery.others],
    }


def record_answer(record: "Record") -> dict[str, Any]:
    """Return `sealreel.record/1`: a row of the store, without the manifest's bytes and the local path."""
    return {
        "schema": "sealreel.record/1",
        "payload": str(record.payload),
        "method": record.method,
        "manifest": record.manifest_id,
        "sha256": record.sha256,
        "created_at": record.created_at.isoformat(),
        "media_type": record.media_type,
        "file_name": record.file_name,
        "generator": record.generator,
        "digital_source_type": record.digital_source_type or None,
        "prompt_sha256": record.prompt_sha256,
        "duration_ms": record.fingerprint.duration_ms,
        "state": record.state,
    }


def output_answer(output: "Output") -> dict[str, Any]:
    """Return `sealreel.output/1` of one file that was let out."""
    return {
        "schema": "sealreel.output/1",
        "file": str(output.file),
        "sha256": output.sha256,
        "payload": _text_or_none(output.payload),
        "manifest": output.manifest_id,
        "record": _text_or_none(output.record),
        "mark": {
            "p_value_log10": output.p_value_log10,
            "psnr_y_db": output.psnr_y_db,
            "expected_p_value_log10": output.expected_p_value_log10,
        },
        "model": output.model,
        "weights_sha256": output.weights_sha256,
        "seed": output.seed,
        "wording": output.wording,
        "notes": [*output.remarks, *output.notes],
        "timings_ms": dict(output.timings_ms),
    }


def with_schema(name: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer under its schema's name."""
    return {"schema": f"sealreel.{name}/1", **answer}
