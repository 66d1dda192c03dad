"""Every piece of evidence about one file, and one conclusion."""

from dataclasses import dataclass
from typing import Any, Literal

from .extraction import Extraction
from .manifest.report import ManifestReport
from .record import Record

Conclusion = Literal[
    "verified",
    "intact_untrusted",
    "recovered",
    "content_mismatch",
    "tampered",
    "invalid_credential",
    "no_provenance",
    "unsupported",
    "error",
]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable code for programs, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Recovery:
    """A stored record that the pixels led to."""

    record: Record
    found_by: Literal["watermark", "fingerprint"]
    distance: float
    """Between the stored fingerprint and this file's, 0 = equal, 0.5 = unrelated."""
    matches: bool
    """Whether the distance is small enough to be the same content."""
    in_part: bool = False
    """The mark was found in stretches only, and only their content was compared."""
    others: tuple["Recovery", ...] = ()
    """Records that other stretches of the file led to, in the order of their first appearance; each `in_part`."""

    @property
    def all(self) -> tuple["Recovery", ...]:
        """Return this one, then the others."""
        return (self, *self.others)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of `verify` for one file."""

    file: str
    sha256: str | None
    conclusion: Conclusion
    reasons: tuple[Reason, ...]
    manifest: ManifestReport
    watermark: Extraction
    recovery: Recovery | None = None
    detection: Any = None
    """The detector's score, filled in by the service floor; this floor knows nothing of it."""
