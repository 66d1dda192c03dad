"""Goals are shares of the ceiling, and a Fréchet distance of few clips is held to none."""

import pytest

from sealreel.benchmarks.generator.answers import accuracy
from sealreel.benchmarks.generator.attributes import AttributeRow
from sealreel.benchmarks.generator.frechet import FrechetRow
from sealreel.benchmarks.generator.goals import attribute_goals, frechet_goals


def row(generated: int, ceiling: int, *, part: str = "1 thing") -> AttributeRow:
    right = [accuracy(count, 100) for count in (generated, ceiling, 20)]
    return AttributeRow(part, "colour", right[0], right[1], None, right[2])


def test_a_goal_is_a_share_of_the_ceiling() -> None:
    (goal,) = attribute_goals([row(45, 50)])

    assert (goal.goal, goal.measured) == ("colour.1", pytest.approx(0.9))


def test_three_things_are_held_to_less() -> None:
    (goal,) = attribute_goals([row(61, 80, part="3 things")])

    assert (goal.wanted, goal.met) == (0.75, True)


def test_where_renders_cannot_be_read_there_is_no_goal() -> None:
    assert attribute_goals([row(10, 0)]) == ()


def distances(n: int) -> list[FrechetRow]:
    return [FrechetRow("generated", n, 2.0), FrechetRow("floor", n, 0.5), FrechetRow("styles", n, 10.0)]


def test_the_distance_is_measured_by_that_of_the_styles() -> None:
    (goal,) = frechet_goals(distances(2048))

    assert (goal.measured, goal.met, goal.details["floor_share"]) == (0.2, True, 0.05)


def test_a_distance_of_few_clips_has_no_goal() -> None:
    assert frechet_goals(distances(2047)) == ()
