"""What scenes say is written down as it is, and asked in either order."""

import random
from dataclasses import replace

import numpy as np

from sealreel.benchmarks.generator.facts import PAIRWISE, WHOLE, facts_of
from sealreel.generator.world import COLOURS, KINDS, OUTCOMES, Scene, Thing, scene_of


def scene(relation: str | None = None, things: int = 2) -> Scene:
    kinds = ("ball", "cat", "star")[:things]
    cast = tuple(Thing(kind, "red", "small", "matte") for kind in kinds)  # pyright: ignore[reportArgumentType]
    return Scene(cast, "still", None, relation, "static", "meadow", "day", "animated", 1)  # pyright: ignore[reportArgumentType]


def test_the_table_holds_each_kind_in_its_colour() -> None:
    row = facts_of([scene()]).table[0]

    assert {KINDS[kind]: COLOURS[colour - 1] for kind, colour in enumerate(row) if colour} == {
        "ball": "red",
        "cat": "red",
    }


def test_sizes_are_asked_only_of_what_is_there() -> None:
    sizes = facts_of([scene()]).sizes[0]

    assert {KINDS[kind] for kind in np.flatnonzero(sizes >= 0)} == {"ball", "cat"}


def test_a_relation_asked_the_other_way_round_is_its_opposite() -> None:
    told = facts_of([scene("left_of")])
    answers = {
        (int(facts.asked[0][0]), int(facts.asked[0][1]), PAIRWISE[int(facts.relation[0])])
        for facts in (facts_of([scene("left_of")], rng=random.Random(seed)) for seed in range(20))
    }

    ball, cat = KINDS.index("ball"), KINDS.index("cat")
    assert PAIRWISE[told.relation[0]] == "left_of"
    assert answers == {(ball, cat, "left_of"), (cat, ball, "right_of")}


def test_between_is_denied_of_what_stands_beside() -> None:
    found = {
        (int(facts.asked[0][0]), int(facts.between[0]))
        for facts in (facts_of([scene("between", things=3)], rng=random.Random(seed)) for seed in range(20))
    }

    assert found == {(KINDS.index("ball"), 1), (KINDS.index("cat"), 0)}


def test_what_nobody_stands_to_is_not_asked() -> None:
    facts = facts_of([scene()])

    assert (facts.relation[0], facts.between[0]) == (-1, -1)


def test_a_scene_of_one_ball_bitten_by_nobody_leaves_nothing() -> None:
    assert facts_of([scene()]).outcome[0] == OUTCOMES.index("none")


def test_whole_clip_labels_are_indices_of_their_values() -> None:
    one = replace(scene_of(1, action="bite"), camera="zoom_in")

    facts = facts_of([one])

    assert WHOLE["camera"][facts.whole["camera"][0]] == "zoom_in"
    assert WHOLE["direction"][facts.whole["direction"][0]] == one.direction
    assert WHOLE["count"][facts.whole["count"][0]] == str(len(one.things))
