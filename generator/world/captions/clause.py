"""Who does what to whom: the clause in the middle of a caption."""

from collections.abc import Sequence

from ..vocabulary import ACTION_FACTS
from .language import Deed, Frame, FrameKind
from .telling import NounPhrase, Telling, agreeing, noun_phrase

_PARTS = ("{a}", "{b}", "{c}")


def clause(telling: Telling, kind: FrameKind) -> str:
    """Return the clause, a sentence or a nominal as `kind` asks, with the direction and those who stand by."""
    if telling.scene.relation is not None:
        told, parts = _relation(telling, kind)
    elif telling.scene.action == "still" and not telling.mentioned.action:
        told, parts = _bare(telling, kind), 1
    else:
        told, parts = _deed(telling, kind), len(ACTION_FACTS[telling.scene.action].roles)
    return told + _bystanders(telling, parts)


def keywords(telling: Telling) -> list[str]:
    """Return the clause without articles, as one or two entries of a list of key words."""
    scene = telling.scene
    if scene.relation is not None or (scene.action == "still" and not telling.mentioned.action):
        told, parts = _standing_words(telling) if scene.relation is not None else (_name(telling, 0).text, 1)
        return [told, *_other_names(telling, parts)]
    phrase = telling.pick(_verbs(telling, telling.language.deeds[scene.action]))
    told = _framed(telling, "nominal", _name(telling, 0), phrase, 0)
    return [told, *_other_names(telling, len(ACTION_FACTS[scene.action].roles))]


def _name(telling: Telling, index: int) -> NounPhrase:
    return noun_phrase(telling, index, article=False)


def _other_names(telling: Telling, parts: int) -> list[str]:
    if telling.scene.together:
        return []
    return [_name(telling, index).text for index in range(parts, len(telling.scene.things))]


def _deed(telling: Telling, kind: FrameKind) -> str:
    """Tell the action of somebody who takes part in it, now and then of the one it is done to."""
    deed = telling.language.deeds[telling.scene.action]
    told = ""
    if deed.whole and kind == "sentence" and telling.chance(0.15):
        told = _filled(telling, telling.pick(deed.whole), None, -1) + _direction(telling)
    else:
        index, phrases = _side(telling, deed)
        subject = noun_phrase(telling, index)
        phrase = telling.pick(phrases)
        told = _framed(telling, kind, subject, phrase, index)
    if deed.after and telling.chance(0.25):
        told += f", {telling.pick(deed.after)}"
    return told


def _side(telling: Telling, deed: Deed) -> tuple[int, Sequence[str]]:
    draw = 1.0 if telling.plain else telling.rng.random()
    if deed.of_third and draw < 0.2:
        return 2, deed.of_third
    if deed.of_second and draw < (0.3 if deed.of_third else 0.16):
        return 1, deed.of_second
    return 0, _verbs(telling, deed)


def _verbs(telling: Telling, deed: Deed) -> Sequence[str]:
    """Return verbs of the action; often those that fit this kind alone."""
    scene = telling.scene
    own = telling.language.own_deeds.get((scene.action, scene.things[0].kind))
    return own if own and telling.mentioned.kinds[0] and (telling.plain or telling.chance(0.5)) else deed.acting


def _framed(
    telling: Telling, kind: FrameKind, subject: NounPhrase, phrase: str, index: int, *, simply: bool = False
) -> str:
    """Build the sentence around a subject and a verb phrase; `simply` for verbs that just stand there."""
    language = telling.language
    frames = [frame for frame in language.frames if frame.kind == kind]
    frame = frames[0] if telling.plain or simply else telling.rng.choices(frames, [one.weight for one in frames])[0]
    words = {
        "{s}": subject.text,
        "{f}": _bent(telling, phrase, subject, "{f}", frame),
        "{g}": _bent(telling, phrase, subject, "{g}", frame),
        "{is}": language.be[subject.many],
    }
    told = frame.pattern
    for slot, text in words.items():
        told = told.replace(slot, text)
    return _filled(telling, told, subject, index) + _direction(telling)


def _bent(telling: Telling, phrase: str, subject: NounPhrase, slot: str, frame: Frame) -> str:
    if slot not in frame.pattern:
        return ""
    bent = telling.language.conjugate(phrase, "finite" if slot == "{f}" else "going_on", subject.many)
    return agreeing(telling, bent, subject)


def _filled(telling: Telling, told: str, subject: NounPhrase | None, index: int) -> str:
    """Put the other things into their slots; the subject's own slot is not in the phrase."""
    for other, slot in enumerate(_PARTS):
        if slot in told and (subject is None or other != index):
            told = told.replace(slot, noun_phrase(telling, other).text)
    return told


def _direction(telling: Telling) -> str:
    if not telling.mentioned.direction or telling.scene.direction is None:
        return ""
    return f" {telling.pick(telling.language.directions[telling.scene.direction])}"


def _bare(telling: Telling, kind: FrameKind) -> str:
    """Name the thing and say nothing of it."""
    subject = noun_phrase(telling, 0)
    if kind == "nominal" or (kind == "sentence" and telling.plain):
        return subject.text
    return _framed(telling, kind, subject, telling.language.stances[-1], 0, simply=True)


def _relation(telling: Telling, kind: FrameKind) -> tuple[str, int]:
    """Tell how things stand to each other; returns the words and how many of the things are in them."""
    assert telling.scene.relation is not None  # noqa: S101 - the caller looked
    standing = telling.language.standings[telling.scene.relation]
    parts = 3 if telling.scene.relation == "between" else 2
    if standing.whole and kind == "nominal" and telling.chance(0.25):
        return _filled(telling, telling.pick(standing.whole), None, -1), parts
    index = 1 if standing.inverse and telling.chance(0.2) else 0
    preposition = telling.pick(standing.inverse if index else standing.prepositions)
    subject = noun_phrase(telling, index)
    if kind == "nominal" and (telling.plain or telling.chance(0.6)):
        return _filled(telling, f"{subject.text} {preposition}", subject, index), parts
    stance = telling.pick(telling.language.stances[1 if kind == "nominal" else 0 :])
    return _framed(telling, kind, subject, f"{stance} {preposition}", index, simply=True), parts


def _standing_words(telling: Telling) -> tuple[str, int]:
    assert telling.scene.relation is not None  # noqa: S101 - the caller looked
    standing = telling.language.standings[telling.scene.relation]
    subject = _name(telling, 0)
    told = _filled(telling, f"{subject.text} {telling.pick(standing.prepositions)}", subject, 0)
    return told, 3 if telling.scene.relation == "between" else 2


def _bystanders(telling: Telling, parts: int) -> str:
    """Add the things that have no part in what happens."""
    scene, language = telling.scene, telling.language
    if scene.together or parts >= len(scene.things):
        return ""
    names = [noun_phrase(telling, index).text for index in range(parts, len(scene.things))]
    return " " + telling.pick(language.bystanders).format(x=f" {language.and_} ".join(names))
