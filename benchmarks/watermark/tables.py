"""Parts of the report's page that are tables; every text in them is escaped here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ..report import Row
from ..sectioned import wanted
from .visibility import PSNR_Y_WANTED, VMAF_WANTED

Rows = Sequence[Mapping[str, Any]]
_HIGHEST_BAR = 1.6
"""Of the tolerance; a bar that is longer is cut there."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    heading: str
    value: Callable[[Mapping[str, Any]], Any]
    """Text, a number, None, or `Html`."""
    digits: int = 2
    words: bool = False
    """Whether it holds a sentence that may wrap."""


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def field(name: str) -> Callable[[Mapping[str, Any]], Any]:
    """Return the reader of one field; None where a row has none."""
    return lambda row: row.get(name)


def table(rows: Rows, columns: Sequence[Column], *, wide: bool = True) -> str:
    """Return a table with a line for each row; numbers stand to the right."""
    numeric = [all(isinstance(column.value(row), int | float | None) for row in rows) for column in columns]
    head = "".join(
        f"<th{' class=n' if number else ''}>{escape(column.heading)}</th>"
        for column, number in zip(columns, numeric, strict=True)
    )
    lines = "".join(
        "<tr>"
        + "".join(_data(column, column.value(row), number) for column, number in zip(columns, numeric, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table{" class=wide" if wide else ""}><tr>{head}</tr>{lines}</table></div>'


def _data(column: Column, value: Any, number: bool) -> str:  # noqa: FBT001 - one flag of a private line
    if number:
        return f'<td class="n">{_number(value, column.digits)}</td>'
    shown = value if isinstance(value, Html) else escape("–" if value is None else str(value))
    return f'<td class="{"words" if column.words else "name"}">{shown}</td>'


def _number(value: float | None, digits: int) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.{digits}f}"


def verdict(met: bool | None) -> Html:  # noqa: FBT001 - it is what is shown
    """Return yes or no in its colour."""
    return Html("–" if met is None else '<span class="yes">met</span>' if met else '<span class="no">missed</span>')


def goals_table(goals: Sequence[Row]) -> str:
    """Return the goals with what was measured, against their tolerances."""
    lines = [
        {"text": goal.text, "measured": _measured(goal), "wanted": _wanted(goal), "bar": _bar(goal), "met": goal.met}
        for goal in goals
    ]
    columns = (
        Column("goal", field("text"), words=True),
        Column("measured", field("measured")),
        Column("wanted", field("wanted")),
        Column("", field("bar")),
        Column("", lambda row: verdict(row["met"])),
    )
    return table(lines, columns)


def _measured(goal: Row) -> str:
    if goal.unit != "of cells":
        return f"{goal.measured:.4g} {goal.unit}"
    details = goal.details
    interval = f" ({100 * details['ci95_low']:.1f}–{100 * details['ci95_high']:.1f})" if "ci95_low" in details else ""
    cells = f" of {details['cells']:.0f} cells" if "cells" in details else ""
    return f"{100 * goal.measured:.1f} %{interval}{cells}"


def _wanted(goal: Row) -> str:
    sign = "≤" if goal.better == "lower" else "≥"
    return f"{sign} {100 * goal.wanted:g} %" if goal.unit == "of cells" else wanted(goal)


def _bar(goal: Row) -> Html:
    """Return a bar whose line is the tolerance."""
    share = min(_HIGHEST_BAR, max(0.0, goal.ratio)) / _HIGHEST_BAR
    kind = "" if goal.met else ' class="over"'
    mark = f'<u style="left:{100 / _HIGHEST_BAR:.1f}%"></u>'
    return Html(f'<span class="bar"><i{kind} style="width:{100 * share:.1f}%"></i>{mark}</span>')


def visibility_table(rows: Rows) -> str:
    """Return the numbers of each clip; those that miss a goal are coloured."""

    columns = (
        Column("clip", field("clip")),
        Column("asked dB", field("strength_db"), digits=1),
        Column("VMAF", _held("vmaf", VMAF_WANTED)),
        Column("its worst frame", field("vmaf_worst_frame"), digits=1),
        Column("original with itself", field("vmaf_ceiling"), digits=1),
        Column("marked, encoded", field("vmaf_encoded"), digits=1),
        Column("only encoded", field("vmaf_encoded_unmarked"), digits=1),
        Column("PSNR-Y", _held("psnr_y_db", PSNR_Y_WANTED)),
        Column("PSNR RGB", field("psnr_rgb_db"), digits=1),
        Column("SSIM", field("ssim"), digits=4),
        Column("worst block", _block),
        Column("still places", lambda row: Html(f"{row['still_share']:.0%}")),
        Column("flicker there", field("flicker"), digits=3),
        Column("change in bars", field("bars_mean_change"), digits=3),
    )
    return table(rows, columns)


def _held(name: str, limit: float) -> Callable[[Mapping[str, Any]], Html]:
    return lambda row: Html(f'<span class="{"yes" if row[name] >= limit else "no"}">{row[name]:.1f}</span>')


def _block(row: Mapping[str, Any]) -> Html:
    frame, x, y = row["worst_block_at"]
    return Html(f'<span title="frame {frame}, x {x}, y {y}">{row["worst_block_db"]:.1f}</span>')


def peers_totals(standings: Rows) -> str:
    """Return each other method beside ours, over the cells that both have."""

    def both(row: Mapping[str, Any], theirs: str, ours: str, digits: int) -> str:
        return " / ".join("–" if row[name] is None else f"{row[name]:.{digits}f}" for name in (theirs, ours))

    columns = (
        Column("method", field("method")),
        Column("clips", field("clips")),
        Column("cells", field("cells")),
        Column("recovered", field("recovered")),
        Column("by ours", field("ours_recovered")),
        Column("PSNR RGB, its / ours", lambda row: both(row, "psnr_rgb_db", "ours_psnr_rgb_db", 1)),
        Column("SSIM, its / ours", lambda row: both(row, "ssim", "ours_ssim", 4)),
        Column("ours is behind in", lambda row: ", ".join(row["behind_in"]) or "nothing", words=True),
    )
    return table(standings, columns)


def peers_by_attack(standings: Rows) -> str:
    """Return how many clips each method recovers after each attack; the second number is ours on the same clips."""
    attacks = list(dict.fromkeys(attack for row in standings for attack in row["by_attack"]))

    def cell(row: Mapping[str, Any], attack: str) -> Html:
        pair = row["by_attack"].get(attack)
        if pair is None:
            return Html("–")
        kind = "no" if pair[0] > pair[1] else "soft" if pair[0] == pair[1] else ""
        return Html(f'<span class="{kind}">{pair[0]} / {pair[1]}</span>')

    lines = [{"attack": attack, "cells": [cell(row, attack) for row in standings]} for attack in attacks]
    columns = [Column("attack", field("attack"))]
    for index, row in enumerate(standings):
        columns.append(Column(f"{row['method']} / ours", lambda line, index=index: line["cells"][index]))
    return table(lines, columns, wide=False)


def security_table(rows: Rows) -> str:
    """Return each attack at each strength, with how it ended on the clips."""
    groups: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["attack"], row["strength"], row["had"]), []).append(row)
    lines = [
        {
            "attack": f"{attack} ●" if any(one["judged"] for one in group) else attack,
            "strength": strength,
            "had": had,
            "outcome": _outcomes(group),
            "z": _range([one["z"] for one in group]),
            "original": _range([one["psnr_original_db"] for one in group]),
            "likeness": _range([one["correlation"] for one in group], digits=2),
        }
        for (attack, strength, had), group in groups.items()
    ]
    columns = (
        Column("attack", field("attack"), words=True),
        Column("strength", field("strength")),
        Column("in hand", field("had"), words=True),
        Column("outcome, clips", field("outcome"), words=True),
        Column("z", field("z")),
        Column("PSNR-Y to the original", field("original")),
        Column("likeness of the estimate", field("likeness")),
    )
    return table(lines, columns)


_GOOD = frozenset({"survives", "caught", "not forged", "not read"})


def _outcomes(group: Rows) -> Html:
    counts: dict[str, int] = {}
    for row in group:
        counts[row["outcome"]] = counts.get(row["outcome"], 0) + 1
    return Html(", ".join(f'<span class="{_kind(name)}">{escape(name)}</span> {n}' for name, n in counts.items()))


def _kind(outcome: str) -> str:
    return "yes" if outcome in _GOOD else "soft" if outcome == "not applicable" else "no"


def _range(values: Sequence[float | None], *, digits: int = 1) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "–"
    low, high = f"{min(known):.{digits}f}", f"{max(known):.{digits}f}"
    return low if low == high else f"{low} – {high}"


def speed_table(rows: Rows) -> str:
    """Return the ratios with what limits each."""
    columns = (
        Column("measured", field("text"), words=True),
        Column("", lambda row: f"{row['measured']:.3g} {row['unit']}"),
        Column("low – high", lambda row: f"{row['low']:.3g} – {row['high']:.3g}"),
        Column("wanted", lambda row: f"{'≤' if row['better'] == 'lower' else '≥'} {row['wanted']:.3g}"),
        Column("", lambda row: verdict(row["met"])),
    )
    return table(rows, columns)
