"""What the model is told: the user's words, and the style's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import OptionUnsupported
from .loader import LoadedPipeline
from .model_card import ModelCard
from .request import GenerationConfig, check_prompt


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
    return Prompts(_styled(prompt, pipeline.card, config.style), negative)


def _styled(prompt: str, card: ModelCard, style: str | None) -> str:
    if style is None:
        return prompt
    if style not in card.styles:
        known = f"it has {', '.join(card.styles)}" if card.styles else "say it in the prompt"
        raise OptionUnsupported(f"{card.name} has no style {style!r}; {known}")
    return f"{prompt}, {card.styles[style]}"
