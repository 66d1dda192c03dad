# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# (scikit-image has no stubs)
"""Faces blended with themselves."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from sealreel.detector.training.blend import self_blend
from sealreel.detector.training.dataset import read_clip_frames, read_dataset
from sealreel.detector.training.faces import faces_in

DATA = Path(__file__).parents[2] / "../shared/data/detector"

pytest.importorskip("skimage", reason="finding faces needs scikit-image")


def portrait(count: int = 8) -> np.ndarray:
    """The portrait inside scikit-image (an astronaut, public domain), moving two pixels a frame."""
    from skimage.data import astronaut

    photo = cv2.resize(astronaut()[:300, 60:360], (240, 240), interpolation=cv2.INTER_AREA)
    return np.stack([np.roll(photo, 2 * index, axis=1) for index in range(count)])


def noise(count: int = 8) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, size=(count, 128, 128, 3), dtype=np.uint8)


def test_a_face_is_found_and_followed() -> None:
    boxes = faces_in(portrait())

    assert boxes is not None
    assert boxes.shape == (8, 4)
    assert boxes[-1, 0] - boxes[0, 0] == pytest.approx(14, abs=8)


def test_no_face_is_found_in_noise() -> None:
    assert faces_in(noise()) is None


def test_one_frame_may_hold_a_face() -> None:
    boxes = faces_in(portrait(1))

    assert boxes is not None
    assert boxes.shape == (1, 4)


@pytest.mark.parametrize("seed", range(10))
def test_a_blend_changes_the_face_alone(seed: int) -> None:
    frames, boxes = portrait(), np.tile(np.array([[90, 40, 80, 80]], np.float32), (8, 1))

    result = self_blend(frames, boxes, np.random.default_rng(seed))

    changed = (result != frames).any(axis=(0, 3))
    y, x = np.nonzero(changed)
    assert len(y) > 500
    assert x.min() >= 90 - 28
    assert x.max() <= 170 + 28
    assert y.min() >= 40 - 28
    assert y.max() <= 120 + 28


def test_the_same_seed_gives_the_same_blend() -> None:
    boxes = np.tile(np.array([[90, 40, 80, 80]], np.float32), (8, 1))

    first, second = (self_blend(portrait(), boxes, np.random.default_rng(3)) for _ in range(2))

    assert first.tobytes() == second.tobytes()


def test_a_face_at_the_edge_is_blended_as_far_as_it_is_seen() -> None:
    boxes = np.tile(np.array([[-30, 200, 80, 80]], np.float32), (8, 1))

    assert self_blend(portrait(), boxes, np.random.default_rng(0)).shape == portrait().shape


def test_boxes_of_another_clip_are_refused() -> None:
    with pytest.raises(ValueError, match="one a frame"):
        self_blend(portrait(), np.zeros((3, 4), np.float32), np.random.default_rng(0))


@pytest.mark.skipif(not DATA.is_dir(), reason="the labelled clips are not part of the repository")
def test_faces_are_found_in_most_talking_heads() -> None:
    rows = [row for row in read_dataset(DATA) if row.source == "video_retalking_faces"]

    found = [faces_in(read_clip_frames(row.path)) is not None for row in rows]

    assert sum(found) >= 0.7 * len(found)
