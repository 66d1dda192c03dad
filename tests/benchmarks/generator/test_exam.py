"""Questions come from scenes of their own, and name what they ask for."""

from sealreel.benchmarks.generator.exam import EXAM_SEEDS, TRACES, questions, relation_questions
from sealreel.benchmarks.generator.lessons import LESSON_SEEDS
from sealreel.benchmarks.generator.prompts import SHEET_PROMPTS


def test_nobody_learns_from_the_scenes_of_the_exam() -> None:
    seeds = [one.seed for one in (*questions("things-1", 20, things=1), *relation_questions(5))]

    assert min(seeds) >= EXAM_SEEDS >= LESSON_SEEDS.stop


def test_the_first_questions_are_the_same_however_many_are_asked() -> None:
    assert questions("things-2", 10, things=2)[:4] == questions("things-2", 4, things=2)


def test_no_two_kinds_of_trace_share_a_scene() -> None:
    seeds = [
        one.seed for action in TRACES for one in questions("permanence", 30, things=2, action=action, still_camera=True)
    ]

    assert len(set(seeds)) == len(seeds)


def test_relations_are_asked_where_they_are_named() -> None:
    assert all(one.mentioned.relation and one.scene.relation for one in relation_questions(12))


def test_a_still_camera_stands_still() -> None:
    asked = questions("permanence", 20, things=2, action="bite", still_camera=True)

    assert {one.scene.camera for one in asked} == {"static"}


def test_there_are_forty_different_prompts_on_the_sheet() -> None:
    assert len(set(SHEET_PROMPTS)) == 40
