"""What a player turns or mirrors comes out upright, and stays so."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from sealreel.errors import UnsupportedMedia
from sealreel.media import form_of, probe, read_frames, read_luma, read_pictures, write_pictures
from sealreel.media.orientation import Orientation, orientation_of_matrix, turn

# Display rotation as PyAV sets it (degrees counterclockwise, horizontal flip, vertical flip).
DISPLAYS = [
    (0, False, False),
    (90, False, False),
    (180, False, False),
    (-90, False, False),
    (0, True, False),
    (90, True, False),
    (180, True, False),
    (-90, True, False),
]


def shown(stored: npt.NDArray[np.uint8], matrix: tuple[int, int, int, int]) -> npt.NDArray[np.uint8]:
    """Move each pixel where the matrix (a, b, c, d) says: (p, q) to (a·p + c·q, b·p + d·q), then into view."""
    a, b, c, d = matrix
    rows, columns = np.indices(stored.shape)
    x, y = a * columns + c * rows, b * columns + d * rows
    out = np.zeros((np.ptp(y) + 1, np.ptp(x) + 1), np.uint8)
    out[y - y.min(), x - x.min()] = stored
    return out


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("x", [-1, 1])
@pytest.mark.parametrize("y", [-1, 1])
def test_a_matrix_is_turned_into_what_it_means(swapped: bool, x: int, y: int) -> None:
    a, b, c, d = (0, x, y, 0) if swapped else (x, 0, 0, y)
    stored = np.arange(6, dtype=np.uint8).reshape(2, 3)
    matrix = np.array([a, b, 0, c, d, 0, 0, 0, 1], np.int32) * 65536

    assert np.array_equal(turn(stored, orientation_of_matrix(matrix.tobytes())), shown(stored, (a, b, c, d)))


def test_a_free_angle_is_refused() -> None:
    matrix = np.array([60000, 26000, 0, -26000, 60000, 0, 0, 0, 65536], np.int32)

    with pytest.raises(UnsupportedMedia, match="free angle"):
        orientation_of_matrix(matrix.tobytes())


@pytest.mark.parametrize("display", DISPLAYS)
def test_all_three_readings_of_a_turned_video_are_upright(
    make_video: Callable[..., Path], display: tuple[float, bool, bool]
) -> None:
    plain = next(read_luma(probe(make_video("plain.mp4"))))
    clip = probe(make_video("turned.mp4", display=display))

    luma = next(read_luma(clip)).plane

    assert np.array_equal(luma, turn(plain.plane, Orientation(clip.mirrored, clip.rotation)))
    assert luma.shape == (clip.height, clip.width) == ((64, 48) if abs(display[0]) == 90 else (48, 64))
    assert next(read_frames(clip)).rgb.shape == (clip.height, clip.width, 3)
    assert np.array_equal(next(read_pictures(clip)).luma, luma)


def test_a_phone_video_held_upright_is_turned_clockwise(make_video: Callable[..., Path]) -> None:
    assert probe(make_video(display=(-90, False, False))).rotation == 90


@pytest.mark.parametrize("display", DISPLAYS)
def test_what_is_written_is_upright_without_a_matrix(
    make_video: Callable[..., Path], tmp_path: Path, display: tuple[float, bool, bool]
) -> None:
    clip = probe(make_video(display=display, options={"crf": "1"}))
    write_pictures(read_pictures(clip), tmp_path / "out.mp4", form=form_of(clip, "mp4"), copy_from=clip)

    again = probe(tmp_path / "out.mp4")

    assert (again.width, again.height, again.rotation, again.mirrored) == (clip.width, clip.height, 0, False)
    before, after = next(read_luma(clip)).plane, next(read_luma(again)).plane
    assert np.abs(before.astype(int) - after).mean() < 6  # the eight orientations of noise differ by about 70


def test_wide_pixels_of_a_turned_video_become_tall(make_video: Callable[..., Path]) -> None:
    assert probe(make_video(display=(90, False, False), sample_aspect=Fraction(4, 3))).sample_aspect == Fraction(3, 4)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
@pytest.mark.parametrize("tag", range(1, 9))
def test_an_image_is_turned_as_its_exif_says(tmp_path: Path, suffix: str, tag: int) -> None:
    stored = np.zeros((24, 40, 3), np.uint8)
    stored[:12, :20], stored[12:, :20], stored[:12, 20:] = 250, 170, 90
    exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0" + bytes([tag]) + b"\0\0\0\0\0\0\0"
    _, data = cv2.imencodeWithMetadata(
        suffix, stored, [cv2.IMAGE_METADATA_EXIF], [np.frombuffer(exif, np.uint8)], [cv2.IMWRITE_WEBP_QUALITY, 101]
    )
    path = tmp_path / f"in{suffix}"
    path.write_bytes(data.tobytes())

    clip = probe(path)
    luma = next(read_luma(clip)).plane

    # OpenCV honours EXIF by itself; ours must agree.
    upright = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert upright is not None
    assert luma.shape == upright.shape == (clip.height, clip.width)
    assert np.abs(luma.astype(int) - upright).max() <= 2
