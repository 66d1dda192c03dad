"""One telling of a scene: what is said, in which words, and the chance that chooses among them; and its nouns."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from ..scene import Scene, Thing
from ..vocabulary import CHARACTERS
from .language import Adjective, Language, Noun
from .mentions import Mentioned

UNKNOWN_WORD: Final = "qx"
"""In no vocabulary, on purpose: it teaches the text encoder to pass over a word that it does not know."""

_EVERYDAY: Final = 0.42
"""Share of the everyday word beyond its share among the others."""

Option = TypeVar("Option")


@dataclass(frozen=True, slots=True)
class Telling:
    """What goes into one text."""

    scene: Scene
    mentioned: Mentioned
    language: Language
    rng: random.Random
    plain: bool = False
    """Always the everyday word, and nothing left to chance."""

    def pick(self, options: Sequence[Option]) -> Option:
        """Return the first option half of the time, any of them otherwise."""
        if self.plain or len(options) == 1 or self.rng.random() < _EVERYDAY:
            return options[0]
        return options[int(self.rng.random() * len(options))]

    def chance(self, share: float) -> bool:
        """Return True in this share of the tellings, never in a plain one."""
        return not self.plain and self.rng.random() < share


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """Words for one thing, or for several alike."""

    text: str
    feminine: bool
    many: bool


def noun_phrase(telling: Telling, index: int, *, article: bool = True) -> NounPhrase:
    """Name a thing of the scene, with what is mentioned of it; things that act together are named at once."""
    thing, language = telling.scene.things[index], telling.language
    many = telling.scene.together
    noun = _noun(telling, thing, named=telling.mentioned.kinds[index])
    before, after = _adjectives(telling, index, noun, many=many)
    words = [*before, noun.many if many else noun.one, *after]
    if telling.chance(0.012):
        words.insert(0, UNKNOWN_WORD)
    if many:
        words.insert(0, telling.pick(language.numbers[len(telling.scene.things)]))
    elif article:
        words.insert(0, _article(telling, noun))
    return NounPhrase(" ".join(words), noun.feminine, many)


def agreeing(telling: Telling, phrase: str, subject: NounPhrase) -> str:
    """Put the ending that agrees with the subject in the place of each %."""
    return phrase.replace("%", telling.language.endings[2 * subject.many + subject.feminine])


def _noun(telling: Telling, thing: Thing, *, named: bool) -> Noun:
    language = telling.language
    if named:
        return telling.pick(language.nouns[thing.kind])
    return telling.pick(language.anyone if thing.kind in CHARACTERS else language.anything)


def _article(telling: Telling, noun: Noun) -> str:
    language, draw = telling.language, 0.0 if telling.plain else telling.rng.random()
    if draw < 0.86:
        return language.indefinite[noun.feminine]
    return language.definite[noun.feminine] if draw < 0.97 else language.single[noun.feminine]


def _adjectives(telling: Telling, index: int, noun: Noun, *, many: bool) -> tuple[list[str], list[str]]:
    """Return the words before the noun and those after it, size first and colour nearest to the noun."""
    thing, language, mentioned = telling.scene.things[index], telling.language, telling.mentioned
    chosen: list[tuple[Adjective, ...]] = []
    of_what: list[str] = []
    if mentioned.sizes[index]:
        chosen.append(language.sizes[thing.size])
    if mentioned.materials[index]:
        adjectives, made_of = language.materials[thing.material], language.made_of[thing.material]
        if made_of and (not adjectives or telling.chance(0.25 if adjectives[0].before else 0.5)):
            of_what.append(telling.pick(made_of))
        else:
            chosen.append(adjectives)
    if mentioned.colours[index]:
        chosen.append(language.colours[thing.colour])
    if len(chosen) > 1 and telling.chance(0.12):
        telling.rng.shuffle(chosen)
    before: list[str] = []
    after: list[str] = []
    for adjectives in chosen:
        adjective = telling.pick(adjectives)
        (before if adjective.before else after).append(adjective.form(feminine=noun.feminine, many=many))
    return before, [*reversed(after), *of_what]
