"""The words of the captions: all that the tables of a language hold, in the forms that captions bend them to."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Final, cast

from ..vocabulary import ACTION_FACTS, BYSTANDERS
from .captioning import LANGUAGES
from .language import Language, LanguageCode

_SLOT: Final = re.compile(r"\{[^}]*\}")
_WORD: Final = re.compile(r"[^\W_]+")
_SILENT: Final = frozenset(
    {"function_words", "code", "kind", "weight", "contractions", "endings", "feminine", "before"}
)
"""Fields that hold no words of captions."""


def folded(text: str) -> str:
    """Return the text as the tokenizer reads it: lower case, no accents, no ligatures."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    return "".join(character for character in plain if not unicodedata.combining(character))


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, folded; everything but letters and digits parts them."""
    return tuple(_WORD.findall(folded(text)))


@cache
def words_known() -> frozenset[str]:
    """Return every word that a caption of any language can hold, folded."""
    return frozenset(word for code in LANGUAGES for word in words_of_language(code))


@cache
def words_of_language(code: LanguageCode) -> frozenset[str]:
    """Return every word that a caption of one language can hold, folded."""
    phrases = _phrases(LANGUAGES[code])
    return frozenset(word for phrase in phrases for word in words_of(_SLOT.sub(" ", phrase)))


def _phrases(language: Language) -> Iterator[str]:
    """Yield every text of the tables; verbs in the forms that captions use: many never chase, but many may bounce."""
    for action, deed in language.deeds.items():
        own = [phrase for (about, _), phrases in language.own_deeds.items() if about == action for phrase in phrases]
        for phrase in (*deed.acting, *deed.of_second, *deed.of_third, *own):
            yield from _bent(phrase, language, many=ACTION_FACTS[action].together)
        yield from (*deed.whole, *deed.after)
    for stance in language.stances:
        yield from _bent(stance, language, many=True)
    for kind, nouns in language.nouns.items():
        for noun in nouns:
            yield from (noun.one, noun.many) if kind in BYSTANDERS else (noun.one,)
    for field in fields(language):
        if field.name not in ("deeds", "own_deeds", "stances", "nouns"):
            yield from _texts(field.name, getattr(language, field.name))


def _bent(phrase: str, language: Language, *, many: bool) -> Iterator[str]:
    """Yield a phrase said of one, and of many where that can be, with every ending that agrees."""
    for index, ending in enumerate(language.endings):
        if index < 2 or many:
            for form in ("finite", "going_on"):
                yield language.conjugate(phrase, form, index >= 2).replace("%", ending)


def _texts(name: str, value: Any) -> Iterator[str]:
    """Yield every text below a value."""
    if name in _SILENT:
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for below in cast("Mapping[Any, Any]", value).values():
            yield from _texts("", below)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(field.name, getattr(value, field.name))
    elif isinstance(value, tuple):
        for below in cast("tuple[Any, ...]", value):
            yield from _texts("", below)
