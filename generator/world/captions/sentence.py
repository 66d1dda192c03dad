"""Build one caption: an opening, the clause, the place, the style and the camera."""

from .clause import clause, keywords
from .language import FrameKind, Openings
from .telling import Telling

_KEYWORDS = 0.08
"""Share of captions that are lists of key words, as many prompts are."""


def tell(telling: Telling) -> str:
    """Return the text of one caption."""
    if telling.chance(_KEYWORDS):
        return _finished(telling, _listed(telling))
    opening, kind, says_style = _opening(telling)
    told = _placed(telling, opening, clause(telling, kind), may_front=kind != "nominal")
    tails: list[str] = []
    if telling.mentioned.style and not says_style:
        tails.append(f", {telling.pick(telling.language.style_tags[telling.scene.style])}")
    if telling.mentioned.camera:
        told, tail = _filmed(telling, told)
        tails.append(tail)
    if telling.chance(0.5):
        tails.reverse()
    return _finished(telling, told + "".join(tails))


def _opening(telling: Telling) -> tuple[str, FrameKind, bool]:
    """Return words to begin with, what must follow them, and whether they name the style."""
    language, rng = telling.language, telling.rng
    if telling.mentioned.style and (telling.plain or telling.chance(0.55)):
        return (*_opened(telling, language.styles[telling.scene.style]), True)
    if telling.chance(0.25):
        return (*_opened(telling, language.openings), False)
    draw = 0.0 if telling.plain else rng.random()
    return "", "sentence" if draw < 0.65 else "nominal" if draw < 0.9 else "presenting", False


def _opened(telling: Telling, openings: Openings) -> tuple[str, FrameKind]:
    if telling.chance(0.2):
        return telling.pick(openings.sentence), "sentence"
    return telling.pick(openings.nominal), "nominal"


def _placed(telling: Telling, opening: str, told: str, *, may_front: bool) -> str:
    """Add where it is and in what light, at the end or before the clause."""
    where = " ".join(_places(telling))
    if not where:
        return f"{opening} {told}".lstrip()
    if may_front and telling.chance(0.25):
        return f"{opening} {where}, {told}".lstrip()
    return f"{opening} {told} {where}".lstrip()


def _places(telling: Telling) -> list[str]:
    scene, language, found = telling.scene, telling.language, list[str]()
    if telling.mentioned.background:
        found.append(telling.pick(language.backgrounds[scene.background].phrases))
    if telling.mentioned.light:
        found.append(telling.pick(language.lights[scene.light].phrases))
    if telling.chance(0.2):
        found.reverse()
    return found


def _filmed(telling: Telling, told: str) -> tuple[str, str]:
    """Say what the camera does: before everything, as a clause of its own, or as a key word at the end."""
    camera, language = telling.language.cameras[telling.scene.camera], telling.language
    draw = 0.0 if telling.plain else telling.rng.random()
    if draw > 0.85:
        joint = ": " if telling.chance(0.5) else ", "
        return telling.pick(camera.phrases if telling.chance(0.5) else camera.tags) + joint + told, ""
    if draw > 0.6:
        return told, f", {telling.pick(camera.tags)}"
    return told, telling.pick(language.camera_joints).format(camera=telling.pick(camera.phrases))


def _listed(telling: Telling) -> str:
    """Return a list of key words."""
    scene, mentioned, language = telling.scene, telling.mentioned, telling.language
    entries: list[str] = []
    if mentioned.background:
        entries.append(telling.pick(language.backgrounds[scene.background].tags))
    if mentioned.light:
        entries.append(telling.pick(language.lights[scene.light].tags))
    if mentioned.style:
        entries.append(telling.pick(language.style_tags[scene.style]))
    if mentioned.camera:
        entries.append(telling.pick(language.cameras[scene.camera].tags))
    telling.rng.shuffle(entries)
    at = telling.rng.randrange(len(entries) + 1) if telling.chance(0.3) else 0
    return ", ".join([*entries[:at], *keywords(telling), *entries[at:]])


def _finished(telling: Telling, told: str) -> str:
    """Contract what contracts, and now and then write as in a book."""
    for pattern, replacement in telling.language.contractions:
        told = pattern.sub(replacement, told)
    if telling.chance(0.4):
        told = f"{told[0].upper()}{told[1:]}."
    return told
