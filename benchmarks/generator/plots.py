# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (matplotlib's stubs leave the types of many keyword arguments open)
"""The evaluation's plots as SVG text."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..drawing import ACCENT, INK, QUIET, THIN, WARN, style, svg_of

Found = Mapping[str, Any]


def attributes(rows: Sequence[Found]) -> str:
    """Draw a bar for each attribute and number of things, with its interval, ceiling and floor; the first on top."""
    from matplotlib.figure import Figure

    ordered = list(rows)[::-1]
    with style():
        figure = Figure(figsize=(7.6, 0.8 + 0.17 * len(ordered)), layout="constrained")
        axis = figure.add_subplot()
        places = range(len(ordered))
        shares = [row["generated"]["share"] for row in ordered]
        ends = [[row["generated"][end] for row in ordered] for end in ("low", "high")]
        colours = [ACCENT if (row["of_ceiling"] or 0) >= 0.9 else WARN for row in ordered]
        errors = [
            [max(0.0, share - low) for share, low in zip(shares, ends[0], strict=True)],
            [max(0.0, high - share) for share, high in zip(shares, ends[1], strict=True)],
        ]
        axis.barh(places, shares, height=0.62, color=colours, xerr=errors, ecolor=THIN)
        axis.plot([row["renders"]["share"] for row in ordered], places, "|", color=INK, markersize=9)
        axis.plot([row["shuffled"]["share"] for row in ordered], places, "o", color=QUIET, markersize=3)
        axis.set_yticks(places, [f"{row['part']} · {row['attribute']}" for row in ordered])
        axis.set_xlim(0, 1.02)
        axis.set_ylim(-0.6, len(ordered) - 0.4)
        return svg_of(figure)


def drift(rows: Sequence[Found]) -> str:
    """Draw what is left over time."""
    from matplotlib.figure import Figure

    with style():
        figure = Figure(figsize=(7.6, 2.8), layout="constrained")
        axis = figure.add_subplot()
        seconds = [row["seconds"] for row in rows]
        lines = (
            ("things", ACCENT, "-"),
            ("things_in_renders", INK, "--"),
            ("background", WARN, "-"),
            ("style", QUIET, "-"),
        )
        for name, colour, line in lines:
            shares = [row[name]["share"] for row in rows]
            axis.plot(seconds, shares, line, color=colour, label=name.replace("_", " "), marker="o", markersize=4)
        axis.set_ylim(0, 1.02)
        axis.set_xlabel("seconds")
        axis.legend(loc="lower left")
        return svg_of(figure)
