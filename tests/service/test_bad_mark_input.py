"""What no mark fits into, or no key: the code, and words that say what to do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from sealreel.media import remux

Run = Callable[..., Any]
Rgb = npt.NDArray[np.uint8]
FAST = ("--preset", "ultrafast")


def texture(width: int, height: int) -> Rgb:
    blobs = np.random.default_rng(3).integers(0, 255, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(blobs, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def write(path: Path, picture: Rgb, *, frames: int) -> Path:
    """Write the same picture over and over, or once as an image."""
    if path.suffix == ".png":
        assert cv2.imwrite(str(path), picture)
        return path
    container: Any = av.open(str(path), "w")
    with container:
        stream = container.add_stream("libx264", rate=8)
        stream.height, stream.width, stream.pix_fmt = *picture.shape[:2], "yuv420p"
        for _ in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


REFUSED: dict[str, tuple[str, Rgb, str]] = {
    "16 × 16 clip": ("a.mp4", texture(16, 16), "16×16 pixels cannot carry a mark: the short side must be at least 64"),
    "16 × 16 picture": ("a.png", texture(16, 16), "16×16 pixels cannot carry a mark"),
    "ribbon": ("a.mp4", texture(640, 64), "the long side at most 8 times as much"),
    "black clip": ("a.mp4", np.zeros((128, 128, 3), np.uint8), "does not read back from these pixels even at 36 dB"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_no_mark_fits_into_is_refused_in_words(shell: Run, tmp_path: Path, what: str) -> None:
    name, picture, words = REFUSED[what]
    source = write(tmp_path / name, picture, frames=4)

    ran = shell("mark", source, "-o", tmp_path / f"marked{source.suffix}", *FAST)

    assert ran.code == 3
    assert words in ran.err
    assert not (tmp_path / f"marked{source.suffix}").exists()


@pytest.mark.parametrize("frames", [1, 2, 7])
def test_a_clip_of_a_few_frames_is_marked(shell: Run, tmp_path: Path, frames: int) -> None:
    source = write(tmp_path / "short.mp4", texture(192, 128), frames=frames)

    assert shell("mark", source, "-o", tmp_path / "marked.mp4", *FAST).code == 0


def test_a_weak_mark_is_warned_about_on_stderr_and_let_out(shell: Run, tmp_path: Path) -> None:
    source = write(tmp_path / "one.mp4", np.full((128, 128, 3), (200, 40, 40), np.uint8), frames=8)

    ran = shell("mark", source, "-o", tmp_path / "marked.mp4", *FAST, "--watermark-strength", 44, "--json")

    assert ran.code == 0
    assert ran.answer["mark"]["expected_p_value_log10"] > -9
    assert "the mark is weak: expected log10 p = " in ran.err
    assert "--watermark-strength" in ran.answer["notes"][-1]


def test_without_a_key_verify_says_that_no_mark_can_be_read(shell: Run, footage: Path) -> None:
    ran = shell("verify", footage)

    assert ran.code == 4
    assert "not looked for, without a key" in ran.out
    assert "sealreel keys restore" in ran.out


def test_with_another_key_nothing_is_found_and_that_proves_nothing(shell: Run, footage: Path, tmp_path: Path) -> None:
    elsewhere = {name: str(tmp_path / "elsewhere") for name in ("SEALREEL_CONFIG_DIR", "SEALREEL_DATA_DIR")}
    assert shell("mark", footage, "-o", tmp_path / "marked.mp4", *FAST).code == 0
    remux(tmp_path / "marked.mp4", tmp_path / "bare.mp4")
    assert shell("keys", "init", **elsewhere).code == 0

    ran = shell("verify", tmp_path / "bare.mp4", **elsewhere)

    assert ran.code == 4
    assert "nothing found with the keys at hand; that proves nothing" in ran.out
