"""What a model directory says of itself: name, version, licence, and the settings it was made for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from ..errors import ModelUnavailable

CARD_NAME = "sealreel.json"
_WINDOW = ("frames", "fps", "width", "height", "steps", "guidance_scale")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """The settings of a model's quality mode: slower, and closer to the prompt."""

    steps: int
    guidance_scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """Defaults of one model; None where the pipeline's own signature decides."""

    name: str
    version: str | None = None
    licence: str | None = None
    frames: int | None = None
    fps: Fraction | None = None
    """Frames a second that the model was trained at."""
    width: int | None = None
    height: int | None = None
    steps: int | None = None
    guidance_scale: float | None = None
    negative_prompt: str | None = None
    candidates: int | None = None
    """Clips begun for each that is finished, where the model has readers to compare them (`matching`)."""
    quality: Quality | None = None
    styles: Mapping[str, str] = field(default_factory=dict[str, str])
    """A style's name, and the words that ask the model for it."""
    overlap: int | None = None
    """Frames of one window that lead the next. Where it is there, `frames` is the window, and clips of any count up to
    `frames_max` are made of windows (`windows.film`); else the pipeline is asked for all frames at once."""
    frames_max: int | None = None
    knows_words: bool = False
    """Whether the model knows the words of a list and no others: then prompts are read against its tokenizer's."""
    weights_sha256: str | None = None
    """See `weights.weights_sha256`."""


def read_card(directory: Path, *, name: str) -> ModelCard:
    """Read `sealreel.json` beside model_index.json; a directory without one has no defaults but its name.

    Raises:
        ModelUnavailable: The card is not a JSON object, or a value has the wrong type.
    """
    path = directory / CARD_NAME
    if not path.is_file():
        return ModelCard(name=name)
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise TypeError(f"expected an object, found {type(found).__name__}")  # noqa: TRY301 - one message for all
        card = cast("dict[str, Any]", found)
        if "overlap" in card:
            _insist_on_window(card)
        return ModelCard(
            name=str(card.get("name", name)),
            version=_text(card, "version"),
            licence=_text(card, "licence"),
            frames=_count(card, "frames"),
            fps=None if card.get("fps") is None else Fraction(str(card["fps"])),
            width=_count(card, "width"),
            height=_count(card, "height"),
            steps=_count(card, "steps"),
            guidance_scale=None if card.get("guidance_scale") is None else float(card["guidance_scale"]),
            negative_prompt=_text(card, "negative_prompt"),
            candidates=_count(card, "candidates"),
            quality=_quality(card.get("quality")),
            styles={str(style): str(words) for style, words in _table(card, "styles").items()},
            overlap=_count(card, "overlap"),
            frames_max=_count(card, "frames_max"),
            knows_words="vocabulary" in card,
            weights_sha256=_text(card, "weights_sha256"),
        )
    except (ValueError, TypeError, ZeroDivisionError, OSError) as error:
        raise ModelUnavailable(f"{path}: {error}; the model's card must be a JSON object of defaults") from error


def _text(card: dict[str, Any], key: str) -> str | None:
    value = card.get(key)
    return None if value is None else str(value)


def _count(card: dict[str, Any], key: str) -> int | None:
    value = card.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{key} must be a whole number of at least 1, found {value!r}")
    return value


def _table(card: dict[str, Any], key: str) -> dict[str, Any]:
    value = card.get(key, {})
    if not isinstance(value, dict):
        raise TypeError(f"{key} must be an object, found {type(value).__name__}")
    return cast("dict[str, Any]", value)


def _insist_on_window(card: dict[str, Any]) -> None:
    lacking = [key for key in _WINDOW if card.get(key) is None]
    if lacking:
        raise ValueError(f"a model that works in windows (overlap) must name {', '.join(lacking)} too")
    if not card["overlap"] < card["frames"]:
        raise ValueError(f"overlap must be less than the window's {card['frames']} frames, found {card['overlap']}")


def _quality(found: Any) -> Quality | None:
    if found is None:
        return None
    mode = _table({"quality": found}, "quality")
    steps = _count(mode, "steps")
    if steps is None or mode.get("guidance_scale") is None:
        raise ValueError("quality must name steps and guidance_scale")
    return Quality(steps=steps, guidance_scale=float(mode["guidance_scale"]))
