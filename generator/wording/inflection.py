"""Endings: what a bent word comes from, and how to bend another word the same way."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, cast

from ..world.captions import LANGUAGES

Form: TypeAlias = Literal["base", "s", "ing", "past"]
"""English: roll, rolls (also of nouns), rolling, rolled."""

_VOWELS: Final = "aeiou"
_IRREGULAR_FORMS: Final = """
bite past bit bitten, break past broke broken, bring past brought, come past came, do past did done, draw past drew
drawn, drink past drank drunk, drive past drove driven, eat past ate eaten, fall past fell fallen, feed past fed,
fight past fought, fly past flew flown, get past got gotten, give past gave given, go past went gone, grow past grew
grown, hide past hid hidden, hold past held, keep past kept, leap past leapt, lie past lay lain, make past made,
ride past rode ridden, rise past rose risen, run past ran, see past saw seen, sink past sank sunk, sit past sat,
sleep past slept, slide past slid, sneak past snuck, spin past spun, spring past sprang sprung, stand past stood,
strike past struck, swell past swollen, swim past swam swum, swing past swung, take past took taken, throw past
threw thrown, man s men, woman s women, child s children, person s people, mouse s mice, goose s geese, wolf s
wolves, leaf s leaves, knife s knives, loaf s loaves, elf s elves
"""
_PARTICIPLES: Final = {
    "bite": "bitten",
    "break": "broken",
    "eat": "eaten",
    "give": "given",
    "hide": "hidden",
    "hit": "hit",
}
_ROMANCE_ENDINGS: Final = tuple(
    sorted(
        """e es ent er ez ait aient ant a ai as ons era ir it is issent issait s x x ee ees
        o os amos an ando iendo ar ido ida idos idas ado ada ados adas aba aban en emos io ieron aron ito ita itos itas
        r n ndo""".split(),  # noqa: SIM905
        key=len,
        reverse=True,
    )
)
_STEM: Final = 4
"""Letters that two words must share to be one, in French and Spanish."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What an English word may be a form of."""

    base: str
    form: Form


def _irregular() -> Iterator[tuple[str, Analysis]]:
    for line in _IRREGULAR_FORMS.split(","):
        base, form, *bents = line.split()
        for one in bents:
            yield one, Analysis(base, cast("Form", form))


IRREGULAR: Final = dict(_irregular())
"""Forms that no rule makes."""


def analyses(word: str) -> Iterator[Analysis]:
    """Yield what an English word may come from, the word itself first."""
    yield Analysis(word, "base")
    if word in IRREGULAR:
        yield IRREGULAR[word]
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        yield Analysis(word[:-1], "s")
        if word.endswith("es"):
            yield Analysis(word[:-2], "s")
        if word.endswith("ies"):
            yield Analysis(f"{word[:-3]}y", "s")
    endings: tuple[tuple[str, Form], ...] = (
        ("ing", "ing"),
        ("ed", "past"),
        ("er", "base"),
        ("est", "base"),
        ("ly", "base"),
    )
    for ending, form in endings:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            yield from (Analysis(stem, form) for stem in _stems(word[: -len(ending)], ending))


def _stems(stem: str, ending: str) -> Iterator[str]:
    yield stem
    if ending in ("ing", "ed", "er", "est"):
        yield f"{stem}e"
        if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in _VOWELS:
            yield stem[:-1]
    if stem.endswith("i"):
        yield f"{stem[:-1]}y"


def bent(base: str, form: Form, known: Collection[str], *, passive: bool) -> str | None:
    """Return the known form of an English word that is nearest to `form`; None where no form of it is known.

    Args:
        base: The plain word.
        form: What is wanted.
        known: What there is.
        passive: Whether a form of "to be" stands before it: a past is then a participle, else it is told as now.
    """
    conjugate = LANGUAGES["en"].conjugate
    now, going_on = conjugate(base, "finite", False), conjugate(base, "going_on", False)  # noqa: FBT003 - of one
    past = (_PARTICIPLES.get(base), f"{base}ed", f"{base}d", f"{base}{base[-1]}ed", f"{base[:-1]}ied")
    wanted: dict[Form, tuple[str | None, ...]] = {
        "base": (base, now, going_on),
        "s": (now, base, going_on),
        "ing": (going_on, now, base),
        "past": (*past, going_on, now, base) if passive else (now, base, *past),
    }
    return next((one for one in wanted[form] if one is not None and one in known), None)


def romance_kin(word: str, known: Collection[str]) -> str | None:
    """Return the known French or Spanish word that has the same stem and another ending; the longest stem wins."""
    best: tuple[int, int, str] | None = None
    for other in known:
        shared = _shared(word, other)
        if shared < _STEM or not (_is_ending(word[shared:]) and _is_ending(other[shared:])):
            continue
        found = (-shared, len(other), other)
        best = found if best is None or found < best else best
    return None if best is None else best[2]


def _is_ending(text: str) -> bool:
    return not text or text in _ROMANCE_ENDINGS


def _shared(one: str, other: str) -> int:
    """Return how many letters two words begin with in common."""
    count = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        count += 1
    return count
