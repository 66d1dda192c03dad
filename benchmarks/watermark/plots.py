# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (matplotlib's stubs leave the types of many keyword arguments open)
"""Curves and histograms of the report as SVG text, drawn by matplotlib without a screen."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING, Any

from ...provenance.watermark import ACCEPT_LOG10_P
from ..drawing import ACCENT, INK, THIN, WARN, style, svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CODECS = ("x264", "x265", "AV1", "VP9")
_PER_LINE = 4
_CRF = re.compile(r"^(x264|x265|AV1|VP9) CRF (\d+)$")


def crf_curves(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Draw bit accuracy and log10 p of the robustness rows against CRF, a column for each encoder.

    Returns:
        SVG text; None where no row is of an encoder alone.
    """
    curves = _by_codec(rows)
    if not curves:
        return None
    with style():
        figure, axes = _grid(2, len(curves), width=2.75 * len(curves) + 0.6, height=5.0)
        for column, (codec, clips) in enumerate(curves.items()):
            _curve(axes[0][column], clips, "bit_accuracy")
            _curve(axes[1][column], clips, "log10_p")
            axes[0][column].set_title(codec)
            axes[1][column].set_xlabel("CRF")
            axes[0][column].set_ylim(0.45, 1.02)
            axes[1][column].set_yscale("symlog", linthresh=10)
            axes[1][column].set_yticks([0, -9, -50, -200], labels=["0", "−9", "−50", "−200"])
            axes[1][column].set_ylim(-300, 3)
            axes[1][column].invert_yaxis()
            axes[1][column].axhline(ACCEPT_LOG10_P, color=WARN, linewidth=1.2)
        axes[0][0].set_ylabel("bit accuracy")
        axes[1][0].set_ylabel("log10 p")
        axes[1][0].text(
            0.02, 0.03, "above the line: accepted", transform=axes[1][0].transAxes, color=WARN, fontsize=7.5
        )
        return svg_of(figure)


def false_positive_curves(pools: Sequence[Mapping[str, Any]]) -> str | None:
    """Draw, for each kind of search, how many came to a p-value or below, beside what the proven bound allows.

    Returns:
        SVG text; None without any search.
    """
    drawn = [pool for pool in pools if pool["searches"] > 0]
    if not drawn:
        return None
    with style():
        figure, axes = _wrapped(len(drawn), height=3.0, label="searches at or below")
        for axis, pool in zip(axes, drawn, strict=True):
            _survival(axis, pool, most=max(one["searches"] for one in drawn))
        axes[0].legend(loc="lower left", fontsize=7.5)
        return svg_of(figure)


def z_histograms(pools: Sequence[Mapping[str, Any]]) -> str | None:
    """Draw the best standard deviations that unmarked media came to, by kind of search.

    Returns:
        SVG text; None without any search.
    """
    drawn = [pool for pool in pools if pool["searches"] > 0]
    if not drawn:
        return None
    with style():
        figure, axes = _wrapped(len(drawn), height=2.6, label="searches")
        for axis, pool in zip(axes, drawn, strict=True):
            axis.stairs(pool["z_counts"], pool["z_edges"], fill=True, color=ACCENT, alpha=0.85)
            axis.set_yscale("log")
            axis.set_ylim(0.7, None)
            _count_ticks(axis)
            axis.set_title(pool["search"])
            axis.set_xlabel("z, best of a search")
            axis.axvline(pool["max_z"], color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
            axis.text(
                pool["max_z"], 0.97, f" max {pool['max_z']:.2f}", fontsize=7.5, transform=axis.get_xaxis_transform()
            )
        return svg_of(figure)


def _by_codec(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, list[tuple[int, Mapping[str, Any]]]]]:
    """Codec -> clip -> (CRF, row) in the order of CRF; codecs with one point only draw no curve."""
    found: dict[str, dict[str, list[tuple[int, Mapping[str, Any]]]]] = {codec: defaultdict(list) for codec in _CODECS}
    for row in rows:
        match = _CRF.match(row["attack"])
        if match is not None and row["kind"] == "video":
            found[match[1]][row["clip"]].append((int(match[2]), row))
    for clips in found.values():
        for points in clips.values():
            points.sort(key=lambda point: point[0])
    return {codec: clips for codec, clips in found.items() if any(len(points) > 1 for points in clips.values())}


def _curve(axis: "Axes", clips: Mapping[str, list[tuple[int, Mapping[str, Any]]]], value: str) -> None:
    """One thin line a clip, dashed where `mark` warned, and the median of all."""
    by_crf: dict[int, list[float]] = defaultdict(list)
    for points in clips.values():
        known = [(crf, max(-290.0, row[value])) for crf, row in points if row[value] is not None]
        warned = any(row["warned"] for _, row in points)
        style = (0, (3, 2)) if warned else "solid"
        axis.plot([x for x, _ in known], [y for _, y in known], color=THIN, linewidth=0.9, linestyle=style)
        for crf, number in known:
            by_crf[crf].append(number)
    middle = sorted((crf, median(numbers)) for crf, numbers in by_crf.items())
    axis.plot([x for x, _ in middle], [y for _, y in middle], color=ACCENT, linewidth=2.2, marker="o", markersize=4)
    axis.set_xticks(_apart([x for x, _ in middle]))


def _apart(values: Sequence[int]) -> list[int]:
    """Leave out values whose labels would touch their neighbours'."""
    kept: list[int] = []
    for value in values:
        if not kept or value - kept[-1] >= 0.1 * (values[-1] - values[0]):
            kept.append(value)
    return kept


def _survival(axis: "Axes", pool: Mapping[str, Any], *, most: int) -> None:
    edges = pool["log10_p_edges"][:-1]
    counts, allowed = pool["at_or_below"], pool["expected_at_most"]
    shown = [index for index, count in enumerate(counts) if count > 0]
    axis.plot(edges, allowed, color=WARN, linewidth=1.6, label="proven bound")
    axis.plot([edges[i] for i in shown], [counts[i] for i in shown], color=ACCENT, linewidth=2.2, label="measured")
    axis.axvline(ACCEPT_LOG10_P, color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
    axis.text(
        ACCEPT_LOG10_P, 0.97, " accepted ", fontsize=7.5, ha="left", va="top", transform=axis.get_xaxis_transform()
    )
    axis.set_yscale("log")
    axis.set_ylim(1e-7, 3 * most)
    axis.set_xlim(0.3, -11)
    _count_ticks(axis)
    axis.set_xlabel("log10 p")
    axis.set_title(f"{pool['search']} · {pool['searches']:,}")


def _count_ticks(axis: "Axes") -> None:
    """Label a logarithmic axis in plain text; what matplotlib writes by itself is mathematics."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.yaxis.set_major_locator(LogLocator(numticks=6))
    axis.yaxis.set_major_formatter(FuncFormatter(_count))
    axis.yaxis.set_minor_formatter(NullFormatter())


def _count(value: float, _: int | None = None) -> str:
    return f"{value:,.0f}" if value >= 1 else f"{value:.0e}"


def _grid(rows: int, columns: int, *, width: float, height: float) -> "tuple[Figure, list[list[Axes]]]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharex="col", sharey="row")
    return figure, [list(row) for row in axes]


def _wrapped(count: int, *, height: float, label: str) -> "tuple[Figure, list[Axes]]":
    """Return so many axes, four to a line at most; the first of each line has the label."""
    lines = -(-count // _PER_LINE)
    columns = min(_PER_LINE, -(-count // lines))
    figure, grid = _grid(lines, columns, width=2.75 * columns + 0.6, height=height * lines)
    for line in grid:
        line[0].set_ylabel(label)
    axes = [axis for line in grid for axis in line]
    for axis in axes:
        axis.tick_params(labelbottom=True)
    for spare in axes[count:]:
        spare.remove()
    return figure, axes[:count]
