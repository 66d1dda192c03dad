"""One row of the store: what we know of a file that we let out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .fingerprints import Fingerprint
from .payload import Payload

RecordState = Literal["pending", "confirmed"]


@dataclass(frozen=True, slots=True)
class Record:
    """Everything needed to recognise a file of ours again, and nothing about a person."""

    payload: Payload
    method: str
    """Which watermark carries the payload."""
    manifest: bytes
    """The signed manifest store (JUMBF), as embedded."""
    manifest_id: str
    """The active manifest's label, `urn:c2pa:…`."""
    fingerprint: Fingerprint
    sha256: str
    """Of the signed file, 64 hex digits."""
    created_at: datetime
    """UTC."""
    media_type: str
    """`video/mp4`, `image/png`, …"""
    file_name: str
    """The final name without its directory."""
    file_path: str
    """Where the file was to appear, absolute: what the sweep of pending records looks for. Not exported."""
    generator: str
    """`sealreel-embedded 0.1.0`, a hub id, or `mark` for media made elsewhere."""
    digital_source_type: str
    """The IPTC term: `trainedAlgorithmicMedia`, …"""
    prompt_sha256: str | None
    """Salted hash of the prompt, never the prompt; None for marked media."""
    state: RecordState = "pending"
    handle: int | None = None
    """What a watermark with less room than 64 bits carries instead of the payload; None for ours."""
    confirmed_at: datetime | None = None
    """UTC; when the file had got its final name. None while pending."""

    def __post_init__(self) -> None:
        if not _is_sha256(self.sha256):
            raise ValueError(f"sha256 is 64 lower-case hex digits, got {self.sha256[:80]!r}")
        if self.created_at.tzinfo is None or (self.confirmed_at is not None and self.confirmed_at.tzinfo is None):
            raise ValueError("created_at and confirmed_at must carry their time zone (UTC)")
        if self.handle is not None and not 0 <= self.handle < 2**63:
            raise ValueError(f"handle must fit 63 bits, got {self.handle}")


def _is_sha256(text: str) -> bool:
    return len(text) == 64 and set(text) <= set("0123456789abcdef")
