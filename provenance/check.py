"""What to believe in a check, and how far to look."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..media import Limits
from .manifest import TrustAnchors
from .watermark import METHOD_NAMES, WatermarkKey

CheckWatermark = Literal["auto", "always", "never"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyConfig:
    """What to believe, and how far to look."""

    trust: TrustAnchors = field(default_factory=TrustAnchors)
    keys: tuple[WatermarkKey, ...] = ()
    """Marks can be read only with the keys that made them."""
    store_url: str | None = None
    """Where records are; one that does not exist yet is not made."""
    check_watermark: CheckWatermark = "auto"
    """`auto` reads the pixels unless an intact manifest answers."""
    thorough: bool = False
    """Read the pixels to their end, for every mark and where it is. Else reading stops at the first sure one, and goes
    on only where the content is not that of its record."""
    methods: tuple[str, ...] = (METHOD_NAMES[0],)
    """Watermarks to look for, in this order; the first that is found counts."""
    sidecar: Path | None = None
    """The manifest is in this file; None: in the file itself, else in a `.c2pa` file beside it."""
    online: bool = False
    """Fetch what the file points at."""
    limits: Limits = field(default_factory=Limits)
