"""Judges learn from renders: one lesson makes the next one like it easier."""

import random
from typing import Any

import numpy as np
import pytest

from sealreel.benchmarks.generator.lessons import lesson, lessons
from sealreel.generator.world import ACTIONS


def test_lessons_are_the_same_whoever_prepares_them() -> None:
    alone, again = lesson(1, 2), lesson(1, 2)

    assert np.array_equal(alone.packed.items, again.packed.items)
    assert np.array_equal(alone.facts.table, again.facts.table)


def test_lessons_differ() -> None:
    source = lessons(size=2, jobs=0)

    assert not np.array_equal(next(source).packed.frames, next(source).packed.frames)


def test_a_thing_is_where_its_middle_is() -> None:
    from dataclasses import replace

    from sealreel.benchmarks.generator.facts import facts_of
    from sealreel.benchmarks.generator.spots import NOTHING, UNSAID, spots_of
    from sealreel.generator.world import COLOURS, KINDS, scene_of
    from sealreel.generator.world.packing import pack

    scene = replace(scene_of(5, things=1, action="still"), camera="static")
    facts = facts_of([scene])

    codes = set(spots_of(pack([scene], start=[0.0], frames=1, fps=16), facts).flatten().tolist())

    thing = scene.things[0]
    code = 1 + KINDS.index(thing.kind) * len(COLOURS) + COLOURS.index(thing.colour)
    assert codes == {NOTHING, UNSAID, code}


def test_a_pool_forgets_the_oldest(torch: Any) -> None:
    from sealreel.benchmarks.generator.facts import LOOKED_AT
    from sealreel.benchmarks.generator.judge import SIDE
    from sealreel.benchmarks.generator.pool import Pool

    pool = Pool(3, device="cpu")
    for number in range(2):
        reel = torch.full((2, len(LOOKED_AT), 3, SIDE, SIDE), number, dtype=torch.uint8)
        one = lesson(number, 2)
        pool.add(reel, reel[:, 0], one.facts, spots=one.spots)

    assert len(pool) == 3


def test_what_hides_behind_a_screen_is_not_asked_for(torch: Any) -> None:
    from sealreel.benchmarks.generator.facts import LOOKED_AT, facts_of
    from sealreel.benchmarks.generator.judge import SIDE
    from sealreel.benchmarks.generator.pool import Pool
    from sealreel.generator.world import scene_of

    pool = Pool(1, device="cpu")
    reel = torch.zeros((1, len(LOOKED_AT), 3, SIDE, SIDE), dtype=torch.uint8)
    spots = np.zeros((1, len(LOOKED_AT) + 1, 14, 14), np.uint8)
    pool.add(reel, reel[:, 0], facts_of([scene_of(1, action="hide")]), spots=spots)

    _, labels = pool.pictures(200, random.Random(0))

    assert (labels["action"] == ACTIONS.index("hide")).all()
    assert 0 < (labels["table"] == -1).all(dim=1).float().mean() < 0.2


def test_a_trace_is_not_asked_for_before_it_is_left(torch: Any) -> None:
    from sealreel.benchmarks.generator.facts import LOOKED_AT, facts_of
    from sealreel.benchmarks.generator.judge import SIDE
    from sealreel.benchmarks.generator.pool import Pool
    from sealreel.generator.world import scene_of

    pool = Pool(1, device="cpu")
    reel = torch.zeros((1, len(LOOKED_AT), 3, SIDE, SIDE), dtype=torch.uint8)
    reel[:, 0] = 255
    spots = np.zeros((1, len(LOOKED_AT) + 1, 14, 14), np.uint8)
    pool.add(reel, reel[:, 1], facts_of([scene_of(1, action="bite")]), spots=spots)

    pictures, labels = pool.pictures(200, random.Random(0))

    first = pictures.amax(dim=(1, 2, 3, 4)) == 1
    assert first.any()
    assert (labels["outcome"][first] == 0).all()


def test_a_few_lessons_lower_the_loss(torch: Any) -> None:
    from sealreel.benchmarks.generator.schooling import Schooling, train_judges

    losses: list[tuple[float, float]] = []
    how = Schooling(seconds=600, rate=1e-3, width=8, batch=2, fresh=2, side=112, capacity=2, most_steps=9, tell_every=8)
    train_judges(how, on_lesson=lambda _shown, clips, pictures: losses.append((clips, pictures)))

    assert losses[-1][1] < losses[0][1]
    assert losses[-1][0] < losses[0][0]


@pytest.mark.parametrize("subject", ["clips", "pictures"])
def test_damage_stays_in_range(torch: Any, subject: str) -> None:
    from sealreel.benchmarks.generator.spoiling import spoiled

    clips = torch.rand(3, 2 if subject == "clips" else 1, 3, 32, 32)
    found = [spoiled(clips, random.Random(seed)) for seed in range(8)]

    assert all(one.shape == clips.shape and one.min() >= 0 and one.max() <= 1 for one in found)
