"""The table of platforms as one HTML page: styles inside, no script, and a policy that lets nothing be loaded."""

from collections.abc import Mapping
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from ..errors import OutputUnwritable
from .platforms import PlatformsReport
from .watermark.tables import Column, Html, field, table

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
GOOD = frozenset({"trusted", "valid", "decoded", "present", "finds it", "verified", "recovered"})


def page(report: PlatformsReport) -> str:
    """Return the whole page: a table a file."""
    style = resources.files(f"{__package__}.watermark").joinpath("page.css").read_text("utf-8")
    rows = [row.as_json() for row in report.rows]
    clips = dict.fromkeys(row.clip for row in report.rows)
    sections = "".join(
        f"<section><h2>{escape(clip)}</h2>{_said_before([row for row in rows if row['clip'] == clip])}"
        f"{table([row for row in rows if row['clip'] == clip], _columns(report))}</section>"
        for clip in clips
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Sealreel platforms benchmark</title><style>{style}</style></head><body><main>{_header(report)}"
        f"{sections}</main></body></html>\n"
    )


def write_page(report: PlatformsReport, path: Path) -> None:
    """Write the page.

    Raises:
        OutputUnwritable: The disk is full or the folder read-only.
    """
    try:
        path.write_text(page(report), encoding="utf-8")
    except OSError as error:
        raise OutputUnwritable(f"{path}: {error.strerror or error}") from error


def _header(report: PlatformsReport) -> str:
    return (
        "<header><h1>What platforms leave of a file’s origin</h1>"
        f"<p>{escape(report.material)}, {report.started_at:%d %B %Y}. Each file was marked, signed and recorded, then "
        "handled as a kind of service handles uploads, then verified. A watermark counts with a proven p ≤ 10⁻⁹; the "
        "fingerprint is asked without it. Recipes imitate settings, they promise nothing of any service.</p></header>"
    )


def _said_before(rows: list[dict[str, Any]]) -> str:
    expected = rows[0]["expected_p_value_log10"]
    return "" if expected is None else f"<p>When it was marked, log10 p after rough handling was {expected:.1f}.</p>"


def _columns(report: PlatformsReport) -> tuple[Column, ...]:
    def found(row: Mapping[str, Any]) -> str:
        return "finds it" if row["fingerprint"] else "no"

    def scored(row: Mapping[str, Any]) -> Any:
        return report.detector if row["detector"] is None else row["detector"]

    return (
        Column("what was done", field("recipe"), words=True),
        Column("manifest", lambda row: _coloured(row["manifest"])),
        Column("watermark", lambda row: _coloured(row["watermark"])),
        Column("log10 p", field("p_value_log10"), digits=1),
        Column("fingerprint", lambda row: _coloured(found(row))),
        Column("detector", scored),
        Column("verdict", lambda row: _coloured(row["conclusion"])),
        Column("bytes", field("bytes")),
        Column("numbers from", field("source"), words=True),
    )


def _coloured(word: str) -> Html:
    return Html(f'<span class="{"yes" if word in GOOD else "no"}">{escape(word)}</span>')
