"""What a manifest of ours says about a file, and the C2PA words for it (specification 2.4)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from ... import __version__
from ..payload import Payload

SOFT_BINDING_ALG = "com.sealreel.wm.1"
"""Our watermark's name in soft bindings; the value is the payload's 16 hex digits as ASCII text."""
PEER_BINDING_PREFIX = "com.sealreel.peer."
"""Another library's watermark carrying our payload: this prefix and its method's name in lower case."""
DISCLOSURE_LABEL = "com.sealreel.disclosure"
PARENT_LABEL = "parent"
INPUT_LABEL = "input"
"""Before the number of a file that the model was given: `input-1`."""
SPEC_VERSION = "2.4"
_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_C2PA = "http://c2pa.org/digitalsourcetype/"
IPTC_TERMS = frozenset(
    {
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "compositeSynthetic",
        "compositeCapture",
        "composite",
        "algorithmicMedia",
        "algorithmicallyEnhanced",
        "digitalCapture",
        "computationalCapture",
        "negativeFilm",
        "positiveFilm",
        "print",
        "humanEdits",
        "digitalCreation",
        "dataDrivenMedia",
        "virtualRecording",
        "screenCapture",
    }
)
"""The IPTC digital source types (cv.iptc.org, 2025) that may be given."""
C2PA_TERMS = frozenset({"empty", "trainedAlgorithmicData"})
"""C2PA's own additions (specification 2.4, § 18.15.4.4)."""
AI_TERMS = frozenset(
    {
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "compositeSynthetic",
        "trainedAlgorithmicData",
    }
)
"""Source types that mean made, wholly or partly, by a trained model (the C2PA programme's signals rubric, 1.0)."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which model made the content."""

    name: str
    identifier: str
    """A URN or hub id with its version."""
    kind: str = "c2pa.types.model.pytorch"
    weights_sha256: str | None = None
    """Which weights: one hash over all their files."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Everything that the signer states; nothing about a person."""

    title: str
    """The file's name as shown to people."""
    media_type: str
    """`video/mp4`, `image/png`, …: of the file that is signed."""
    created_at: datetime
    """UTC: when the content was generated or marked."""
    digital_source_type: str | None
    """The IPTC term (`trainedAlgorithmicMedia`, …). None only with `c2pa.opened`: nothing but the mark was added, so
    the parent's type goes on; a term there says what an edit added."""
    generated_or_altered: Literal["generated", "altered"]
    system: str
    """Name of the generator or program: `sealreel-t2v`."""
    system_version: str
    content_id: str
    """`urn:uuid:…`, of this content alone."""
    model: ModelInfo | None = None
    payload: Payload | None = None
    watermark_method: str | None = None
    """`sealreel.1` or a peer's name; None if the pixels carry no mark."""
    duration_ms: int = 0
    """0 for an image."""
    action: Literal["c2pa.created", "c2pa.opened"] = "c2pa.created"
    inputs: int = 0
    """How many files the model was given besides the prompt; each is an ingredient, `inputTo`."""
    provider: str = "Sealreel"
    """Who offers the system; what the latent disclosure calls the provider."""

    def __post_init__(self) -> None:
        if self.created_at.tzinfo is None:
            raise ValueError("created_at must carry its time zone (UTC)")
        if self.digital_source_type is not None:
            source_type_uri(self.digital_source_type)
        elif self.action == "c2pa.created":
            raise ValueError("c2pa.created needs a digital_source_type (specification 2.4, § 18.15.2)")
        if self.inputs and self.action != "c2pa.created":
            raise ValueError("inputs are given to what creates; what is opened has a parent")
        if (self.payload is None) != (self.watermark_method is None):
            raise ValueError("payload and watermark_method are given together or not at all")


def source_type_uri(term: str) -> str:
    """Return the address of a digital source type.

    Raises:
        ValueError: No such term.
    """
    if term in IPTC_TERMS:
        return _IPTC + term
    if term in C2PA_TERMS:
        return _C2PA + term
    raise ValueError(f"unknown digital source type {term[:60]!r}; one of {', '.join(sorted(IPTC_TERMS | C2PA_TERMS))}")


def binding_algorithm(method: str) -> str:
    """Return the soft binding algorithm that names a watermark method."""
    return SOFT_BINDING_ALG if method == "sealreel.1" else PEER_BINDING_PREFIX + method.lower()


def input_labels(count: int) -> list[str]:
    """Return how the files that a model was given are called inside a manifest definition."""
    return [f"{INPUT_LABEL}-{number}" for number in range(1, count + 1)]


def manifest_definition(claim: Claim) -> dict[str, Any]:
    """Return the claim as the manifest definition that the C2PA library signs."""
    assertions = [
        _stated("c2pa.actions.v2", {"allActionsIncluded": True, "actions": _actions(claim)}),
        *_soft_binding(claim),
        *_ai_disclosure(claim),
        _stated(DISCLOSURE_LABEL, _disclosure(claim)),
        {"label": "cawg.training-mining", "data": {"entries": _no_training()}},
    ]
    generator = {"name": "sealreel", "version": __version__, "specVersion": SPEC_VERSION}
    return {
        "claim_generator_info": [generator],
        "title": printable(claim.title),
        "format": claim.media_type,
        "assertions": assertions,
    }


def printable(text: str) -> str:
    """Replace what a file name may hold and JSON may not: bytes that are no UTF-8 (PEP 383 surrogates)."""
    return text.encode("utf-8", "replace").decode()


def _stated(label: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "created": True, "data": data}  # created: the signer itself vouches for it


def _actions(claim: Claim) -> list[dict[str, Any]]:
    when = _utc(claim.created_at)
    agent = {"name": claim.system, "version": claim.system_version}
    first: dict[str, Any] = {"action": claim.action, "when": when, "softwareAgent": agent}
    actions = [first]
    source = (
        {} if claim.digital_source_type is None else {"digitalSourceType": source_type_uri(claim.digital_source_type)}
    )
    if claim.action == "c2pa.created":
        first.update(source)
        if claim.inputs:  # the action names the ingredients that it took
            first["parameters"] = {"ingredientIds": input_labels(claim.inputs)}
    else:  # the parent's source type stays the parent's: the programme forbids one on c2pa.opened
        first["parameters"] = {"ingredientIds": [PARENT_LABEL]}
        if source:
            actions.append({"action": "c2pa.edited", "when": when, "softwareAgent": agent, **source})
        actions.append({"action": "c2pa.transcoded", "when": when, "softwareAgent": agent})
    if claim.watermark_method is not None:
        marker = {"name": f"sealreel watermark {claim.watermark_method}", "version": __version__}
        actions.append({"action": "c2pa.watermarked.bound", "when": when, "softwareAgent": marker})
    return actions


def _soft_binding(claim: Claim) -> list[dict[str, Any]]:
    if claim.watermark_method is None:
        return []
    scope = {"timespan": {"start": 0, "end": claim.duration_ms}} if claim.duration_ms else {}
    data = {
        "alg": binding_algorithm(claim.watermark_method),
        "name": f"sealreel invisible watermark, method {claim.watermark_method}",
        "blocks": [{"scope": scope, "value": str(claim.payload)}],
    }
    return [_stated("c2pa.soft-binding", data)]


def _ai_disclosure(claim: Claim) -> list[dict[str, Any]]:
    if claim.model is None:
        return []
    weights = claim.model.weights_sha256  # the assertion has no field for it, and the identifier is free text
    data = {
        "modelType": claim.model.kind,
        "modelName": claim.model.name,
        "modelIdentifier": claim.model.identifier + ("" if weights is None else f"#sha256={weights}"),
        "contentProfile": {"humanOversightLevel": "prompt_guided"},
    }
    return [_stated("c2pa.ai-disclosure", data)]


def _disclosure(claim: Claim) -> dict[str, str]:
    """Return the latent disclosure that California's SB 942, § 22757.3(b), asks for, plus generated or altered."""
    return {
        "provider": claim.provider,
        "system": claim.system,
        "systemVersion": claim.system_version,
        "createdAt": _utc(claim.created_at),
        "contentId": claim.content_id,
        "generatedOrAltered": claim.generated_or_altered,
    }


def _no_training() -> dict[str, dict[str, str]]:
    uses = ("cawg.ai_generative_training", "cawg.ai_training", "cawg.data_mining")
    return {use: {"use": "notAllowed"} for use in uses}


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
