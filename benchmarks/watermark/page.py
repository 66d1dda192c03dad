"""The report as one HTML page: pictures and styles inside, no script, and a policy that lets nothing be loaded."""

from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path

from ...errors import OutputUnwritable
from ...provenance.watermark import Strength
from ..drawing import data_url, figure_of
from ..report import Row
from ..sectioned import Section
from .heat import heat_map, key_of_colours, shares
from .plots import crf_curves, false_positive_curves, z_histograms
from .results import WatermarkReport
from .tables import (
    goals_table,
    peers_by_attack,
    peers_totals,
    security_table,
    speed_table,
    visibility_table,
)
from .visibility import Sample, sample

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
SUCCESS = {"A": ("decoded",), "B": ("decoded", "present"), "C": ("decoded", "present")}
"""By list, what counts: in list A only the payload itself."""


def page(report: WatermarkReport, *, samples: Sequence[Sample] = ()) -> str:
    """Return the whole page.

    Args:
        report: What was measured; sections that were not run are left out.
        samples: Pictures to show.

    Raises:
        MissingExtra: The extra `bench`, which brings matplotlib, is not installed.
    """
    style = resources.files(__package__ or "").joinpath("page.css").read_text("utf-8")
    parts = [(section, _body(section, samples)) for section in report.sections]
    links = "".join(
        f'<a href="#{escape(section.name, quote=True)}">{escape(section.title)}</a>' for section, _ in parts
    )
    body = "".join(
        f'<section id="{escape(section.name, quote=True)}"><h2>{escape(section.title)}</h2>{html}{_left_out(section)}'
        "</section>"
        for section, html in parts
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Sealreel watermark benchmark</title>"
        f"<style>{style}</style></head><body><main>{_header(report)}<nav>{links}</nav>{_cards(report.goals)}"
        f'<section id="goals"><h2>Goals</h2>{_goals(report)}</section>{body}{_footer(report)}</main></body></html>\n'
    )


def write_report(report: WatermarkReport, path: Path, *, clips: Sequence[Path] = ()) -> None:
    """Write the page, with pictures of these clips.

    Raises:
        OutputUnwritable: The disk is full or the folder read-only.
        MissingExtra: The extra `bench` is not installed.
    """
    shown = [sample(clip, strength=Strength(report.strength_db)) for clip in clips]
    text = page(report, samples=shown)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputUnwritable(f"{path}: {error.strerror or error}") from error


def _header(report: WatermarkReport) -> str:
    met, n = sum(goal.met for goal in report.goals), len(report.goals)
    day = f"{report.started_at:%d %B %Y}"
    return (
        "<header><h1>Watermark benchmark</h1>"
        f"<p>{met} of {n} goals met. {escape(report.material)} Marked at {_db(report.strength_db)}, "
        f"run “{escape(report.effort)}” of {day}. A payload counts only with a proven p ≤ 10⁻⁹; the search is blind: "
        "no original, no original size.</p></header>"
    )


_HEADLINES = {
    "list_a.unwarned": "list A, clips without a warning",
    "list_b.all": "list B, decoded or present",
    "stills.list_a": "list A, still images",
    "visibility.vmaf": "VMAF of the worst clip",
    "visibility.psnr_y": "dB PSNR-Y, the worst clip",
    "false_positives.none": "searches of unmarked media, none of which may find anything",
}


def _cards(goals: Sequence[Row]) -> str:
    shown = [(goal, _HEADLINES[goal.goal]) for goal in goals if goal.goal in _HEADLINES]
    cards = "".join(
        f'<div class="card{"" if goal.met else " missed"}"><b>{_headline(goal)}</b><span>{escape(words)}; wanted '
        f"{escape(_tolerance(goal))}</span></div>"
        for goal, words in shown
    )
    return f'<div class="cards">{cards}</div>' if cards else ""


def _headline(goal: Row) -> str:
    if goal.unit == "of cells":
        return f"{100 * goal.measured:.1f} %"
    if goal.unit == "searches":
        return f"{goal.wanted - goal.measured:,.0f} of {goal.wanted:,.0f}"
    return f"{goal.measured:.1f}"


def _tolerance(goal: Row) -> str:
    if goal.unit == "searches":
        return "0 found"
    number = f"{100 * goal.wanted:g} %" if goal.unit == "of cells" else f"{goal.wanted:g}"
    return f"{'≤' if goal.better == 'lower' else '≥'} {number}"


def _goals(report: WatermarkReport) -> str:
    if not report.goals:
        return "<p>No goal was measured in this run.</p>"
    return (
        "<p>Written tolerances; the run ends with code 1 where one is missed. In brackets the 95 % interval of a share "
        "(Wilson), as if cells were independent. The line in each bar is the tolerance.</p>" + goals_table(report.goals)
    )


def _body(section: Section, samples: Sequence[Sample]) -> str:
    if section.name in DRAWN and section.rows:
        html = DRAWN[section.name](section)
        return html + (_samples(samples) if section.name == "visibility" else "")
    return "" if section.rows else "<p>Nothing was measured.</p>"  # a question without a drawing of its own


def _robustness(section: Section) -> str:
    videos = [row for row in section.rows if row["kind"] == "video"]
    curves = crf_curves(videos)
    return (
        "<p>Each number is z, the standard deviations by which the payload stands out, after the clip was attacked and "
        "encoded again. List A asks for the payload itself; list B also takes the presence of a known id.</p>"
        + shares(videos, statuses=SUCCESS)
        + "<h3>Every clip after every attack</h3>"
        + key_of_colours()
        + heat_map(videos, statuses=SUCCESS)
        + ("" if curves is None else "<h3>Quality of the encode</h3>" + figure_of(curves, _CURVES))
    )


_CURVES = (
    "Bit accuracy of the best reading, and log10 p, against CRF. Thin: one clip each, dashed where mark gave a "
    "warning. Thick: the median."
)


def _stills(section: Section) -> str:
    return (
        "<p>One picture is all that the reader sees.</p>"
        + shares(section.rows, statuses=SUCCESS)
        + "<h3>Every image after every attack</h3>"
        + key_of_colours()
        + heat_map(section.rows, statuses=SUCCESS)
    )


def _visibility(section: Section) -> str:
    return (
        "<p>Original against marked pictures before any encoding, and after the product's own encode beside that of "
        "the unmarked pictures. VMAF v0.6.1 by the ffmpeg of imageio-ffmpeg, a separate GPL program that only this "
        "benchmark runs. SSIM as Wang et al. 2004. Worst block: the lowest PSNR of any 64×64 pixels. Flicker: change "
        "of the mark from picture to picture over the mark itself, where the picture stands still; a fresh mark each "
        "time would be 1.41.</p>" + visibility_table(section.rows)
    )


def _false_positives(section: Section) -> str:
    pools = section.extras.get("pools", [])
    curves, histograms = false_positive_curves(pools), z_histograms(pools)
    return (
        "<p>Unmarked media searched with random keys. The bound is proven over the key for any content; this looks for "
        "mistakes in the proof and in the code.</p>"
        + (
            ""
            if curves is None
            else figure_of(curves, "Searches that came to a p-value or below, and the proven bound.")
        )
        + ("" if histograms is None else figure_of(histograms, "The best z of each search."))
    )


def _peers(section: Section) -> str:
    standings = section.extras.get("standings", [])
    return (
        "<p>The same pictures and attacks for each method, at most 480 px on the short side and 8 frames (rivaGan 4, "
        "on three clips): the others are that slow. Ours counts where the payload is proven, p ≤ 10⁻⁹; theirs where "
        "the majority of frames has every bit right, without control of false positives. Some mark chroma alone, "
        "hence RGB.</p>"
        + peers_totals(standings)
        + "<h3>Clips recovered after each attack</h3>"
        + peers_by_attack(standings)
    )


def _security(section: Section) -> str:
    return (
        "<p>What adversaries do who know everything but the key. “Within 38 dB” is of the unmarked original: a clean "
        "removal. Attempts that the goals judge are marked ●; the others are published without a goal, those that win "
        "included.</p>" + security_table(section.rows)
    )


def _speed(section: Section) -> str:
    return "<p>Ratios taken in one run on this machine, with what limits each.</p>" + speed_table(section.rows)


DRAWN = {
    "robustness": _robustness,
    "stills": _stills,
    "visibility": _visibility,
    "peers": _peers,
    "false_positives": _false_positives,
    "security": _security,
    "speed": _speed,
}
"""How each section is drawn."""


def _samples(samples: Sequence[Sample]) -> str:
    if not samples:
        return ""
    rows = "".join(
        f"<h3>{escape(one.clip)}</h3>"
        '<div class="samples">'
        + "".join(
            f'<figure><img alt="{label}" src="{data_url("image/png", data)}"><figcaption>{label}</figcaption></figure>'
            for label, data in (
                ("original", one.original_png),
                ("marked", one.marked_png),
                ("change × 8, grey is none", one.difference_png),
            )
        )
        + "</div>"
        for one in samples
    )
    return f"<h3>Seen</h3><p>The middle of one picture at its own pixels, before encoding.</p>{rows}"


def _left_out(section: Section) -> str:
    lines = "".join(f"<li>{escape(one.goal)}: {escape(one.reason)}</li>" for one in section.skipped)
    return f"<h3>Not measured</h3><ul>{lines}</ul>" if lines else ""


def _footer(report: WatermarkReport) -> str:
    machine = report.machine
    memory = "" if machine.memory_bytes is None else f", {machine.memory_bytes / 2**30:.0f} GiB"
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    tuned = ", ".join(report.tuned) or "none"
    code = "" if report.commit is None else f" Code {report.commit}."
    text = (
        f"{machine.cpu}, {machine.cores} cores{memory}; {machine.system}; Python {machine.python}; {versions}.{code} "
        f"Clips used to choose constants, left out of the goals: {tuned}."
    )
    return f"<footer>{escape(text)}</footer>"


def _db(strength_db: float | None) -> str:
    return "the default strength of each size" if strength_db is None else f"{strength_db:g} dB"
