"""What a language has to bring so that scenes can be told in it: words, phrases, and how they bend."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..vocabulary import Action, Background, Camera, Colour, Direction, Kind, Light, Material, Relation, Size, Style

LanguageCode: TypeAlias = Literal["en", "fr", "es"]
VerbForm: TypeAlias = Literal["finite", "going_on"]
"""`finite`: rolls, roule, rueda. `going_on`: rolling, (en train de) rouler, rodando."""
FrameKind: TypeAlias = Literal["sentence", "nominal", "presenting"]
"""`sentence`: alone or after "a video in which". `nominal`: after "a video of". `presenting`: alone only."""


@dataclass(frozen=True, slots=True)
class Noun:
    """A name for a kind of thing."""

    one: str
    many: str
    feminine: bool = False


@dataclass(frozen=True, slots=True)
class Adjective:
    """A word that bends with its noun."""

    forms: tuple[str, str, str, str]
    """Masculine, feminine, masculine plural, feminine plural."""
    before: bool
    """Whether it stands before the noun."""

    def form(self, *, feminine: bool, many: bool) -> str:
        """Return the form that agrees."""
        return self.forms[2 * many + feminine]


@dataclass(frozen=True, slots=True)
class Deed:
    """How one action is told; phrases start with a verb, {a} {b} {c} are the things in the order of their parts."""

    acting: tuple[str, ...]
    """Said of the first thing."""
    of_second: tuple[str, ...] = ()
    """Said of the second: "is chased by {a}"."""
    of_third: tuple[str, ...] = ()
    """Said of the third."""
    whole: tuple[str, ...] = ()
    """Sentences that bring a subject of their own."""
    after: tuple[str, ...] = ()
    """What it leaves behind; fits after any of the others and a comma."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A way to build a sentence: {s} subject, {f} finite verb phrase, {g} the one that goes on, {is} to be."""

    pattern: str
    kind: FrameKind
    weight: int


@dataclass(frozen=True, slots=True)
class Openings:
    """Words before a nominal or a sentence."""

    nominal: tuple[str, ...]
    sentence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """How one attribute of the whole picture is named."""

    phrases: tuple[str, ...]
    """In a sentence: "on a meadow", "the camera pans left"."""
    tags: tuple[str, ...]
    """Alone between commas: "meadow", "pan left"."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How one relation is told; {a} {b} {c} as in `Deed`."""

    prepositions: tuple[str, ...]
    """Said of the first thing: "to the left of {b}"."""
    inverse: tuple[str, ...] = ()
    """Said of the second: "to the right of {a}"."""
    whole: tuple[str, ...] = ()
    """Nominals that name them all: "{a} on the left and {b} on the right"."""


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """All of one language. The first of several words is the everyday one, and is said half of the time."""

    code: LanguageCode
    nouns: Mapping[Kind, tuple[Noun, ...]]
    anything: tuple[Noun, ...]
    """Names for a thing whose kind is left open."""
    anyone: tuple[Noun, ...]
    """The same for characters."""
    colours: Mapping[Colour, tuple[Adjective, ...]]
    sizes: Mapping[Size, tuple[Adjective, ...]]
    materials: Mapping[Material, tuple[Adjective, ...]]
    made_of: Mapping[Material, tuple[str, ...]]
    """After the noun: "made of wood"."""
    indefinite: tuple[str, str]
    """Article, masculine and feminine; a plural has a number instead."""
    definite: tuple[str, str, str, str]
    """Masculine, feminine, and their plurals."""
    single: tuple[str, str]
    """One, said as a number."""
    numbers: Mapping[int, tuple[str, ...]]
    """Before a plural without adjectives between: "two", "a pair of"."""
    deeds: Mapping[Action, Deed]
    own_deeds: Mapping[tuple[Action, Kind], tuple[str, ...]]
    """Verbs that fit only some kinds: balls roll, cats walk."""
    directions: Mapping[Direction, tuple[str, ...]]
    standings: Mapping[Relation, Standing]
    stances: tuple[str, ...]
    """Verbs before a preposition, first the plain one."""
    frames: tuple[Frame, ...]
    be: tuple[str, str]
    """Is, are."""
    backgrounds: Mapping[Background, Places]
    lights: Mapping[Light, Places]
    cameras: Mapping[Camera, Places]
    camera_joints: tuple[str, ...]
    """How a camera phrase is tied to the sentence before it; {camera}."""
    styles: Mapping[Style, Openings]
    style_tags: Mapping[Style, tuple[str, ...]]
    openings: Openings
    """Openings that say nothing of the style."""
    bystanders: tuple[str, ...]
    """How further things are added; {x}."""
    and_: str
    conjugate: Callable[[str, VerbForm, bool], str]
    """Bend the verb at the start of a phrase: (phrase, form, many)."""
    endings: tuple[str, str, str, str]
    """What stands for % in a phrase: the ending of a participle that agrees with the subject."""
    contractions: tuple[tuple[re.Pattern[str], str], ...]
    """Applied one after the other to the finished text: "a orange" -> "an orange"."""
    contracted: tuple[str, ...]
    """Words that only contractions make."""
    function_words: frozenset[str]
    """Small words that carry nothing of a scene; a prompt may hold more of them than captions do."""


def listed(text: str) -> tuple[str, ...]:
    """Return the phrases of a text, separated by commas, blanks around them taken off."""
    return tuple(phrase for part in text.split(",") if (phrase := " ".join(part.split())))


def parted(text: str) -> frozenset[str]:
    """Return the words of a text, as a set."""
    return frozenset(text.split())


def places(phrases: str, tags: str) -> Places:
    """Return an entry of a table from two lists."""
    return Places(listed(phrases), listed(tags))


def plain_adjectives(text: str, *, before: bool) -> tuple[Adjective, ...]:
    """Return adjectives that never bend."""
    return tuple(Adjective((word, word, word, word), before) for word in listed(text))
