"""What a file's manifest says, and whether to believe it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

ManifestState = Literal["trusted", "valid", "invalid", "absent", "remote_only", "unsupported"]
FailureKind = Literal["content", "credential", "malformed"]
"""Why a manifest is `invalid`. `content`: bytes or the signature over them changed after signing. `credential`: nothing
changed, but the certificate had expired, was revoked or may not sign claims. `malformed`: it can't be parsed."""


@dataclass(frozen=True, slots=True)
class Codes:
    """The C2PA status codes of one manifest, as the validator gave them."""

    success: tuple[str, ...] = ()
    informational: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A file that went into this one, with the verdict on its own manifest."""

    title: str
    relationship: str
    state: ManifestState
    codes: Codes
    ingredients: tuple["Ingredient", ...] = ()
    failure_kind: FailureKind | None = None
    """Why it is `invalid`; None in every other state."""
    soft_binding_payload: str | None = None
    """The payload that its manifest's soft binding assertion names, as in `ManifestReport`."""


@dataclass(frozen=True, slots=True)
class ManifestReport:
    """The active manifest and everything below it. All text is the file's own: escape it before showing it."""

    state: ManifestState
    active: str | None = None
    claim_generator: str | None = None
    signer: str | None = None
    """Organisation or common name of the signing certificate."""
    signed_at: datetime | None = None
    """From a trusted or at least valid time stamp; None without one."""
    title: str | None = None
    digital_source_type: str | None = None
    """The IPTC term of the first action, without its address."""
    is_ai_generated: bool = False
    soft_binding_payload: str | None = None
    """The payload that our own soft binding assertion names, 16 hex digits; None for others' algorithms."""
    ingredients: tuple[Ingredient, ...] = ()
    codes: Codes = field(default_factory=Codes)
    failure_kind: FailureKind | None = None
    """Why it is `invalid`; None in every other state."""
    signed_at_trusted: bool = False
    """Whether the authority behind `signed_at` is on a trust list; anybody can run one that is not."""
    remote_url: str | None = None
    """Where the file says that its manifest is; never fetched unless asked."""
    detail: str = ""
    """One sentence for a person where the state alone does not say enough."""

    @property
    def tampered_ingredient(self) -> Ingredient | None:
        """Return the first ingredient, at any depth, that was changed after it was signed.

        One whose certificate had merely expired is not meant: nothing in it was touched.
        """
        return _first_tampered(self.ingredients)

    @property
    def ingredient_payloads(self) -> frozenset[str]:
        """Return the payloads that intact ingredients name, at any depth: their marks may still be in the pixels."""
        return frozenset(_payloads_below(self.ingredients))


def _first_tampered(ingredients: tuple[Ingredient, ...]) -> Ingredient | None:
    for ingredient in ingredients:
        if ingredient.state == "invalid" and ingredient.failure_kind != "credential":
            return ingredient
        below = _first_tampered(ingredient.ingredients)
        if below is not None:
            return below
    return None


def _payloads_below(ingredients: tuple[Ingredient, ...]) -> Iterator[str]:
    for ingredient in ingredients:
        if ingredient.state in ("trusted", "valid"):
            if ingredient.soft_binding_payload is not None:
                yield ingredient.soft_binding_payload
            yield from _payloads_below(ingredient.ingredients)
