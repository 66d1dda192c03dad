"""What the judges read off clips, held against what scenes say: one right or wrong answer after the other."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch declares some of its functions without types, `unflatten` with half of one)

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import torch
from torch import Tensor

from ...generator.world import KINDS, OUTCOMES, Scene
from ...generator.world.captions import Mentioned
from ..proportions import interval
from .facts import HAPPENED_AFTER, LOOKED_AT, PAIRWISE, WHOLE, Attribute, Facts, Ints, Whole, facts_of
from .judge import Judge
from .reels import Reel, batches

_FPS: Final = 16
AFTER: Final = tuple(place for place, frame in enumerate(LOOKED_AT) if frame / _FPS >= HAPPENED_AFTER)
"""Places among the frames looked at that come after every event."""
_CLIPS, _PICTURES = 64, 256


@dataclass(frozen=True, slots=True, eq=False)
class Views:
    """Readings of single pictures: what the judge of pictures sees in every frame looked at of N clips."""

    table: Ints
    """(N, frames, kinds): 0 absent, else 1 + its colour."""
    sizes: Ints
    materials: Ints
    """(N, frames, kinds), meant where the kind is there."""
    outcome: Ints
    """(N, frames), of `OUTCOMES`."""
    whole: dict[Whole, Ints]
    """(N, frames) each; background, light and style are what a picture can say."""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Readings of N clips."""

    table: Ints
    """(N, kinds): 0 absent, else 1 + its colour."""
    sizes: Ints
    materials: Ints
    """(N, kinds), -1 where the kind is not there."""
    whole: dict[Whole, Ints]
    """(N,) each."""
    outcome: Ints
    """(N,): what most pictures after the event show."""
    things: Tensor
    """(N, kinds, features), to ask relations of."""
    features: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    """(N, features): the clips as wholes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One question about one clip."""

    clip: int
    attribute: Attribute
    right: bool


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Right answers of all, with the 95 % Wilson interval; answers are taken as independent."""

    right: int
    n: int
    share: float
    low: float
    high: float


def accuracy(right: int, n: int) -> Accuracy:
    """Return the share of right answers; `n` is at least 1."""
    low, high = interval(right, n)
    return Accuracy(right, n, right / n, low, high)


@torch.no_grad()
def look(judge: Judge, reel: Reel, *, device: str) -> Views:
    """Show every frame of clips to a judge of pictures."""
    tables: list[Tensor] = []
    sizes: list[Tensor] = []
    materials: list[Tensor] = []
    outcomes: list[Tensor] = []
    whole: dict[Whole, list[Tensor]] = {name: [] for name in WHOLE}
    pictures = reel.flatten(0, 1)[:, None]
    for some in batches(pictures, _PICTURES, device=device):
        opinion = judge(some)
        tables.append(decided(opinion.table).cpu())
        sizes.append(opinion.sizes.argmax(2).cpu())
        materials.append(opinion.materials.argmax(2).cpu())
        outcomes.append(opinion.outcome.argmax(1).cpu())
        for name in WHOLE:
            whole[name].append(opinion.whole[name].argmax(1).cpu())
    frames = reel.shape[1]
    return Views(
        table=torch.cat(tables).unflatten(0, (-1, frames)).numpy(),
        sizes=torch.cat(sizes).unflatten(0, (-1, frames)).numpy(),
        materials=torch.cat(materials).unflatten(0, (-1, frames)).numpy(),
        outcome=torch.cat(outcomes).unflatten(0, (-1, frames)).numpy(),
        whole={name: torch.cat(parts).unflatten(0, (-1, frames)).numpy() for name, parts in whole.items()},
    )


@torch.no_grad()
def read(judge: Judge, views: Views, reel: Reel, *, device: str) -> Readings:
    """Show clips to the judge of clips; things and outcomes are what was seen in most single pictures of them."""
    table = usual(views.table)
    opinions = [judge(some) for some in batches(reel, _CLIPS, device=device)]
    return Readings(
        table=table,
        sizes=usual(np.where(views.table > 0, views.sizes + 1, 0)) - 1,
        materials=usual(np.where(views.table > 0, views.materials + 1, 0)) - 1,
        whole={name: torch.cat([one.whole[name].argmax(1) for one in opinions]).cpu().numpy() for name in WHOLE},
        outcome=np.array([_most(row) for row in views.outcome[:, AFTER]]),
        things=torch.cat([one.things for one in opinions]).cpu(),
        features=torch.cat([one.feature for one in opinions]).double().cpu().numpy(),
    )


def decided(table: Tensor) -> Tensor:
    """Return 0 where a kind is rather absent, else 1 + its likeliest colour; a doubtful colour makes nothing absent."""
    is_there = table.softmax(-1)[..., 0] < 0.5
    return torch.where(is_there, 1 + table[..., 1:].argmax(-1), 0)


def usual(values: Ints) -> Ints:
    """Return what most frames say that say anything, (N, frames, kinds) -> (N, kinds); 0 where most say nothing."""
    counts = np.stack([(values == value).sum(axis=1) for value in range(1, 1 + max(1, int(values.max())))], axis=-1)
    is_there = 2 * counts.sum(axis=-1) >= values.shape[1]
    return np.where(is_there, 1 + counts.argmax(axis=-1), 0)


@torch.no_grad()
def answers(
    judge: Judge, readings: Readings, scenes: Sequence[Scene], mentioned: Sequence[Mentioned], *, device: str
) -> list[Answer]:
    """Ask of each clip what its prompt names.

    Args:
        judge: Of clips: it also answers how things stand to each other.
        readings: Of N clips.
        scenes: What each clip should show; those of other clips for the floor.
        mentioned: What the prompt of each scene names; nothing else is asked.
        device: Where the judge is.
    """
    facts = facts_of(scenes)
    things, asked = readings.things.to(device), torch.from_numpy(facts.asked).to(device)
    pairs = judge.pair_logits(things, asked).argmax(1).cpu().numpy()
    betweens = judge.between_logits(things, asked).argmax(1).cpu().numpy()
    found: list[Answer] = []
    for row, (scene, said) in enumerate(zip(scenes, mentioned, strict=True)):
        found += [Answer(row, name, right) for name, right in _of_things(readings, facts, row, scene, said)]
        found += [Answer(row, name, right) for name, right in _of_whole(readings, facts, row, said)]
        if said.relation and scene.relation is not None:
            is_between = scene.relation == "between"
            right = betweens[row] == 1 if is_between else PAIRWISE[pairs[row]] == scene.relation
            found.append(Answer(row, "relation", bool(right)))
        if scene.outcome != "none" and said.action:
            found.append(Answer(row, "outcome", OUTCOMES[readings.outcome[row]] == scene.outcome))
    return found


def _of_things(
    readings: Readings, facts: Facts, row: int, scene: Scene, said: Mentioned
) -> Iterator[tuple[Attribute, bool]]:
    seen: set[int] = set()
    for place, thing in enumerate(scene.things):
        kind = KINDS.index(thing.kind)
        if kind in seen:  # "three red balls" are asked about once
            continue
        seen.add(kind)
        if said.kinds[place]:
            yield "shape", bool(readings.table[row, kind] > 0)
        if said.colours[place]:
            yield "colour", bool(readings.table[row, kind] == facts.table[row, kind])
        if said.sizes[place] and facts.sizes[row, kind] >= 0:
            yield "size", bool(readings.sizes[row, kind] == facts.sizes[row, kind])
        if said.materials[place] and facts.materials[row, kind] >= 0:
            yield "material", bool(readings.materials[row, kind] == facts.materials[row, kind])


def _of_whole(readings: Readings, facts: Facts, row: int, said: Mentioned) -> Iterator[tuple[Attribute, bool]]:
    for name in WHOLE:
        is_none = name == "direction" and facts.whole[name][row] == 0
        if getattr(said, name) and not is_none:
            yield cast(Attribute, name), bool(readings.whole[name][row] == facts.whole[name][row])


def _most(values: Ints) -> int:
    return int(np.bincount(values).argmax())
