"""A picture to start from is read upright and fitted to the clip without being bent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sealreel.errors import MediaError, UnreadableMedia, UnsupportedMedia
from sealreel.generator.first_frame import fitted, read_first_frame
from sealreel.media import Limits

cv2: Any = pytest.importorskip("cv2")
Write = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    def write(rgb: Any, name: str = "start.png") -> Path:
        cv2.imwrite(str(tmp_path / name), rgb[:, :, ::-1])
        return tmp_path / name

    return write


def halves(height: int, width: int) -> Any:
    """Red on the left, blue on the right."""
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[:, : width // 2, 0] = 255
    rgb[:, width // 2 :, 2] = 255
    return rgb


def test_a_picture_is_read_as_it_is(written: Write) -> None:
    rgb = halves(48, 64)

    assert np.array_equal(read_first_frame(written(rgb), limits=Limits()), rgb)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("not a picture")

    for name in ("missing.png", "text.png"):
        with pytest.raises(UnreadableMedia, match=name):
            read_first_frame(tmp_path / name, limits=Limits())


def test_a_picture_past_the_limit_is_refused(written: Write) -> None:
    with pytest.raises(MediaError, match="limit"):
        read_first_frame(written(halves(48, 64)), limits=Limits(pixels=100))


def test_a_video_is_refused(tmp_path: Path) -> None:
    writer = cv2.VideoWriter(str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 8, (64, 48))
    for _ in range(3):
        writer.write(halves(48, 64))
    writer.release()

    with pytest.raises(UnsupportedMedia, match="starts from a picture"):
        read_first_frame(tmp_path / "clip.avi", limits=Limits())


def test_a_picture_of_the_clips_size_is_left_alone() -> None:
    rgb = halves(64, 64)

    same, note = fitted(rgb, width=64, height=64)

    assert same is rgb
    assert note is None


@pytest.mark.parametrize(("height", "width"), [(64, 128), (128, 64), (30, 70), (33, 32), (1, 500)])
def test_another_shape_is_scaled_to_cover_and_cut_evenly(height: int, width: int) -> None:
    picture, note = fitted(halves(height, width), width=64, height=64)

    assert picture.shape == (64, 64, 3)
    assert note == f"the picture was scaled and cropped from {width}x{height} to 64x64"
    assert picture[:, 0, 0].min() > 200
    assert picture[:, -1, 2].min() > 200


def test_the_same_shape_is_scaled_only() -> None:
    picture, note = fitted(halves(256, 256), width=64, height=64)

    assert np.array_equal(picture, halves(64, 64))
    assert note == "the picture was scaled from 256x256 to 64x64"
