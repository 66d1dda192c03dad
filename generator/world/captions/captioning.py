"""Say in words what a scene shows, in many ways and three languages."""

import random
from typing import Final

from ..scene import Scene
from .english import ENGLISH
from .french import FRENCH
from .language import Language, LanguageCode
from .mentions import Caption, draw_mentions, plain_mentions
from .sentence import tell
from .spanish import SPANISH
from .telling import Telling

LANGUAGES: Final[dict[LanguageCode, Language]] = {"en": ENGLISH, "fr": FRENCH, "es": SPANISH}
_SHARES: Final = (0.8, 0.9)
"""English below the first, French below the second, Spanish above."""


def captioned(
    scene: Scene, rng: random.Random, *, language: LanguageCode | None = None, detail: float | None = None
) -> Caption:
    """Return one of many true captions, and what it names.

    Args:
        scene: What is shown.
        rng: Source of chance: the same state gives the same caption.
        language: None draws one: English in 80 of 100, French and Spanish in 10 each.
        detail: How much is told of size, material, place, light, style and camera: 0 nothing, 1 everything. None
            draws it, and rarely leaves out even a kind, a colour or the direction.
    """
    code = language or _drawn_language(rng)
    mentioned = draw_mentions(scene, rng, detail)
    return Caption(tell(Telling(scene, mentioned, LANGUAGES[code], rng)), code, mentioned)


def caption(
    scene: Scene, rng: random.Random, *, language: LanguageCode | None = None, detail: float | None = None
) -> str:
    """Return the text of `captioned`."""
    return captioned(scene, rng, language=language, detail=detail).text


def plain_caption(scene: Scene, *, language: LanguageCode = "en") -> str:
    """Return the one everyday sentence that tells all of a scene but what people leave unsaid."""
    return tell(Telling(scene, plain_mentions(scene), LANGUAGES[language], random.Random(0), plain=True))


def _drawn_language(rng: random.Random) -> LanguageCode:
    draw = rng.random()
    return "en" if draw < _SHARES[0] else "fr" if draw < _SHARES[1] else "es"
