"""Find the known word that is nearest to one word of a prompt: by its form, its meaning, or its spelling."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ..world.captions import LANGUAGES, folded, words_of_language
from .everyday import everyday_words
from .inflection import analyses, bent, romance_kin
from .lexicon import Entry, How, Language, load_lexicon
from .spelling import ByFirstLetter, by_first_letter, nearest
from .standing_in import points_at_a_thing

_BE: Final = frozenset("is are was were been being be get gets got gotten getting".split())  # noqa: SIM905 - a list of words
_SAID_NOW: Final = {"was": "is", "were": "are", "been": "being"}
"""Small words whose present is in captions."""
_LANGUAGES: Final[tuple[Language, ...]] = ("en", "fr", "es")


@dataclass(frozen=True, slots=True)
class Match:
    """What one word becomes."""

    used: str | None
    """None: left out."""
    how: How | None
    """None: nothing that a person has to be told."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else decides: the language, what the model knows, and the words before and after."""

    language: Language
    known: frozenset[str]
    before: str | None
    after: str | None = None


def language_of(words: list[str]) -> Language:
    """Return the language that most of the words belong to; English where they leave it open."""
    hits = {
        code: sum(word in small_words(code) or word in words_of_language(code) for word in words) for code in _LANGUAGES
    }
    return max(_LANGUAGES, key=lambda code: hits[code])


@lru_cache(maxsize=4)
def small_words(language: Language) -> frozenset[str]:
    """Return the words that carry nothing of a scene, folded."""
    return frozenset(folded(word) for word in LANGUAGES[language].function_words)


def place(word: str, around: Surroundings) -> Match | None:
    """Return what a folded word becomes; None where nothing known is near it."""
    if word in around.known:
        return _told_now(word, around) or Match(word, None)
    if word in small_words(around.language):
        now = _SAID_NOW.get(word)
        return Match(now if now in around.known else None, None)
    by_meaning_first = around.language == "en" and points_at_a_thing(around.before, "en")  # "a rose" never rises
    ways = (_by_meaning, _by_form) if by_meaning_first else (_by_form, _by_meaning)
    for way in ways:
        found = way(word, around)
        if found is not None:
            return found
    return None if entry_of(word, around.language) is not None else _by_spelling(word, around)


def entry_of(word: str, language: Language) -> Entry | None:
    """Return what the lexicon says of a word or of what it is bent from; None where it does not know it."""
    entries = load_lexicon()[language]
    bases = (one.base for one in analyses(word)) if language == "en" else (word, word[:-1], word[:-2])
    return next((entries[base] for base in bases if base in entries), None)


def _told_now(word: str, around: Surroundings) -> Match | None:
    """Tell "a cat chased a ball" in the present: captions say "chased" of the one that is chased."""
    if around.language != "en" or around.before in _BE or around.before is None or around.after in (None, "by"):
        return None
    if points_at_a_thing(around.before, "en"):
        return None  # a broken vase
    for one in analyses(word):
        now = bent(one.base, "s", words_of_language("en") & around.known, passive=False)
        if one.form == "past" and now is not None and now not in (word, one.base):
            return Match(now, "inflection")
    return None


def _by_form(word: str, around: Surroundings) -> Match | None:
    ours = words_of_language(around.language) & around.known
    if around.language != "en":
        found = romance_kin(word, ours)
        return None if found is None else Match(found, "inflection")
    for one in analyses(word):
        used = bent(one.base, one.form, ours, passive=around.before in _BE)
        if used is not None:
            return Match(used, "inflection")
    return None


def _by_meaning(word: str, around: Surroundings) -> Match | None:
    if around.language != "en":
        entry = entry_of(word, around.language)
        return Match(entry.target, entry.how) if entry is not None and entry.target in around.known else None
    entries = load_lexicon()["en"]
    for one in analyses(word):
        entry = entries.get(one.base)
        if entry is None or entry.target is None:
            continue
        form = "base" if entry.part == "a" else one.form
        used = bent(entry.target, form, around.known, passive=around.before in _BE)
        if used is not None:
            return Match(used, entry.how)
    return None


def _by_spelling(word: str, around: Surroundings) -> Match | None:
    meant = nearest(word, _drawers(around.language, around.known))
    if meant is None:
        return None
    return Match(meant, "spelling") if meant in around.known else _by_meaning(meant, around)


@lru_cache(maxsize=8)
def _drawers(language: Language, known: frozenset[str]) -> ByFirstLetter:
    """Return what a misspelling may have meant: words of captions and everyday ones."""
    return by_first_letter({*(words_of_language(language) & known), *everyday_words(language)})
