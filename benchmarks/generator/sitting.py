"""One part of the exam sat: clips of the model, renders of the same scenes, and what the judges read off both."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (safetensors has types in part)

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .answers import Answer, Readings, Views, answers, look, read
from .exam import Question, scenes_of
from .reels import Reel, rendered, round_trips
from .schooling import Judges
from .studio import Studio, shoot

_KEPT_TOGETHER = 8
"""Clips of one file: what is lost of a run that is broken off."""

OnClips = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Clips, and what was read off them."""

    reel: Reel
    views: Views
    readings: Readings


@dataclass(frozen=True, slots=True, eq=False)
class Sitting:
    """The answers to one part of the exam."""

    asked: tuple[Question, ...]
    made: Seen
    renders: Seen
    """The ceiling: what the judges read off the truth."""
    softened: Seen | None
    """The truth through the model's autoencoder: what no transformer behind it can better."""


def sit(
    studio: Studio,
    judges: Judges,
    asked: Sequence[Question],
    *,
    kept: Path | None = None,
    soften: bool = False,
    on_clips: OnClips | None = None,
) -> Sitting:
    """Have the model answer questions, and read its clips and the renders beside them.

    Args:
        studio: The model.
        judges: Who read.
        asked: At least one question.
        kept: A folder of clips that were made before, which are not made again; new ones are added to it.
        soften: Whether to pass the renders through the autoencoder as well.
        on_clips: Told of clips as they are made.
    """
    scenes = scenes_of(asked)
    device = studio.device
    reel = shoot(studio, asked, on_clips=on_clips) if kept is None else _kept(studio, asked, kept, on_clips)
    softened = round_trips(studio.pipe.vae, scenes, device=device, batch=studio.batch) if soften else None
    return Sitting(
        asked=tuple(asked),
        made=seen(judges, reel, device=device),
        renders=seen(judges, rendered(scenes, device=device), device=device),
        softened=None if softened is None else seen(judges, softened, device=device),
    )


def seen(judges: Judges, reel: Reel, *, device: str) -> Seen:
    """Show clips to both judges."""
    views = look(judges.pictures, reel, device=device)
    return Seen(reel, views, read(judges.clips, views, reel, device=device))


def answers_of(judges: Judges, sitting: Sitting, found: Seen, *, device: str, shift: int = 0) -> list[Answer]:
    """Hold what was read against the questions; with a shift, against those of other clips."""
    others = sitting.asked[shift:] + sitting.asked[:shift]
    return answers(
        judges.clips, found.readings, [one.scene for one in others], [one.mentioned for one in others], device=device
    )


def _kept(studio: Studio, asked: Sequence[Question], folder: Path, on_clips: OnClips | None) -> Reel:
    """Make clips, or take those that a run before made."""
    import torch
    from safetensors.torch import load_file, save_file

    folder.mkdir(parents=True, exist_ok=True)
    parts: list[Any] = []
    for first in range(0, len(asked), _KEPT_TOGETHER):
        some = asked[first : first + _KEPT_TOGETHER]
        path = folder / f"{_key(studio, some)}.safetensors"
        if path.is_file():
            part = load_file(path)["reel"]
        else:
            part = shoot(studio, some)
            draft = path.with_suffix(".draft")
            save_file({"reel": part}, draft)
            draft.replace(path)
        parts.append(part)
        if on_clips is not None:
            on_clips(first + len(some), len(asked))
    return torch.cat(parts)


def _key(studio: Studio, asked: Sequence[Question]) -> str:
    """Return a name that changes with everything that the clips depend on."""
    about = [studio.sha256, repr(studio.how), studio.device, *((one.prompt, one.seed) for one in asked)]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:24]
