"""What is drawn for the kinds of clips that detectors get wrong, and how it is counted."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sealreel.benchmarks.detector.drawings import (
    FRAMES,
    HEIGHT,
    WIDTH,
    cartoon,
    darkened,
    scrolling_page,
    slideshow,
    typing,
)
from sealreel.benchmarks.detector.games import maze, tiles
from sealreel.benchmarks.detector.subgroups import GROUPS, Specimen, judge, specimens, table_of
from sealreel.detector.calibration import calibrate_head
from sealreel.detector.canon import Frames

Draw = Callable[[np.random.Generator], Frames]
SHARED = Path(__file__).parents[3] / "../shared/data"
MATERIAL = SHARED / "watermark"


def photograph(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (480, 640, 3), dtype=np.uint8)


def show(rng: np.random.Generator) -> Frames:
    return slideshow(rng, [photograph(1), photograph(2)])


@pytest.mark.parametrize("draw", [cartoon, scrolling_page, typing, maze, tiles, show])
def test_a_drawing_moves_has_the_form_and_follows_its_seed(draw: Draw) -> None:
    frames = draw(np.random.default_rng(1))

    assert (frames.shape, frames.dtype) == ((FRAMES, HEIGHT, WIDTH, 3), np.uint8)
    assert (frames[0] != frames[-1]).any()
    assert (frames == draw(np.random.default_rng(1))).all()
    assert (frames != draw(np.random.default_rng(2))).any()


def test_typing_changes_one_line_alone() -> None:
    frames = typing(np.random.default_rng(1))

    rows = np.flatnonzero((frames[0] != frames[-1]).any(axis=(1, 2)))

    assert rows.max() - rows.min() < 20


def test_a_slideshow_ends_with_another_picture_than_it_began() -> None:
    bright, dark = np.full((480, 640, 3), 250, np.uint8), np.zeros((480, 640, 3), np.uint8)

    levels = slideshow(np.random.default_rng(3), [bright, dark]).mean(axis=(1, 2, 3))

    assert {round(levels[0]), round(levels[-1])} in ({250, 0}, {250}, {0})
    assert len({round(level) for level in levels}) <= 6  # a fade of four frames between two still levels


def test_darkness_keeps_a_tenth_of_the_light_at_most() -> None:
    frames = np.full((4, 32, 32, 3), 200, dtype=np.uint8)

    dark = darkened(frames, np.random.default_rng(1))

    light = ((dark / 255.0) ** 2.2).mean() / (200 / 255.0) ** 2.2
    assert 1 / 35 < light < 1 / 9
    assert dark.std() > 0.5  # the sensor's noise


def test_each_kind_is_counted_apart_with_its_false_alarms() -> None:
    rng = np.random.default_rng(1)
    head = calibrate_head(rng.normal(-2, 1, 320), rng.normal(2, 1, 100))
    black, white = (np.full((8, 64, 64, 3), level, dtype=np.uint8) for level in (0, 255))
    clips = [
        Specimen("animation", "white", lambda: white),
        Specimen("animation", "black", lambda: black),
        Specimen("game", "black", lambda: black),
    ]

    animation, game = judge(clips, lambda windows: windows.mean(axis=(1, 2, 3, 4)) / 16 - 8, head)

    assert (animation.n, animation.kinds) == (2, {"white": 1, "black": 1})
    assert [one.clips for one in animation.passing] == [1, 1]
    assert (game.likely_real, game.passing[0].share) == (1.0, 0.0)
    assert "| animation | 2 | 0.50 | 50.0% (" in table_of([animation, game])


def test_kinds_that_need_no_material_are_drawn_without_any() -> None:
    kinds = [one.group for one in specimens(data=None, watermark=None, drawn=4)]

    assert kinds == ["animation"] * 4 + ["screen capture"] * 4 + ["game"] * 4


@pytest.mark.skipif(not MATERIAL.is_dir(), reason="the watermark's material is not at hand")
def test_material_adds_films_photographs_and_darkness() -> None:
    clips = specimens(data=SHARED / "detector", watermark=MATERIAL, drawn=2)

    assert list(dict.fromkeys(one.group for one in clips)) == list(GROUPS)
    assert {"bunny_720p", "cameratrap_404p"} <= {one.name for one in clips}
    film = next(one for one in clips if one.name == "bunny_720p")
    assert film.frames().shape[0] == FRAMES
    assert min(film.frames().shape[1:3]) == 320
