"""What one run of the generator's benchmark came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from ...errors import SettingsInvalid
from ..machine import Machine
from ..report import SCHEMA, Row, Skipped
from ..sectioned import Section, SectionedReport

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorReport(SectionedReport):
    """All sections of one run."""

    BENCHMARK: ClassVar[str] = "generator"
    SEED: ClassVar[str] = (
        "scenes and noise: from 2·10⁹ on; the judges' lessons: from 10⁹ to 1.9·10⁹; training: below 10⁹"
    )

    device: str
    model: Json
    """Name, version, SHA-256 of the weights, steps and guidance scale."""
    judges: Json
    """How many clips the judges were shown, and how large they are."""

    def particulars(self) -> dict[str, Any]:
        """Return which model was judged by whom and where, as JSON types."""
        return {"device": self.device, "models": [dict(self.model)], "judges": dict(self.judges)}


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
