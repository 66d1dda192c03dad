"""Scenes of the tiny world: who plays what, and what happens for how long."""

import random
from collections import Counter

import numpy as np
import pytest

from sealreel.generator.world import (
    ACTION_FACTS,
    ACTIONS,
    KIND_FACTS,
    Action,
    actions_for,
    lights_of,
    sample_scene,
    scene_of,
)
from sealreel.generator.world.packing import ITEM, pack
from sealreel.generator.world.poses import COLUMN, PoseField, PoseTable
from sealreel.generator.world.timelines import poses

SCENES = [scene_of(seed) for seed in range(400)]
NAMES = [f"{scene.seed}-{scene.action}" for scene in SCENES]


def _column(table: PoseTable, slot: int, field: PoseField) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return table.values[:, slot, COLUMN[field]].astype(np.float64)


def test_a_seed_always_gives_the_same_scene() -> None:
    assert [scene_of(scene.seed) for scene in SCENES] == SCENES


def test_the_same_chance_draws_the_same_scene() -> None:
    assert sample_scene(random.Random(5)) == sample_scene(random.Random(5))


def test_everybody_can_play_the_part_given() -> None:
    for scene in SCENES:
        for thing, allowed in zip(scene.things, ACTION_FACTS[scene.action].roles, strict=False):
            assert thing.kind in allowed


def test_things_are_made_of_what_their_kind_offers() -> None:
    assert all(thing.material in KIND_FACTS[thing.kind].materials for scene in SCENES for thing in scene.things)


def test_kinds_differ_unless_all_things_are_the_same() -> None:
    for scene in SCENES:
        kinds = [thing.kind for thing in scene.things]
        assert scene.together or len(set(kinds)) == len(kinds)


def test_only_directed_actions_have_a_direction() -> None:
    assert all((scene.direction is not None) == ACTION_FACTS[scene.action].directed for scene in SCENES)


def test_only_still_scenes_of_different_things_have_a_relation() -> None:
    for scene in SCENES:
        related = scene.action == "still" and len(scene.things) > 1 and not scene.together
        assert (scene.relation is not None) == related


def test_light_fits_the_place() -> None:
    assert all(scene.light in lights_of(scene.background) for scene in SCENES)


def test_half_of_the_cameras_stand_still() -> None:
    still = sum(scene_of(seed).camera == "static" for seed in range(2000))

    assert abs(still - 1000) < 4 * (2000 * 0.25) ** 0.5  # four standard deviations


@pytest.mark.parametrize("things", [1, 2, 3])
def test_every_action_of_a_number_of_things_is_drawn(things: int) -> None:
    drawn = Counter(scene_of(seed, things=things).action for seed in range(600))

    assert set(drawn) == set(actions_for(things))


def test_one_thing_cannot_chase() -> None:
    with pytest.raises(ValueError, match="takes 2 to 3"):
        scene_of(1, things=1, action="chase")


@pytest.mark.parametrize("action", ACTIONS)
def test_poses_are_a_function_of_time_alone(action: Action) -> None:
    scene = scene_of(11, action=action)
    whole = poses(scene, np.arange(0, 80, dtype=np.float32) / 16).values

    late = poses(scene, np.arange(40, 60, dtype=np.float32) / 16).values

    np.testing.assert_allclose(late, whole[40:60], atol=1e-5)


@pytest.mark.parametrize("action", ["move", "chase", "collide", "give", "hide", "grow", "topple", "dent", "break"])
def test_what_does_not_repeat_rests_from_3_seconds_on(action: Action) -> None:
    scene = scene_of(3, action=action)
    table = poses(scene, np.linspace(3.4, 20, 40).astype(np.float32))

    for slot in range(scene.parts):
        assert np.ptp(_column(table, slot, "x")) < 0.01


@pytest.mark.parametrize(("action", "field", "before", "after"), [
    ("topple", "angle", 0.0, np.pi / 2),
    ("bite", "state", 0.0, 1.0),
    ("dent", "state", 0.0, 1.0),
    ("break", "state", 0.0, 1.0),
    ("pour", "level", 0.04, 0.82),
])  # fmt: skip
def test_an_outcome_comes_within_3_seconds_and_stays(
    action: Action, field: PoseField, before: float, after: float
) -> None:
    for seed in range(20):
        table = poses(scene_of(seed, action=action), np.array([0.0, 3.0, 10.0, 60.0], dtype=np.float32))
        values = np.abs(_column(table, 1, field))
        np.testing.assert_allclose(values, [before, after, after, after], atol=0.03)


@pytest.mark.parametrize("action", ["move", "chase", "collide", "topple", "bite", "dent", "break", "give", "hide"])
def test_the_actor_first_goes_the_way_the_scene_says(action: Action) -> None:
    for seed in range(20):
        scene = scene_of(seed, action=action)
        x = _column(poses(scene, np.array([0.0, 0.9], dtype=np.float32)), 0, "x")
        assert (x[1] > x[0]) == (scene.direction == "right")


def test_still_things_stand_as_their_relation_says() -> None:
    for scene in (scene_of(seed, action="still", things=2) for seed in range(60)):
        table = poses(scene, np.zeros(1, dtype=np.float32))
        off_x = float(_column(table, 0, "x")[0] - _column(table, 1, "x")[0])
        off_z = float(_column(table, 0, "z")[0] - _column(table, 1, "z")[0])
        match scene.relation:
            case "left_of" | "right_of":
                assert (off_x < -1) if scene.relation == "left_of" else (off_x > 1)
            case "behind" | "in_front_of":
                assert (off_z > 1) if scene.relation == "behind" else (off_z < -1)
            case _:
                assert scene.together


def test_what_a_camera_that_stands_still_shows_stays_in_the_picture() -> None:
    for scene in (scene for scene in SCENES if scene.camera == "static"):
        packed = pack([scene], start=[0.0])
        there = packed.items[0, :, :, ITEM["drawn"]] >= 0
        assert np.abs(packed.items[0, :, :, ITEM["u"]][there]).max() < 1


def test_far_things_are_packed_before_near_ones() -> None:
    scene = next(scene for scene in SCENES if scene.relation == "behind" and len(scene.things) == 2)
    scales = pack([scene], start=[0.0]).items[0, 0, :, ITEM["haze"]]

    assert (np.diff(scales[:2]) <= 0).all()


def test_a_packed_scene_is_small() -> None:
    packed = pack(SCENES[:2], start=[0.0, 2.5])

    assert (packed.items.nbytes + packed.frames.nbytes) / 2 < 40_000


def test_packing_wants_one_start_a_scene() -> None:
    with pytest.raises(ValueError, match="1 scenes and 2 starts"):
        pack(SCENES[:1], start=[0.0, 1.0])
