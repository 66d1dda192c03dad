"""A request is checked before anything is loaded."""

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from sealreel.errors import OptionUnsupported, PromptInvalid
from sealreel.generator.request import (
    PROMPT_LIMIT,
    GenerationConfig,
    batch,
    check_prompt,
    frames_wanted,
    numbered,
    several,
    with_seed,
)

REQUEST = GenerationConfig(prompt="a red ball", output=Path("out.mp4"), release=cast("Any", None), seed=7)


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t", "\u200b\u200d", "\ufeff"])
def test_a_prompt_without_a_visible_character_is_refused(prompt: str) -> None:
    with pytest.raises(PromptInvalid, match="the prompt is empty"):
        check_prompt(prompt)


def test_a_prompt_of_100_kilobytes_is_refused_with_what_was_found_and_what_is_allowed() -> None:
    with pytest.raises(PromptInvalid, match=rf"has 100000 characters; at most {PROMPT_LIMIT}"):
        check_prompt("x" * 100_000)


@pytest.mark.parametrize(("prompt", "code"), [("a\0b", "U\\+0000"), ("\x1b[2J", "U\\+001B"), ("\udc80", "U\\+DC80")])
def test_control_characters_and_broken_encoding_are_refused_by_name(prompt: str, code: str) -> None:
    with pytest.raises(PromptInvalid, match=code):
        check_prompt(prompt)


@pytest.mark.parametrize(
    "prompt", ["a red ball", "eine rote Kugel,\n\tim Regen", "赤いボール", "👩‍🚀 waves", "x" * PROMPT_LIMIT]
)
def test_text_of_any_language_passes_unchanged(prompt: str) -> None:
    assert check_prompt(prompt) == prompt


def test_a_seed_is_drawn_when_none_is_given_and_kept_when_one_is() -> None:
    drawn = with_seed(replace(REQUEST, seed=None)).seed

    assert drawn is not None
    assert 0 <= drawn < 2**32
    assert with_seed(REQUEST).seed == 7


def test_several_clips_differ_in_seed_and_name() -> None:
    requests = several(REQUEST, 3)

    assert [request.seed for request in requests] == [7, 8, 9]
    assert [request.output.name for request in requests] == ["out-001.mp4", "out-002.mp4", "out-003.mp4"]


def test_one_clip_keeps_its_name() -> None:
    assert several(REQUEST, 1) == (REQUEST,)


def test_a_batch_is_one_request_a_line_without_the_blank_ones() -> None:
    requests = batch(REQUEST, ["a red ball\n", "\n", "a blue square"])

    assert [(request.prompt, request.output.name) for request in requests] == [
        ("a red ball", "out-001.mp4"),
        ("a blue square", "out-002.mp4"),
    ]


def test_a_batch_without_prompts_is_refused() -> None:
    with pytest.raises(PromptInvalid, match="list of prompts is empty"):
        batch(REQUEST, ["", "  \n"])


def test_numbers_get_as_many_digits_as_the_count_needs() -> None:
    assert numbered(Path("d/out.mp4"), 7, 2000) == Path("d/out-0007.mp4")


def test_a_picture_is_one_frame_and_not_more() -> None:
    picture = replace(REQUEST, output=Path("out.png"))

    assert frames_wanted(picture, is_image=True) == 1
    with pytest.raises(OptionUnsupported, match="holds one picture, 9 frames were asked"):
        frames_wanted(replace(picture, frames=9), is_image=True)


@pytest.mark.parametrize(
    "values",
    [
        {"width": 0},
        {"frames": -3},
        {"steps": 0},
        {"fps": 0},
        {"seed": -1},
        {"height": 10**6},
        {"guidance_scale": float("nan")},
    ],
)
def test_impossible_numbers_are_refused_where_the_request_is_born(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        replace(REQUEST, **values)
