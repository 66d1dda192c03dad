"""One line of the security table: who attacked what, with what in hand, and how it ended."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ...provenance import Extraction
from .specimen import Plane, Specimen, psnr_db, published, read_back

BUDGET_DB = 38.0
"""PSNR-Y to the unmarked original above which a removal counts as clean."""

Outcome = Literal[
    "survives",
    "removed within 38 dB",
    "removed below 38 dB",
    "replaced",
    "forged",
    "caught",
    "not forged",
    "read",
    "not read",
    "not applicable",
]
"""`survives`: our payload is still decoded, or present. `replaced`: another payload of the same key is read instead.
`forged`: unmarked content reads as marked; `caught`: it does, and `verify` says that it is other content.
`read`, `not read`: with keys that are not ours. `not applicable`: there was no readable mark to begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityRow:
    """What one attempt came to."""

    attack: str
    clip: str
    strength: str
    had: str
    """What the adversary had beside the marked clip and the algorithm."""
    frames: int
    outcome: Outcome
    status: str
    """Of the adversary's pictures as they are: `decoded`, `present`, `not_found`; or the verdict of `verify`."""
    z: float | None = None
    log10_p: float | None = None
    published_status: str | None = None
    """The same after x264 CRF 23, as others get to see them; None where that was not asked."""
    published_z: float | None = None
    published_log10_p: float | None = None
    psnr_original_db: float | None = None
    """PSNR-Y to the unmarked clip; None: equal, or not comparable (another size or content)."""
    psnr_marked_db: float | None = None
    correlation: float | None = None
    """Of the adversary's estimate with the pattern that was added, where there is an estimate."""
    judged: bool = False
    """Whether the goal counts this attack: folding, averaging over one clip, collusion."""

    @property
    def is_loss(self) -> bool:
        """Whether the adversary reached what the goal says he must not."""
        return self.judged and self.outcome == "removed within 38 dB"

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "SecurityRow":
        """Read `as_json` back."""
        return cls(**row)


def is_ours(found: Extraction, specimen: Specimen) -> bool:
    """Say whether a verifier is led to the specimen's record, by the whole clip or by a stretch of it."""
    payloads = {found.payload, *(segment.payload for segment in found.segments)}
    return found.status in ("decoded", "present") and specimen.payload in payloads


def removal_outcome(*, read: bool, psnr_original: float) -> Outcome:
    """Return how an attempt at removal ended."""
    if read:
        return "survives"
    return "removed within 38 dB" if psnr_original >= BUDGET_DB else "removed below 38 dB"


def judge_removal(
    specimen: Specimen,
    planes: Sequence[Plane],
    *,
    attack: str,
    strength: str,
    had: str,
    judged: bool = False,
    correlation: float | None = None,
    publish: bool = True,
) -> SecurityRow:
    """Read the adversary's pictures as they are and as published; the mark survives if both still lead to us.

    Args:
        specimen: What was attacked.
        planes: What the adversary made of its first `len(planes)` pictures.
        attack: Its name.
        strength: In words.
        had: What he had.
        judged: Whether the goal counts it.
        correlation: Of his estimate.
        publish: False where the untouched clip does not survive publishing either.
    """
    count = len(planes)
    found = read_back(planes, specimen.rate, [specimen.key], known=(specimen.payload,))
    after = None
    if publish:
        seen = published(specimen, planes)
        after = read_back(seen, specimen.rate, [specimen.key], known=(specimen.payload,))
    read = is_ours(found, specimen) and (after is None or is_ours(after, specimen))
    same_size = planes[0].shape == specimen.marked[0].shape
    original = psnr_db(specimen.unmarked[:count], planes) if same_size else -math.inf
    return SecurityRow(
        attack=attack,
        clip=specimen.name,
        strength=strength,
        had=had,
        frames=count,
        outcome=removal_outcome(read=read, psnr_original=original),
        status=found.status,
        z=found.statistic,
        log10_p=found.p_value_log10,
        published_status=None if after is None else after.status,
        published_z=None if after is None else after.statistic,
        published_log10_p=None if after is None else after.p_value_log10,
        psnr_original_db=finite(original),
        psnr_marked_db=finite(psnr_db(specimen.marked[:count], planes)) if same_size else None,
        correlation=correlation,
        judged=judged,
    )


def finite(decibels: float) -> float | None:
    """Return None for infinity, which JSON does not know."""
    return round(decibels, 3) if math.isfinite(decibels) else None
