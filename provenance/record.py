"""One row of the store: what we know of a file that we let out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .fingerprint import Fingerprint
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

    def __post_init__(self) -> None:
        if len(self.sha256) != 64:
            raise ValueError(f"sha256 is 64 hex digits, got {len(self.sha256)} characters")
        if self.created_at.tzinfo is None:
            raise ValueError("created_at must carry its time zone (UTC)")
