"""The questions of the audit, one after the other; each gives rows, goals, and what the page draws beside them."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...detector.runtime import Device
from ...errors import MissingExtra, ModelUnavailable
from ..report import Skipped
from ..sectioned import Effort, Json, Section, as_rows
from ..watermark.cells import Cells
from .conditions import FIRST_FRAME, GRID, SMALL_AND_ROUGH, Condition
from .contender import Contender
from .controls import controls
from .divisions import Division
from .evaluation import Look, Reader
from .examples import choose
from .goals import baseline_goals, comparisons_with, held_out_goals, own_goals, robustness_goals
from .judged import Judged, curve, pooled
from .judging import OURS, Ours, faces_judged, judged_by
from .metrics import Standing, of_generators, of_real_sources, realised, reliability, standing
from .resampling import FLOOR_CLIPS

OnRow = Callable[[str, Json | Skipped | str], None]
"""Told the section's name, and each row or a word of progress as it comes."""
CURVE_POINTS = 200
SOURCE_CLIPS = 30
"""At most of each source: one surveillance collection alone would else be a fifth of all real clips."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much of everything one effort takes."""

    per_source: int
    """Clips of each source that are judged as stored."""
    look: Look
    conditions: tuple[Condition, ...]
    robust_per_source: int
    """Under each condition."""
    still_per_source: int
    """By their first frame alone."""
    attacked: int
    """Clips of each kind."""
    epsilons: tuple[int, ...]
    own: int
    """Clips of our own generator."""
    draws: int


_HARDEST = (SMALL_AND_ROUGH.name, "screen recording")
BUDGETS: dict[Effort, Budget] = {
    "quick": Budget(1, "middle", tuple(one for one in GRID if one.name in _HARDEST), 1, 1, 1, (2,), 4, 500),
    "default": Budget(SOURCE_CLIPS, "everywhere", GRID, 3, SOURCE_CLIPS, 6, (1, 2, 4, 8), 20, 2000),
    "full": Budget(SOURCE_CLIPS, "everywhere", GRID, SOURCE_CLIPS, SOURCE_CLIPS, 60, (1, 2, 4, 8), 60, 5000),
}
"""Quick: ≤ 10 minutes on two cores; default: ≤ 2 hours, minutes on a GPU; full: hours."""


@dataclass(frozen=True, slots=True)
class Run:
    """What the sections of one run share."""

    divisions: tuple[Division, ...]
    """With all of their clips."""
    budget: Budget
    cells: Cells
    jobs: int
    device: Device
    own: Path | None
    """A folder of clips that our generator made."""
    features: Path
    """Where baselines keep what they see of clips."""
    imagenet: Path | None
    clip: Path | None
    """Weights of baselines."""
    on_row: OnRow | None

    def tell(self, section: str) -> Callable[[Json | Skipped | str], None]:
        """Return what is told of each row of a section."""

        def told(row: Json | Skipped | str) -> None:
            if self.on_row is not None:
                self.on_row(section, row)

        return told

    def ours(self, section: str, per_source: int, look: Look) -> Ours:
        """Return the detector, asked about so many clips of each source."""
        reader = Reader(self.cells, jobs=self.jobs, device=self.device, tell=self.tell(section))
        return Ours(reader, tuple(one.thinned(per_source) for one in self.divisions), look=look)

    def glance(self, section: str, per_source: int) -> Ours:
        """Return the detector that looks at few clips and in their middle alone, calibrated as when it looks at all."""
        whole = self.ours(section, self.budget.per_source, self.budget.look)
        return replace(self.ours(section, per_source, "middle"), fitted_on=whole)

    def standing(self, contender: Contender, divisions: Sequence[Division]) -> Standing:
        """Let a contender learn and judge, and work out its line."""
        return standing(contender.name, judged_by(contender, divisions), draws=self.budget.draws)


def held_out(run: Run) -> Section:
    """How well does it tell unseen generators from unseen real sources?"""
    ours = run.ours("held_out", run.budget.per_source, run.budget.look)
    ours.ask_ahead(faces=True)
    folds = judged_by(ours, ours.divisions)
    found = standing(OURS, folds, draws=run.budget.draws)
    run.tell("held_out")(found)
    together = pooled(folds)
    false, true = curve(together)
    kept = np.unique(np.linspace(0, len(false) - 1, CURVE_POINTS).astype(np.intp))
    faces = faces_judged(ours)
    extras = {
        "generators": [asdict(one) for one in of_generators(folds, draws=run.budget.draws)],
        "real_sources": [asdict(one) for one in of_real_sources(folds, at_least=FLOOR_CLIPS)],
        "folds": [_fold_line(one) for one in folds],
        "roc": {"false": false[kept].tolist(), "true": true[kept].tolist()},
        "reliability": [asdict(one) for one in reliability(together)],
        "fixed_thresholds": _fixed(ours, folds),
        "verdicts": _verdicts(ours, folds),
        "examples": choose(ours, folds),
        "faces": standing("face_manipulation", faces, draws=run.budget.draws).as_json() if faces else None,
    }
    return Section("held_out", "", as_rows([found]), held_out_goals(found), extras=extras)


def _fold_line(judged: Judged) -> dict[str, Any]:
    alone = standing(OURS, [judged], draws=1)
    return {
        "fold": judged.fold,
        "generators": alone.generators,
        "synthetic_clips": alone.synthetic_clips,
        "real_sources": alone.real_sources,
        "real_clips": alone.real_clips,
        "auroc": alone.auroc.value,
        "tpr_fine": alone.tpr_fine.value,
        "tpr_coarse": alone.tpr_coarse.value,
    }


def _fixed(ours: Ours, folds: Sequence[Judged]) -> list[dict[str, Any]]:
    """What thresholds that were set without a fold come to in it, for each FPR that all calibrations carry."""
    heads = [ours.calibration_of(division) for division in ours.divisions]
    known = [head for head in heads if head is not None]
    if len(known) < len(heads):
        return []
    rates = [point.fpr for point in known[0].points]
    return [
        asdict(realised(folds, [head.point(fpr).threshold for head in known], fpr=fpr))
        for fpr in rates
        if all(fpr in [point.fpr for point in head.points] for head in known)
    ]


def _verdicts(ours: Ours, folds: Sequence[Judged]) -> dict[str, dict[str, int]]:
    """How real and synthetic clips are called at an FPR of 1 %, or at the finest that there is."""
    counts: dict[str, dict[str, int]] = {"real": {}, "synthetic": {}}
    for division, judged in zip(ours.divisions, folds, strict=True):
        head = ours.calibration_of(division)
        if head is None or not head.points:
            return {}
        fine = min((point.fpr for point in head.points), key=lambda fpr: abs(fpr - 0.01))
        for logit, synthetic in zip(judged.logits, judged.synthetic, strict=True):
            called = head.verdict(float(1.0 / (1.0 + np.exp(-logit))), fpr=fine)
            kind = counts["synthetic" if synthetic else "real"]
            kind[called] = kind.get(called, 0) + 1
    return counts


def robustness(run: Run) -> Section:
    """What is left of it after codecs, sizes, noise and overlays?"""
    from .robustness import run_conditions

    ours = run.glance("robustness", run.budget.robust_per_source)
    rows = run_conditions(ours, run.budget.conditions, draws=run.budget.draws, on_row=run.tell("robustness"))
    return Section("robustness", "", as_rows(rows), robustness_goals(rows))


def shortcuts(run: Run) -> Section:
    """What can be told without looking for traces at all?"""
    divisions = [one.thinned(run.budget.per_source) for one in run.divisions]
    found: list[Standing] = []
    for control in controls():
        found.append(run.standing(control, divisions))
        run.tell("controls")(found[-1])
    still = replace(
        run.glance("controls", run.budget.still_per_source).under(FIRST_FRAME), name=f"{OURS}, {FIRST_FRAME.name}"
    )
    still.ask_ahead([FIRST_FRAME])
    found.append(run.standing(still, still.divisions))
    run.tell("controls")(found[-1])
    return Section("controls", "", as_rows(found))


def baselines(run: Run) -> Section:
    """How do published ideas do in the same harness?"""
    from .baselines.lineup import lineup

    ours = run.ours("baselines", run.budget.per_source, run.budget.look)
    mine = run.standing(ours, ours.divisions)
    line = lineup(run.features, imagenet=run.imagenet, clip=run.clip, jobs=run.jobs)
    skipped = [Skipped(f"baselines.{name}", one.why) for one in line.absent for name in one.names]
    for one in skipped:
        run.tell("baselines")(one)
    found: list[Standing] = []
    for contender in line.contenders:
        try:
            found.append(run.standing(contender, ours.divisions))
        except (MissingExtra, ModelUnavailable) as error:
            skipped.append(Skipped(f"baselines.{contender.name}", str(error)))
            continue
        run.tell("baselines")(found[-1])
    rows = tuple(one.as_json() | {"behind": _behind(mine, one)} for one in found)
    extras = {"ours": mine.as_json()}
    return Section("baselines", "", rows, baseline_goals(mine, found), tuple(skipped), extras=extras)


def _behind(mine: Standing, other: Standing) -> list[str]:
    """The columns in which a baseline is not behind ours."""
    return [name for name, ahead in comparisons_with(mine, other).items() if not ahead]


def adversaries(run: Run) -> Section:
    """What is left when somebody who has the weights hides the traces?"""
    try:
        from .adversarial import attacks, run_attacks
    except ModuleNotFoundError as error:
        raise MissingExtra(
            f"attacks follow gradients, which needs {error.name}: pip install 'sealreel[train]'"
        ) from error

    rows = run_attacks(
        run.ours("adversarial", run.budget.per_source, run.budget.look),
        cells=run.cells,
        attacks=attacks(epsilons=run.budget.epsilons),
        clips=run.budget.attacked,
        device=run.device,
        on_row=run.tell("adversarial"),
    )
    return Section("adversarial", "", as_rows(rows))


def own(run: Run) -> Section:
    """Does it know the videos of Sealreel's own generator, without looking at the mark?"""
    from .own import judge_own, own_clips

    ours = run.ours("own", run.budget.per_source, run.budget.look)
    with tempfile.TemporaryDirectory(prefix="sealreel-audit-") as scratch:
        try:
            clips = own_clips(run.own, run.budget.own, Path(scratch))
        except (MissingExtra, ModelUnavailable) as error:
            return Section("own", "", skipped=(Skipped("own", str(error)),))
        ours.ask_ahead()
        found = standing("own", judge_own(ours, clips), draws=run.budget.draws)
    run.tell("own")(found)
    return Section("own", "", as_rows([found]), own_goals(found.auroc, len(clips)))


SECTIONS: Mapping[str, tuple[str, Callable[[Run], Section]]] = {
    "held_out": ("Generators and real sources that it has never seen", held_out),
    "robustness": ("Robustness", robustness),
    "controls": ("Controls: what leaks", shortcuts),
    "baselines": ("Baselines in the same harness", baselines),
    "adversarial": ("Adversaries who have the weights", adversaries),
    "own": ("Clips of Sealreel's own generator", own),
}
"""Title and question of each section, in the order of the page."""


def measured(run: Run, name: str) -> Section:
    """Ask one question; what cannot be asked here is listed with its reason, and the others go on."""
    title, ask = SECTIONS[name]
    try:
        found = ask(run)
    except MissingExtra as error:
        run.tell(name)(Skipped(name, str(error)))
        found = Section(name, title, skipped=(Skipped(name, str(error)),))
    return replace(found, title=title)
