"""The report of `verify` for a person: short, aligned, and nothing of the file reaches the terminal unescaped."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from ..provenance import Extraction, Output, Recovery, Segment, Verdict
from ..provenance.manifest import Ingredient, ManifestReport
from ..provenance.watermark import ACCEPT_LOG10_P
from .console import warn
from .detection import detection_line
from .escape import escape

SENTENCES = {
    "verified": "intact, and signed by a signer that this installation trusts",
    "intact_untrusted": "intact, but this installation does not trust the signer",
    "recovered": "the file's own manifest is gone; its pixels led to a stored one",
    "content_mismatch": "what was found belongs to other content than this",
    "tampered": "changed after it was signed",
    "invalid_credential": "signed, but the signer's credential does not hold",
    "no_provenance": "nothing found with the keys at hand; this proves nothing about the file",
    "unsupported": "not a format whose provenance can be read",
    "error": "could not be looked at",
}
"""A sentence for every verdict; finding nothing is never called a proof."""

_STATES = {
    "trusted": "trusted",
    "valid": "valid, signer not trusted here",
    "invalid": "does not hold",
    "absent": "none in the file",
    "remote_only": "only a link to one, not fetched",
    "unsupported": "cannot be read in this format",
}
_SAID_ABOVE = frozenset(
    {"manifest.absent", *(f"watermark.{status}" for status in ("decoded", "present", "not_found", "not_checked"))}
)
"""Reasons that repeat a line of the report."""
_INDENT = 14
_DEEPEST = 4


def report(verdict: Verdict) -> str:
    """Return the report of one file, several lines without a final newline."""
    lines = [f"{escape(verdict.file)}: {verdict.conclusion}", _line("", SENTENCES[verdict.conclusion])]
    lines += [_line(label, text) for label, text in _evidence(verdict)]
    return "\n".join(lines)


def failure(file: str, verdict: str) -> str:
    """Return the report of a file that could not be looked at; the reason is said on stderr."""
    return f"{escape(file)}: {verdict}\n{_line('', SENTENCES[verdict])}"


def output_report(output: Output) -> str:
    """Return the report of one file that was let out."""
    lines = [f"{escape(output.file)}: marked, signed and recorded", _line("payload", str(output.payload))]
    if output.p_value_log10 is not None:
        cost = "" if output.psnr_y_db is None else f"; it costs PSNR-Y {output.psnr_y_db:.1f} dB"
        lines.append(_line("read back", f"p = 10^{output.p_value_log10:.1f}{cost}"))
    if output.expected_p_value_log10 is not None:
        lines.append(_line("expected", f"p = 10^{output.expected_p_value_log10:.1f} after rough handling"))
    if output.seed is not None:
        lines.append(_line("made by", f"{escape(output.model)}, seed {output.seed}"))
    lines += [_line("note", escape(note)) for note in output.notes]
    return "\n".join(lines)


def warn_of_weak_mark(output: Output) -> None:
    """Say on stderr that a mark may not last; the notes say why, and what helps."""
    if output.is_mark_weak:
        expected = (
            f"expected log10 p = {output.expected_p_value_log10:.1f} after rough handling, wanted {ACCEPT_LOG10_P:g}"
        )
        warn(f"{escape(output.file)}: the mark is weak: {expected}; --watermark-strength makes it stronger")


def _line(label: str, text: str) -> str:
    return f"  {label:<{_INDENT - 2}}{text}"


def _evidence(verdict: Verdict) -> Iterator[tuple[str, str]]:
    yield from _manifest(verdict.manifest)
    keyless = any(reason.code == "watermark.no_key" for reason in verdict.reasons)
    yield "watermark", _watermark(verdict.watermark, keyless=keyless)
    yield from _segments(verdict.watermark)
    if verdict.recovery is not None:
        yield from _recovery(verdict.recovery)
    if verdict.detection is not None:
        yield "detector", f"{detection_line(verdict.detection)}; an opinion, no proof"
    reasons = [reason for reason in verdict.reasons if reason.code not in _SAID_ABOVE]
    for number, reason in enumerate(reasons):
        yield "" if number else "because", f"{escape(reason.text, longest=2_000)} [{escape(reason.code)}]"


def _manifest(manifest: ManifestReport) -> Iterator[tuple[str, str]]:
    state = _STATES[manifest.state]
    if manifest.signer is not None:
        state += f"; signed by {_quoted(manifest.signer)}"
    if manifest.signed_at is not None:
        doubt = "" if manifest.signed_at_trusted else " by an authority that is not trusted here"
        state += f"; time-stamped {_utc(manifest.signed_at)}{doubt}"
    yield "manifest", state
    if manifest.claim_generator is not None:
        yield "made with", escape(manifest.claim_generator)
    if manifest.digital_source_type is not None:
        by_ai = ": made by AI" if manifest.is_ai_generated else ""
        yield "source type", escape(manifest.digital_source_type) + by_ai
    if manifest.remote_url is not None:
        yield "points to", escape(manifest.remote_url)
    yield from _ingredients(manifest.ingredients, depth=0)


def _ingredients(ingredients: tuple[Ingredient, ...], *, depth: int) -> Iterator[tuple[str, str]]:
    for ingredient in ingredients:
        yield "made from", f"{'  ' * depth}{_quoted(ingredient.title)}: {_STATES[ingredient.state]}"
        if depth < _DEEPEST:
            yield from _ingredients(ingredient.ingredients, depth=depth + 1)


def _watermark(extraction: Extraction, *, keyless: bool) -> str:
    match extraction.status:
        case "decoded":
            found = f"payload {extraction.payload}" if extraction.payload else f"handle {extraction.handle}"
            chance = "" if extraction.p_value_log10 is None else f", p = 10^{extraction.p_value_log10:.1f}"
            turned = "" if extraction.geometry == "identity" else f", {escape(extraction.geometry)}"
            return f"{found} ({escape(extraction.method)}{chance}{turned})"
        case "present":
            chance = "" if extraction.p_value_log10 is None else f", p = 10^{extraction.p_value_log10:.1f}"
            return (
                f"payload {extraction.payload} found present, too weak to be read ({escape(extraction.method)}{chance})"
            )
        case "not_found":
            return "nothing found with the keys at hand; that proves nothing"
        case "not_checked":
            return "not looked for, without a key" if keyless else "not looked for (--watermark always does)"


def _segments(extraction: Extraction) -> Iterator[tuple[str, str]]:
    """List the stretches where there are several; neighbours that say the same are one."""
    stretches = _joined(extraction.segments)
    if len(stretches) < 2:
        return
    for stretch in stretches:
        when = f"{stretch.start_ms / 1000:.1f}–{stretch.end_ms / 1000:.1f} s"
        if stretch.payload is None:
            yield "", f"{when}: nothing found"
            continue
        chance = "" if stretch.p_value_log10 is None else f", p = 10^{stretch.p_value_log10:.1f}"
        yield "", f"{when}: payload {stretch.payload} {stretch.status}{chance}"


def _joined(segments: tuple[Segment, ...]) -> list[Segment]:
    joined: list[Segment] = []
    for segment in segments:
        last = joined[-1] if joined else None
        if last is None or (last.payload, last.status) != (segment.payload, segment.status):
            joined.append(segment)
            continue
        surest = min((one.p_value_log10 for one in (last, segment) if one.p_value_log10 is not None), default=None)
        joined[-1] = replace(last, end_ms=segment.end_ms, p_value_log10=surest)
    return joined


def _recovery(recovery: Recovery) -> Iterator[tuple[str, str]]:
    for one in recovery.all:
        record = one.record
        same = "same content" if one.matches else "other content"
        where = " in part" if one.in_part else ""
        found = f"{record.payload}, found{where} through the {one.found_by}"
        yield "record", f"{found}; distance {one.distance:.3f} ({same})"
        source_type = escape(record.digital_source_type or "source type not known")
        yield "", f"{_quoted(record.file_name)}, {source_type}, made {_utc(record.created_at)}"


def _quoted(text: str) -> str:
    return f"“{escape(text)}”"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
