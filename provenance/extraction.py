"""What was read out of pixels."""

from dataclasses import dataclass, field
from typing import Literal

from .payload import Payload

MarkStatus = Literal["decoded", "present", "not_found", "not_checked"]
"""`decoded`: a payload with a proven p-value (or, for peer methods, a readable payload that a store knows).
`present`: a payload that was asked for by name is there, too weak to be read without being asked for.
`not_found`: nothing with the keys at hand; proves nothing."""
SegmentStatus = Literal["decoded", "present", "not_found"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time and what it carried; half open, [start, end)."""

    start_ms: int
    end_ms: int
    payload: Payload | None
    p_value_log10: float | None
    status: SegmentStatus = "not_found"
    """How the payload is known; `not_found` where there is none."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """The answer of a watermark extractor; finding nothing is an answer too."""

    status: MarkStatus
    method: str
    """`sealreel.1` for ours, `dwtDct` … for the peers."""
    payload: Payload | None = None
    handle: int | None = None
    """What a method with less room than 64 bits read; the store maps it to a record."""
    statistic: float | None = None
    """z of the soft decision; unit depends on the method."""
    p_value_log10: float | None = None
    """log10 of the proven false positive rate; None where the method has no proven null."""
    capacity_bits: int = 64
    segments: tuple[Segment, ...] = field(default=())
    frames_read: int = 0
    geometry: str = "identity"
    """How the picture had to be turned to read it, in words: `rotated 5.0°, scaled 0.80`."""
    negative: bool = False
    """Whether its negative was read: light and dark were exchanged, or somebody took too much of the mark away."""
