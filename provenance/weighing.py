"""From pieces of evidence to one conclusion: a truth table, without files, clocks or networks.

| manifest | ingredient | pixels and store | conclusion |
|---|---|---|---|
| trusted, valid | tampered | any | `tampered` |
| trusted, valid | sound | a stretch carries a payload that neither it nor an ingredient names | `content_mismatch` |
| trusted | sound | anything else | `verified` |
| valid | sound | anything else | `intact_untrusted` |
| invalid: content, malformed | any | any | `tampered` |
| invalid: credential | tampered | any | `tampered` |
| invalid: credential | sound | any | `invalid_credential` |
| absent, remote only, unsupported | – | mark and record, other content in any stretch | `content_mismatch` |
| absent, remote only, unsupported | – | mark (read or present), record, same or unclear content | `recovered` |
| absent, remote only, unsupported | – | no mark, a record of the same content | `recovered` |
| absent, remote only | – | mark without record, or nothing | `no_provenance` |
| unsupported | – | nothing | `unsupported` |

Stretches of time are weighed one by one. A clip joined from two marked ones, without a manifest, is `recovered`: it
led to two records, and each holds for its own stretch (`watermark.several_records`). The same clip under an intact
manifest that names one of them, and has no ingredient that names the other, is `content_mismatch`: somebody signed that
its pixels are one record's, and a part of them is not. Where only a part carries a mark, nothing is said of the rest.
"""

from .extraction import Extraction
from .likeness import DIFFERENT_CONTENT
from .manifest.report import ManifestReport
from .verdict import Conclusion, Reason, Recovery

TEXTS: dict[str, str] = {
    "manifest.trusted": "The manifest holds, and its signer is on a trust list of this installation.",
    "manifest.untrusted": "The manifest holds, but its signer is not on a trust list of this installation.",
    "manifest.tampered": "The file is not what was signed: its content or its manifest was changed afterwards.",
    "manifest.malformed": "The file holds a manifest that cannot be parsed: it was damaged or made up.",
    "manifest.absent": "The file holds no manifest.",
    "manifest.remote_only": "The manifest is at an address, not in the file, and was not fetched.",
    "manifest.unsupported": "A file of this type cannot hold a manifest.",
    "credential.expired": "The signer's certificate was not valid when it was used.",
    "credential.revoked": "The signer's certificate was revoked.",
    "credential.invalid": "The signer's certificate may not sign manifests.",
    "ingredient.tampered": "A file that this one was made from is not what was signed",
    "watermark.agrees": "The pixels carry the payload that the manifest names.",
    "watermark.of_ingredient": "The pixels carry the payload of a file that this one was made from.",
    "watermark.manifest_disagree": "The pixels carry another payload than the manifest names",
    "watermark.manifest_silent": "The pixels carry a mark of this installation that the manifest does not name.",
    "watermark.decoded": "The pixels carry a mark of this installation.",
    "watermark.present": "The pixels carry a mark that is known here: found by asking for it, too weak to be read.",
    "watermark.not_found": "Nothing found with the keys at hand; that proves nothing.",
    "watermark.not_checked": "The pixels were not looked at.",
    "watermark.unknown_record": "No store that was asked knows the mark's record.",
    "watermark.other_content": "The mark names a record of other content: it was copied onto these pixels.",
    "watermark.several_records": "Stretches of the file carry marks of different records: it was joined from them.",
    "watermark.in_part": "Only a part of the file was found to carry a mark; of the rest that proves nothing.",
    "recovered.by_watermark": "The mark led to a stored manifest.",
    "recovered.by_presence": "The mark, found present but too weak to be read, led to a stored manifest.",
    "recovered.by_fingerprint": "The content matches that of a stored manifest.",
    "recovered.content_unsure": "Whether the content is that of the record is not clear: it may have been edited.",
}
"""Every reason that `weigh` gives; `verify` adds those of what it could not look at."""


def weigh(
    manifest: ManifestReport, watermark: Extraction, recovery: Recovery | None
) -> tuple[Conclusion, tuple[Reason, ...]]:
    """Return the conclusion and why, the deciding reason first."""
    if manifest.state in ("trusted", "valid"):
        return _intact(manifest, watermark)
    if manifest.state == "invalid":
        return _broken(manifest, watermark, recovery)
    return _without_manifest(manifest, watermark, recovery)


def _intact(manifest: ManifestReport, watermark: Extraction) -> tuple[Conclusion, tuple[Reason, ...]]:
    trusted = manifest.state == "trusted"
    state = reason("manifest.trusted" if trusted else "manifest.untrusted")
    pixels = _agreement(manifest, watermark)
    tampered = manifest.tampered_ingredient
    if tampered is not None:
        return "tampered", (reason("ingredient.tampered", f": {tampered.title!r}."), state, pixels)
    if pixels.code == "watermark.manifest_disagree":
        return "content_mismatch", (pixels, state)
    return "verified" if trusted else "intact_untrusted", (state, pixels)


def _broken(
    manifest: ManifestReport, watermark: Extraction, recovery: Recovery | None
) -> tuple[Conclusion, tuple[Reason, ...]]:
    further = (*_pixels(watermark, recovery), *_recovered(watermark, recovery))
    tampered = manifest.tampered_ingredient
    if manifest.failure_kind != "credential":
        code = "manifest.malformed" if manifest.failure_kind == "malformed" else "manifest.tampered"
        return "tampered", (reason(code), *further)
    credential = reason(_credential_code(manifest.codes.failure))
    if tampered is not None:
        return "tampered", (reason("ingredient.tampered", f": {tampered.title!r}."), credential, *further)
    return "invalid_credential", (credential, *further)


def _without_manifest(
    manifest: ManifestReport, watermark: Extraction, recovery: Recovery | None
) -> tuple[Conclusion, tuple[Reason, ...]]:
    state = reason(f"manifest.{manifest.state}")
    pixels = _pixels(watermark, recovery)
    if recovery is not None and any(_is_copied(one) for one in recovery.all):
        return "content_mismatch", (reason("watermark.other_content"), state, *_joined(watermark))
    found = _recovered(watermark, recovery)
    if found:
        return "recovered", (*found, state, *pixels)
    if manifest.state == "unsupported" and watermark.status in ("not_found", "not_checked"):
        return "unsupported", (state, *pixels)
    return "no_provenance", (state, *pixels)


def _agreement(manifest: ManifestReport, watermark: Extraction) -> Reason:
    """Compare the payload that the manifest names with the one in the pixels."""
    found = _payloads(watermark)
    if not found:
        return reason(f"watermark.{watermark.status}")
    if manifest.soft_binding_payload is None:
        return reason("watermark.manifest_silent")
    others = [payload for payload in found if payload != manifest.soft_binding_payload.lower()]
    strangers = [payload for payload in others if payload not in manifest.ingredient_payloads]
    if strangers:
        where = "." if len(found) == 1 else f", in {_stretches(watermark, strangers[0])}."
        return reason("watermark.manifest_disagree", where)
    return reason("watermark.of_ingredient" if others else "watermark.agrees")


def _payloads(watermark: Extraction) -> tuple[str, ...]:
    """Return every payload that was found, the surest first."""
    if watermark.status not in ("decoded", "present"):
        return ()
    found = (watermark.payload, *(segment.payload for segment in watermark.segments))
    return tuple(dict.fromkeys(str(payload) for payload in found if payload is not None))


def _stretches(watermark: Extraction, payload: str) -> str:
    """Say where a payload was found: `3.0–6.0 s`."""
    found = [segment for segment in watermark.segments if str(segment.payload) == payload]
    return ", ".join(f"{one.start_ms / 1000:.1f}–{one.end_ms / 1000:.1f} s" for one in found)


def _pixels(watermark: Extraction, recovery: Recovery | None) -> tuple[Reason, ...]:
    said = (reason(f"watermark.{watermark.status}"), *_joined(watermark))
    if watermark.status not in ("decoded", "present"):
        return said
    recorded = set[str]() if recovery is None else {str(one.record.payload) for one in recovery.all}
    if recovery is None or set(_payloads(watermark)) - recorded:
        return *said, reason("watermark.unknown_record")
    return said


def _joined(watermark: Extraction) -> tuple[Reason, ...]:
    """Return what the stretches say together."""
    found = _payloads(watermark)
    several = (reason("watermark.several_records"),) if len(found) > 1 else ()
    part = bool(found) and any(segment.payload is None for segment in watermark.segments)
    return (*several, reason("watermark.in_part")) if part else several


def _is_copied(recovery: Recovery) -> bool:
    return recovery.found_by == "watermark" and recovery.distance >= DIFFERENT_CONTENT


def _recovered(watermark: Extraction, recovery: Recovery | None) -> tuple[Reason, ...]:
    """Return why a record counts as this file's; nothing where it does not."""
    if recovery is None:
        return ()
    if recovery.found_by == "fingerprint":
        return (reason("recovered.by_fingerprint"),) if recovery.matches else ()
    if any(_is_copied(one) for one in recovery.all):
        return (reason("watermark.other_content"),)
    found = reason("recovered.by_presence" if watermark.status == "present" else "recovered.by_watermark")
    sure = all(one.matches for one in recovery.all)
    return (found,) if sure else (found, reason("recovered.content_unsure"))


def _credential_code(failures: tuple[str, ...]) -> str:
    if any("expired" in code or "outsideValidity" in code for code in failures):
        return "credential.expired"
    return "credential.revoked" if any("revoked" in code for code in failures) else "credential.invalid"


def reason(code: str, more: str = "") -> Reason:
    """Return a reason with its sentence."""
    return Reason(code, TEXTS[code] + more)
