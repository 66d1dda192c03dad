"""Rows of a benchmark: what was measured, what is wanted, and whether that is met."""

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any, Literal

from .machine import Machine

SCHEMA = "sealreel.bench/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One goal and what came out."""

    goal: str
    """Stable name: `generate.default_clip`."""
    text: str
    """What was measured, for a person."""
    unit: str
    wanted: float
    """The written tolerance."""
    better: Literal["lower", "higher"]
    samples: tuple[float, ...]
    """Each repetition, in order."""
    details: dict[str, float] = field(default_factory=dict[str, float])
    """Parts of the number, and what it was compared with; the unit is in the name."""

    def __post_init__(self) -> None:
        if not self.samples:
            raise ValueError(f"{self.goal}: a row needs at least one sample")

    @property
    def measured(self) -> float:
        """The median of the samples."""
        return median(self.samples)

    @property
    def ratio(self) -> float:
        """Measured over wanted: below 1 is good where lower is better, above 1 where higher is."""
        return self.measured / self.wanted

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.measured <= self.wanted if self.better == "lower" else self.measured >= self.wanted

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types, the derived values included."""
        low, high = min(self.samples), max(self.samples)
        derived = {"measured": self.measured, "low": low, "high": high, "n": len(self.samples)}
        return asdict(self) | {"samples": list(self.samples)} | derived | {"ratio": self.ratio, "met": self.met}


@dataclass(frozen=True, slots=True)
class Skipped:
    """A goal that could not be measured here, and why."""

    goal: str
    reason: str


@dataclass(frozen=True, slots=True)
class SpeedReport:
    """All rows of one run, with the machine beside them."""

    machine: Machine
    started_at: datetime
    quick: bool
    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def met(self) -> bool:
        """Whether every goal that was measured is reached."""
        return all(row.met for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types; `_meta` says where and when."""
        meta = {
            "machine": self.machine.as_json(),
            "started_at": self.started_at.astimezone(UTC).isoformat(),
            "quick": self.quick,
        }
        return {
            "schema": SCHEMA,
            "benchmark": "speed",
            "_meta": meta,
            "met": self.met,
            "rows": [row.as_json() for row in self.rows],
            "skipped": [asdict(one) for one in self.skipped],
        }

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Return lines of cells for printing, the header first."""
        header = ("goal", "measured", "low – high", "n", "wanted", "ratio", "met")
        lines = [
            (
                row.goal,
                f"{row.measured:.3g} {row.unit}",
                f"{min(row.samples):.3g} – {max(row.samples):.3g}",
                str(len(row.samples)),
                f"{'≤' if row.better == 'lower' else '≥'} {row.wanted:.3g} {row.unit}",
                f"{row.ratio:.2f}",
                "yes" if row.met else "no",
            )
            for row in self.rows
        ]
        left_out = [(one.goal, "not measured", "", "0", "", "", one.reason) for one in self.skipped]
        return (header, *lines, *left_out)
