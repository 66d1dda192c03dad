"""What a model directory says of itself: name, version, licence, and the settings it was made for."""

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

from ..errors import ModelUnavailable

CARD_NAME = "sealreel.json"


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
