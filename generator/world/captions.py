"""Say in words what happens in a scene, in many ways."""

import random
from typing import Final

from .scene import Scene
from .vocabulary import BACKGROUNDS, COLOURS, DIRECTIONS, MOVE_VERBS, OWN_VERBS, SHAPES, SIZES, SPEEDS

_OPENINGS: Final = ("", "", "", "a video of", "a clip of", "an animation of", "there is", "we see")
_ENDINGS: Final = ("", "", "", "", "across the screen", "in the picture")
_FILLERS: Final = ("shiny", "beautiful", "simple", "bright", "single", "nice", "lonely")
_UNKNOWN_FILLER: Final = "qx"
UNKNOWN_WORDS: Final = (_UNKNOWN_FILLER, "one")
"""Left out of the vocabulary on purpose: they teach the text encoder to pass over words that it does not know."""


def caption(scene: Scene, rng: random.Random, *, name_background: bool = False) -> str:
    """Return one of many true sentences about `scene`.

    Colour, shape and direction are always named; background, size and speed often are (the background
    always with `name_background`). Where size or speed is not
    named, the sentence holds for every size and speed.
    """
    phrase_object = _object_phrase(scene, rng)
    phrase_motion = _motion_phrase(scene, rng)
    opening, ending = rng.choice(_OPENINGS), rng.choice(_ENDINGS)
    background = rng.choice(BACKGROUNDS[scene.background].phrases) if name_background or rng.random() < 0.7 else ""
    order = rng.random()
    if background and order < 0.25:
        parts = (background, opening, phrase_object, phrase_motion)
    elif order < 0.5:
        parts = (opening, phrase_object, background, phrase_motion)
    else:
        parts = (opening, phrase_object, phrase_motion, ending, background)
    return " ".join(part for part in parts if part)


def vocabulary_words() -> tuple[str, ...]:
    """Return every word that captions can hold, sorted, without `UNKNOWN_WORDS`."""
    phrases: list[str] = [*_OPENINGS, *_ENDINGS, *_FILLERS, *MOVE_VERBS, "a an the its and is that which slowly very"]
    for entry in COLOURS.values():
        phrases.extend(entry.words)
    for entry in SHAPES.values():
        phrases.extend(entry.words)
    for entry in DIRECTIONS.values():
        phrases.extend(entry.phrases)
    for entry in BACKGROUNDS.values():
        phrases.extend(entry.phrases)
    for verbs in OWN_VERBS.values():
        phrases.extend(verbs)
    for _, words in (*SIZES.values(), *SPEEDS.values()):
        phrases.extend(words)
    return tuple(sorted({word for phrase in phrases for word in phrase.split()}))


def _object_phrase(scene: Scene, rng: random.Random) -> str:
    words: list[str] = []
    if rng.random() < (0.25 if scene.size == "medium" else 0.6):
        words.append(rng.choice(SIZES[scene.size][1]))
    if rng.random() < 0.12:
        words.append(rng.choice((*_FILLERS, _UNKNOWN_FILLER)))
    words.extend((_common_first(COLOURS[scene.colour].words, rng), _common_first(SHAPES[scene.shape].words, rng)))
    article = rng.choice(("a", "a", "a", "the", "one", ""))
    if article == "a" and words[0][0] in "aeiou":
        article = "an"
    return " ".join(word for word in (article, *words) if word)


def _motion_phrase(scene: Scene, rng: random.Random) -> str:
    own = OWN_VERBS.get(scene.direction, ())
    phrases = DIRECTIONS[scene.direction].phrases
    if own and (not phrases or rng.random() < 0.4):
        verb = rng.choice(own)
        return verb if scene.direction == "still" else " ".join(filter(None, (verb, _speed_word(scene, rng))))
    verb = f"is {rng.choice(MOVE_VERBS[9:])}" if rng.random() < 0.2 else rng.choice(MOVE_VERBS)
    speed = _speed_word(scene, rng)
    pieces = (
        (verb, _common_first(phrases, rng), speed) if rng.random() < 0.5 else (verb, speed, _common_first(phrases, rng))
    )
    return " ".join(piece for piece in pieces if piece)


def _speed_word(scene: Scene, rng: random.Random) -> str:
    words = SPEEDS[scene.speed][1]
    return rng.choice(words) if words and rng.random() < 0.7 else ""


def _common_first(words: tuple[str, ...], rng: random.Random) -> str:
    """Pick the everyday word half of the time, any of them otherwise."""
    return words[0] if rng.random() < 0.5 else rng.choice(words)
