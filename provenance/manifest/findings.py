"""From the library's report to ours: pure functions over its JSON, which holds whatever a hostile file says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from .claim import AI_TERMS, PEER_BINDING_PREFIX, SOFT_BINDING_ALG
from .report import Codes, FailureKind, Ingredient, ManifestReport, ManifestState

MAX_TEXT = 500
"""Characters kept of any text of the file's own; a title of megabytes is an attack on whoever prints it."""
MAX_CODES = 1000
MAX_INGREDIENTS = 2000
"""Nodes of the whole tree; a store in which everything contains everything twice has exponentially many."""
MAX_DEPTH = 50

TRUSTED, UNTRUSTED = "signingCredential.trusted", "signingCredential.untrusted"

_CREDENTIAL = (
    "signingCredential.expired",
    "signingCredential.invalid",
    "signingCredential.revoked",
    "signingCredential.ocsp.revoked",
    "claimSignature.outsideValidity",
)
_HARMLESS = (
    UNTRUSTED,  # a question of lists, not of the file
    "signingCredential.ocsp.skipped",
    "signingCredential.ocsp.unknown",
    "signingCredential.ocsp.inaccessible",
    "timeStamp.",
    "cawg.",  # about a person's identity, not about this content
    "manifest.inaccessible",  # said of an ingredient: its manifest is somewhere else
)
_CONTENT = (".mismatch", "Mismatch", "claimSignature.missing", ".missing", "assertion.inaccessible")

Store = dict[str, Any]


def report_of(store: Store, *, lists: str, remote_url: str | None) -> ManifestReport | None:
    """Turn the library's JSON into a report.

    Args:
        store: What `c2pa.Reader.json` returns, parsed.
        lists: How lists of anchors name themselves in a finding, followed by their kind: `manifest` or `tsa`.
        remote_url: Where the file says that its manifest is too.

    Returns:
        None if the validator found nothing either way, which says nothing about the file.
    """
    active = str(store.get("active_manifest") or "")
    manifest = _map(_map(store.get("manifests")).get(active))
    results = _map(store.get("validation_results"))
    findings = _map(results.get("activeManifest"))
    codes = _codes(findings)
    if codes == Codes() and not _list(store.get("validation_status")):
        return None
    ingredients = _Tree(store).below(active)
    state = _state(store, findings, f"{lists}manifest")
    kind = _failure_kind(_all_failures(codes, ingredients)) if state == "invalid" else None
    signed_at = _signed_at(manifest, codes)
    source = _source_type(store, active)
    return ManifestReport(
        state=state,
        active=_text(active) or None,
        claim_generator=_generator(manifest),
        signer=_signer(manifest),
        signed_at=signed_at,
        signed_at_trusted=signed_at is not None and _is_stamp_trusted(findings, f"{lists}tsa"),
        title=_text(manifest.get("title")),
        digital_source_type=source,
        is_ai_generated=source in AI_TERMS,
        soft_binding_payload=_soft_binding(manifest),
        ingredients=ingredients,
        codes=codes,
        failure_kind=kind,
        remote_url=_text(remote_url),
    )


def _state(store: Store, findings: Store, manifest_list: str) -> ManifestState:
    said = store.get("validation_state")
    if said not in ("Valid", "Trusted"):
        return "invalid"
    return "trusted" if said == "Trusted" and _is_trusted(findings, manifest_list) else "valid"


def _is_trusted(findings: Store, manifest_list: str) -> bool:
    """Believe a signature only if the list that vouched for it is the one for manifests, or the allowed list, "[]"."""
    return any(
        status.get("code") == TRUSTED
        and any(f"in [{name}]" in str(status.get("explanation")) for name in (manifest_list, ""))
        for status in _maps(findings.get("success"))
    )


def _is_stamp_trusted(findings: Store, tsa_list: str) -> bool:
    """Believe an authority only by its own list; the library itself trusts any stamp in a manifest of version 1."""
    return any(
        status.get("code") == "timeStamp.trusted" and str(status.get("explanation")).endswith(f"trust list: {tsa_list}")
        for status in _maps(findings.get("success"))
    )


def _all_failures(codes: Codes, ingredients: tuple[Ingredient, ...]) -> Iterator[str]:
    yield from codes.failure
    for ingredient in ingredients:
        yield from _all_failures(ingredient.codes, ingredient.ingredients)


def _failure_kind(failures: Iterable[str]) -> FailureKind:
    """Name the worst: changed bytes, then a store that makes no sense, then a certificate that does not hold."""
    left = [code for code in failures if not code.startswith(_HARMLESS)]
    if any(end in code for code in left for end in _CONTENT):
        return "content"
    return "credential" if left and all(code in _CREDENTIAL for code in left) else "malformed"


@dataclass(frozen=True, slots=True)
class _Place:
    """Which ingredient assertion a finding is about."""

    manifest: str
    assertion: str


class _Tree:
    """The ingredients of a manifest store, each with what its signer found then and what we find now.

    A good outer signature says nothing about the parent: the library calls a file over a tampered parent Trusted, and
    only the ingredient's own findings, recorded at any depth, show it.
    """

    def __init__(self, store: Store) -> None:
        self._manifests = _map(store.get("manifests"))
        self._now: dict[_Place, list[Store]] = {}
        self._left = MAX_INGREDIENTS
        for delta in _maps(_map(store.get("validation_results")).get("ingredientDeltas")):
            self._note(delta)
        for manifest in self._manifests.values():
            for ingredient in _maps(_map(manifest).get("ingredients")):
                for delta in _maps(_map(ingredient.get("validation_results")).get("ingredientDeltas")):
                    self._note(delta)

    def below(self, label: str, path: tuple[str, ...] = ()) -> tuple[Ingredient, ...]:
        """Return the ingredients of a manifest, with theirs."""
        if label in path:
            return (_unreasonable("contains itself"),)
        if len(path) >= MAX_DEPTH:
            return (_unreasonable(f"nested deeper than {MAX_DEPTH}"),)
        found: list[Ingredient] = []
        for raw in _maps(_map(self._manifests.get(label)).get("ingredients")):
            self._left -= 1
            if self._left < 0:
                return (*found, _unreasonable(f"more than {MAX_INGREDIENTS} ingredients"))
            found.append(self._ingredient(raw, label, (*path, label)))
        return tuple(found)

    def _ingredient(self, raw: Store, owner: str, path: tuple[str, ...]) -> Ingredient:
        recorded = _map(_map(raw.get("validation_results")).get("activeManifest"))
        old_style = {"failure": _maps(raw.get("validation_status"))}
        current = _merged([_codes(delta) for delta in self._now.get(_Place(owner, str(raw.get("label"))), [])])
        codes = _merged([_without_trust(_codes(recorded), current), _codes(old_style), current])
        label = raw.get("active_manifest")
        state = self._state(label, codes)
        return Ingredient(
            title=_text(raw.get("title")) or "",
            relationship=_text(raw.get("relationship")) or "",
            state=state,
            codes=codes,
            ingredients=self.below(label, path) if isinstance(label, str) and label in self._manifests else (),
            failure_kind=_failure_kind(codes.failure) if state == "invalid" else None,
            soft_binding_payload=_soft_binding(_map(self._manifests.get(label))) if isinstance(label, str) else None,
        )

    def _state(self, label: Any, codes: Codes) -> ManifestState:
        if any(not code.startswith(_HARMLESS) for code in codes.failure):
            return "invalid"
        if not label:
            return "remote_only" if "manifest.inaccessible" in codes.failure else "absent"
        return "trusted" if TRUSTED in codes.success and UNTRUSTED not in codes.failure else "valid"

    def _note(self, delta: Store) -> None:
        # The address is self#jumbf=, /c2pa/, the manifest's label, /c2pa.assertions/, the assertion's label.
        parts = str(delta.get("ingredientAssertionURI")).split("/")
        if len(parts) >= 4:
            place = _Place(manifest=parts[-3], assertion=parts[-1])
            self._now.setdefault(place, []).append(_map(delta.get("validationDeltas")))


def _unreasonable(what: str) -> Ingredient:
    codes = Codes(failure=("ingredient.malformed",))
    return Ingredient(what, "", "invalid", codes, failure_kind="malformed")


def _without_trust(recorded: Codes, current: Codes) -> Codes:
    """Whom somebody else's installation believed does not matter once ours has said what it thinks."""
    if TRUSTED not in current.success and UNTRUSTED not in current.failure:
        return recorded
    success = tuple(code for code in recorded.success if code != TRUSTED)
    return replace(recorded, success=success, failure=tuple(code for code in recorded.failure if code != UNTRUSTED))


def _codes(findings: Store) -> Codes:
    kinds = (_maps(findings.get(kind)) for kind in ("success", "informational", "failure"))
    return Codes(*(tuple(_text(status.get("code")) or "" for status in kind[:MAX_CODES]) for kind in kinds))


def _merged(several: list[Codes]) -> Codes:
    merged = Codes()
    for codes in several:
        merged = replace(
            merged,
            success=_union(merged.success, codes.success),
            informational=_union(merged.informational, codes.informational),
            failure=_union(merged.failure, codes.failure),
        )
    return merged


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _generator(manifest: Store) -> str | None:
    for info in _maps(manifest.get("claim_generator_info")):
        words = [str(info.get(key)) for key in ("name", "version") if info.get(key)]
        if words:
            return _text(" ".join(words))
    return _text(manifest.get("claim_generator"))


def _signer(manifest: Store) -> str | None:
    info = _map(manifest.get("signature_info"))
    return _text(info.get("issuer")) or _text(info.get("common_name"))


def _signed_at(manifest: Store, codes: Codes) -> datetime | None:
    """Return the time of the stamp, if the stamp is over this very signature."""
    said = _map(manifest.get("signature_info")).get("time")
    if not isinstance(said, str) or "timeStamp.validated" not in codes.success:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _actions(manifest: Store) -> Iterator[Store]:
    for assertion in _assertions(manifest, "c2pa.actions"):
        yield from _maps(assertion.get("actions"))


def _source_type(store: Store, label: str) -> str | None:
    """Return the IPTC term of the first action that names one, or the parent's: an opened file keeps its origin."""
    seen: set[str] = set()
    while label and label not in seen and len(seen) < MAX_DEPTH:
        seen.add(label)
        manifest = _map(_map(store.get("manifests")).get(label))
        for action in _actions(manifest):
            term = action.get("digitalSourceType")
            if isinstance(term, str) and term:
                return _text(term.rstrip("/").rsplit("/", 1)[-1])
        parents = [one for one in _maps(manifest.get("ingredients")) if one.get("relationship") == "parentOf"]
        label = str(parents[0].get("active_manifest") or "") if parents else ""
    return None


def _soft_binding(manifest: Store) -> str | None:
    for assertion in _assertions(manifest, "c2pa.soft-binding"):
        algorithm = str(assertion.get("alg"))
        if algorithm != SOFT_BINDING_ALG and not algorithm.startswith(PEER_BINDING_PREFIX):
            continue
        for block in _maps(assertion.get("blocks")):
            value = block.get("value")
            if isinstance(value, str) and len(value) == 16 and set(value) <= set("0123456789abcdef"):
                return value
    return None


def _assertions(manifest: Store, label: str) -> Iterator[Store]:
    for assertion in _maps(manifest.get("assertions")):
        if str(assertion.get("label")).startswith(label):
            yield _map(assertion.get("data"))


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return value if len(value) <= MAX_TEXT else value[: MAX_TEXT - 1] + "…"


def _map(value: Any) -> Store:
    return cast("Store", value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _maps(value: Any) -> list[Store]:
    return [_map(item) for item in _list(value)]
