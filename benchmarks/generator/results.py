"""What one run of the generator's benchmark came to: sections of rows, goals, and where and how they were taken."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from ...errors import SettingsInvalid
from ..machine import Machine
from ..report import SCHEMA, Row, Skipped
from ..watermark.results import Effort, Section, wanted

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorReport:
    """All sections of one run."""

    machine: Machine
    started_at: datetime
    effort: Effort
    commit: str | None
    """Of the code, with `+` where files differed from it."""
    device: str
    model: Json
    """Name, version, SHA-256 of the weights, steps and guidance scale."""
    judges: Json
    """How many clips the judges were shown, and how large they are."""
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
            "device": self.device,
            "models": [dict(self.model)],
            "judges": dict(self.judges),
            "seed": "scenes and noise: from 2·10⁹ on; the judges' lessons: from 10⁹ to 1.9·10⁹; training: below 10⁹",
        }
        return {
            "schema": SCHEMA,
            "benchmark": "generator",
            "_meta": meta,
            "met": self.met,
            "rows": [goal.as_json() for goal in self.goals],
            "skipped": [asdict(one) for section in self.sections for one in section.skipped],
            "sections": {
                section.name: {
                    "title": section.title,
                    "seconds": section.seconds,
                    "rows": list(section.rows),
                    "goals": [goal.goal for goal in section.goals],
                    "skipped": [asdict(one) for one in section.skipped],
                    **section.extras,
                }
                for section in self.sections
            },
        }

    def table(self) -> tuple[tuple[str, ...], ...]:
        """Return lines of cells for printing, the header first."""
        lines = [
            (goal.goal, f"{goal.measured:.4g}", wanted(goal), goal.unit, "yes" if goal.met else "no")
            for goal in self.goals
        ]
        left_out = [
            (one.goal, "not measured", "", "", one.reason) for section in self.sections for one in section.skipped
        ]
        return (("goal", "measured", "wanted", "unit", "met"), *lines, *left_out)


def report_of(found: Json) -> GeneratorReport:
    """Return a report that was written as JSON: measured on a GPU, drawn and read elsewhere.

    Raises:
        SettingsInvalid: It is no report of this benchmark.
    """
    try:
        if (found["schema"], found["benchmark"]) != (SCHEMA, "generator"):
            raise ValueError(f"{found['schema']} of {found['benchmark']}")  # noqa: TRY301 - one message for all
        meta = found["_meta"]
        goals = {row["goal"]: _goal(row) for row in found["rows"]}
        return GeneratorReport(
            machine=Machine(**meta["machine"]),
            started_at=datetime.fromisoformat(meta["started_at"]),
            effort=meta["effort"],
            commit=meta["commit"],
            device=meta["device"],
            model=meta["models"][0],
            judges=meta["judges"],
            sections=tuple(_section(name, values, goals) for name, values in found["sections"].items()),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise SettingsInvalid(f"this is no report of `sealreel bench generator`: {error!r}") from error


_DERIVED = ("measured", "low", "high", "n", "ratio", "met")
_OWN = ("title", "seconds", "rows", "goals", "skipped")


def _goal(row: Json) -> Row:
    values: dict[str, Any] = {name: value for name, value in row.items() if name not in _DERIVED}
    values["samples"] = tuple(row["samples"])
    return Row(**values)


def _section(name: str, values: Json, goals: Mapping[str, Row]) -> Section:
    return Section(
        name=name,
        title=values["title"],
        rows=tuple(values["rows"]),
        goals=tuple(goals[goal] for goal in values["goals"]),
        skipped=tuple(Skipped(**one) for one in values["skipped"]),
        seconds=values["seconds"],
        extras={key: value for key, value in values.items() if key not in _OWN},
    )
