"""What is left of a clip's things after 10, 30 and 60 s of going on from its own last frames."""

# pyright: reportUnknownMemberType=false
# (torch declares some of its functions without types)

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch

from ...generator.world import BACKGROUNDS, CLIP_FPS, CLIP_FRAMES, KINDS, OUTCOMES, STYLES, Scene
from .answers import AFTER, Accuracy, Views, accuracy, look
from .exam import Question, scenes_of
from .facts import LOOKED_AT, facts_of
from .reels import Reel, reduced, rendered
from .schooling import Judges
from .studio import Studio, long_clips

SECONDS: Final = (3, 10, 30, 60)
"""Ends of the stretches looked at; each is as long as a clip."""


@dataclass(frozen=True, slots=True)
class DriftRow:
    """One stretch of long clips."""

    seconds: int
    """Its end."""
    clips: int
    things: Accuracy
    """Pictures times named things, read as kind and colour; the pictures of one clip are alike."""
    things_in_renders: Accuracy
    background: Accuracy
    style: Accuracy
    outcome: Accuracy | None
    """Pictures that show what the event left behind; None where no clip has an event."""
    sharpness: float
    """Mean gradient, as a share of the first stretch's."""
    colour_shift: float
    """How far the mean colour of a clip moved from its first stretch, code values."""

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return asdict(self)


def drift_rows(studio: Studio, judges: Judges, asked: Sequence[Question], *, seconds: int) -> tuple[DriftRow, ...]:
    """Carry clips on, and look at them after a while.

    Args:
        studio: The model.
        judges: Who read.
        asked: What the clips should show; their cameras stand still, as one that pans on would leave the scene.
        seconds: The longest clip.
    """
    ends = [end for end in SECONDS if end <= seconds]
    frames = max(ends[-1] * CLIP_FPS, CLIP_FRAMES)
    reels = _stretches(long_clips(studio, asked, frames=frames), ends)
    scenes = scenes_of(asked)
    found: list[DriftRow] = []
    for end, reel in zip(ends, reels, strict=True):
        views = look(judges.pictures, reel, device=studio.device)
        truth = rendered(scenes, start=_first(end) / CLIP_FPS, device=studio.device)
        truth_views = look(judges.pictures, truth, device=studio.device)
        found.append(_row(end, scenes, views, truth_views, reel, reels[0]))
    return tuple(found)


def _row(end: int, scenes: Sequence[Scene], views: Views, truth: Views, reel: Reel, start: Reel) -> DriftRow:  # noqa: PLR0917
    places = list(AFTER) if end == SECONDS[0] else list(range(len(LOOKED_AT)))  # the first stretch holds the event
    things, things_in_renders = (_things(one, scenes, places) for one in (views, truth))
    outcomes = [
        bool(views.outcome[row, place] == OUTCOMES.index(scene.outcome))
        for row, scene in enumerate(scenes)
        for place in places
        if scene.outcome != "none"
    ]
    return DriftRow(
        seconds=end,
        clips=len(scenes),
        things=things,
        things_in_renders=things_in_renders,
        background=_whole(views.whole["background"], [BACKGROUNDS.index(scene.background) for scene in scenes]),
        style=_whole(views.whole["style"], [STYLES.index(scene.style) for scene in scenes]),
        outcome=accuracy(sum(outcomes), len(outcomes)) if outcomes else None,
        sharpness=_sharpness(reel) / max(_sharpness(start), 1e-9),
        colour_shift=_colour_shift(reel, start),
    )


def _things(views: Views, scenes: Sequence[Scene], places: Sequence[int]) -> Accuracy:
    table = facts_of(scenes).table
    right = [
        bool(views.table[row, place, kind] == table[row, kind])
        for row, scene in enumerate(scenes)
        for kind in sorted({KINDS.index(thing.kind) for thing in scene.things})
        for place in places
    ]
    return accuracy(sum(right), len(right))


def _whole(read: npt.NDArray[np.int64], wanted: Sequence[int]) -> Accuracy:
    right = read == np.array(wanted)[:, None]
    return accuracy(int(right.sum()), right.size)


def _stretches(film: Iterable[npt.NDArray[np.uint8]], ends: Sequence[int]) -> list[Reel]:
    """Keep the frames that are looked at of each stretch; a minute at full size would not fit into memory."""
    kept: list[list[Reel]] = [[] for _ in ends]
    made = 0
    for stretch in film:
        for place, end in enumerate(ends):
            numbers = [_first(end) + frame - made for frame in LOOKED_AT]
            here = [number for number in numbers if 0 <= number < stretch.shape[1]]
            if here:
                pixels = torch.from_numpy(stretch[:, here]).permute(0, 1, 4, 2, 3)  # (N, t, H, W, 3) -> (N, t, 3, H, W)
                kept[place].append(reduced(pixels.float() / 255))
        made += stretch.shape[1]
    return [torch.cat(parts, dim=1) for parts in kept]


def _first(end: int) -> int:
    """Return the first frame of the stretch that ends here."""
    return max(0, end * CLIP_FPS - CLIP_FRAMES)


def _sharpness(reel: Reel) -> float:
    pixels = reel.float()
    across, down = pixels.diff(dim=4).abs().mean(), pixels.diff(dim=3).abs().mean()
    return float(across + down)


def _colour_shift(reel: Reel, start: Reel) -> float:
    means = [one.float().mean(dim=(1, 3, 4)) for one in (reel, start)]  # (N, 3)
    return float((means[0] - means[1]).abs().mean())
