"""A benchmark in sections: rows and goals by question, and where and how they were taken."""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

from .machine import Machine
from .report import SCHEMA, Row, Skipped

_ROOT = Path(__file__).resolve().parents[1]

Effort = Literal["quick", "default", "full"]


class Json(Protocol):
    """A row of any section."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        ...


@dataclass(frozen=True, slots=True)
class Section:
    """One question and its answers."""

    name: str
    title: str
    rows: tuple[dict[str, Any], ...] = ()
    """As JSON types: so a report can be drawn again from what was written."""
    goals: tuple[Row, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    seconds: float = 0.0
    """Wall time, rows that were there already included."""
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the page draws beside the rows, as JSON types."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types; goals by their names."""
        return {
            "title": self.title,
            "seconds": self.seconds,
            "rows": list(self.rows),
            "goals": [goal.goal for goal in self.goals],
            "skipped": [asdict(one) for one in self.skipped],
            **self.extras,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionedReport:
    """All sections of one run; each benchmark adds what it must say beside them."""

    BENCHMARK: ClassVar[str]
    """Its name in JSON."""
    SEED: ClassVar[str]
    """What is drawn by chance, and from what, in words."""

    machine: Machine
    started_at: datetime
    effort: Effort
    commit: str | None
    """Of the code, with `+` where files differed from it."""
    sections: tuple[Section, ...]

    @property
    def goals(self) -> tuple[Row, ...]:
        """The goals of all sections."""
        return tuple(goal for section in self.sections for goal in section.goals)

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The goals that no section could measure."""
        return tuple(one for section in self.sections for one in section.skipped)

    @property
    def met(self) -> bool:
        """Whether every goal that was measured is reached."""
        return all(goal.met for goal in self.goals)

    def section(self, name: str) -> Section | None:
        """Return one section; None where it was not asked for."""
        return next((section for section in self.sections if section.name == name), None)

    def particulars(self) -> dict[str, Any]:
        """Return, as JSON types, what this benchmark says of a run beyond machine, time and code."""
        raise NotImplementedError

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types: goals are `rows` as in every benchmark, and each section's own rows follow."""
        meta = {
            "machine": self.machine.as_json(),
            "started_at": self.started_at.astimezone(UTC).isoformat(),
            "quick": self.effort == "quick",
            "effort": self.effort,
            "commit": self.commit,
            **self.particulars(),
            "seed": self.SEED,
        }
        return {
            "schema": SCHEMA,
            "benchmark": self.BENCHMARK,
            "_meta": meta,
            "met": self.met,
            "rows": [goal.as_json() for goal in self.goals],
            "skipped": [asdict(one) for one in self.skipped],
            "sections": {section.name: section.as_json() for section in self.sections},
        }

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Return lines of cells for printing, the header first."""
        lines = [
            (goal.goal, f"{goal.measured:.4g}", wanted(goal), goal.unit, "yes" if goal.met else "no")
            for goal in self.goals
        ]
        left_out = [(one.goal, "not measured", "", "", one.reason) for one in self.skipped]
        return (("goal", "measured", "wanted", "unit", "met"), *lines, *left_out)


def wanted(goal: Row) -> str:
    """Return the tolerance with its sign."""
    return f"{'≤' if goal.better == 'lower' else '≥'} {goal.wanted:.4g}"


def as_rows(rows: Sequence[Json]) -> tuple[dict[str, Any], ...]:
    """Return rows as JSON types."""
    return tuple(row.as_json() for row in rows)


def commit_of_code() -> str | None:
    """Return the commit that this code was checked out from, with `+` where tracked files differ; None elsewhere."""
    if not (_ROOT / ".git").exists():
        return None
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        changed = _git("status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.SubprocessError):
        return None
    return head + ("+" if changed else "")


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(_ROOT), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603 - no input in it
    return done.stdout.strip()
