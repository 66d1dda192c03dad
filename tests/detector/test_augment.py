"""What training does to clips."""

import os

import cv2
import numpy as np
import pytest

from sealreel.detector.training.augment import Recipe, Step, augment
from sealreel.detector.training.codecs import Family, codec_for, round_trip
from sealreel.detector.training.geometry import rescaled
from sealreel.detector.training.overlays import framed, overlaid
from sealreel.detector.training.photometry import blurred, jpegged, miscoloured, noisy, sharpened, toned
from sealreel.detector.training.timing import frozen, retimed

STEPS = (blurred, sharpened, noisy, toned, miscoloured, jpegged, overlaid, framed)
FAMILIES: tuple[Family, ...] = ("x264", "x265", "vp9", "av1")


def clip(count: int = 8, height: int = 96, width: int = 128, *, seed: int = 0) -> np.ndarray:
    """A ball that crosses soft noise, each frame another."""
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 256, size=(height // 8, width // 8, 3), dtype=np.uint8)
    ground = cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    frames = [ground.copy() for _ in range(count)]
    for index, frame in enumerate(frames):
        cv2.circle(frame, (8 + 6 * index, height // 2), 12, (250, 200, 40), -1)
    return np.stack(frames)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2)))


@pytest.mark.parametrize("seed", range(12))
def test_the_same_seed_gives_the_same_bytes(seed: int) -> None:
    first = augment(clip(), np.random.default_rng(seed))
    second = augment(clip(), np.random.default_rng(seed))

    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("count", [1, 3, 8, 20])
@pytest.mark.parametrize(("height", "width"), [(64, 64), (65, 131), (120, 70)])
def test_any_clip_comes_back_as_a_clip(count: int, height: int, width: int) -> None:
    for seed in range(3):
        result = augment(clip(count, height, width), np.random.default_rng(seed))

        assert result.dtype == np.uint8
        assert 8 <= len(result) <= max(8, 2 * count)
        assert min(result.shape[1:3]) >= 64


def test_a_clip_and_its_reconstruction_take_the_same_chain() -> None:
    twins = 255 - clip()

    for seed in range(20):
        one, other = np.random.default_rng(seed), np.random.default_rng(seed)
        first, second = augment(clip(), one), augment(twins, other)

        assert first.shape == second.shape
        assert one.bit_generator.state == other.bit_generator.state


def test_a_recipe_without_chances_changes_nothing() -> None:
    names = ("crop", "mirror", "retime", "freeze", "rescale", "blur", "sharpen", "noise", "tone", "miscolour")
    nothing = Recipe(**dict.fromkeys((*names, "jpeg", "overlay", "border", "codec"), 0.0))

    assert (augment(clip(), np.random.default_rng(0), nothing) == clip()).all()


def test_a_probability_above_one_is_refused() -> None:
    with pytest.raises(ValueError, match="jpeg is a probability"):
        Recipe(jpeg=1.5)


@pytest.mark.parametrize("shape", [(8, 32, 128, 3), (0, 96, 96, 3), (8, 96, 96), (8, 96, 96, 4)])
def test_frames_of_another_form_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="frames must be"):
        augment(np.zeros(shape, np.uint8), np.random.default_rng(0))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_step_keeps_the_shape_and_the_scene(step: Step) -> None:
    for seed in range(6):
        result = step(clip(), np.random.default_rng(seed))

        assert result.shape == clip().shape
        assert psnr(result, clip()) > 4


def test_the_input_stays_as_it_was() -> None:
    frames = clip()
    for seed in range(10):
        augment(frames, np.random.default_rng(seed))

    assert (frames == clip()).all()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_codec_leaves_its_traces_and_the_scene(family: Family) -> None:
    fine = psnr(round_trip(clip(), codec_for(family, crf=18)), clip())
    coarse = psnr(round_trip(clip(), codec_for(family, crf=42)), clip())

    assert 18 < coarse < fine < 60


@pytest.mark.parametrize("family", FAMILIES)
def test_odd_sizes_pass_a_codec(family: Family) -> None:
    frames = clip(9, 71, 65)

    assert round_trip(frames, codec_for(family)).shape == frames.shape


@pytest.mark.parametrize("matrix", ["bt601", "bt709"])
def test_a_codec_keeps_the_colours(matrix: str) -> None:
    red = np.zeros((8, 64, 64, 3), np.uint8)
    red[...] = (200, 60, 30)

    result = round_trip(red, codec_for("x264", crf=18, matrix="bt601" if matrix == "bt601" else "bt709"))

    assert np.abs(result.astype(int) - red).max() <= 4


def test_a_quality_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 0 to 51"):
        codec_for("av1", crf=63)


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="no scheduling policies on this system")
def test_av1_does_not_keep_real_time_scheduling() -> None:
    before = os.sched_getscheduler(0)

    round_trip(clip(), codec_for("av1"))

    assert os.sched_getscheduler(0) == before


@pytest.mark.parametrize("count", [8, 20])
def test_retiming_shows_only_frames_of_the_clip_or_mixtures(count: int) -> None:
    ramp = np.repeat(np.arange(count, dtype=np.uint8) * 10, 3).reshape(count, 1, 1, 3)
    for seed in range(30):
        levels = retimed(ramp, np.random.default_rng(seed))[:, 0, 0, 0]

        assert 8 <= len(levels) <= 2 * count
        assert levels.max() <= ramp.max()


def test_a_frozen_clip_ends_in_one_frame() -> None:
    for seed in range(10):
        result = frozen(clip(), np.random.default_rng(seed))

        assert len(result) == 8
        assert (result[-1] == result[-2]).all() or (result[:-1] == clip()[:-1]).all()


def test_rescaling_never_stretches() -> None:
    for seed in range(20):
        result = rescaled(clip(2, 90, 160), np.random.default_rng(seed), scales=(0.4, 1.5), back=(0.7, 1.1))

        _, height, width, _ = result.shape
        assert width / height == pytest.approx(160 / 90, rel=0.02)
