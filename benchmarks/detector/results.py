"""What one run of the detector's audit came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ..report import Row
from ..sectioned import SectionedReport, wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorReport(SectionedReport):
    """All sections of one run."""

    BENCHMARK: ClassVar[str] = "detector"
    SEED: ClassVar[str] = "0 for what is drawn: bootstraps, starts of attacks, shuffled labels"

    material: str
    """What was judged by what, in words."""
    device: str
    models: tuple[Mapping[str, Any], ...]
    """Name, version, hash and fold of the weights that were audited."""

    def particulars(self) -> dict[str, Any]:
        """Return what judged what and where, as JSON types."""
        return {"material": self.material, "device": self.device, "models": [dict(model) for model in self.models]}

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Return lines of cells for printing, the header first."""
        lines = [
            (goal.goal, f"{goal.measured:.4g}", interval(goal), wanted(goal), goal.unit, "yes" if goal.met else "no")
            for goal in self.goals
        ]
        left_out = [(one.goal, "not measured", "", "", "", one.reason) for one in self.skipped]
        return (("goal", "measured", "95 %", "wanted", "unit", "met"), *lines, *left_out)


def interval(goal: Row) -> str:
    """Return a goal's interval in words; empty where it has none."""
    details = goal.details
    return f"{details['ci95_low']:.3f} – {details['ci95_high']:.3f}" if "ci95_low" in details else ""
