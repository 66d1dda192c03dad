"""Read a prompt against what a model knows: every word is known, placed near one that is, or said to be unplaced."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from ..world.captions import folded
from .lexicon import How, Language
from .placing import Surroundings, entry_of, language_of, place
from .standing_in import names_a_place, names_a_thing, stand_in

_PIECE: Final = re.compile(r"[^\W_]+|[\W_]+")
_PAUSES: Final = frozenset(",.;:!?")


@dataclass(frozen=True, slots=True)
class Placed:
    """A word of the prompt and the known one that the model was given for it."""

    word: str
    used: str
    how: How


@dataclass(frozen=True, slots=True)
class Reading:
    """A prompt as it was written, and as the model gets it."""

    prompt: str
    prompt_for_model: str
    """Known words only; empty where none is left."""
    placed: tuple[Placed, ...]
    """In the order of the prompt, each word once."""
    unplaced: tuple[str, ...]
    """Words with nothing near them, in the order of the prompt, each once."""
    stood_in: tuple[str, ...] = ()
    """Those of `unplaced` that the model was given "object" for; the others were left out."""


@dataclass(slots=True)
class _Piece:
    """One word on its way, with what parts it from the word before."""

    before: str
    written: str
    word: str
    used: str | None = None
    how: How | None = None
    missing: bool = False


def read_prompt(prompt: str, *, known: Iterable[str]) -> Reading:
    """Read a prompt against the words that a model knows.

    Args:
        prompt: As it was written; English, French or Spanish.
        known: The model's whole words, lower case and without accents; other tokens among them do no harm.

    Returns:
        The same prompt where every word is known. Small words ("of", "le", "y") that are not known are left out and not
        reported; whatever else is not known is in `placed` or `unplaced`.
    """
    words = frozenset(known)
    pieces, end = _pieces(prompt)
    language = language_of([piece.word for piece in pieces])
    for index, piece in enumerate(pieces):
        before = pieces[index - 1].word if index else None
        after = pieces[index + 1].word if index + 1 < len(pieces) else None
        match = place(piece.word, Surroundings(language, words, before, after))
        piece.missing = match is None
        if match is not None:
            piece.used, piece.how = match.used, match.how
    stood_in = _stand_in(pieces, language, words)
    if language == "en":
        _agree(pieces)
    changed = any(piece.used != piece.word for piece in pieces)
    placed = [Placed(one.written, one.used, one.how) for one in pieces if one.used is not None and one.how is not None]
    return Reading(
        prompt=prompt,
        prompt_for_model=_joined(pieces, end) if changed else prompt,
        placed=tuple(dict.fromkeys(placed)),
        unplaced=tuple(dict.fromkeys(one.written for one in pieces if one.missing)),
        stood_in=tuple(dict.fromkeys(stood_in)),
    )


def sentences(reading: Reading) -> tuple[str, ...]:
    """Say to a person what was done with the words that the model does not know; nothing of mere inflections."""
    said: list[str] = []
    near = [one for one in reading.placed if one.how in ("kind", "akin")]
    left = [word for word in reading.unplaced if word not in reading.stood_in]
    if near:
        words = ", ".join(one.word for one in near)
        said.append(f"I could not place: {words}; drew {', '.join(one.used for one in near)}")
    if reading.stood_in:
        said.append(f"I could not place: {', '.join(reading.stood_in)}; drew some object instead")
    if left:
        said.append(f"I could not place: {', '.join(left)}; left out")
    same = [one for one in reading.placed if one.how in ("spelling", "synonym")]
    if same:
        said.append(f"I read {', '.join(f'{one.word} as {one.used}' for one in same)}")
    return tuple(said)


def as_json(reading: Reading) -> dict[str, Any]:
    """Return a reading as it stands in `generate --json`."""
    return {
        "prompt_for_model": reading.prompt_for_model,
        "placed": [{"word": one.word, "used": one.used, "how": one.how} for one in reading.placed],
        "unplaced": list(reading.unplaced),
        "stood_in": list(reading.stood_in),
    }


def _pieces(prompt: str) -> tuple[list[_Piece], str]:
    """Cut a prompt into words and what stands between them; returns what follows the last word as well."""
    pieces: list[_Piece] = []
    between = ""
    for text in _PIECE.findall(prompt):
        if text[0].isalnum():
            pieces.append(_Piece(between, text, folded(text)))
            between = ""
        else:
            between += text
    return pieces, between


def _stand_in(pieces: list[_Piece], language: Language, known: frozenset[str]) -> list[str]:
    """Give "object" for unplaced nouns; returns their words."""
    stood_in: list[str] = []
    for run in _missing_runs(pieces):
        noun = pieces[run.stop - 1]
        entry = entry_of(noun.word, language)
        before = pieces[run.start - 1].word if run.start else None
        after = pieces[run.stop] if run.stop < len(pieces) else None
        cut_off = after is None or not _PAUSES.isdisjoint(after.before)
        next_word = None if after is None or cut_off else after.used or after.word
        is_noun = names_a_thing(before, next_word, language) or len(run) == len(pieces) == 1
        word = stand_in(before, language)
        is_noun = is_noun and word in known and (entry is None or entry.part == "n")
        placing = names_a_place([piece.word for piece in pieces[: run.start]], language)
        if is_noun and placing:
            for piece in pieces[run.start - placing : run.start]:
                piece.used = piece.how = None  # "on the" goes with the table that nobody can draw
        elif is_noun:
            noun.used = word
            stood_in.append(noun.written)
    return stood_in


def _missing_runs(pieces: list[_Piece]) -> Iterator[range]:
    """Yield stretches of words in a row that are not placed."""
    start: int | None = None
    for index in range(len(pieces) + 1):
        missing = index < len(pieces) and pieces[index].missing
        if missing and start is None:
            start = index
        elif not missing and start is not None:
            yield range(start, index)
            start = None


def _agree(pieces: list[_Piece]) -> None:
    """Say "an object" and "a creature", whatever stood there before."""
    said = [piece for piece in pieces if piece.used is not None]
    for article, after in pairwise(said):
        if article.used in ("a", "an") and after.used != after.word:
            article.used = "an" if (after.used or "")[0] in "aeiou" else "a"


def _joined(pieces: list[_Piece], end: str) -> str:
    """Put the prompt together again; of what parted left-out words from the next, the longest is kept."""
    text, pending = "", ""
    for piece in pieces:
        pending = max(pending, piece.before, key=lambda between: (len(between.strip()), len(between)))
        if piece.used is not None:
            said = piece.written if piece.used == piece.word else piece.used
            text, pending = f"{text}{pending}{said}" if text else said, ""
    return f"{text}{end}".strip() if text else ""
