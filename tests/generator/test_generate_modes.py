"""What a model's card adds to a request: length, quality, style, rate and a picture to start from."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sealreel.errors import ModelUnavailable, NotAVideoModel, OptionUnsupported, UnreadableMedia
from sealreel.generator import GenerationConfig, LoadedPipeline, load_pipeline
from sealreel.generator.adapter import keywords_of
from sealreel.generator.footage import Footage, shoot
from sealreel.generator.model_card import read_card
from sealreel.generator.sampling import OnStep
from sealreel.generator.siblings import class_for
from sealreel.provenance import ReleaseConfig

cv2: Any = pytest.importorskip("cv2")
pytest.importorskip("torch", reason="the extra `generate` is not installed")


@pytest.fixture(scope="module")
def pipeline(models: Callable[[str], Path]) -> LoadedPipeline:
    return load_pipeline(str(models("windows")), device="cpu")


@pytest.fixture
def request_for(installation: ReleaseConfig, tmp_path: Path) -> Callable[..., GenerationConfig]:
    def made(**changes: Any) -> GenerationConfig:
        config = GenerationConfig(prompt="a ball moves left", output=tmp_path / "out.mp4", release=installation)
        return replace(config, **changes)

    return made


def shot(pipeline: LoadedPipeline, config: GenerationConfig, **options: Any) -> Footage:
    return shoot(pipeline, config, seed=1, frames=config.frames, **options)


def counted() -> tuple[list[int], OnStep]:
    """Give a callback, and the list of how many steps it was told there are."""
    totals: list[int] = []

    def on_step(_done: int, total: int) -> None:
        totals.append(total)

    return totals, on_step


def picture(directory: Path, *, value: int = 255, height: int = 64, width: int = 64) -> Path:
    path = directory / f"{value}-{height}x{width}.png"
    cv2.imwrite(str(path), np.full((height, width, 3), value, np.uint8))
    return path


def test_without_a_word_the_clip_is_one_window(pipeline: LoadedPipeline, request_for: Any) -> None:
    footage = shot(pipeline, request_for())

    assert footage.rgb.shape == (17, 64, 64, 3)
    assert (footage.rate, footage.notes) == (16, ())


@pytest.mark.parametrize("frames", [1, 10, 40, 65])
def test_any_count_up_to_the_cards_is_made_exactly(pipeline: LoadedPipeline, request_for: Any, frames: int) -> None:
    assert len(shot(pipeline, request_for(frames=frames)).rgb) == frames


def test_more_than_the_cards_is_an_error_that_names_it(pipeline: LoadedPipeline, request_for: Any) -> None:
    with pytest.raises(OptionUnsupported, match="tiny-windows makes 1 to 65 frames, 66 were asked"):
        shot(pipeline, request_for(frames=66))


def test_quality_takes_the_cards_steps_and_guidance(pipeline: LoadedPipeline, request_for: Any) -> None:
    steps, on_step = counted()

    better = shot(pipeline, request_for(quality=True), on_step=on_step)

    asked = shot(pipeline, request_for(steps=3, guidance_scale=2.0))
    assert set(steps) == {3}
    assert np.array_equal(better.rgb, asked.rgb)


def test_what_is_asked_goes_before_quality(pipeline: LoadedPipeline, request_for: Any) -> None:
    steps, on_step = counted()

    shot(pipeline, request_for(quality=True, steps=1), on_step=on_step)

    assert set(steps) == {1}


def test_a_style_adds_its_words(pipeline: LoadedPipeline, request_for: Any) -> None:
    styled = shot(pipeline, request_for(style="animated"))

    assert np.array_equal(styled.rgb, shot(pipeline, request_for(prompt="a ball moves left, blue")).rgb)


def test_an_unknown_style_names_those_there_are(pipeline: LoadedPipeline, request_for: Any) -> None:
    with pytest.raises(OptionUnsupported, match="no style 'noir'; it has photoreal, animated"):
        shot(pipeline, request_for(style="noir"))


@pytest.mark.parametrize(("changes", "said"), [({"style": "animated"}, "say it"), ({"quality": True}, "no quality")])
def test_a_model_whose_card_is_silent_has_neither(
    models: Callable[[str], Path], request_for: Any, changes: dict[str, Any], said: str
) -> None:
    silent = load_pipeline(str(models("ltx")), device="cpu")

    with pytest.raises(OptionUnsupported, match=said):
        shot(silent, request_for(width=64, height=64, frames=9, steps=1, **changes))


def test_another_rate_changes_when_frames_are_shown_and_not_what_they_show(
    pipeline: LoadedPipeline, request_for: Any
) -> None:
    slow = shot(pipeline, request_for(fps=Fraction(8)))

    assert np.array_equal(slow.rgb, shot(pipeline, request_for()).rgb)
    assert slow.rate == 8
    assert slow.notes == ("tiny-windows makes 16 frames a second; they are shown at 8",)


def test_the_picture_decides_the_clip_and_is_fitted_with_a_note(
    pipeline: LoadedPipeline, request_for: Any, tmp_path: Path
) -> None:
    light, dark = (shot(pipeline, request_for(image=picture(tmp_path, value=value, width=128))) for value in (255, 0))

    assert not np.array_equal(light.rgb, dark.rgb)
    assert light.notes == ("the picture was scaled and cropped from 128x64 to 64x64",)


def test_a_stock_sibling_makes_the_clip_of_a_model_without_windows(
    models: Callable[[str], Path], request_for: Any, tmp_path: Path
) -> None:
    sibling = load_pipeline(str(models("ltx")), device="cpu", start="image")
    small = {"width": 64, "height": 64, "frames": 9, "steps": 1}

    light, dark = (shot(sibling, request_for(image=picture(tmp_path, value=value), **small)) for value in (255, 0))

    assert sibling.keywords.pipeline == "LTXImageToVideoPipeline"
    assert light.rgb.shape == (9, 64, 64, 3)
    assert not np.array_equal(light.rgb, dark.rgb)


def test_a_pipeline_loaded_for_text_says_so(models: Callable[[str], Path], request_for: Any, tmp_path: Path) -> None:
    text = load_pipeline(str(models("ltx")), device="cpu")

    with pytest.raises(OptionUnsupported, match="loaded to start from text"):
        shot(text, request_for(image=picture(tmp_path), width=64, height=64, frames=9, steps=1))


def test_a_family_that_takes_no_picture_is_refused_before_its_weights_are_read(models: Callable[[str], Path]) -> None:
    with pytest.raises(OptionUnsupported, match="LattePipeline starts from text alone"):
        load_pipeline(str(models("latte")), device="cpu", start="image")


def test_a_broken_picture_is_an_error(pipeline: LoadedPipeline, request_for: Any, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(picture(tmp_path).read_bytes()[:60])

    with pytest.raises(UnreadableMedia, match=r"broken\.png"):
        shot(pipeline, request_for(image=tmp_path / "broken.png"))


class WanPipeline:
    """Named like the class whose weights serve both only in one size."""


def test_wan_has_a_sibling_only_where_its_weights_are_one_for_both() -> None:
    assert class_for("image", WanPipeline, {}) is WanPipeline
    assert class_for("image", WanPipeline, {"expand_timesteps": True}).__name__ == "WanImageToVideoPipeline"
    assert class_for("text", WanPipeline, {"expand_timesteps": True}) is WanPipeline


def _from_picture(self: Any, image: Any, prompt: str, num_frames: int = 9) -> None: ...


def _from_picture_and_more(self: Any, image: Any, pose: Any, prompt: str, num_frames: int = 9) -> None: ...


def test_a_class_that_starts_from_a_picture_is_taken_with_one_and_refused_without() -> None:
    assert "image" in keywords_of("WanImageToVideoPipeline", _from_picture, start="image").parameters

    with pytest.raises(NotAVideoModel, match="from text alone is needed"):
        keywords_of("WanImageToVideoPipeline", _from_picture)


def test_a_class_that_needs_more_than_a_picture_is_refused() -> None:
    with pytest.raises(NotAVideoModel, match=r"starts from pose; .* from text and a picture is needed"):
        keywords_of("PosePipeline", _from_picture_and_more, start="image")


@pytest.mark.parametrize(
    ("card", "said"),
    [
        ('{"overlap": 9}', "must name frames, fps"),
        (
            '{"overlap": 9, "frames": 9, "fps": 1, "width": 1, "height": 1, "steps": 1, "guidance_scale": 1}',
            "less than",
        ),
        ('{"quality": {"steps": 3}}', "must name steps and guidance_scale"),
        ('{"quality": 3}', "must be an object"),
        ('{"styles": ["noir"]}', "styles must be an object"),
    ],
)
def test_a_card_that_does_not_add_up_is_refused(tmp_path: Path, card: str, said: str) -> None:
    (tmp_path / "sealreel.json").write_text(card)

    with pytest.raises(ModelUnavailable, match=said):
        read_card(tmp_path, name="broken")


def test_windows_are_for_pipelines_whose_parts_we_know(copy_of: Callable[[str], Path], models: Any) -> None:
    directory = copy_of("wan")
    (directory / "sealreel.json").write_bytes((models("windows") / "sealreel.json").read_bytes())

    with pytest.raises(ModelUnavailable, match="WanPipeline cannot be run in"):
        load_pipeline(str(directory), device="cpu")
