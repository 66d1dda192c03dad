# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (matplotlib's stubs leave the types of many keyword arguments open)
"""The audit's plots as SVG text."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..drawing import ACCENT, INK, QUIET, THIN, WARN, style, svg_of
from .goals import WORST
from .metrics import GENERATOR_CLIPS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Found = Mapping[str, Any]


def roc(points: Found, *, auroc: float) -> str:
    """Draw the ROC curve of all folds' clips; beside it its start, where false positives are few."""
    with style():
        figure, axes = _axes(2, width=7.6, height=3.4)
        for axis, most in zip(axes, (1.0, 0.1), strict=True):
            axis.plot(points["false"], points["true"], color=ACCENT, linewidth=2.0)
            axis.plot([0, most], [0, most], color=QUIET, linewidth=0.8, linestyle=(0, (3, 3)))
            axis.set_xlim(0, most)
            axis.set_ylim(0, 1.01)
            axis.set_xlabel("false positive rate")
        axes[0].set_ylabel("true positive rate")
        axes[0].set_title(f"AUROC {auroc:.3f}")
        axes[1].set_title("its first tenth")
        axes[1].axvline(0.01, color=WARN, linewidth=1.0)
        return svg_of(figure)


def generators(rows: Sequence[Found]) -> str:
    """Draw each generator's AUROC with its interval, the worst on top; those too few to be judged are pale."""
    ordered = sorted(rows, key=lambda row: -row["auroc"]["value"])
    with style():
        figure, (axis,) = _axes(1, width=7.6, height=0.9 + 0.19 * len(ordered))
        _bars(axis, ordered, [f"{row['generator']} · {row['n']}" for row in ordered], few=GENERATOR_CLIPS)
        axis.axvline(WORST, color=WARN, linewidth=1.2)
        axis.set_xlabel("AUROC against the real clips of the same fold")
        return svg_of(figure)


def robustness(rows: Sequence[Found]) -> str:
    """Draw the AUROC after each condition, clips as stored on top."""
    ordered = list(rows)[::-1]
    with style():
        figure, (axis,) = _axes(1, width=7.6, height=0.9 + 0.24 * len(ordered))
        _bars(axis, ordered, [row["condition"] for row in ordered])
        axis.axvline(rows[0]["auroc"]["value"], color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
        axis.set_xlabel("AUROC; dashed: as stored")
        return svg_of(figure)


def reliability(bins: Sequence[Found]) -> str:
    """Draw what scores say against what is true, each point as large as its share of the clips."""
    most = max(one["n"] for one in bins)
    with style():
        figure, (axis,) = _axes(1, width=3.8, height=3.6)
        axis.plot([0, 1], [0, 1], color=QUIET, linewidth=0.8, linestyle=(0, (3, 3)))
        scores, true = [one["score"] for one in bins], [one["synthetic"] for one in bins]
        axis.plot(scores, true, color=ACCENT, linewidth=1.6)
        axis.scatter(scores, true, s=[12 + 90 * one["n"] / most for one in bins], color=ACCENT, zorder=3)
        axis.set_xlabel("score, mean of a tenth")
        axis.set_ylabel("share that is synthetic")
        axis.set_xlim(-0.02, 1.02)
        axis.set_ylim(-0.02, 1.02)
        return svg_of(figure)


def adversaries(rows: Sequence[Found]) -> str:
    """Draw the accuracy that each attack leaves against its strength, before and after an encode."""
    afterwards = list(dict.fromkeys(row["after"] for row in rows))
    kinds = list(dict.fromkeys(row["attack"] for row in rows))
    with style():
        figure, axes = _axes(len(afterwards), width=3.8 * len(afterwards), height=3.0)
        for axis, after in zip(axes, afterwards, strict=True):
            for kind, colour in zip(kinds, (QUIET, ACCENT, WARN), strict=False):
                points = [row for row in rows if row["after"] == after and row["attack"] == kind]
                strengths = [row["epsilon_255"] for row in points]
                left = [row["accuracy_left"] for row in points]
                axis.plot(strengths, left, color=colour, linewidth=1.8, marker="o", markersize=4, label=kind)
            axis.set_xscale("log", base=2)
            axis.set_xticks([1, 2, 4, 8], labels=["1", "2", "4", "8"])
            axis.minorticks_off()
            axis.set_ylim(-0.02, 1.02)
            axis.set_title(after)
            axis.set_xlabel("ε of 255")
        axes[0].set_ylabel("accuracy left")
        axes[0].legend(loc="upper right", fontsize=7.5)
        return svg_of(figure)


def _bars(axis: "Axes", rows: Sequence[Found], labels: Sequence[str], *, few: int = 0) -> None:
    """Horizontal bars of `auroc` from 0.4 on, with their intervals; rows with fewer than `few` clips are pale."""
    values = [row["auroc"]["value"] for row in rows]
    colours = [THIN if few and row["n"] < few else ACCENT for row in rows]
    places = list(range(len(rows)))
    axis.barh(places, [max(0.0, value - 0.4) for value in values], left=0.4, height=0.66, color=colours)
    for place, row in zip(places, rows, strict=True):
        low, high = row["auroc"]["low"], row["auroc"]["high"]
        if low is not None and high is not None:
            axis.plot([max(0.4, low), high], [place, place], color=INK, linewidth=0.9)
    axis.set_yticks(places, labels=labels, fontsize=7.5)
    axis.set_xlim(0.4, 1.005)
    axis.set_ylim(-0.7, len(rows) - 0.3)
    axis.grid(visible=False, axis="y")


def _axes(columns: int, *, width: float, height: float) -> "tuple[Figure, list[Axes]]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, list(figure.subplots(1, columns, squeeze=False)[0])
