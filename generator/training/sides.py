"""Train the readers of left and right, see `generator.sides`: one on captions, one on small renders, always fresh ones.

Both learn on the CPU in minutes. Scenes are those of the latents' range of seeds, from its end.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares backward, step and others without types.

import random
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..sides import LOOKED_AT, SIDE, ClipsReader, WordsReader
from ..world import DIRECTIONS, Scene, scene_of
from ..world.captions import build_tokenizer, captioned
from ..world.packing import pack
from ..world.painting import render
from .checkpoint import write_tensors
from .config import Budget, TrainingConfig
from .progress import OnProgress, TrainingEvent
from .supply import token_ids

_LAST_SEED: Final = 999_999_999
_HELD_SEED: Final = 1_960_000_000
"""Scenes that tell how well they read: neither training's nor the evaluation's."""
_WORDINGS: Final = 4
"""Of each scene."""
_UNSAID: Final = 0.4
"""Share kept of the scenes that go nowhere."""
_FRESH: Final = 16
"""Clips that are rendered for every second step."""
_MOST: Final = 8192
"""Clips that are kept to be learned from again, 0.16 MB each; the oldest give way."""
_WARM_UP_STEPS: Final = 50
_HELD: Final = 512

Batch = tuple[Tensor, Tensor]


def train_sides(config: TrainingConfig, *, on_progress: OnProgress | None = None) -> None:
    """Train both readers and keep them as the stage's checkpoint; a finished stage is not trained again."""
    path = config.checkpoint("sides")
    if path.exists():
        return
    torch.manual_seed(config.seed)
    words, clips = WordsReader(len(build_tokenizer())), ClipsReader()
    told = _learned(words, _wordings(config), functional.cross_entropy, config.sides)
    shown = _learned(clips, _renders(config), functional.binary_cross_entropy_with_logits, config.sides)
    tensors = {f"words.{name}": tensor for name, tensor in words.state_dict().items()}
    tensors |= {f"clips.{name}": tensor for name, tensor in clips.state_dict().items()}
    text = (
        f"{told} and {shown} steps; {_held_words(words):.1%} of captions and {_held_clips(clips):.1%} of renders right"
    )
    write_tensors(path, tensors, {"step": told + shown, "seconds": 0.0, "loss": None, "text": text})
    if on_progress is not None:
        on_progress(TrainingEvent("sides", told + shown, 1.0, text))


def _learned(
    reader: nn.Module, batches: Iterator[Batch], loss_of: Callable[[Tensor, Tensor], Tensor], budget: Budget
) -> int:
    """Train for half of the budget and return the steps."""
    descent = torch.optim.AdamW(reader.parameters(), lr=budget.learning_rate, weight_decay=0.02)
    started, step = time.monotonic(), 0
    while (share := budget.progress(step, 2 * (time.monotonic() - started))) < 1:
        for group in descent.param_groups:
            group["lr"] = budget.learning_rate * min(1.0, (step + 1) / _WARM_UP_STEPS) * (1 - share)
        seen, wanted = next(batches)
        loss = loss_of(reader(seen), wanted)
        descent.zero_grad()
        torch.autograd.backward(loss)
        descent.step()
        step += 1
    reader.eval()
    return step


def _wordings(config: TrainingConfig) -> Iterator[Batch]:
    rng = random.Random(config.seed)
    scenes = (scene_of(seed) for seed in range(_LAST_SEED, 0, -1))
    while True:
        yield _worded(scenes, config.sides.batch, rng)


def _worded(scenes: Iterator[Scene], count: int, rng: random.Random) -> Batch:
    """Word scenes; the answer is 0 unless a caption says which way."""
    texts: list[str] = []
    sides: list[int] = []
    while len(texts) < count:
        scene = next(scenes)
        if scene.direction is None and rng.random() > _UNSAID:
            continue
        for _ in range(_WORDINGS):
            told = captioned(scene, rng)
            texts.append(told.text)
            is_said = scene.direction is not None and told.mentioned.direction
            sides.append(1 + DIRECTIONS.index(scene.direction) if is_said and scene.direction else 0)
    return torch.from_numpy(token_ids(texts)).long(), torch.tensor(sides)


def _renders(config: TrainingConfig) -> Iterator[Batch]:
    """Render scenes that go somewhere, and give old and new ones, half of them turned over, a little soft or grainy."""
    rng = torch.Generator().manual_seed(config.seed)
    scenes = (scene_of(seed) for seed in range(_LAST_SEED, 0, -1))
    kept = torch.empty((_MOST, len(LOOKED_AT), 3, SIDE, SIDE), dtype=torch.uint8)
    sides = torch.empty(_MOST)
    newest = min(_FRESH, config.sides.batch) // 2
    painted = 0
    for step in count():
        if step % 2 == 0:
            places = torch.arange(painted, painted + _FRESH) % _MOST
            kept[places], sides[places] = _painted(scenes, _FRESH)
            painted += _FRESH
        some = torch.randint(min(painted, _MOST), (config.sides.batch,), generator=rng)
        some[:newest] = torch.arange(painted - newest, painted) % _MOST
        seen, wanted = spoiled(kept[some].float() / 255, rng), sides[some]
        is_turned = torch.rand(len(some), generator=rng) < 0.5
        seen = torch.where(is_turned[:, None, None, None, None], seen.flip(-1), seen)
        yield seen, torch.where(is_turned, 1 - wanted, wanted)


def _painted(scenes: Iterator[Scene], count: int) -> Batch:
    going: list[Scene] = []
    while len(going) < count:
        scene = next(scenes)
        if scene.direction is not None:
            going.append(scene)
    clips = render(pack(going, start=[0.0] * count), side=SIDE, frames=LOOKED_AT)
    return (clips.float() * 255).round().to(torch.uint8), torch.tensor([float(s.direction == "right") for s in going])


def spoiled(clips: Tensor, rng: torch.Generator) -> Tensor:
    """Return clips (N, T, 3, H, W), each somewhat soft and grainy, as what a model paints may be."""
    soft = functional.avg_pool2d(clips.flatten(0, 1), 3, 1, 1).view_as(clips)
    softness, grain = torch.rand((2, len(clips), 1, 1, 1, 1), generator=rng)
    noise = torch.randn(clips.shape, generator=rng)
    return (torch.lerp(clips, soft, softness) + 0.04 * grain * noise).clamp(0, 1)


@torch.no_grad()
def _held_words(reader: WordsReader) -> float:
    """Return the share of captions that are read right, of those that say a side."""
    ids, sides = _worded((scene_of(seed) for seed in range(_HELD_SEED, 2 * _HELD_SEED)), 4 * _HELD, random.Random(0))
    said = sides > 0
    return float((reader(ids).argmax(1) == sides)[said].float().mean())


@torch.no_grad()
def _held_clips(reader: ClipsReader) -> float:
    clips, sides = _painted((scene_of(seed) for seed in range(_HELD_SEED, 2 * _HELD_SEED)), _HELD)
    found = torch.cat([reader(part.float() / 255) for part in clips.split(64)])
    return float(((found > 0) == (sides > 0.5)).float().mean())
