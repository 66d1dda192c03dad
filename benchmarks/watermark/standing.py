"""Who is ahead, by how much, and where ours is behind: the sums over the rows of the side by side."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from .peers import OURS, PeerRow

ALLOWED_CLIPS = 1
"""Ours may be behind a peer by so many clips in an attack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One method over all of its clips and attacks, and ours over the same cells."""

    method: str
    clips: int
    cells: int
    recovered: int
    ours_recovered: int
    """Of the same cells."""
    psnr_rgb_db: float | None
    """Mean over the clips that the method marks."""
    ssim: float | None
    ours_psnr_rgb_db: float | None
    ours_ssim: float | None
    by_attack: dict[str, tuple[int, int]]
    """Attack to how many clips the method and ours recovered."""
    behind_in: tuple[str, ...]
    """Attacks in which ours recovers fewer clips than the method."""
    far_behind_in: tuple[str, ...]
    """Those in which it is more than one clip."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        values = asdict(self)
        values["by_attack"] = {name: list(pair) for name, pair in self.by_attack.items()}
        return values | {"behind_in": list(self.behind_in), "far_behind_in": list(self.far_behind_in)}


def standings(rows: Sequence[PeerRow]) -> tuple[Standing, ...]:
    """Compare every peer with ours on the cells that both have, in the order in which the peers come."""
    names = dict.fromkeys(row.method for row in rows if row.method != OURS)
    return tuple(_standing(name, rows) for name in names)


def _standing(name: str, rows: Sequence[PeerRow]) -> Standing:
    ours = {(row.clip, row.attack): row for row in rows if row.method == OURS}
    theirs = {(row.clip, row.attack): row for row in rows if row.method == name and (row.clip, row.attack) in ours}
    by_attack: dict[str, tuple[int, int]] = {}
    for (clip, attack), row in theirs.items():
        before = by_attack.get(attack, (0, 0))
        by_attack[attack] = before[0] + row.recovered, before[1] + ours[clip, attack].recovered
    gaps = {attack: peer - mine for attack, (peer, mine) in by_attack.items()}
    same = [ours[cell] for cell in theirs]
    return Standing(
        method=name,
        clips=len({clip for clip, _ in theirs}),
        cells=len(theirs),
        recovered=sum(row.recovered for row in theirs.values()),
        ours_recovered=sum(row.recovered for row in same),
        psnr_rgb_db=_mean([row.psnr_rgb_db for row in theirs.values()]),
        ssim=_mean([row.ssim for row in theirs.values()]),
        ours_psnr_rgb_db=_mean([row.psnr_rgb_db for row in same]),
        ours_ssim=_mean([row.ssim for row in same]),
        by_attack=by_attack,
        behind_in=tuple(attack for attack, gap in gaps.items() if gap > 0),
        far_behind_in=tuple(attack for attack, gap in gaps.items() if gap > ALLOWED_CLIPS),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
