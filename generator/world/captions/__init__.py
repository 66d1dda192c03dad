"""Scenes told in English, French and Spanish, and the words that these tellings are made of."""

from typing import TYPE_CHECKING

from .captioning import (
    LANGUAGES as LANGUAGES,
    caption as caption,
    captioned as captioned,
    plain_caption as plain_caption,
)
from .language import LanguageCode as LanguageCode
from .mentions import Caption as Caption, Mentioned as Mentioned
from .words import (
    folded as folded,
    words_known as words_known,
    words_of as words_of,
    words_of_language as words_of_language,
)

if TYPE_CHECKING:
    from .tokenizer import build_tokenizer as build_tokenizer


def __getattr__(name: str) -> object:
    """Load the tokenizer when it is first asked for: wording a scene needs no library."""
    if name == "build_tokenizer":
        from .tokenizer import build_tokenizer

        return build_tokenizer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
