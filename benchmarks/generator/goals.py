"""The written goals of the embedded model, and what the rows make of them."""

from collections.abc import Mapping, Sequence
from typing import Final

from ..report import Row
from .attributes import AttributeRow
from .drift import DriftRow
from .facts import Attribute
from .frechet import FrechetRow
from .permanence import PermanenceRow

ASKED: Final[dict[Attribute, str]] = {
    "colour": "colour",
    "shape": "shape",
    "action": "motion",
    "direction": "left and right",
    "background": "background",
    "style": "style",
}
"""Attributes that have a goal, and their names for people."""
OF_CEILING: Final[Mapping[int, float]] = {1: 0.90, 2: 0.90, 3: 0.75}
"""Share of the ceiling, by the number of things."""
PERMANENCE: Final = 0.90
FRECHET: Final = 0.25
"""Of the distance between photoreal and animated renders."""
FRECHET_CLIPS: Final = 2048
KEPT_FOR_10_S: Final = 0.90
CPU_SECONDS: Final = 8.0


def attribute_goals(rows: Sequence[AttributeRow]) -> tuple[Row, ...]:
    """Return what is wanted of clips with one, two and three things."""
    found: list[Row] = []
    for things, wanted in OF_CEILING.items():
        for row in rows:
            if row.part != part_of(things) or row.attribute not in ASKED or row.of_ceiling is None:
                continue
            low, high = row.of_ceiling_interval or (0.0, 1.0)
            found.append(
                Row(
                    goal=f"{row.attribute}.{things}",
                    text=f"{ASKED[row.attribute]}, {row.part}: right, as a share of the ceiling",
                    unit="of the ceiling",
                    wanted=wanted,
                    better="higher",
                    samples=(row.of_ceiling,),
                    details={
                        "generated": row.generated.share,
                        "ceiling": row.renders.share,
                        "floor": row.shuffled.share,
                        "asked": float(row.generated.n),
                        "ci95_low": low,
                        "ci95_high": high,
                    },
                )
            )
    return tuple(found)


def part_of(things: int) -> str:
    """Return how the part of the exam with so many things is called."""
    return f"{things} thing{'s' if things > 1 else ''}"


def permanence_goals(rows: Sequence[PermanenceRow]) -> tuple[Row, ...]:
    """Return what is wanted of everything that should stay: it happens and lasts, as often as in renders."""
    return tuple(
        Row(
            goal=f"permanence.{row.action}",
            text=f"{row.text}: happens and lasts to the end, as a share of the ceiling",
            unit="of the ceiling",
            wanted=PERMANENCE,
            better="higher",
            samples=(row.of_ceiling,),
            details={
                "happened": row.generated.happened.share,
                "generated": row.generated.both.share,
                "ceiling": row.renders.both.share,
                "clips": float(row.generated.both.n),
                "ci95_low": row.generated.both.low / row.renders.both.share,
                "ci95_high": row.generated.both.high / row.renders.both.share,
            }
            | ({} if row.generated.kept is None else {"kept_of_happened": row.generated.kept.share}),
        )
        for row in rows
        if row.of_ceiling is not None
    )


def frechet_goals(rows: Sequence[FrechetRow]) -> tuple[Row, ...]:
    """Return how far generated clips are from renders; with fewer clips than are asked for there is no goal."""
    if len(rows) < 3 or rows[0].n < FRECHET_CLIPS:
        return ()
    generated, floor, yardstick = rows
    return (
        Row(
            goal="frechet",
            text="Fréchet distance of generated clips from renders, as a share of that of photoreal from animated ones",
            unit="of the yardstick",
            wanted=FRECHET,
            better="lower",
            samples=(generated.distance / yardstick.distance,),
            details={
                "generated": generated.distance,
                "floor": floor.distance,
                "floor_share": floor.distance / yardstick.distance,
                "yardstick": yardstick.distance,
                "clips_a_side": float(generated.n),
            },
        ),
    )


def drift_goals(rows: Sequence[DriftRow]) -> tuple[Row, ...]:
    """Return what must be left of the things at 10 s; at 30 and 60 s it is reported."""
    by_end = {row.seconds: row for row in rows}
    start, later = by_end.get(3), by_end.get(10)
    if start is None or later is None or not start.things.right:
        return ()
    return (
        Row(
            goal="drift.10_s",
            text="things still there in their colour at 10 s, as a share of those at 3 s",
            unit="of the first 3 s",
            wanted=KEPT_FOR_10_S,
            better="higher",
            samples=(later.things.share / start.things.share,),
            details={f"at_{row.seconds}_s": row.things.share for row in rows} | {"clips": float(start.clips)},
        ),
    )


def determinism_goals(*, same: int, clips: int) -> tuple[Row, ...]:
    """Return whether the same prompt and seed give the same pixels."""
    return (
        Row(
            goal="determinism",
            text="clips made twice that are the same to the last bit",
            unit="clips",
            wanted=float(clips),
            better="higher",
            samples=(float(same),),
        ),
    )


def speed_goals(seconds: Sequence[float], *, device: str, plays: float, details: dict[str, float]) -> tuple[Row, ...]:
    """Return what the default clip may take: 8 s of model time on two CPU cores, on a GPU less than it plays."""
    is_cpu = device == "cpu"
    return (
        Row(
            goal=f"speed.{device}",
            text=f"model time of the default clip on {'a CPU' if is_cpu else 'a GPU'}",
            unit="s",
            wanted=CPU_SECONDS if is_cpu else plays,
            better="lower",
            samples=tuple(seconds),
            details=details | {"of_real_time": sorted(seconds)[len(seconds) // 2] / plays},
        ),
    )
