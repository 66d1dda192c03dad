"""The audit as one HTML page: pictures and styles inside, no script, and a policy that lets nothing be loaded."""

from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from ...errors import OutputUnwritable
from ..drawing import data_url, figure_of
from ..report import Row
from ..sectioned import Section
from ..watermark.tables import Column, field, goals_table, table
from . import plots
from .examples import Example
from .results import DetectorReport
from .summary import spelled, standing_line

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
Found = Mapping[str, Any]
Rows = Sequence[Found]


def page(report: DetectorReport, *, examples: Sequence[Example] = ()) -> str:
    """Return the whole page.

    Args:
        report: What was measured; sections that were not run are left out.
        examples: Clips to show.

    Raises:
        MissingExtra: The extra `bench`, which brings matplotlib, is not installed.
    """
    style = resources.files(f"{__package__}".removesuffix("detector") + "watermark").joinpath("page.css")
    parts = [(section, _body(section, examples)) for section in report.sections]
    links = "".join(f'<a href="#{escape(one.name, quote=True)}">{escape(one.title)}</a>' for one, _ in parts)
    body = "".join(
        f'<section id="{escape(one.name, quote=True)}"><h2>{escape(one.title)}</h2>{html}{_left_out(one)}</section>'
        for one, html in parts
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Sealreel detector audit</title><style>{style.read_text('utf-8')}</style></head><body><main>"
        f"{_header(report)}<nav>{links}</nav>{_cards(report.goals)}"
        f'<section id="goals"><h2>Goals</h2>{_goals(report)}</section>{body}{_footer(report)}</main></body></html>\n'
    )


def write_report(report: DetectorReport, path: Path, *, examples: Sequence[Example] = ()) -> None:
    """Write the page.

    Raises:
        OutputUnwritable: The disk is full or the folder read-only.
        MissingExtra: The extra `bench` is not installed.
    """
    written(path, page(report, examples=examples))


def written(path: Path, text: str) -> None:
    """Write text to a file.

    Raises:
        OutputUnwritable: The disk is full or the folder read-only.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputUnwritable(f"{path}: {error.strerror or error}") from error


def _header(report: DetectorReport) -> str:
    met, n = sum(goal.met for goal in report.goals), len(report.goals)
    return (
        f"<header><h1>Detector audit</h1><p>{met} of {n} goals met. {escape(report.material)} Run "
        f"“{escape(report.effort)}” of {report.started_at:%d %B %Y}. A score counts only on generators and real "
        "sources that its model never saw; brackets hold 95 % intervals that draw whole sources.</p></header>"
    )


_HEADLINES = {
    "held_out.auroc": "AUROC, generators and real sources held out",
    "held_out.tpr_at_1_percent": "caught at 1 % false positives",
    "held_out.margin": "above the real-vs-real floor",
    "held_out.worst_generator": "AUROC of the worst generator",
    "held_out.ece": "calibration error",
    "robustness.crf_35_half_size": "AUROC lost at CRF 35 and half size",
    "own.auroc": "AUROC of our own generator's clips",
}


def _cards(goals: Sequence[Row]) -> str:
    cards = "".join(
        f'<div class="card{"" if goal.met else " missed"}"><b>{goal.measured:.3f}</b>'
        f"<span>{escape(_HEADLINES[goal.goal])}; wanted {'≤' if goal.better == 'lower' else '≥'} {goal.wanted:g}</span>"
        "</div>"
        for goal in goals
        if goal.goal in _HEADLINES
    )
    return f'<div class="cards">{cards}</div>' if cards else ""


def _goals(report: DetectorReport) -> str:
    if not report.goals:
        return "<p>No goal was measured in this run.</p>"
    words = "Written tolerances; the run ends with code 1 where one is missed. The line in each bar is the tolerance."
    return f"<p>{words}</p>{goals_table(report.goals)}"


def _body(section: Section, examples: Sequence[Example]) -> str:
    if not section.rows or section.name not in DRAWN:
        return "" if section.rows else "<p>Nothing was measured.</p>"
    return DRAWN[section.name](section) + (_shown(examples) if section.name == "held_out" else "")


def _held_out(section: Section) -> str:
    row, extras = section.rows[0], section.extras
    return (
        "<p>Each clip is judged by the model of the fold that holds its generator or real source out. AUROC and "
        "thresholds are taken fold by fold and averaged; “pooled” puts all folds on one scale, that of calibrated "
        "log-odds, each fold calibrated by the others. The floor is how well the same scores tell one real source from "
        "the others, where there is nothing to tell: an AUROC is worth what it has above it.</p>"
        + _standings(section.rows)
        + figure_of(plots.roc(extras["roc"], auroc=row["auroc_pooled"]["value"]), "ROC curve of all folds, pooled.")
        + "<h3>Folds</h3>"
        + table(extras["folds"], [Column(name.replace("_", " "), field(name), digits=3) for name in extras["folds"][0]])
        + "<h3>Generators</h3>"
        + figure_of(
            plots.generators(extras["generators"]),
            "AUROC of each generator, its clips counted behind its name; pale where they are fewer than 20.",
        )
        + _real_sources(extras["real_sources"])
        + "<h3>Calibration</h3>"
        + figure_of(plots.reliability(extras["reliability"]), f"Reliability; expected error {row['ece']:.3f}.")
        + _fixed(extras["fixed_thresholds"])
        + _verdicts(extras["verdicts"])
        + _faces(extras["faces"])
    )


def _standings(rows: Rows) -> str:
    lines = [standing_line(row) for row in rows]
    return table(lines, [Column(name, field(name)) for name in lines[0]])


def _real_sources(rows: Rows) -> str:
    if not rows:
        return ""
    columns = [Column("real source", field("source")), Column("fold", field("fold")), Column("clips", field("n"))]
    return "<h3>Real sources against the others</h3>" + table(rows, [*columns, Column("AUROC", field("a"), digits=3)])


def _fixed(rows: Rows) -> str:
    if not rows:
        return ""
    columns = [
        Column("threshold set for an FPR of", lambda row: f"{100 * row['fpr']:g} %"),
        Column("found FPR", lambda row: _share(row, "false_positives", "real_clips", "found_fpr_ci95")),
        Column("found TPR", lambda row: _share(row, "true_positives", "synthetic_clips", "found_tpr_ci95")),
    ]
    words = "<p>What a threshold comes to on generators and real sources that it was not set on.</p>"
    return "<h3>Do thresholds hold?</h3>" + words + table(rows, columns, wide=False)


def _share(row: Found, hits: str, n: str, interval: str) -> str:
    low, high = row[interval]
    return f"{row[hits]} of {row[n]}: {row[hits] / row[n]:.3f} ({low:.3f}–{high:.3f})"


def _verdicts(counts: Mapping[str, Mapping[str, int]]) -> str:
    if not counts:
        return ""
    names = ("likely_real", "inconclusive", "likely_synthetic")
    rows = [{"clips": kind, **{name: called.get(name, 0) for name in names}} for kind, called in counts.items()]
    columns = [Column(name.replace("_", " "), field(name)) for name in ("clips", *names)]
    return "<h3>What would be said of them</h3>" + table(rows, columns, wide=False)


def _faces(row: Found | None) -> str:
    if row is None:
        return ""
    return (
        f"<h3>Manipulated faces</h3><p>The second head, advisory: AUROC {spelled(row['auroc'])} on "
        f"{row['synthetic_clips']} clips of {row['generators']} generators against {row['real_clips']} real ones, all "
        "held out. Few clips to learn from; no goal yet.</p>"
    )


def _shown(examples: Sequence[Example]) -> str:
    figures = "".join(
        f'<figure><img alt="{escape(one.caption, quote=True)}" src="{data_url("image/jpeg", one.jpeg)}">'
        f"<figcaption>{escape(one.caption)}</figcaption></figure>"
        for one in examples
    )
    words = "<h3>What it saw</h3><p>Class activation: red speaks for synthetic, blue for real.</p>"
    return f'{words}<div class="samples" style="grid-template-columns:1fr 1fr">{figures}</div>' if examples else ""


def _robustness(section: Section) -> str:
    columns = [
        Column("condition", field("condition")),
        Column("AUROC", lambda row: spelled(row["auroc"])),
        Column("lost", lambda row: spelled(row["loss"])),
        Column("TPR at 1 % FPR", lambda row: spelled(row["tpr_fine"])),
        Column("FPR at the stored clips' threshold", field("fixed_fpr"), digits=3),
        Column("TPR there", field("fixed_tpr"), digits=3),
        Column("synthetic", field("synthetic_clips")),
        Column("real", field("real_clips")),
    ]
    return (
        "<p>The same held-out clips after each condition; thresholds and calibration stay those of stored clips, whose "
        "short side is at most 320 pixels: half of that is less than it would be of a film.</p>"
        + figure_of(plots.robustness(section.rows), "AUROC after each condition.")
        + table(section.rows, columns)
    )


def _controls(section: Section) -> str:
    return (
        "<p>None of these looks for traces of synthesis. Metadata tells sources apart, so no detector may see it; "
        "shuffled labels must come to 0.5.</p>" + _standings(section.rows)
    )


def _baselines(section: Section) -> str:
    rows = [section.extras["ours"], *section.rows]
    behind = [
        {"baseline": row["contender"], "ahead of ours in": ", ".join(row["behind"]) or "nothing"}
        for row in section.rows
    ]
    return (
        "<p>Published ideas built anew on what can be had offline, fitted and judged in the same folds.</p>"
        + _standings(rows)
        + table(behind, [Column(name, field(name)) for name in behind[0]], wide=False)
    )


def _adversaries(section: Section) -> str:
    columns = [
        Column("attack", field("attack")),
        Column("ε of 255", field("epsilon_255")),
        Column("judged after", field("after")),
        Column("PSNR dB", field("psnr_db"), digits=1),
        Column("accuracy before", field("accuracy_before")),
        Column("accuracy left", field("accuracy_left")),
        Column("caught before", field("caught_before")),
        Column("caught left", field("caught_left")),
        Column("AUROC left", field("auroc_left")),
        Column("clips", field("clips")),
    ]
    return (
        "<p>An adversary who has the weights changes pixels within ε so that synthetic clips look real, and real ones "
        "synthetic. Nothing defends against this; it says how little it takes. “Caught” is of synthetic clips at the "
        "threshold for 1 % false positives.</p>"
        + figure_of(plots.adversaries(section.rows), "Accuracy that is left at a score of 0.5.")
        + table(section.rows, columns)
    )


def _own(section: Section) -> str:
    return (
        "<p>Clips of the embedded model before any mark is put on them, in the form of the data set, against the "
        "held-out real clips of every fold. Aligned fakes of its autoencoder may have been trained on, its videos "
        "never.</p>" + _standings(section.rows)
    )


DRAWN = {
    "held_out": _held_out,
    "robustness": _robustness,
    "controls": _controls,
    "baselines": _baselines,
    "adversarial": _adversaries,
    "own": _own,
}
"""How each section is drawn."""


def _left_out(section: Section) -> str:
    lines = "".join(f"<li>{escape(one.goal)}: {escape(one.reason)}</li>" for one in section.skipped)
    return f"<h3>Not measured</h3><ul>{lines}</ul>" if lines else ""


def _footer(report: DetectorReport) -> str:
    machine = report.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    weights = [f"fold {one['fold']}: {one['name']} {one['version']}, {one['sha256'][:12]}" for one in report.models]
    code = "" if report.commit is None else f" Code {report.commit}."
    where = f"{machine.cpu}, {machine.cores} cores; {machine.system}; Python {machine.python}; {versions}."
    return f"<footer>{escape(where)}{escape(code)} {escape('; '.join(weights))}.</footer>"
