"""What is promised of the mark, with written tolerances, and whether the rows keep it."""

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

from ..proportions import interval
from ..report import Row
from .standing import Standing
from .visibility import PSNR_Y_WANTED, VMAF_WANTED, VisibilityRow

LIST_A_UNWARNED, LIST_A_ALL, LIST_B, STILLS = 0.98, 0.90, 0.75, 0.95
"""Shares of cells: list A on clips that `mark` does not warn about, list A on all, list B, list A on still images."""
WARNED_CLIPS = 3
"""Of twelve, `mark` may warn about so many."""
FLICKER = 0.25
"""On static shots; a mark that is drawn afresh for each picture has √2 = 1.41."""
STATIC_SHARE = 0.25
"""A clip whose places stand still for this share counts as a static shot."""
BARS_CHANGE = 0.05
"""Code values, mean over black bars: nothing but rounding."""
PEERS_LEAD = 0.25
"""“Far ahead”, as a number."""
PEERS_BEHIND = 1.0
"""Clips, in any attack."""
SAME_SCENE = "same scene"
"""In the name of a copy onto the next seconds of the recorded clip: content so alike is not told apart, as the threat
model says, and no goal holds against it."""
UNTOUCHED_SEARCHES, BLIND_SEARCHES = 10_000, 1_000

Tier = Literal["A", "B", "C"]


class Reading(Protocol):
    """A cell of the robustness table: one clip after one attack."""

    @property
    def clip(self) -> str: ...
    @property
    def attack(self) -> str: ...
    @property
    def tier(self) -> Tier: ...
    @property
    def warned(self) -> bool: ...
    @property
    def tuned(self) -> bool: ...
    @property
    def status(self) -> str: ...
    @property
    def kind(self) -> str: ...


class Searched(Protocol):
    """All searches of one kind over one unmarked medium."""

    @property
    def search(self) -> str: ...
    @property
    def searches(self) -> int: ...
    @property
    def accepted(self) -> int: ...


class Attempted(Protocol):
    """One attempt of an adversary."""

    @property
    def attack(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def judged(self) -> bool: ...
    @property
    def is_loss(self) -> bool: ...


def robustness_goals(cells: Sequence[Reading]) -> tuple[Row, ...]:
    """Lists A and B on video; clips that constants were tuned on stand in the details alone."""
    videos = [cell for cell in cells if cell.kind == "video"]
    rows: list[Row] = []
    list_a = [cell for cell in videos if cell.tier == "A"]
    decoded, either = frozenset({"decoded"}), frozenset({"decoded", "present"})
    for goal, text, chosen, wanted in (
        ("list_a.unwarned", "clips without a warning", [c for c in list_a if not c.warned], LIST_A_UNWARNED),
        ("list_a.all", "all clips", list_a, LIST_A_ALL),
    ):
        rows += _share(goal, f"list A decoded with p ≤ 1e-9, {text}", chosen, decoded, wanted)
    list_b = [cell for cell in videos if cell.tier == "B"]
    rows += _share("list_b.all", "list B decoded, or present for a known id, p ≤ 1e-9", list_b, either, LIST_B)
    warned = {cell.clip for cell in videos if cell.warned}
    clips = {cell.clip for cell in videos}
    if clips:
        rows.append(
            Row(
                goal="robustness.warned_clips",
                text="clips that `mark` warns about",
                unit=f"of {len(clips)} clips",
                wanted=WARNED_CLIPS,
                better="lower",
                samples=(float(len(warned)),),
            )
        )
    return tuple(rows)


def still_goals(cells: Sequence[Reading]) -> tuple[Row, ...]:
    """List A's attacks on pictures, on still images."""
    chosen = [cell for cell in cells if cell.kind == "image" and cell.tier == "A"]
    return _share("stills.list_a", "list A on still images, p ≤ 1e-9", chosen, frozenset({"decoded"}), STILLS)


def visibility_goals(rows: Sequence[VisibilityRow]) -> tuple[Row, ...]:
    """What is promised of each clip is measured at the worst of them."""
    if not rows:
        return ()
    found = [
        _worst("visibility.vmaf", "VMAF of the worst clip", "VMAF", {r.clip: r.vmaf for r in rows}, VMAF_WANTED),
        _worst(
            "visibility.psnr_y", "PSNR-Y of the worst clip", "dB", {r.clip: r.psnr_y_db for r in rows}, PSNR_Y_WANTED
        ),
    ]
    static = {r.clip: r.flicker for r in rows if r.flicker is not None and r.still_share >= STATIC_SHARE}
    bars = {r.clip: r.bars_mean_change for r in rows if r.bars_mean_change is not None}
    if static:
        text = "change of the mark from picture to picture over the mark, still places of the worst static shot"
        found.append(_worst("visibility.flicker", text, "of the mark", static, FLICKER, better="lower"))
    if bars:
        text = "mean change in black bars, 8 px from the picture, worst clip"
        found.append(_worst("visibility.black_bars", text, "code values", bars, BARS_CHANGE, better="lower"))
    return tuple(found)


def peer_goals(standings: Sequence[Standing]) -> tuple[Row, ...]:
    """Far ahead of each in total, and never behind by more than one clip."""
    if not standings:
        return ()
    leads = {one.method: (one.ours_recovered - one.recovered) / one.cells for one in standings}
    behind = {
        one.method: float(max(0, *(theirs - ours for theirs, ours in one.by_attack.values()))) for one in standings
    }
    text = "share of cells that ours recovers more than the next best method, of the cells that both have"
    gap = "clips by which ours is behind another method in an attack, at most"
    return (
        _worst("peers.lead", text, "of cells more", leads, PEERS_LEAD),
        _worst("peers.behind", gap, "clips", behind, PEERS_BEHIND, better="lower"),
    )


def false_positive_goals(rows: Iterable[Searched], *, quick: bool) -> tuple[Row, ...]:
    """Nothing is found where nothing is, in as many searches as promised; a quick run is not held to their number."""
    counts: dict[str, int] = {}
    searches, accepted = 0, 0
    for row in rows:
        counts[row.search] = counts.get(row.search, 0) + row.searches
        searches, accepted = searches + row.searches, accepted + row.accepted
    if not searches:
        return ()
    found = [
        Row(
            goal="false_positives.none",
            text="searches of unmarked media that found nothing",
            unit="searches",
            wanted=searches,
            better="higher",
            samples=(float(searches - accepted),),
            details={f"searches_{name.replace(' ', '_')}": float(count) for name, count in counts.items()},
        )
    ]
    for search, wanted in (("untouched", UNTOUCHED_SEARCHES), ("blind", BLIND_SEARCHES)):
        if not quick:
            text = f"searches of the kind “{search}”, clips × keys"
            done = (float(counts.get(search, 0)),)
            found.append(
                Row(
                    goal=f"false_positives.{search}",
                    text=text,
                    unit="searches",
                    wanted=wanted,
                    better="higher",
                    samples=done,
                )
            )
    return tuple(found)


def security_goals(rows: Iterable[Attempted]) -> tuple[Row, ...]:
    """What folding, averaging and collusion must not reach, and a copied mark that must not pass for the real one."""
    attempts = list(rows)
    judged = [not row.is_loss for row in attempts if row.judged]
    copies = [
        row.outcome != "forged"
        for row in attempts
        if row.outcome in ("forged", "caught", "not forged") and SAME_SCENE not in row.attack
    ]
    found: list[Row] = []
    for goal, text, held in (
        ("security.removal", "attempts by folding, averaging and collusion that do not remove it within 38 dB", judged),
        ("security.copies", "marks copied or forged onto other content that do not pass for real ones", copies),
    ):
        if held:
            found.append(
                Row(
                    goal=goal,
                    text=text,
                    unit="attempts",
                    wanted=len(held),
                    better="higher",
                    samples=(float(sum(held)),),
                    details={"failed": float(len(held) - sum(held))},
                )
            )
    return tuple(found)


def share_of(cells: Iterable[Reading], statuses: frozenset[str]) -> tuple[int, int]:
    """Return how many cells have one of these answers, and how many there are."""
    answers = [cell.status in statuses for cell in cells]
    return sum(answers), len(answers)


def _share(goal: str, text: str, cells: Sequence[Reading], statuses: frozenset[str], wanted: float) -> tuple[Row, ...]:
    reported = [cell for cell in cells if not cell.tuned]
    if not reported:
        return ()
    hits, n = share_of(reported, statuses)
    low, high = interval(hits, n)
    details = {"hits": float(hits), "cells": float(n), "ci95_low": low, "ci95_high": high}
    if len(reported) < len(cells):
        with_tuned = share_of(cells, statuses)
        details |= {"share_with_tuned_clips": with_tuned[0] / with_tuned[1], "cells_with_tuned_clips": with_tuned[1]}
    row = Row(
        goal=goal,
        text=text,
        unit="of cells",
        wanted=wanted,
        better="higher",
        samples=(hits / n,),
        details=details,
    )
    return (row,)


def _worst(
    goal: str,
    text: str,
    unit: str,
    values: dict[str, float],
    wanted: float,
    *,
    better: Literal["lower", "higher"] = "higher",
) -> Row:
    worst = (max if better == "lower" else min)(values.values())
    return Row(goal=goal, text=text, unit=unit, wanted=wanted, better=better, samples=(worst,), details=values)
