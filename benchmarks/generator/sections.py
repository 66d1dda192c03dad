"""The questions of the benchmark, one after the other; each gives rows, goals, and what the page draws beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from ...generator.world import CLIP_FPS, CLIP_FRAMES, Action
from ..report import Skipped
from ..sectioned import Effort, Section, as_rows
from .attributes import AttributeRow, attribute_rows
from .drift import drift_rows
from .exam import TRACES, Language, Question, questions, relation_questions, scenes_only
from .frechet import frechet, frechet_rows
from .goals import (
    ASKED,
    attribute_goals,
    determinism_goals,
    drift_goals,
    frechet_goals,
    part_of,
    permanence_goals,
    speed_goals,
)
from .identity import identity_row
from .permanence import PermanenceRow, permanence_row
from .reels import rendered
from .schooling import Judges
from .sitting import Seen, Sitting, seen, sit
from .studio import Studio, fingerprint, seconds_of

OnRow = Callable[[str, Any], None]
"""Told the section's name, and each row or a word of progress as it comes."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of everything one effort takes."""

    clips: int
    """Of each number of things."""
    relations: int
    traces: int
    """Clips of each action that leaves something behind."""
    long: int
    """Clips that are carried on."""
    seconds: int
    """How long."""
    twice: int
    """Clips that are made twice."""
    settings: int
    """Clips of each other setting of steps and guidance; 0 leaves that out."""
    languages: int
    """Clips of each language besides English; 0 leaves that out."""
    timed: int
    softened: bool
    """Whether the ceiling through the autoencoder is measured as well."""


BUDGETS: Final[dict[Effort, Budget]] = {
    "quick": Budget(6, 2, 2, 1, 10, 1, 0, 0, 1, softened=False),
    "default": Budget(40, 16, 12, 4, 60, 2, 0, 12, 3, softened=True),
    "full": Budget(684, 128, 96, 32, 60, 4, 96, 96, 5, softened=True),
}
"""Quick: ≤ 10 minutes on two cores with judges at hand; default: about an hour there; full: minutes on a GPU."""
SETTINGS: Final = ((4, 1.0), (8, 1.0), (16, 1.0), (8, 2.0), (16, 2.0), (24, 3.0), (24, 5.0))
"""Steps and guidance scales that are compared."""
_THINGS: Final = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class Run:
    """What the sections of one run share."""

    studio: Studio
    judges: Judges
    budget: Budget
    kept: Path | None
    """Where clips are kept."""
    on_row: OnRow | None
    sat: dict[str, Sitting] = field(default_factory=dict[str, Sitting])
    """Parts of the exam that were sat in this run."""

    def tell(self, section: str, row: Any) -> None:
        """Say that there is progress."""
        if self.on_row is not None:
            self.on_row(section, row)

    def sit(self, name: str, asked: Sequence[Question], *, soften: bool = False) -> Sitting:
        """Have the model answer, once a run."""
        if name not in self.sat:
            told = partial(self._clips, name)
            self.sat[name] = sit(self.studio, self.judges, asked, kept=self.kept, soften=soften, on_clips=told)
        return self.sat[name]

    def by_things(self) -> dict[int, Sitting]:
        """Return the main part of the exam: as many clips of one, two and three things."""
        return {
            things: self.sit(
                part_of(things),
                questions(f"things-{things}", self.budget.clips, things=things),
                soften=self.budget.softened,
            )
            for things in _THINGS
        }

    def _clips(self, name: str, done: int, total: int) -> None:
        self.tell(name, f"{done} of {total} clips")


def attributes(run: Run) -> Section:
    """Does a clip show what its prompt says?"""
    rows: list[AttributeRow] = []
    related = run.sit("relations", relation_questions(run.budget.relations), soften=run.budget.softened)
    for things, sitting in run.by_things().items():
        rows += attribute_rows(part_of(things), run.judges, [sitting], device=run.studio.device)
    relations = [
        row
        for row in attribute_rows("still scenes", run.judges, [related], device=run.studio.device)
        if row.attribute == "relation"
    ]
    for row in (*rows, *relations):
        run.tell("attributes", f"{row.part}, {row.attribute}: {row.generated.share:.3f} of {row.renders.share:.3f}")
    return Section("attributes", "", as_rows([*rows, *relations]), attribute_goals(rows))


def fidelity(run: Run) -> Section:
    """How far are generated clips from renders as a whole?"""
    sittings = list(run.by_things().values())
    made, truth = (_interleaved([_features(one, who) for one in sittings]) for who in ("made", "renders"))
    scenes = scenes_only("real", len(made))
    others = _read(run, scenes)
    either = scenes_only("styles", len(made))
    styles = tuple(_read(run, [replace(one, style=style) for one in either]) for style in ("photoreal", "animated"))
    rows = frechet_rows(made=made, renders=truth, others=others, styles=cast("tuple[Any, Any]", styles))
    soft = [one.softened.readings.features for one in sittings if one.softened is not None]
    extras: dict[str, Any] = {}
    if len(soft) == len(sittings):
        extras["autoencoder"] = frechet(_interleaved(soft)[: rows[0].n], others[: rows[0].n])
    for row in rows:
        run.tell("fidelity", f"{row.between}: {row.distance:.3f}")
    return Section("fidelity", "", as_rows(rows), frechet_goals(rows), extras=extras)


def permanence(run: Run) -> Section:
    """Does what happened stay so?"""
    rows: list[PermanenceRow] = []
    for action in TRACES:
        asked = questions("permanence", run.budget.traces, things=2, action=action, still_camera=True)
        row = permanence_row(action, run.sit(f"permanence of {action}", asked))
        run.tell("permanence", f"{row.text}: {row.generated.both.share:.3f} of {row.renders.both.share:.3f}")
        rows.append(row)
    return Section("permanence", "", as_rows(rows), permanence_goals(rows))


def identity(run: Run) -> Section:
    """Does a thing stay what it is?"""
    found = [identity_row(part_of(things), sitting) for things, sitting in run.by_things().items()]
    return Section("identity", "", as_rows([row for row in found if row is not None]))


def drift(run: Run) -> Section:
    """What is left after 10, 30 and 60 s?"""
    budget = run.budget
    rows = drift_rows(run.studio, run.judges, _long(budget.long), seconds=budget.seconds)
    for row in rows:
        run.tell("drift", f"{row.seconds} s: {row.things.share:.3f} of {row.things_in_renders.share:.3f}")
    return Section("drift", "", as_rows(rows), drift_goals(rows))


def determinism(run: Run) -> Section:
    """Does the same prompt with the same seed give the same clip?"""
    asked = questions("things-2", run.budget.twice, things=2)
    pairs = [(fingerprint(run.studio, one), fingerprint(run.studio, one)) for one in asked]
    rows = tuple(
        {"prompt": one.prompt, "seed": one.seed, "sha256": first, "same": first == second}
        for one, (first, second) in zip(asked, pairs, strict=True)
    )
    same = sum(first == second for first, second in pairs)
    return Section("determinism", "", rows, determinism_goals(same=same, clips=len(asked)))


def settings(run: Run) -> Section:
    """Which steps and guidance keep to prompts best?"""
    count = run.budget.settings
    if not count:
        return Section("settings", "", skipped=(Skipped("settings", "compared in a full run only"),))
    asked = questions("things-2", count, things=2)
    truth = _read(run, scenes_only("real", count))
    rows: list[dict[str, Any]] = []
    for steps, guidance in SETTINGS:
        studio = replace(run.studio, how=replace(run.studio.how, steps=steps, guidance_scale=guidance))
        sitting = sit(studio, run.judges, asked)
        found = attribute_rows("", run.judges, [sitting], device=studio.device)
        shares = {row.attribute: row.generated.share for row in found}
        ceilings = {row.attribute: row.renders.share for row in found}
        asked_of = [shares[name] / ceilings[name] for name in ASKED if ceilings.get(name)]
        distance = frechet(sitting.made.readings.features, truth)
        rows.append(
            {
                "steps": steps,
                "guidance_scale": guidance,
                "clips": count,
                "of_ceiling": sum(asked_of) / len(asked_of),
                "frechet": distance,
                **shares,
            }
        )
        run.tell("settings", f"{steps} steps, guidance {guidance:g}: {rows[-1]['of_ceiling']:.3f}, {distance:.2f}")
    return Section("settings", "", tuple(rows))


def languages(run: Run) -> Section:
    """Do French and Spanish prompts lead to the same clips?"""
    count = run.budget.languages
    if not count:
        return Section("languages", "", skipped=(Skipped("languages", "asked in longer runs only"),))
    rows: list[AttributeRow] = []
    for code, name in (("fr", "French"), ("es", "Spanish")):
        asked = questions(code, count, language=cast(Language, code))
        rows += attribute_rows(name, run.judges, [run.sit(name, asked)], device=run.studio.device)
    return Section("languages", "", as_rows(rows))


def speed(run: Run) -> Section:
    """How long does the default clip take?"""
    question = questions("things-2", 1, things=2)[0]
    seconds_of(run.studio, question)  # the first one pays for what is set up once
    rows = tuple(seconds_of(run.studio, question) for _ in range(run.budget.timed))
    whole = [sum(row.values()) for row in rows]
    plays = CLIP_FRAMES / CLIP_FPS
    parts = {name: float(np.median([row[name] for row in rows])) for name in rows[0]}
    goals = speed_goals(whole, device=run.studio.device, plays=plays, details=parts)
    return Section("speed", "", rows, goals)


SECTIONS: Final[dict[str, tuple[str, Callable[[Run], Section]]]] = {
    "attributes": ("What the prompt says", attributes),
    "permanence": ("What happened stays so", permanence),
    "identity": ("Things stay what they are", identity),
    "fidelity": ("Fréchet video distance", fidelity),
    "drift": ("Longer than three seconds", drift),
    "determinism": ("The same seed, the same clip", determinism),
    "settings": ("Steps and guidance", settings),
    "languages": ("French and Spanish", languages),
    "speed": ("Speed", speed),
}
"""Title and measurement of each section, in the order of the page."""


def _long(count: int) -> list[Question]:
    """Draw what long clips show: half of them anything, half of them an event that leaves something behind."""
    anything = questions("long", count - count // 2, still_camera=True)
    actions: tuple[Action, ...] = tuple(TRACES)
    rounds = (divmod(place, len(actions)) for place in range(count // 2))
    events = [
        questions("long", 1 + earlier, things=2, action=actions[place], still_camera=True)[-1]
        for earlier, place in rounds
    ]
    return [*anything, *events]


def _features(sitting: Sitting, who: str) -> Any:
    found: Seen = getattr(sitting, who)
    return found.readings.features


def _read(run: Run, scenes: Sequence[Any]) -> Any:
    reel = rendered(list(scenes), device=run.studio.device)
    return seen(run.judges, reel, device=run.studio.device).readings.features


def _interleaved(parts: Sequence[Any]) -> Any:
    """Mix parts of one length evenly, so that the first n rows hold as much of each."""
    return np.stack(parts, axis=1).reshape(-1, parts[0].shape[1])
