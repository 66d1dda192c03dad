"""A model that knows a list of words is told nothing else, and nothing is left out in silence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from sealreel.errors import OptionUnsupported, PromptInvalid
from sealreel.generator import GenerationConfig, LoadedPipeline, load_pipeline
from sealreel.generator.footage import shoot
from sealreel.generator.prompting import Prompts, prompts_for

pytest.importorskip("torch", reason="the extra `generate` is not installed")


@pytest.fixture(scope="module")
def worded(models: Callable[[str], Path]) -> LoadedPipeline:
    return load_pipeline(str(models("worded")), device="cpu")


def request_of(prompt: str, **options: Any) -> GenerationConfig:
    return GenerationConfig(prompt=prompt, output=Path("out.mp4"), release=cast("Any", None), **options)


def test_known_words_reach_the_model_as_they_are(worded: LoadedPipeline) -> None:
    prompts = prompts_for(worded, request_of("A red ball moves left"))

    assert prompts.prompt == "A red ball moves left"
    assert prompts.remarks == ()


def test_a_word_that_is_not_known_is_told_to_people_and_programs(worded: LoadedPipeline) -> None:
    prompts = prompts_for(worded, request_of("a red xyzzy moves left"))

    assert "xyzzy" not in prompts.prompt
    assert any("xyzzy" in remark for remark in prompts.remarks)
    assert prompts.wording is not None
    assert prompts.wording["prompt"]["unplaced"] == ["xyzzy"]
    assert prompts.wording["negative_prompt"] is None


def test_the_negative_prompt_is_read_too(worded: LoadedPipeline) -> None:
    prompts = prompts_for(worded, request_of("a red ball", negative_prompt="a blue xyzzy"))

    assert prompts.negative == "a blue"
    assert any(remark.startswith("negative prompt: ") for remark in prompts.remarks)
    assert prompts.wording is not None
    assert prompts.wording["negative_prompt"]["unplaced"] == ["xyzzy"]


def test_a_styles_words_come_last(worded: LoadedPipeline) -> None:
    assert prompts_for(worded, request_of("a ball", style="photoreal")).prompt == "a ball, red"


def test_where_no_word_is_known_the_style_is_all_there_is(worded: LoadedPipeline) -> None:
    assert prompts_for(worded, request_of("xyzzy", style="photoreal")).prompt == "red"


def test_other_models_get_the_prompt_untouched(models: Callable[[str], Path]) -> None:
    other = load_pipeline(str(models("windows")), device="cpu")

    assert prompts_for(other, request_of("a red xyzzy")) == Prompts("a red xyzzy", None)


@pytest.mark.parametrize("options", [{"prompt": " "}, {"prompt": "a ball", "negative_prompt": "\0"}])
def test_what_is_no_text_is_refused(worded: LoadedPipeline, options: dict[str, str]) -> None:
    with pytest.raises(PromptInvalid):
        prompts_for(worded, request_of(**options))


def test_an_unknown_style_is_refused(worded: LoadedPipeline) -> None:
    with pytest.raises(OptionUnsupported, match="photoreal, animated"):
        prompts_for(worded, request_of("a ball", style="noir"))


def test_the_footage_carries_what_was_said(worded: LoadedPipeline) -> None:
    footage = shoot(worded, request_of("a red xyzzy", steps=1), seed=1, frames=1)

    assert footage.remarks
    assert footage.wording is not None
