"""The tiny world: what a scene is, how it looks, and that its captions tell the truth."""

import random
from dataclasses import replace
from typing import Any, get_args

import pytest

torch: Any = pytest.importorskip("torch", reason="the extra `generate` is not installed")

from sealreel.generator.world import (  # noqa: E402 - after the check that torch is there
    BACKGROUNDS,
    COLOURS,
    DIRECTIONS,
    SHAPES,
    UNKNOWN_WORDS,
    Colour,
    Direction,
    Scene,
    Shape,
    backdrop,
    caption,
    object_mask,
    paint,
    sample_scene,
    vocabulary_words,
)

SCENES = [sample_scene(random.Random(seed)) for seed in range(40)]


def scene(**values: Any) -> Scene:
    return replace(
        Scene("red", "ball", "left", "night", "medium", "normal", radius=0.14, centre=(0.5, 0.5), way=0.5), **values
    )


@pytest.mark.parametrize(
    ("direction", "axis", "sign"), [("left", 0, -1), ("right", 0, 1), ("up", 1, -1), ("down", 1, 1)]
)
def test_an_object_moves_where_its_direction_says(direction: Direction, axis: int, sign: int) -> None:
    moving = scene(direction=direction)

    travelled = moving.position(1.0)[axis] - moving.position(0.0)[axis]

    assert travelled * sign == pytest.approx(0.5)


def test_still_objects_stay() -> None:
    still = scene(direction="still", way=0.0)

    assert still.position(0.0) == still.position(1.0)


def test_the_same_seed_gives_the_same_scene_and_caption() -> None:
    first, second = random.Random(5), random.Random(5)

    assert caption(sample_scene(first), first) == caption(sample_scene(second), second)


def test_objects_stay_in_the_frame_by_more_than_half() -> None:
    for drawn in SCENES:
        for moment in (0.0, 1.0):
            assert all(0.05 < place < 0.95 for place in drawn.position(moment))


@pytest.mark.parametrize("drawn", SCENES[:20], ids=lambda drawn: f"{drawn.colour}-{drawn.shape}-{drawn.direction}")
def test_a_caption_names_colour_and_shape_of_its_scene_and_no_others(drawn: Scene) -> None:
    words = set(caption(drawn, random.Random(1)).split())

    assert {name for name, entry in COLOURS.items() if words & set(entry.words)} == {drawn.colour}
    assert {name for name, entry in SHAPES.items() if words & set(entry.words)} == {drawn.shape}


def test_a_caption_names_the_background_when_asked() -> None:
    drawn = SCENES[0]

    for seed in range(20):
        words = caption(drawn, random.Random(seed), name_background=True)
        assert any(phrase in words for phrase in BACKGROUNDS[drawn.background].phrases)


def test_the_vocabulary_holds_every_word_of_the_captions() -> None:
    known = {*vocabulary_words(), *UNKNOWN_WORDS}

    for seed, drawn in enumerate(SCENES):
        assert set(caption(drawn, random.Random(seed)).split()) <= known


def test_words_mean_one_thing() -> None:
    words = [word for table in (COLOURS, SHAPES) for entry in table.values() for word in entry.words]

    assert len(words) == len(set(words))


@pytest.mark.parametrize("shape", get_args(Shape))
@pytest.mark.parametrize("colour", get_args(Colour))
def test_a_painted_object_has_its_colour_in_the_middle(colour: Colour, shape: Shape) -> None:
    picture = paint(scene(colour=colour, shape=shape, direction="still", way=0.0), [0.0], side=64)[0]

    wanted = torch.tensor(COLOURS[colour].rgb) / 255
    assert float((picture[:, 32, 32] - wanted).abs().max()) < 0.2


def test_paint_gives_pixels_between_0_and_1_for_every_moment() -> None:
    for drawn in SCENES[:8]:
        frames = paint(drawn, [0.0, 0.5, 1.0], side=32)

        assert frames.shape == (3, 3, 32, 32)
        assert float(frames.min()) >= 0
        assert float(frames.max()) <= 1


def test_far_from_the_object_there_is_only_the_backdrop() -> None:
    drawn = scene(direction="still", way=0.0)

    picture = paint(drawn, [0.0], side=64)[0]

    assert torch.allclose(picture[:, :4], backdrop(drawn, 64)[:, :4], atol=1e-3)


def test_shapes_cover_about_the_same_area() -> None:
    areas = [float(object_mask(scene(shape=shape), 0.5, 128, margin=0.0).mean()) for shape in get_args(Shape)]

    assert max(areas) < 2 * min(areas)


def test_codes_of_one_attribute_are_far_apart() -> None:
    for table in (COLOURS, SHAPES, BACKGROUNDS):
        codes = torch.tensor([entry.code for entry in table.values()], dtype=torch.float32)
        apart = torch.cdist(codes, codes) + 9 * torch.eye(len(codes))
        assert float(apart.min()) >= 2


def test_every_direction_but_still_has_phrases() -> None:
    assert {name for name, entry in DIRECTIONS.items() if not entry.phrases} == {"still"}
