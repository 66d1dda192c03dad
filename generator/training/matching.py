"""Train the readers of words and states, see `generator.matching`: on captions, and on renders that are half noise.

Both learn on the CPU. Scenes are those of the latents' range of seeds, from near its end, every third with an event
that leaves something behind; the readers of left and right take theirs from the end itself.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares backward, step and others without types.

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from ..matching.matcher import LEVELS, words_of
from ..matching.questions import SHAPES, WHOLE, cross_entropy
from ..matching.states import LAST, StatesReader
from ..matching.words import WordsReader
from ..sampling import Sampling, encode, middle_states, noisy
from ..world import ACTION_FACTS, ACTIONS, COLOURS, KINDS, MATERIALS, SIZES, Action, Scene, scene_of
from ..world.captions import caption
from ..world.packing import pack
from ..world.painting import render
from .asking import seen_of
from .checkpoint import write_tensors
from .config import CELL_FRAMES, Budget, TrainingConfig
from .progress import OnProgress, TrainingEvent
from .supply import FPS, token_ids

FIRST_SEED: Final = 930_000_000
_HELD_SEED: Final = 1_970_000_000
"""Scenes that tell how well they read: neither training's nor the evaluation's."""
_WORDINGS: Final = 4
"""Of each scene."""
_WARM_UP_STEPS: Final = 50
_EVENTS: Final[tuple[Action, ...]] = tuple(
    action for action in ACTIONS if ACTION_FACTS[action].outcome != "none" or action == "hide"
)

_SHORT: Final = 17
"""Frames that are worked out where there is no clip to read: what is there in the first second is there at the end, but
for one thing in a thousand."""
_COUNTED, _TOGETHER = 10_000, 500
"""Scenes whose answers are counted, and how many of them at once."""
_MEASURED: Final = 256
"""Clips over which the states' mean and deviation are taken."""
_ROWS: Final = 8
"""Of the grid on which it is looked whether a thing is to be seen at all."""

Labels = dict[str, Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Renders as the transformer's middle sees them."""

    states: Tensor
    """(clips, levels, frames, rows, columns, width), float16."""
    labels: Labels
    """(clips, …), from `labels_of`."""
    cells: Tensor
    """Which kinds are where, (clips, frames, rows, columns, kinds), uint8."""


def train_matching(config: TrainingConfig, *, on_progress: OnProgress | None = None) -> None:
    """Train both readers for the model of the finished stages, and keep them as the stage's checkpoint.

    A finished stage is not trained again.

    Raises:
        ModelUnavailable: A stage before this one was not trained yet.
    """
    from .export import assemble_pipeline

    path = config.checkpoint("matching")
    if path.exists():
        return
    pipe, _ = assemble_pipeline(config, distilled=config.checkpoint("distil").exists())
    pipe.to(config.device)
    how = Sampling(
        frames=config.frames,
        height=config.side,
        width=config.side,
        rate=float(FPS),
        steps=config.sampling_steps,
        guidance_scale=1.0,
    )
    scenes = (scene_at(place) for place in range(config.matched))
    shown = show(pipe, how, list(scenes), seed=config.seed)
    tensors, text = learn_matching(words_of(pipe), shown, config)
    write_tensors(path, tensors, {"step": 0, "seconds": 0.0, "loss": None, "text": text})
    if on_progress is not None:
        on_progress(TrainingEvent("matching", config.matched, 1.0, text))


def learn_matching(table: Tensor, shown: Shown, config: TrainingConfig) -> tuple[dict[str, Tensor], str]:
    """Train both readers; returns their tensors, and how well they read in words.

    Args:
        table: The text encoder's words, (words, text width).
        shown: Renders; the last tenth of them judges what was learned of the others.
        config: Its `words`, `states` and `seed`.
    """
    torch.manual_seed(config.seed)
    words, states = WordsReader(table.shape[1]), StatesReader(shown.states.shape[-1])
    states.measure(shown.states[:_MEASURED])
    held = len(shown.states) // 10
    said = _wordings(config.words.batch, config.seed)
    _learn(words, lambda reader: _loss_of_words(reader, table, *next(said)), config.words)
    _learn(states, _drawn(shown, len(shown.states) - held, config.states.batch, config.seed), config.states)
    usual = {f"usual.{name}": rate for name, rate in usual_of(_COUNTED).items()}
    tensors = {f"words.{name}": tensor for name, tensor in words.state_dict().items()}
    tensors |= {f"states.{name}": tensor for name, tensor in states.state_dict().items()}
    scores = [_words_right(words, table), _states_right(states, shown, held)]
    text = "; ".join(", ".join(f"{name} {share:.1%}" for name, share in one.items()) for one in scores)
    return tensors | usual, text


def scene_at(place: int, *, first: int = FIRST_SEED) -> Scene:
    """Return a scene to learn from: every third shows an event, the rest as many of one, two and three things."""
    if place % 3 == 0:
        return scene_of(first + place, action=_EVENTS[place // 3 % len(_EVENTS)])
    return scene_of(first + place, things=1 + place // 3 % 3)


@torch.no_grad()
def show(pipe: Any, how: Sampling, scenes: Sequence[Scene], *, seed: int) -> Shown:
    """Render scenes, encode them, and let the transformer look at them under noise."""
    rng = torch.Generator().manual_seed(seed)
    states: list[Tensor] = []
    for scene in scenes:
        packed = pack([scene], start=[0.0], frames=how.frames, fps=FPS)
        clip = render(packed, side=how.height, device=str(pipe.device))
        latents = encode(pipe, clip.permute(0, 1, 3, 4, 2))
        seen = [middle_states(pipe, noisy(latents, level, rng), level, how) for level in LEVELS]
        states.append(torch.stack(seen, 1).half().cpu())
    cells = torch.from_numpy(kinds_in_cells(scenes, frames=how.frames, rows=states[0].shape[3]))
    return Shown(torch.cat(states), labels_of(scenes, frames=how.frames), cells)


def labels_of(scenes: Sequence[Scene], *, frames: int) -> Labels:
    """Return what scenes show, (N, …) indices of `SHAPES`' answers; -1 where a question has none."""
    found = {name: torch.full((len(scenes), *shape[:-1]), -1) for name, shape in SHAPES.items()}
    found["things"][:], found["end"][:] = 0, 0
    for row, (scene, there) in enumerate(zip(scenes, _at_end(scenes, frames), strict=True)):
        for thing in scene.things:
            kind = KINDS.index(thing.kind)
            found["things"][row, kind] = 1 + COLOURS.index(thing.colour)
            found["end"][row, kind] = (1 + COLOURS.index(thing.colour)) * int(there[kind])
            found["sizes"][row, kind] = SIZES.index(thing.size)
            found["materials"][row, kind] = MATERIALS.index(thing.material)
        for name, answers in WHOLE.items():
            is_so = len(scene.things) if name == "count" else getattr(scene, name)
            found[name][row] = answers.index(is_so)
    return found


def kinds_in_cells(scenes: Sequence[Scene], *, frames: int, rows: int) -> npt.NDArray[np.uint8]:
    """Return which kinds are where, (scenes, latent frames, rows, rows, kinds)."""
    packed = pack(list(scenes), start=[0.0] * len(scenes), frames=frames, fps=FPS)
    return np.unpackbits(seen_of(packed, rows), axis=-1, bitorder="little")[..., : len(KINDS)]


def _at_end(scenes: Sequence[Scene], frames: int) -> npt.NDArray[np.uint8]:
    """Return which kinds are to be seen at the end, (scenes, kinds)."""
    last = max(1, round(LAST * ((frames - 1) // CELL_FRAMES + 1)))
    return kinds_in_cells(scenes, frames=frames, rows=_ROWS)[:, -last:].max((1, 2, 3))


def usual_of(count: int) -> Labels:
    """Return the log-probability of every answer where nothing is known, from how often it is so in `count` scenes."""
    counts = {name: torch.full(shape, 0.5) for name, shape in SHAPES.items()}
    for first in range(0, count, _TOGETHER):
        scenes = [scene_at(place) for place in range(first, min(first + _TOGETHER, count))]
        for name, rows in labels_of(scenes, frames=_SHORT).items():
            counts[name] += (rows[..., None] == torch.arange(counts[name].shape[-1])).sum(0)
    return {name: (one / one.sum(-1, keepdim=True)).log() for name, one in counts.items()}


def _learn(reader: torch.nn.Module, loss_of: Callable[[Any], Tensor], budget: Budget) -> None:
    """Train for the whole of the budget."""
    descent = torch.optim.AdamW(reader.parameters(), lr=budget.learning_rate, weight_decay=0.05)
    started, step = time.monotonic(), 0
    reader.train()
    while (share := budget.progress(step, time.monotonic() - started)) < 1:
        for group in descent.param_groups:
            group["lr"] = budget.learning_rate * min(1.0, (step + 1) / _WARM_UP_STEPS) * (1 - share)
        loss = loss_of(reader)
        descent.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        descent.step()
        step += 1
    reader.eval()


def _wordings(batch: int, seed: int) -> Iterator[tuple[Tensor, Labels]]:
    rng, place = random.Random(seed), 0
    while True:
        scenes = [scene_at(place + index) for index in range(batch // _WORDINGS or 1)]
        place += len(scenes)
        yield _worded(scenes, rng)


def _worded(scenes: Sequence[Scene], rng: random.Random) -> tuple[Tensor, Labels]:
    texts = [caption(scene, rng) for scene in scenes for _ in range(_WORDINGS)]
    labels = {name: rows.repeat_interleave(_WORDINGS, 0) for name, rows in labels_of(scenes, frames=_SHORT).items()}
    return torch.from_numpy(token_ids(texts)).long(), labels


def _loss_of_words(reader: WordsReader, table: Tensor, ids: Tensor, labels: Labels) -> Tensor:
    return cross_entropy(reader(table, ids), {name: rows for name, rows in labels.items() if name != "outcome"})


def _drawn(shown: Shown, count: int, batch: int, seed: int) -> Callable[[StatesReader], Tensor]:
    rng = torch.Generator().manual_seed(seed)

    def loss_of(reader: StatesReader) -> Tensor:
        some = torch.randint(count, (batch,), generator=rng)
        level = torch.randint(shown.states.shape[1], (batch,), generator=rng)
        labels = {name: rows[some] for name, rows in shown.labels.items()}
        seen, kinds, colours = reader.look(shown.states[some, level])
        of_cells = _loss_of_cells(kinds, colours, shown.cells[some], labels["things"])
        return cross_entropy(reader.answer(seen, kinds, colours), labels) + of_cells

    return loss_of


def _loss_of_cells(kinds: Tensor, colours: Tensor, cells: Tensor, things: Tensor) -> Tensor:
    """Return the cross entropy of which kinds are where, summed over them, and of the colours that they are there in.

    Kinds and colours are (N, F, S, …), cells (N, F, rows, columns, kinds), things (N, kinds).
    """
    covered = cells.flatten(2, 3).float()
    of_kinds = functional.binary_cross_entropy_with_logits(kinds, covered) * len(KINDS)
    colour_of = functional.one_hot(things, 1 + len(COLOURS))[..., 1:].float()  # (N, kinds, colours)
    wanted = torch.einsum("nfsk,nkc->nfsc", covered, colour_of)
    return of_kinds - (wanted * colours).sum() / wanted.sum().clamp_min(1)


@torch.no_grad()
def _words_right(reader: WordsReader, table: Tensor) -> dict[str, float]:
    ids, labels = _worded([scene_at(place, first=_HELD_SEED) for place in range(300)], random.Random(0))
    return _right(reader(table, ids), labels)


@torch.no_grad()
def _states_right(reader: StatesReader, shown: Shown, held: int) -> dict[str, float]:
    if not held:
        return {}
    rows = shown.states[-held:, -1]  # under the least noise that is learned under
    return _right(reader(rows), {name: labels[-held:] for name, labels in shown.labels.items()})


def _right(found: Any, labels: Labels) -> dict[str, float]:
    """Return the share of right answers about what is there."""
    shares: dict[str, float] = {}
    for name, wanted in labels.items():
        asked = wanted > 0 if name in ("things", "end", "direction", "outcome") else wanted >= 0
        shares[name] = float((found[name].argmax(-1) == wanted)[asked].float().mean())
    return shares
