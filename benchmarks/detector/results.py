"""What one run of the detector's audit came to: sections of rows, goals, and where and how they were taken."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from ..machine import Machine
from ..report import SCHEMA, Row
from ..watermark.results import Effort, Section, wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorReport:
    """All sections of one run."""

    machine: Machine
    started_at: datetime
    effort: Effort
    commit: str | None
    """Of the code, with `+` where files differed from it."""
    material: str
    """What was judged by what, in words."""
    device: str
    models: tuple[Mapping[str, Any], ...]
    """Name, version, hash and fold of the weights that were audited."""
    sections: tuple[Section, ...]

    @property
    def goals(self) -> tuple[Row, ...]:
        """The goals of all sections."""
        return tuple(goal for section in self.sections for goal in section.goals)

    @property
    def met(self) -> bool:
        """Whether every goal that was measured is reached."""
        return all(goal.met for goal in self.goals)

    def section(self, name: str) -> Section | None:
        """Return one section; None where it was not asked for."""
        return next((section for section in self.sections if section.name == name), None)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types: goals are `rows` as in every benchmark, and each section's own rows follow."""
        meta = {
            "machine": self.machine.as_json(),
            "started_at": self.started_at.astimezone(UTC).isoformat(),
            "quick": self.effort == "quick",
            "effort": self.effort,
            "commit": self.commit,
            "material": self.material,
            "device": self.device,
            "models": [dict(model) for model in self.models],
            "seed": "0 for what is drawn: bootstraps, starts of attacks, shuffled labels",
        }
        return {
            "schema": SCHEMA,
            "benchmark": "detector",
            "_meta": meta,
            "met": self.met,
            "rows": [goal.as_json() for goal in self.goals],
            "skipped": [asdict(one) for section in self.sections for one in section.skipped],
            "sections": {
                section.name: {"seconds": section.seconds, "rows": list(section.rows), **section.extras}
                for section in self.sections
            },
        }

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Return lines of cells for printing, the header first."""
        lines = [
            (goal.goal, f"{goal.measured:.4g}", interval(goal), wanted(goal), goal.unit, "yes" if goal.met else "no")
            for goal in self.goals
        ]
        left_out = [
            (one.goal, "not measured", "", "", "", one.reason) for section in self.sections for one in section.skipped
        ]
        return (("goal", "measured", "95 %", "wanted", "unit", "met"), *lines, *left_out)


def interval(goal: Row) -> str:
    """Return a goal's interval in words; empty where it has none."""
    details = goal.details
    return f"{details['ci95_low']:.3f} – {details['ci95_high']:.3f}" if "ci95_low" in details else ""
