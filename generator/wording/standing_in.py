"""Whether an unknown word names a thing, as far as the words around it tell, and what is drawn for it then."""

from functools import cache
from typing import Final

from ..world.captions import LANGUAGES, folded, words_of
from .lexicon import Language

_STAND_INS: Final[dict[Language, tuple[str, str]]] = {
    "en": ("object", "object"),
    "fr": ("objet", "chose"),
    "es": ("objeto", "cosa"),
}
"""Masculine and feminine: some thing, as captions call one whose kind they leave open."""
_FEMININE: Final = frozenset({"une", "la", "una", "cette", "esta", "ma", "sa"})
_ONE: Final = frozenset({"a", "an", "one", "this", "that"})
_DETERMINERS: Final[dict[Language, frozenset[str]]] = {
    "en": _ONE
    | {"the", "two", "three", "2", "3", "another", "some", "my", "his", "her", "its", "their", "your", "our"},
    "fr": frozenset({"un", "une", "le", "la", "les", "l", "deux", "trois", "2", "3", "d", "du", "des", "ce", "cette"}),
    "es": frozenset({"un", "una", "el", "la", "los", "las", "dos", "tres", "2", "3", "al", "del", "este", "esta"}),
}
_PLACING: Final[dict[Language, frozenset[str]]] = {
    "en": frozenset("on in at off under over above from through across along near into onto inside outside".split()),  # noqa: SIM905
    "fr": frozenset("dans sur sous chez depuis devant".split()),  # noqa: SIM905 - as above, a list of words
    "es": frozenset("en sobre bajo desde dentro".split()),  # noqa: SIM905
}
"""Before an article they begin a place, and a place is nothing that could be drawn as an object."""


def names_a_place(words: list[str], language: Language) -> int:
    """Return how many of the words before an unknown one begin a place with it ("on the"); 0 where none do."""
    count = 0
    while count < len(words) and words[-1 - count] in _DETERMINERS[language]:
        count += 1
    return count + 1 if count < len(words) and words[-1 - count] in _PLACING[language] else 0


def names_a_thing(before: str | None, after: str | None, language: Language) -> bool:
    """Return whether an unknown word between these two (None: a pause, or nothing) is a noun without a known one.

    It is one after an article, a number or an adjective, unless a noun or an adjective follows that they could belong
    to; French and Spanish adjectives follow their noun and take nothing away.
    """
    if not points_at_a_thing(before, language):
        return False
    taken = _nouns(language, many=before not in _ONE)
    return after not in (taken | _adjectives(language) if language == "en" else taken)


def points_at_a_thing(word: str | None, language: Language) -> bool:
    """Return whether a noun may follow this word: an article, a number, an adjective."""
    return word is not None and word in _DETERMINERS[language] | _adjectives(language)


def stand_in(before: str | None, language: Language) -> str:
    """Return the word for some thing, after this article."""
    return _STAND_INS[language][before in _FEMININE]


@cache
def _nouns(language: Language, *, many: bool) -> frozenset[str]:
    tables = LANGUAGES[language]
    nouns = (*(noun for found in tables.nouns.values() for noun in found), *tables.anything, *tables.anyone)
    places = (tag for table in (tables.backgrounds, tables.lights) for entry in table.values() for tag in entry.tags)
    plurals = (noun.many for noun in nouns if many)
    return frozenset(word for text in (*(noun.one for noun in nouns), *plurals, *places) for word in words_of(text))


@cache
def _adjectives(language: Language) -> frozenset[str]:
    tables = LANGUAGES[language]
    found = (one for table in (tables.colours, tables.sizes, tables.materials) for row in table.values() for one in row)
    return frozenset(folded(form) for one in found for form in one.forms) - _nouns(language, many=True)
