"""What one run of the watermark benchmark came to."""

from dataclasses import dataclass
from typing import Any, ClassVar

from ..sectioned import SectionedReport


@dataclass(frozen=True, slots=True, kw_only=True)
class WatermarkReport(SectionedReport):
    """All sections of one run."""

    BENCHMARK: ClassVar[str] = "watermark"
    SEED: ClassVar[str] = "keys, payloads and chance follow from each clip's SHA-256 and each row's name"

    strength_db: float | None
    """None: by the size of each clip."""
    material: str
    """What was marked, in words."""
    tuned: tuple[str, ...]
    """Clips on which constants were chosen; they do not count for goals."""

    def particulars(self) -> dict[str, Any]:
        """Return how strongly what was marked, as JSON types."""
        return {"strength_db": self.strength_db, "material": self.material, "tuned_clips": list(self.tuned)}
