"""Words that look alike: the known word that somebody meant to write."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

SHORTEST: Final = 4
"""Letters; a shorter word is near too many others."""
_TWO_SLIPS: Final = 7
"""Letters from which on two slips are believed."""

ByFirstLetter: TypeAlias = Mapping[str, tuple[str, ...]]


def by_first_letter(words: Iterable[str]) -> ByFirstLetter:
    """Sort words into drawers: people rarely miss a first letter, but may swap the first two."""
    drawers: dict[str, list[str]] = {}
    for word in sorted(words):
        for letter in {*word[:2]}:
            drawers.setdefault(letter, []).append(word)
    return {letter: tuple(found) for letter, found in drawers.items()}


def slips_allowed(word: str) -> int:
    """Return how many slips a word of this length may hold and still be told."""
    return 0 if len(word) < SHORTEST else 1 if len(word) < _TWO_SLIPS else 2


def nearest(word: str, known: ByFirstLetter) -> str | None:
    """Return the known word that `word` is a slip of, or None; the fewest slips win, then the same length."""
    allowed = slips_allowed(word)
    best: tuple[int, int, str] | None = None
    for other in known.get(word[:1], ()):
        if len(other) < SHORTEST or (word[0] != other[0] and word[:2] != other[1::-1]):
            continue
        slips = distance(word, other, at_most=min(allowed, slips_allowed(other)))
        found = (slips, abs(len(word) - len(other)), other)
        if slips <= min(allowed, slips_allowed(other)) and (best is None or found < best):
            best = found
    return None if best is None else best[2]


def distance(one: str, other: str, *, at_most: int) -> int:
    """Return how many letters are changed, left out, added or swapped with their neighbour; `at_most` + 1 if more.

    Optimal string alignment (Damerau 1964, Levenshtein 1966), given up as soon as a whole row is too far.
    """
    if abs(len(one) - len(other)) > at_most:
        return at_most + 1
    earlier: list[int] = []
    last = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        row = [at]
        for to, wanted in enumerate(other, 1):
            cost = min(last[to] + 1, row[-1] + 1, last[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
        if min(row) > at_most:
            return at_most + 1
        earlier, last = last, row
    return min(last[-1], at_most + 1)
