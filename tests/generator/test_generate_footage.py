"""A request and a pipeline become exactly the frames that were asked for."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from sealreel.errors import ModelError, OptionUnsupported, PromptInvalid
from sealreel.generator.footage import Footage, shoot
from sealreel.generator.loader import LoadedPipeline, load_pipeline
from sealreel.generator.request import GenerationConfig

Load = Callable[[str], LoadedPipeline]
SIZES: dict[str, tuple[int, int]] = {
    "ltx": (9, 64),
    "wan": (5, 32),
    "latte": (16, 16),
    "text_to_video_sd": (3, 16),
}
"""Frames and side of the smallest clip of each family that is worth looking at."""


@pytest.fixture(scope="module")
def loaded(models: Callable[[str], Path]) -> Load:
    """Load each family once."""
    pipelines: dict[str, LoadedPipeline] = {}

    def load(family: str) -> LoadedPipeline:
        if family not in pipelines:
            pipelines[family] = load_pipeline(str(models(family)), device="cpu")
        return pipelines[family]

    return load


def request(family: str, **changes: Any) -> GenerationConfig:
    frames, side = SIZES[family]
    config = GenerationConfig(
        prompt="a red ball moves left", output=Path("out.mp4"), release=cast("Any", None), frames=frames, steps=2
    )
    return replace(config, **{"width": side, "height": side, **changes})


def shot(pipeline: LoadedPipeline, config: GenerationConfig, seed: int = 1) -> Footage:
    return shoot(pipeline, config, seed=seed, frames=config.frames)


@pytest.mark.parametrize("family", SIZES)
def test_asked_is_made(loaded: Load, family: str, capfd: pytest.CaptureFixture[str]) -> None:
    frames, side = SIZES[family]
    steps: list[tuple[int, int]] = []

    footage = shoot(
        loaded(family), request(family), seed=1, frames=frames, on_step=lambda done, total: steps.append((done, total))
    )

    assert footage.rgb.shape == (frames, side, side, 3)
    assert steps == [(1, 2), (2, 2)]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("family", SIZES)
def test_the_same_seed_gives_the_same_pixels_and_another_seed_others(loaded: Load, family: str) -> None:
    first, again, other = (shot(loaded(family), request(family), seed) for seed in (1, 1, 2))

    assert np.array_equal(first.rgb, again.rgb)
    assert not np.array_equal(first.rgb, other.rgb)


def test_pixels_do_not_depend_on_what_ran_before(models: Callable[[str], Path], loaded: Load) -> None:
    fresh = load_pipeline(str(models("wan")), device="cpu")

    assert np.array_equal(shot(fresh, request("wan")).rgb, shot(loaded("wan"), request("wan")).rgb)


def test_the_callers_random_numbers_are_left_alone(loaded: Load) -> None:
    torch: Any = pytest.importorskip("torch")
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)

    shot(loaded("wan"), request("wan"))

    assert torch.equal(torch.rand(2), expected)
    assert not torch.are_deterministic_algorithms_enabled()


@pytest.mark.parametrize(("family", "rate"), [("ltx", 25), ("wan", 16), ("latte", 8)])
def test_the_rate_is_the_familys_unless_one_is_asked(loaded: Load, family: str, rate: int) -> None:
    ntsc = Fraction(30000, 1001)

    assert shot(loaded(family), request(family)).rate == rate
    assert shot(loaded(family), request(family, fps=ntsc)).rate == ntsc


def test_frames_carry_exact_times(loaded: Load) -> None:
    frames = list(shot(loaded("wan"), request("wan", fps=Fraction(10))).frames())

    assert [frame.pts_seconds for frame in frames] == [0.0, 0.1, 0.2, 0.3, 0.4]


@pytest.mark.parametrize(
    ("family", "changes", "said"),
    [
        ("ltx", {"frames": 30}, "cannot make 30 frames; the nearest it can are 25 and 33"),
        ("wan", {"frames": 30}, "nearest it can are 29 and 33"),
        ("wan", {"width": 40}, "width 40 was asked, the nearest are 32 and 48"),
        ("latte", {"frames": 9}, "exactly 16 frames, 9 were asked"),
    ],
)
def test_what_a_pipeline_would_round_is_an_error(loaded: Load, family: str, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionUnsupported, match=said):
        shot(loaded(family), request(family, **changes))


def test_what_the_rules_do_not_know_is_caught_in_the_frames(loaded: Load) -> None:
    wan = loaded("wan")
    lax = replace(wan, rules=replace(wan.rules, frame_step=1))

    with pytest.raises(OptionUnsupported, match="made 5 frames where 6 were asked"):
        shot(lax, request("wan", frames=6))


def test_what_a_pipeline_refuses_itself_is_said_in_its_words(loaded: Load) -> None:
    wan = loaded("wan")
    lax = replace(wan, rules=replace(wan.rules, size_step=1))

    with pytest.raises(OptionUnsupported, match=r"WanPipeline refused the request.*divisible by 16"):
        shot(lax, request("wan", width=40))


def test_a_failing_pipeline_is_a_model_error(loaded: Load) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(ModelError, match="WanPipeline failed: RuntimeError: mat1"):
        shot(replace(loaded("wan"), pipe=fail), request("wan"))


def test_an_empty_prompt_is_refused(loaded: Load) -> None:
    with pytest.raises(PromptInvalid):
        shot(loaded("wan"), request("wan", prompt=" "))


def test_a_prompt_that_the_model_cuts_off_is_noted(loaded: Load) -> None:
    footage = shot(loaded("text_to_video_sd"), request("text_to_video_sd", prompt="a red ball " * 60))

    assert any("truncated" in note for note in footage.notes)


def test_the_cards_defaults_are_used_where_nothing_is_asked(loaded: Load) -> None:
    wan = loaded("wan")
    card = replace(wan.card, frames=5, width=32, height=48, steps=1, fps=Fraction(12), guidance_scale=1.0)
    bare = GenerationConfig(prompt="a ball", output=Path("out.mp4"), release=cast("Any", None))

    footage = shot(replace(wan, card=card), bare)

    assert footage.rgb.shape == (5, 48, 32, 3)
    assert footage.rate == 12


def test_guidance_changes_the_picture(loaded: Load) -> None:
    plain, guided = (shot(loaded("ltx"), request("ltx", guidance_scale=scale)) for scale in (1.0, 6.0))

    assert not np.array_equal(plain.rgb, guided.rgb)


def test_ctrl_c_passes_through_and_leaves_the_pipeline_usable(loaded: Load) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shoot(loaded("wan"), request("wan"), seed=1, frames=5, on_step=stop)

    assert len(shot(loaded("wan"), request("wan")).rgb) == 5
