# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (matplotlib's stubs leave the types of many keyword arguments open)
"""How the reports of all benchmarks are drawn: one style, SVG text, without a screen."""

import io
from base64 import b64encode
from html import escape
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, QUIET, GRID = "#1c2530", "#6b7683", "#e3e7ec"
ACCENT, WARN, THIN = "#0b6e99", "#c2571a", "#9fb6c4"
_STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,  # a clip may be called $x$
    "axes.edgecolor": "#b9c2cb",
    "axes.labelcolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "legend.frameon": False,
    "svg.fonttype": "path",  # the page looks the same wherever it is read
    "svg.hashsalt": "sealreel",
}


def check_drawable() -> None:
    """Raise before hours of measuring what the drawing would raise after them.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    with style():
        pass


def svg_of(figure: "Figure") -> str:
    """Return the figure as an SVG document without links to vocabularies and without the time."""
    buffer = io.StringIO()
    figure.savefig(
        buffer, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type"))
    )
    text = buffer.getvalue()
    return text[text.index("<svg") :]


def style() -> Any:
    """Return the style as a context, in which figures are made and written.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise MissingExtra("the report needs the extra `bench`: pip install 'sealreel[bench]'") from error
    return mpl.rc_context(_STYLE)


def figure_of(svg: str, caption: str) -> str:
    """Return a plot as HTML: the picture inside, its caption below."""
    source, words = data_url("image/svg+xml", svg.encode()), escape(caption, quote=True)
    return f'<figure><img alt="{words}" src="{source}"><figcaption>{words}</figcaption></figure>'


def data_url(media_type: str, data: bytes) -> str:
    """Return bytes as an address that a page holds in itself."""
    return f"data:{media_type};base64,{b64encode(data).decode()}"
