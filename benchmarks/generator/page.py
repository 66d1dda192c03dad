"""The evaluation as one HTML page: pictures and styles inside, no script, and a policy that lets nothing be loaded."""

from collections.abc import Mapping
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from ...errors import OutputUnwritable
from ..drawing import data_url, figure_of
from ..sectioned import Section
from ..watermark.tables import Column, field, goals_table, table
from . import plots
from .results import GeneratorReport

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
Found = Mapping[str, Any]


def page(report: GeneratorReport, *, sheet: bytes | None = None) -> str:
    """Return the whole page.

    Args:
        report: What was measured; sections that were not run are left out.
        sheet: The sample sheet, PNG.

    Raises:
        MissingExtra: The extra `bench`, which brings matplotlib, is not installed.
    """
    style = resources.files(f"{__package__}".removesuffix("generator") + "watermark").joinpath("page.css")
    links = "".join(f'<a href="#{escape(one.name, quote=True)}">{escape(one.title)}</a>' for one in report.sections)
    body = "".join(
        f'<section id="{escape(one.name, quote=True)}"><h2>{escape(one.title)}</h2>{_body(one)}{_left_out(one)}'
        "</section>"
        for one in report.sections
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Sealreel generator benchmark</title><style>{style.read_text('utf-8')}</style></head><body><main>"
        f"{_header(report)}<nav>{links}</nav>"
        f'<section id="goals"><h2>Goals</h2>{_goals(report)}</section>{body}{_sheet(sheet)}{_footer(report)}'
        "</main></body></html>\n"
    )


def write_report(report: GeneratorReport, path: Path, *, sheet: bytes | None = None) -> None:
    """Write the page.

    Raises:
        OutputUnwritable: The disk is full or the folder read-only.
        MissingExtra: The extra `bench` is not installed.
    """
    text = page(report, sheet=sheet)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputUnwritable(f"{path}: {error.strerror or error}") from error


def _header(report: GeneratorReport) -> str:
    met, n = sum(goal.met for goal in report.goals), len(report.goals)
    model = report.model
    words = (
        f"{met} of {n} goals met. {model['name']} {model['version']}, {model['steps']} steps, guidance "
        f"{model['guidance_scale']:g}, {model.get('candidates', 1)} candidates a clip, run “{report.effort}” of "
        f"{report.started_at:%d %B %Y}. Clips are read by judges "
        "that learned from renders alone, from scenes that neither they nor the model met in training. A share of the "
        "ceiling is relative to what the judges read off renders of the very scenes that the prompts tell of."
    )
    return f"<header><h1>Generator benchmark</h1><p>{escape(words)}</p></header>"


def _goals(report: GeneratorReport) -> str:
    if not report.goals:
        return "<p>No goal was measured in this run.</p>"
    words = "Written tolerances; the run ends with code 1 where one is missed. The line in each bar is the tolerance."
    return f"<p>{words}</p>{goals_table(report.goals)}"


def _body(section: Section) -> str:
    if not section.rows:
        return "" if section.skipped else "<p>Nothing was measured.</p>"
    return DRAWN[section.name](section) if section.name in DRAWN else ""


def _share(name: str) -> Any:
    """Return the reader of an accuracy: its share, its interval, of how many."""

    def read(row: Found) -> str | None:
        found = row.get(name)
        if found is None:
            return None
        low, high = 100 * found["low"], 100 * found["high"]
        return f"{100 * found['share']:.1f} % ({low:.0f}–{high:.0f}) of {found['n']}"

    return read


def _of_ceiling(row: Found) -> str | None:
    return None if row["of_ceiling"] is None else f"{100 * row['of_ceiling']:.1f} %"


_ACCURACIES = (
    Column("generated", _share("generated")),
    Column("ceiling: renders", _share("renders")),
    Column("of the ceiling", _of_ceiling),
)


def _attributes(section: Section) -> str:
    columns = (
        Column("prompts with", field("part")),
        Column("attribute", field("attribute")),
        *_ACCURACIES,
        Column("renders through the autoencoder", _share("softened")),
        Column("floor: other prompts", _share("shuffled")),
    )
    return (
        "<p>Asked is only what a prompt names; of two or three things, each by itself. A colour counts on the kind of "
        "thing that it was asked for.</p>"
        + figure_of(plots.attributes(section.rows), "Right answers; the line is the ceiling, the dot the floor.")
        + table(section.rows, columns)
    )


def _permanence(section: Section) -> str:
    columns = (
        Column("", field("text")),
        Column("happens", lambda row: _share("happened")(row["generated"])),
        Column("and then lasts", lambda row: _share("kept")(row["generated"])),
        Column("both", lambda row: _share("both")(row["generated"])),
        Column("both, in renders", lambda row: _share("both")(row["renders"])),
        Column("of the ceiling", _of_ceiling),
        Column("unrest", lambda row: row["generated"]["restlessness"]),
        Column("in renders", lambda row: row["renders"]["restlessness"]),
    )
    return (
        "<p>A judge of single pictures, which knows nothing of what came before, looks at the frames after 2.25 s: it "
        "must see the trace in each. Unrest is the mean change from one to the next, code values.</p>"
        + table(section.rows, columns)
    )


def _identity(section: Section) -> str:
    columns = (Column("prompts with", field("part")), *_ACCURACIES)
    return "<p>Things that are read as the same kind in the same colour in every frame.</p>" + table(
        section.rows, columns
    )


def _fidelity(section: Section) -> str:
    columns = (
        Column("between", field("between")),
        Column("clips a side", field("n")),
        Column("distance", field("distance"), digits=3),
    )
    words = "<p>Fréchet distances in the features of the judge of clips, the real-vs-real floor among them.</p>"
    soft = section.extras.get("autoencoder")
    more = "" if soft is None else f"<p>Renders through the autoencoder – renders of other scenes: {soft:.3f}.</p>"
    return words + table(section.rows, columns, wide=False) + more


def _drift(section: Section) -> str:
    columns = (
        Column("until s", field("seconds")),
        Column("things", _share("things")),
        Column("things, in renders", _share("things_in_renders")),
        Column("background", _share("background")),
        Column("style", _share("style")),
        Column("what the event left", _share("outcome")),
        Column("sharpness", field("sharpness")),
        Column("colour shift", field("colour_shift"), digits=1),
    )
    return (
        "<p>Clips that go on from their own last nine frames, window by window; pictures of the three seconds before "
        "each moment. Sharpness is relative to the first three seconds.</p>"
        + figure_of(plots.drift(section.rows), "What is read off long clips.")
        + table(section.rows, columns)
    )


def _determinism(section: Section) -> str:
    columns = [Column(name, field(name)) for name in ("prompt", "seed", "sha256")]
    return table(section.rows, [*columns, Column("twice the same", lambda row: "yes" if row["same"] else "no")])


def _settings(section: Section) -> str:
    columns = [
        Column("steps", field("steps")),
        Column("guidance", field("guidance_scale"), digits=1),
        Column("of the ceiling, six attributes", field("of_ceiling"), digits=3),
        Column("Fréchet distance", field("frechet"), digits=2),
        *(Column(name, field(name), digits=3) for name in ("colour", "shape", "action", "direction")),
    ]
    return "<p>Prompts with two things; distances of few clips are larger than of many.</p>" + table(
        section.rows, columns
    )


def _languages(section: Section) -> str:
    columns = (Column("language", field("part")), Column("attribute", field("attribute")), *_ACCURACIES)
    return table(section.rows, columns)


def _speed(section: Section) -> str:
    columns = [Column(name.replace("_", " "), field(name)) for name in section.rows[0]]
    return "<p>One clip at the model's defaults, its text encoded within the first part.</p>" + table(
        section.rows, columns, wide=False
    )


DRAWN = {
    "attributes": _attributes,
    "permanence": _permanence,
    "identity": _identity,
    "fidelity": _fidelity,
    "drift": _drift,
    "determinism": _determinism,
    "settings": _settings,
    "languages": _languages,
    "speed": _speed,
}
"""How each section is drawn."""


def _left_out(section: Section) -> str:
    lines = "".join(f"<li>{escape(one.goal)}: {escape(one.reason)}</li>" for one in section.skipped)
    return f"<h3>Not measured</h3><ul>{lines}</ul>" if lines else ""


def _sheet(sheet: bytes | None) -> str:
    if sheet is None:
        return ""
    source = data_url("image/png", sheet)
    words = "Forty fixed prompts, five moments of each clip."
    return (
        f'<section id="samples"><h2>Samples</h2><figure><img alt="{words}" src="{source}">'
        f"<figcaption>{words}</figcaption></figure></section>"
    )


def _footer(report: GeneratorReport) -> str:
    machine = report.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    code = "" if report.commit is None else f" Code {report.commit}."
    where = f"{machine.cpu}, {machine.cores} cores, device {report.device}; Python {machine.python}; {versions}."
    judges = f" Judges were shown {report.judges['clips_shown']:,} clips."
    return f"<footer>{escape(where)}{escape(code)}{judges} Weights {escape(report.model['sha256'])}.</footer>"
