"""One vocabulary for all pipelines: keywords in, frames out, and the rules between."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sealreel.errors import ModelError, NotAVideoModel, OptionUnsupported, RefusedByPolicy
from sealreel.generator.adapter import arguments, frames_of, has_audio, keywords_of
from sealreel.generator.memory import Rung, choose_rung
from sealreel.generator.rules import Rules, check_frames, check_size, rules_of

torch: Any = pytest.importorskip("torch", reason="the extra `generate` is not installed")


def _latte_like(self: Any, prompt: str, video_length: int = 16, true_cfg_scale: float = 7.5) -> None: ...


def _image_to_video(self: Any, image: Any, prompt: str | None = None, num_frames: int = 14) -> None: ...


def _picture(self: Any, prompt: str | None = None, num_inference_steps: int = 50) -> None: ...


def test_the_words_are_translated_to_the_pipelines_own() -> None:
    keywords = keywords_of("LattePipeline", _latte_like)

    call = arguments(keywords, {"frames": 8, "guidance_scale": None}, {"guidance_scale": 2.0, "steps": 30})

    assert call == {"video_length": 8, "true_cfg_scale": 2.0}


def test_an_option_that_the_pipeline_lacks_is_an_error_that_names_those_it_has() -> None:
    keywords = keywords_of("LattePipeline", _latte_like)

    with pytest.raises(OptionUnsupported, match="no option negative_prompt; it has frames, guidance_scale"):
        arguments(keywords, {"negative_prompt": "blur"}, {})


def test_the_frame_rate_is_never_an_unsupported_option() -> None:
    assert arguments(keywords_of("LattePipeline", _latte_like), {"fps": 12}, {}) == {}


def test_the_signatures_defaults_are_known() -> None:
    assert keywords_of("LattePipeline", _latte_like).default("frames") == 16


def test_a_pipeline_that_makes_pictures_is_refused() -> None:
    with pytest.raises(NotAVideoModel, match="makes no video"):
        keywords_of("StablePipeline", _picture)


def test_a_pipeline_that_needs_a_picture_is_refused() -> None:
    with pytest.raises(NotAVideoModel, match="starts from image"):
        keywords_of("StableVideoPipeline", _image_to_video)


def test_a_class_whose_picture_is_optional_only_in_the_signature_is_refused() -> None:
    with pytest.raises(NotAVideoModel, match="starts from an image or a video"):
        keywords_of("LTXImageToVideoPipeline", _latte_like)


GREY = np.full((2, 4, 6, 3), 0.5, dtype=np.float32)


@pytest.mark.parametrize(
    "result",
    [
        SimpleNamespace(frames=GREY[None]),
        SimpleNamespace(frames=[GREY]),
        SimpleNamespace(frames=[list(GREY)]),
        SimpleNamespace(video=torch.from_numpy(GREY).permute(0, 3, 1, 2)),
        SimpleNamespace(frames=torch.from_numpy(GREY).permute(0, 3, 1, 2)[None]),
        SimpleNamespace(images=GREY),
        SimpleNamespace(frames=[list((GREY * 255).round().astype(np.uint8))]),
        (GREY[None], "sound"),
    ],
    ids=["np", "list of np", "list of lists", "tensor", "batch of tensors", "images", "bytes", "tuple"],
)
def test_frames_come_out_of_whatever_a_pipeline_returns(result: Any) -> None:
    pixels = frames_of(result)

    assert pixels.shape == (2, 4, 6, 3)
    assert pixels.dtype == np.uint8
    assert np.all(pixels == 128)


def test_values_outside_the_range_are_clipped_not_wrapped() -> None:
    frames = np.zeros((1, 2, 2, 3), dtype=np.float32)
    frames[..., 0], frames[..., 1] = -0.1, 1.1

    assert frames_of(SimpleNamespace(frames=frames[None]))[0, 0, 0].tolist() == [0, 255, 0]


@pytest.mark.parametrize("result", [SimpleNamespace(frames=None), SimpleNamespace(frames=[]), (), SimpleNamespace()])
def test_no_frames_is_an_error(result: Any) -> None:
    with pytest.raises(ModelError, match="returned no frames"):
        frames_of(result)


def test_pixels_that_are_not_numbers_are_an_error() -> None:
    with pytest.raises(ModelError, match="not numbers"):
        frames_of(SimpleNamespace(frames=np.full((1, 1, 2, 2, 3), np.nan)))


def test_a_clip_held_back_by_the_models_own_checker_is_refused_by_policy() -> None:
    with pytest.raises(RefusedByPolicy, match="safety checker"):
        frames_of(SimpleNamespace(images=GREY, nsfw_content_detected=[False, True]))


def test_sound_is_noticed() -> None:
    assert has_audio(SimpleNamespace(frames=GREY, audio=GREY))
    assert not has_audio(SimpleNamespace(frames=GREY, audio=None))


CAUSAL = Rules(frame_step=8, frame_first=1, size_step=32, fps=None)


@pytest.mark.parametrize("frames", [1, 9, 49])
def test_counts_of_the_family_pass(frames: int) -> None:
    check_frames(frames, CAUSAL, pipeline="LTXPipeline")


@pytest.mark.parametrize(("frames", "nearest"), [(30, "25 and 33"), (2, "1 and 9")])
def test_any_other_count_is_an_error_that_names_the_nearest(frames: int, nearest: str) -> None:
    with pytest.raises(OptionUnsupported, match=f"cannot make {frames} frames; the nearest it can are {nearest}"):
        check_frames(frames, CAUSAL, pipeline="LTXPipeline")


def test_a_family_with_fixed_positions_makes_one_count_only() -> None:
    with pytest.raises(OptionUnsupported, match="exactly 16 frames, 9 were asked"):
        check_frames(9, Rules(1, 1, 8, None, frames_only=16), pipeline="LattePipeline")


@pytest.mark.parametrize(("size", "said"), [((100, 64), "width 100.*96 and 128"), ((64, 20), "height 20.*are 32$")])
def test_any_other_size_is_an_error_that_names_the_nearest(size: tuple[int, int], said: str) -> None:
    with pytest.raises(OptionUnsupported, match=said):
        check_size(*size, CAUSAL, pipeline="LTXPipeline")


class WanPipeline:
    """Named like the family; only what the rules read."""

    vae_scale_factor_temporal = 4
    vae_scale_factor_spatial = 8
    transformer = SimpleNamespace(config=SimpleNamespace(patch_size=(1, 2, 2)))


class AllegroPipeline(WanPipeline):
    """The family whose VAE packs the first frame too."""


class HeliosPipeline(WanPipeline):
    """The family that makes whole windows."""


@pytest.mark.parametrize(
    ("pipe", "first", "step", "size"),
    [(WanPipeline(), 1, 4, 16), (AllegroPipeline(), 4, 4, 16), (HeliosPipeline(), 33, 33, 16)],
)
def test_the_rules_are_read_off_the_pipeline(pipe: Any, first: int, step: int, size: int) -> None:
    rules = rules_of(pipe)

    assert (rules.frame_first, rules.frame_step, rules.size_step) == (first, step, size)


GIB = 1 << 30


@pytest.mark.parametrize(
    ("free", "total", "largest", "rung"),
    [
        (80, 20, 12, "whole"),
        (23, 20, 12, "tiled"),
        (16, 20, 12, "one part at a time"),
        (8, 20, 12, "one layer at a time"),
    ],
)
def test_the_memory_ladder_gives_up_as_little_as_it_must(free: int, total: int, largest: int, rung: Rung) -> None:
    assert choose_rung(free=free * GIB, total=total * GIB, largest=largest * GIB) == rung
