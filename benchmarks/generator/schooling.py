"""Train the two judges on fresh renders for as long as there is time."""

# pyright: reportUnknownMemberType=false
# (torch declares some of its functions without types)

import math
import random
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ...generator.world import CLIP_FPS, CLIP_FRAMES, Scene, scene_of
from ...generator.world.packing import pack
from ...generator.world.painting import render
from .facts import LOOKED_AT, WHOLE, facts_of
from .judge import Judge, Opinion
from .lessons import LESSON_SEEDS, Lesson, lessons
from .pool import Labels, Pool
from .reels import reduced, round_trips
from .spoiling import spoiled
from .spots import NOTHING, UNSAID, spots_of

_STILL: Final = ("count", "background", "light", "style")
"""What a single picture says of the whole."""
_WARM_UP: Final = 0.05
"""Share of the time in which the learning rate rises."""
_STEEPEST: Final = 4.0
"""Largest norm of a gradient."""
_PICTURES: Final = 4
"""For each clip."""
_SOFT_SHARE: Final = 0.25
"""Of each batch, where there are clips that went through an autoencoder."""


@dataclass(frozen=True, slots=True)
class Schooling:
    """How the judges are trained."""

    seconds: float
    """Of training, the preparation of the first lesson not counted."""
    device: str = "cpu"
    width: int = 16
    """Of the judge of clips; 32 for a GPU."""
    batch: int = 16
    """Clips, and four times as many pictures, which cost an eighth of that on a CPU and a third on a GPU."""
    picture_batches: int = 4
    """Steps that the judge of pictures takes while that of clips takes one."""
    fresh: int = 8
    """Clips rendered for each batch; the rest of it was rendered before."""
    side: int = 112
    """Pixels that lessons are rendered at."""
    capacity: int = 4096
    """Clips that are kept to be learned from again, 0.5 MB each."""
    softened: int = 32
    """Clips that go through the autoencoder, where there is one."""
    rate: float = 2e-3
    """Highest learning rate."""
    jobs: int = 0
    """Processes that draw scenes."""
    seed: int = 1
    most_steps: int | None = None
    """Stop after so many, however much time is left."""
    tell_every: int = 25
    """Batches from one word of progress to the next."""


GPU_SCHOOL: Final = Schooling(
    seconds=60,
    device="cuda",
    width=32,
    batch=128,
    picture_batches=1,
    fresh=64,
    side=256,
    capacity=24_000,
    softened=1024,
    jobs=10,
)


@dataclass(frozen=True, slots=True, eq=False)
class Judges:
    """Who reads clips, and who reads single pictures."""

    clips: Judge
    pictures: Judge
    seen: int
    """Clips that each was shown, those shown again included."""


OnLesson = Callable[[int, float, float], None]
"""Told the clips shown so far, and the losses of late of either judge."""


def train_judges(
    how: Schooling, *, vae: Any | None = None, known: Judges | None = None, on_lesson: OnLesson | None = None
) -> Judges:
    """Train both judges.

    Args:
        how: How large, how long.
        vae: An autoencoder on `how.device`; a quarter of each batch has been through it, so that the softness of what
            a model decodes does not lead the judges astray.
        known: Judges who go on learning, on scenes that they have not met; None for new ones.
        on_lesson: Told of progress now and then.
    """
    torch.manual_seed(how.seed)
    rng = random.Random(how.seed)
    judges = _new_judges(how) if known is None else (known.clips.train(), known.pictures.train())
    met = 0 if known is None else known.seen
    learners = [_Learner(judge.to(how.device), how) for judge in judges]
    soft = None if vae is None else _softened(vae, how)
    pool = Pool(how.capacity, device=how.device)
    started, late, number = 0.0, [math.nan, math.nan], 0
    source = lessons(size=how.fresh, jobs=how.jobs, first=met // how.fresh)  # more than they ever met
    for number, one in zip(count(), source, strict=False):
        _rendered_into(pool, one, how)
        started = started or time.monotonic()
        gone = (time.monotonic() - started) / how.seconds
        gone = gone if how.most_steps is None else max(gone, number / how.most_steps)
        if gone >= 1:
            break
        losses = [
            [learner.learn(*_drawn(pool, soft, subject, how, rng), gone=gone) for _ in range(steps)][-1]
            for learner, subject, steps in zip(learners, ("clip", "picture"), (1, how.picture_batches), strict=True)
        ]
        if on_lesson is not None and number % how.tell_every == 0:
            late = [_smooth(before, float(loss)) for before, loss in zip(late, losses, strict=True)]
            on_lesson(met + number * how.batch, *late)
    return Judges(judges[0].eval(), judges[1].eval(), seen=met + number * how.batch)


def _new_judges(how: Schooling) -> tuple[Judge, Judge]:
    return Judge(frames=len(LOOKED_AT), width=how.width), Judge(frames=1, width=max(8, how.width * 3 // 16 * 4))


class _Learner:
    """One judge with its optimiser."""

    def __init__(self, judge: Judge, how: Schooling) -> None:
        self._judge, self._how = judge, how
        self._optimiser = torch.optim.AdamW(judge.parameters(), lr=how.rate, weight_decay=0.02, betas=(0.9, 0.95))

    def learn(self, clips: Tensor, labels: Labels, *, gone: float) -> Tensor:
        """Take one step and return the loss before it; `gone` is the share of the time that has passed."""
        for group in self._optimiser.param_groups:
            group["lr"] = self._how.rate * _rate(gone)
        is_cuda = self._how.device.startswith("cuda")
        with torch.autocast("cuda", torch.bfloat16) if is_cuda else nullcontext():
            opinion = self._judge(clips)
        loss = loss_of(self._judge, opinion, labels)
        self._optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(self._judge.parameters(), _STEEPEST)
        self._optimiser.step()
        return loss.detach()


def loss_of(judge: Judge, opinion: Opinion, labels: Labels) -> Tensor:
    """Return the sum of the cross entropies of what the labels say, one weight for each question."""
    parts = [
        _entropy(opinion.table, labels["table"]) * opinion.table.shape[1],
        *_of_spots(opinion.spots, labels["spots"]),
        _entropy(opinion.sizes, labels["sizes"]),
        _entropy(opinion.materials, labels["materials"]),
        *(_entropy(opinion.whole[name], labels[name]) for name in WHOLE if judge.frames > 1 or name in _STILL),
    ]
    if judge.frames == 1:
        parts.append(_entropy(opinion.outcome, labels["outcome"]))
    else:
        parts.append(_entropy(judge.pair_logits(opinion.things, labels["asked"]), labels["relation"]))
        parts.append(_entropy(judge.between_logits(opinion.things, labels["asked"]), labels["between"]))
    return torch.stack(parts).sum()


def _entropy(logits: Tensor, values: Tensor) -> Tensor:
    """Return the mean over what is labelled; 0 where nothing is."""
    flat, wanted = logits.float().flatten(0, -2), values.flatten()
    total = functional.cross_entropy(flat, wanted, ignore_index=-1, reduction="sum")
    return total / (wanted >= 0).sum().clamp_min(1)


def _of_spots(spots: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean loss of places where there is a thing, and of places where there is none."""
    flat = (
        spots.flatten(1, 2).flatten(2).transpose(1, 2)
    )  # (N * T, kinds * colours, cells) -> (…, cells, kinds * colours)
    logits = functional.pad(flat, (1, 0))  # 0 for nothing
    codes = wanted.flatten(0, 1).flatten(1).long()
    things = codes.masked_fill((codes == NOTHING) | (codes == UNSAID), -1)
    return _entropy(logits, things), _entropy(logits, codes.masked_fill(codes != NOTHING, -1))


def _rate(gone: float) -> float:
    """Return the share of the highest learning rate at this share of the time: up in a line, down in a cosine."""
    return gone / _WARM_UP if gone < _WARM_UP else 0.5 + 0.5 * math.cos(math.pi * (gone - _WARM_UP) / (1 - _WARM_UP))


def _smooth(before: float, now: float) -> float:
    return now if math.isnan(before) else 0.7 * before + 0.3 * now


@torch.no_grad()
def _rendered_into(pool: Pool, one: Lesson, how: Schooling) -> None:
    reel = reduced(render(one.packed, side=how.side, device=how.device))
    pool.add(reel[:, :-1], reel[:, -1], one.facts, spots=one.spots)


@torch.no_grad()
def _drawn(pool: Pool, soft: Pool | None, subject: str, how: Schooling, rng: random.Random) -> tuple[Tensor, Labels]:
    """Draw a batch for one of the judges, some of it from the clips that went through the autoencoder."""

    def some(source: Pool, size: int) -> tuple[Tensor, Labels]:
        return source.clips(size, rng) if subject == "clip" else source.pictures(size, rng)

    wanted = how.batch if subject == "clip" else _PICTURES * how.batch
    clips, labels = some(pool, wanted)
    if soft is not None:
        size = round(_SOFT_SHARE * wanted)
        others, known = some(soft, size)
        clips = torch.cat([others, clips[size:]])
        labels = {name: torch.cat([known[name], values[size:]]) for name, values in labels.items()}
    return spoiled(clips, rng), labels


def _softened(vae: Any, how: Schooling) -> Pool:
    """Fill a pool with clips that went through the autoencoder; the last seeds of the lessons are theirs."""
    scenes: Sequence[Scene] = [scene_of(seed) for seed in LESSON_SEEDS[-how.softened :]]
    reel = round_trips(vae, scenes, device=how.device)
    facts = facts_of(scenes, rng=random.Random(how.seed))
    packed = pack(scenes, start=[0.0] * len(scenes), frames=CLIP_FRAMES, fps=CLIP_FPS)
    pool = Pool(len(scenes), device=how.device)
    spots = spots_of(packed.at(LOOKED_AT), facts)
    pool.add(reel, reel[:, -1], facts, spots=np.concatenate([spots, spots[:, -1:]], axis=1))
    return pool
