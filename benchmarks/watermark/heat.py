"""The heat map: every clip after every attack, as a table that can be read, searched and copied."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Literal

from ..proportions import interval

Rows = Sequence[Mapping[str, Any]]

LISTS: tuple[tuple[Literal["A", "B", "C"], str], ...] = (
    ("A", "List A · ordinary handling"),
    ("B", "List B · rough handling"),
    ("C", "List C · ruin, no goal"),
)
FAINT, STRONG = (0xD6, 0xE8, 0xEF), (0x0B, 0x5C, 0x85)
"""Colours of a mark that is only just proven and of one at its ceiling."""
JUST, CEILING = 11.8, 30.0
"""Standard deviations: what p = 1e-9 takes, and about what an untouched clip has (√1068 ≈ 33 is the most there is)."""


def heat_map(rows: Rows, *, statuses: Mapping[str, tuple[str, ...]]) -> str:
    """Return the table: attacks down, clips across, in lists.

    Args:
        rows: Of the robustness section, of one kind of media.
        statuses: By list, the answers that count as success.
    """
    clips = _clips(rows)
    by_place = {(row["attack"], row["clip"]): row for row in rows}
    body: list[str] = []
    for name, title in LISTS:
        attacks = list(dict.fromkeys(row["attack"] for row in rows if row["tier"] == name))
        if not attacks:
            continue
        body.append(f'<tr><th class="list" colspan="{len(clips) + 2}">{escape(title)}</th></tr>')
        for attack in attacks:
            cells = [by_place.get((attack, clip["clip"])) for clip in clips]
            hits = sum(cell is not None and cell["status"] in statuses[name] for cell in cells)
            made = sum(cell is not None for cell in cells)
            body.append(
                f"<tr><th>{escape(attack)}</th>{''.join(_cell(cell) for cell in cells)}"
                f'<td class="sum">{hits} / {made}</td></tr>'
            )
    head = "".join(_head(clip) for clip in clips)
    return f'<div class="scroll"><table class="heat"><tr><th></th>{head}<td></td></tr>{"".join(body)}</table></div>'


def key_of_colours() -> str:
    """Return what the colours of the map mean."""
    ramp = f"background:linear-gradient(90deg,{_hex(FAINT)},{_hex(STRONG)})"
    return (
        f'<div class="key"><span><i class="ramp" style="{ramp}"></i>decoded; z from {JUST:g} (p = 1e-9) to {CEILING:g} '
        'and more</span><span><i style="background:#f3cf86"></i>present: a known id, p ≤ 1e-9</span>'
        '<span><i style="background:#f3dcd6"></i>not found</span>'
        '<span><span class="pill warned">!</span> mark gave a warning about this clip</span>'
        '<span><span class="pill">t</span> constants were tuned on this clip; not counted for goals</span></div>'
    )


def shares(rows: Rows, *, statuses: Mapping[str, tuple[str, ...]]) -> str:
    """Return how many cells of each list hold, for several choices of clips."""
    choices = (
        ("reported clips, no warning", [r for r in rows if not r["tuned"] and not r["warned"]]),
        ("reported clips", [r for r in rows if not r["tuned"]]),
        ("clips used for tuning", [r for r in rows if r["tuned"]]),
    )
    lines = [
        f'<tr><td class="name">{escape(text)}</td><td class="n">{len({r["clip"] for r in chosen})}</td>'
        + "".join(_share(chosen, tier=tier, wanted=statuses[tier]) for tier, _ in LISTS)
        + "</tr>"
        for text, chosen in choices
        if chosen
    ]
    head = "".join(f'<th class="n">list {tier}</th>' for tier, _ in LISTS)
    return f'<table><tr><th></th><th class="n">clips</th>{head}</tr>{"".join(lines)}</table>'


def _share(rows: Rows, *, tier: str, wanted: tuple[str, ...]) -> str:
    cells = [row["status"] in wanted for row in rows if row["tier"] == tier]
    if not cells:
        return '<td class="n">–</td>'
    hits, n = sum(cells), len(cells)
    low, high = interval(hits, n)
    spread = f'<span class="soft"> {100 * low:.0f}–{100 * high:.0f}</span>'
    return f'<td class="n">{hits} of {n} = <b>{100 * hits / n:.1f} %</b>{spread}</td>'


def _clips(rows: Rows) -> list[Mapping[str, Any]]:
    """One row of each clip: reported ones first, then those with a warning, then those that constants come from."""
    first = {row["clip"]: row for row in reversed(rows)}
    warned = {row["clip"] for row in rows if row["warned"]}
    clips = [{"clip": name, "tuned": row["tuned"], "warned": name in warned} for name, row in first.items()]
    return sorted(clips, key=lambda clip: (clip["tuned"], clip["warned"], clip["clip"]))


def _head(clip: Mapping[str, Any]) -> str:
    warned = '<span class="pill warned">!</span>' if clip["warned"] else ""
    tuned = '<span class="pill">t</span>' if clip["tuned"] else ""
    return f'<th class="clip"><em>{escape(clip["clip"])}</em><i>{warned}{tuned}</i></th>'


def _cell(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return '<td class="unmade">·</td>'
    z = "–" if row["z"] is None else f"{row['z']:.1f}"
    p = "" if row["log10_p"] is None else f", log10 p {row['log10_p']:.1f}"
    bits = "" if row["bit_accuracy"] is None else f", {row['bit_accuracy']:.0%} of bits"
    words = escape(f"{row['clip']} · {row['attack']}: {row['status'].replace('_', ' ')}, z {z}{p}{bits}", quote=True)
    if row["status"] == "decoded":
        share = 1.0 if row["z"] is None else min(1.0, max(0.0, (row["z"] - JUST) / (CEILING - JUST)))
        ink = "#fff" if share > 0.45 else "#123a4d"
        return f'<td title="{words}" style="background:{_between(share)};color:{ink}">{z}</td>'
    return f'<td title="{words}" class="{"present" if row["status"] == "present" else "none"}">{z}</td>'


def _between(share: float) -> str:
    mixed = [round(a + (b - a) * share) for a, b in zip(FAINT, STRONG, strict=True)]
    return _hex((mixed[0], mixed[1], mixed[2]))


def _hex(rgb: tuple[int, int, int]) -> str:
    return "#" + "".join(f"{value:02x}" for value in rgb)
