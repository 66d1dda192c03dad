"""The lexicon: for words that no caption holds, the nearest one that some caption does.

English entries are made from WordNet 3.1 (licence: WORDNET-LICENSE beside this file), see `building.py`.
"""

import lzma
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal, TypeAlias, cast

Language: TypeAlias = Literal["en", "fr", "es"]
How: TypeAlias = Literal["inflection", "spelling", "synonym", "kind", "akin"]
"""`synonym`: means the same. `kind`: is a kind of it. `akin`: is something else, and this is the nearest known."""
Part: TypeAlias = Literal["n", "v", "a"]

LEXICON_PATH: Final = Path(__file__).parent / "lexicon.xz"
_NOTHING: Final = "-"


@dataclass(frozen=True, slots=True)
class Entry:
    """Where one word belongs."""

    target: str | None
    """A known word; None where none is near: the word is real, and not a misspelling of something else."""
    how: How
    part: Part
    """Noun, verb or adjective."""


@cache
def load_lexicon() -> Mapping[Language, Mapping[str, Entry]]:
    """Read the entries of every language."""
    return read(lzma.decompress(LEXICON_PATH.read_bytes()).decode("utf-8"))


def written(entries: Mapping[Language, Mapping[str, Entry]]) -> str:
    """Return entries as text: a line for each target, `LANGUAGE PART HOW TARGET: WORD WORD …`."""
    groups: dict[tuple[str, str, str, str], list[str]] = {}
    for language, found in entries.items():
        for word, entry in found.items():
            groups.setdefault((language, entry.part, entry.how, entry.target or _NOTHING), []).append(word)
    return "".join(f"{' '.join(head)}: {' '.join(sorted(words))}\n" for head, words in sorted(groups.items()))


def read(text: str) -> dict[Language, dict[str, Entry]]:
    """Return what `written` wrote."""
    entries: dict[Language, dict[str, Entry]] = {"en": {}, "fr": {}, "es": {}}
    for head, words in _lines(text):
        language, part, how, target = head
        entry = Entry(None if target == _NOTHING else target, cast("How", how), cast("Part", part))
        for word in words:
            entries[cast("Language", language)][word] = entry
    return entries


def _lines(text: str) -> Iterator[tuple[list[str], list[str]]]:
    for line in text.splitlines():
        head, _, words = line.partition(":")
        yield head.split(), words.split()
