"""From pieces of evidence to one conclusion: a truth table, without files, clocks or networks.

| manifest | ingredient | pixels and store | conclusion |
|---|---|---|---|
| trusted, valid | tampered | any | `tampered` |
| trusted, valid | sound | they carry another payload than the manifest names | `content_mismatch` |
| trusted | sound | anything else | `verified` |
| valid | sound | anything else | `intact_untrusted` |
| invalid: content, malformed | any | any | `tampered` |
| invalid: credential | tampered | any | `tampered` |
| invalid: credential | sound | any | `invalid_credential` |
| absent, remote only, unsupported | – | mark and record, other content | `content_mismatch` |
| absent, remote only, unsupported | – | mark and record, same or unclear content | `recovered` |
| absent, remote only, unsupported | – | no mark, a record of the same content | `recovered` |
| absent, remote only | – | mark without record, or nothing | `no_provenance` |
| unsupported | – | nothing | `unsupported` |
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
    "watermark.manifest_disagree": "The pixels carry another payload than the manifest names.",
    "watermark.manifest_silent": "The pixels carry a mark of this installation that the manifest does not name.",
    "watermark.decoded": "The pixels carry a mark of this installation.",
    "watermark.present": "The pixels carry a mark of this installation, too weak to be read.",
    "watermark.not_found": "No mark was found with the keys at hand; that proves nothing.",
    "watermark.not_checked": "The pixels were not looked at.",
    "watermark.unknown_record": "No store that was asked knows the mark's record.",
    "watermark.other_content": "The mark names a record of other content: it was copied onto these pixels.",
    "recovered.by_watermark": "The mark led to a stored manifest.",
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
    further = (*_pixels(watermark, recovery), *_recovered(recovery))
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
    if recovery is not None and recovery.found_by == "watermark" and recovery.distance >= DIFFERENT_CONTENT:
        return "content_mismatch", (reason("watermark.other_content"), state)
    found = _recovered(recovery)
    if found:
        return "recovered", (*found, state, *pixels)
    if manifest.state == "unsupported" and watermark.status in ("not_found", "not_checked"):
        return "unsupported", (state, *pixels)
    return "no_provenance", (state, *pixels)


def _agreement(manifest: ManifestReport, watermark: Extraction) -> Reason:
    """Compare the payload that the manifest names with the one in the pixels."""
    if watermark.status != "decoded" or watermark.payload is None:
        return reason(f"watermark.{watermark.status}")
    if manifest.soft_binding_payload is None:
        return reason("watermark.manifest_silent")
    agrees = manifest.soft_binding_payload.lower() == str(watermark.payload)
    return reason("watermark.agrees" if agrees else "watermark.manifest_disagree")


def _pixels(watermark: Extraction, recovery: Recovery | None) -> tuple[Reason, ...]:
    said = reason(f"watermark.{watermark.status}")
    if watermark.status == "decoded" and recovery is None:
        return said, reason("watermark.unknown_record")
    return (said,)


def _recovered(recovery: Recovery | None) -> tuple[Reason, ...]:
    """Return why a record counts as this file's; nothing where it does not."""
    if recovery is None:
        return ()
    if recovery.found_by == "fingerprint":
        return (reason("recovered.by_fingerprint"),) if recovery.matches else ()
    if recovery.distance >= DIFFERENT_CONTENT:
        return (reason("watermark.other_content"),)
    found = reason("recovered.by_watermark")
    return (found,) if recovery.matches else (found, reason("recovered.content_unsure"))


def _credential_code(failures: tuple[str, ...]) -> str:
    if any("expired" in code or "outsideValidity" in code for code in failures):
        return "credential.expired"
    return "credential.revoked" if any("revoked" in code for code in failures) else "credential.invalid"


def reason(code: str, more: str = "") -> Reason:
    """Return a reason with its sentence."""
    return Reason(code, TEXTS[code] + more)
