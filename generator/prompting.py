"""What the model is told: the user's words, and the style's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import OptionUnsupported
from .loader import LoadedPipeline
from .model_card import ModelCard
from .request import GenerationConfig, check_prompt
from .wording import as_json, read_prompt, sentences


@dataclass(frozen=True, slots=True)
class Prompts:
    """The two prompts as the model gets them, and what became of the user's words on the way."""

    prompt: str
    negative: str | None
    remarks: tuple[str, ...] = ()
    """Sentences for a person: which words the model does not know, and what was taken for them."""
    wording: Mapping[str, Any] | None = None
    """The same for a program; None for a model that is not known by its words."""


def prompts_for(pipeline: LoadedPipeline, config: GenerationConfig) -> Prompts:
    """Read a request's prompts for one model.

    Raises:
        PromptInvalid: The prompt or negative prompt is not usable.
        OptionUnsupported: The model's card names no such style.
    """
    prompt, negative = check_prompt(config.prompt), config.negative_prompt
    if negative:
        check_prompt(negative, what="negative prompt")
    style = _style_words(pipeline.card, config.style)
    if not pipeline.card.knows_words:
        return Prompts(_joined(prompt, style), negative)
    known = frozenset(pipeline.pipe.tokenizer.get_vocab())
    reading, unwanted = read_prompt(prompt, known=known), read_prompt(negative, known=known) if negative else None
    return Prompts(
        prompt=_joined(reading.prompt_for_model, style),
        negative=None if unwanted is None else unwanted.prompt_for_model,
        remarks=(
            *sentences(reading),
            *(f"negative prompt: {one}" for one in (sentences(unwanted) if unwanted else ())),
        ),
        wording={"prompt": as_json(reading), "negative_prompt": None if unwanted is None else as_json(unwanted)},
    )


def _joined(prompt: str, style: str) -> str:
    return ", ".join(part for part in (prompt, style) if part)


def _style_words(card: ModelCard, style: str | None) -> str:
    if style is None:
        return ""
    if style not in card.styles:
        known = f"it has {', '.join(card.styles)}" if card.styles else "say it in the prompt"
        raise OptionUnsupported(f"{card.name} has no style {style!r}; {known}")
    return card.styles[style]
