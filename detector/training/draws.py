"""Which clips a step learns from: every source has its say, however many clips it has."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .recipe import FitRecipe
from .shelf import Cut, corners
from .views import Item, Kind

Numbered = tuple[int, Item]
"""An item with its number in the pool."""
GRID = 7
"""Places along each side of a picture that lessons are about."""
PATCH_SIDES = (2, 5)
"""Places along each side of what is laid over a picture."""
_KINDS: tuple[Kind, ...] = ("real", "generated", "aligned", "face", "blend")


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Clips of a step; the first `pairs` of the reals and of the aligned ones belong together."""

    cut: Cut
    targets: NDArray[np.float32]
    """(clips, 2): 0, 1, or -1 where a head is not asked."""
    pairs: int
    """The clips 0 … pairs-1 are reals, pairs … 2·pairs-1 their reconstructions."""


class Drawn:
    """Draws items: first a source, by the root of its size, then one of its clips."""

    def __init__(self, items: Sequence[Numbered]) -> None:
        """Sort items by their source."""
        by_source: dict[tuple[Kind, str], list[Numbered]] = {}
        for one in items:
            by_source.setdefault((one[1].kind, one[1].source), []).append(one)
        self._sources = list(by_source.values())
        weights = np.sqrt([len(source) for source in self._sources])
        self._share = weights / weights.sum() if len(weights) else weights

    def __bool__(self) -> bool:
        return bool(self._sources)

    def one(self, rng: np.random.Generator) -> Numbered:
        """Draw an item."""
        source = self._sources[int(rng.choice(len(self._sources), p=self._share))]
        return source[int(rng.integers(len(source)))]


class Clips:
    """Draws labelled clips: half of them real, and if there are any, an eighth with faces."""

    def __init__(self, items: Sequence[Numbered], recipe: FitRecipe, *, views: int, seed: int) -> None:
        """Draw from these items; the pool has so many views of each."""
        self._recipe, self._views, self._seed = recipe, views, seed
        self._of = {kind: Drawn([one for one in items if one[1].kind == kind]) for kind in _KINDS}
        self._twins: dict[int, list[Numbered]] = {}
        for one in items:
            if one[1].kind == "aligned":
                self._twins.setdefault(one[1].clip, []).append(one)
        self._paired = Drawn([one for one in items if one[1].kind == "real" and one[1].clip in self._twins])

    def batch(self, step: int) -> Batch:
        """Draw the clips of a step; the same step gives the same ones."""
        rng, recipe = np.random.default_rng([self._seed, step]), self._recipe
        pairs = round(recipe.pairs * recipe.clips) if self._paired else 0
        faces = min(recipe.clips // 8, 4) if self._of["face"] or self._of["blend"] else 0
        reals = recipe.clips // 2 - pairs
        drawn = [self._paired.one(rng) for _ in range(pairs)]
        for _, item in drawn[:pairs]:
            twins = self._twins[item.clip]
            drawn.append(twins[int(rng.integers(len(twins)))])
        drawn += [self._of["real"].one(rng) for _ in range(reals)]
        drawn += [self._of["generated"].one(rng) for _ in range(recipe.clips - 2 * pairs - reals - faces)]
        drawn += [_either(self._of["face"], self._of["blend"], rng).one(rng) for _ in range(faces)]
        targets = np.array([item.targets for _, item in drawn], np.float32)
        if not recipe.aligned_alone:
            targets[pairs : 2 * pairs] = -1.0
        return Batch(self._cut(drawn, pairs, rng), targets, pairs)

    def _cut(self, drawn: Sequence[Numbered], pairs: int, rng: np.random.Generator) -> Cut:
        """Choose views and places; a pair went through the same, and is cut at the same place, the same way round."""
        count = len(drawn)
        view = rng.integers(self._views, size=count)
        corner, mirrored = corners(rng, count), rng.random(count) < 0.5
        for one in (view, corner, mirrored):
            one[pairs : 2 * pairs] = one[:pairs]
        return Cut([number for number, _ in drawn], view.tolist(), corner, mirrored)


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """Pictures of a step."""

    numbers: Sequence[int]
    """Of the items."""
    windows: Sequence[int]
    mirrored: NDArray[np.bool_]
    targets: NDArray[np.float32]
    """(pictures): how likely each should be called synthetic …"""
    asked: NDArray[np.bool_]
    """… where that is asked at all: not of manipulated faces."""
    partners: Sequence[int]
    """Which picture of the step a part of is laid over each …"""
    covered: NDArray[np.bool_]
    """… and where: (pictures, 7, 7) places."""


class Pictures:
    """Draws single pictures: as many real as synthetic ones, and every source has its say."""

    def __init__(self, items: Sequence[Numbered], recipe: FitRecipe, *, windows: int, seed: int) -> None:
        """Draw out of so many windows of each item; of manipulated faces only the lesson counts, as labels differ."""
        self._kinds = [
            (-1.0, Drawn([one for one in items if one[1].kind == "face"])),
            (0.0, Drawn([one for one in items if one[1].kind == "real"])),
            (1.0, Drawn([one for one in items if one[1].kind in ("generated", "aligned")])),
        ]
        faces = recipe.faces if self._kinds[0][1] else 0.0
        self._share = [faces, (1.0 - faces) / 2.0, (1.0 - faces) / 2.0]
        self._recipe, self._windows, self._seed = recipe, windows, seed

    def of(self, step: int) -> Picked:
        """Draw the pictures of a step; the same step gives the same ones."""
        rng, count = np.random.default_rng([self._seed, step]), self._recipe.pictures
        kinds = [self._kinds[int(kind)] for kind in rng.choice(len(self._kinds), size=count, p=self._share)]
        labels, smoothed = np.array([label for label, _ in kinds]), 0.5 * self._recipe.smoothing
        return Picked(
            numbers=[drawn.one(rng)[0] for _, drawn in kinds],
            windows=rng.integers(self._windows, size=count).tolist(),
            mirrored=rng.random(count) < 0.5,
            targets=np.where(labels > 0.0, 1.0 - smoothed, smoothed).astype(np.float32),
            asked=labels >= 0.0,
            partners=rng.permutation(count).tolist(),
            covered=np.stack([_patch(rng, there=rng.random() < self._recipe.patched) for _ in range(count)]),
        )


def shares(items: Sequence[Item]) -> NDArray[np.float64]:
    """Return how much each item counts for each head, (items, 2): each side of a head one half, sources as drawn."""
    sizes = Counter((item.kind, item.source) for item in items)
    counted = np.array([1.0 / np.sqrt(sizes[item.kind, item.source]) for item in items])
    targets = np.array([item.targets for item in items])
    found = np.zeros(targets.shape)
    for head in range(targets.shape[1]):
        for side in (0.0, 1.0):
            here = targets[:, head] == side
            if here.any():
                found[here, head] = 0.5 * counted[here] / counted[here].sum()
    return found


def _patch(rng: np.random.Generator, *, there: bool) -> NDArray[np.bool_]:
    """Draw a rectangle of places, (7, 7); an empty one where none is wanted."""
    covered = np.zeros((GRID, GRID), np.bool_)
    height, width = (int(rng.integers(*PATCH_SIDES, endpoint=True)) for _ in range(2))
    top, left = (int(rng.integers(GRID - side, endpoint=True)) for side in (height, width))
    covered[top : top + height, left : left + width] = there
    return covered


def _either(one: Drawn, other: Drawn, rng: np.random.Generator) -> Drawn:
    first = rng.random() < 0.5
    return one if one and (first or not other) else other
