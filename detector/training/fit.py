# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of modules and tensors' methods open)
"""Fit one network to the shelf's views: study single pictures, judge by what is seen, then whole clips if wanted.

Fine-tuning on whole clips bends features that hold for everything towards what tells these few clips apart. Three
things hold against it: the heads are fitted first (LP-FT, Kumar et al., arXiv 2202.10054); the study goes on; and what
is kept lies between the network before fine-tuning and after it (WiSE-FT, Wortsman et al., arXiv 2109.01903).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..network import Network
from .cores import seeded
from .course import learn
from .draws import Batch, Clips, Numbered, Pictures
from .halves import halves_of
from .kept import Kept
from .probe import fit_probe
from .recipe import FitRecipe
from .shelf import Shelf
from .study import Reader, Study

MARGIN = 2.0
"""Logits by which a reconstruction should stand above its original."""

OnStep = Callable[[str, int, int, float], None]
"""Told of the stage, the step, of how many, and the loss."""
Weights = dict[str, Tensor]


def fit(
    network: Network,
    shelf: Shelf,
    items: Sequence[Numbered],
    recipe: FitRecipe,
    *,
    kept: Kept,
    seed: int,
    folder: Path,
    on_step: OnStep = lambda _stage, _step, _of, _loss: None,
) -> Network:
    """Train a network and return it.

    Args:
        network: With its first weights.
        shelf: All views, on the device that trains.
        items: Those to train on, with their numbers in the pool.
        recipe: Rates and steps.
        kept: Early maps of the items, made with the network's first weights, and lessons if there was a teacher.
        seed: Of batches; with the same seed, libraries and device a run repeats itself but for rounding.
        folder: Gets the stages' checkpoints, gone on from if they exist and removed by the caller.
        on_step: Told of every 20th step.
    """
    first, tuned = ends(network, shelf, items, recipe, kept=kept, seed=seed, folder=folder, on_step=on_step)
    network.load_state_dict(between(first, tuned, recipe.tuned))
    return network.eval()


def ends(
    network: Network,
    shelf: Shelf,
    items: Sequence[Numbered],
    recipe: FitRecipe,
    *,
    kept: Kept,
    seed: int,
    folder: Path,
    on_step: OnStep = lambda _stage, _step, _of, _loss: None,
) -> tuple[Weights, Weights]:
    """Return the weights before and after fine-tuning; arguments as of `fit`."""
    network.requires_grad_(requires_grad=True)
    with seeded(seed):
        student = _Student(network).to(shelf.device)
    cast(Any, student).to(memory_format=torch.channels_last)
    halves = halves_of(network)
    network.backbone.requires_grad_(requires_grad=False)
    for one in halves.parameters():
        one.requires_grad_(True)  # noqa: FBT003 - has no other name in the stubs
    pictures = Pictures(items, recipe, windows=kept.windows, seed=seed + 1)
    study = Study(halves, student.reader, kept, pictures, recipe)
    clips = Clips(items, recipe, views=shelf.views, seed=seed)

    def told(stage: str, steps: int) -> Callable[[int, float], None]:
        return lambda step, loss: on_step(stage, step, steps, loss)

    student.eval()
    study.measure()
    halves.train(learns=True)
    learn(
        student,
        [(halves.parameters(), recipe.study_rate), (student.reader.parameters(), recipe.reader_rate)],
        recipe.study,
        loss_of=study.loss,
        state=folder / "study.pt",
        on_step=told("study", recipe.study.steps),
    )
    student.eval()  # batch norms no longer follow the batches: clips of a step are too few and too alike
    fit_probe(network, kept, items, recipe, studied=student.reader.label)
    first = _copied(network)
    if not recipe.tune.steps:
        return first, first

    heads = [one for name, one in network.named_parameters() if not name.startswith("backbone.")]

    def tuning(step: int) -> Tensor:
        return _loss(network, shelf, clips.batch(step), recipe) + recipe.anchor * study.loss(step)

    learn(
        student,
        [
            (halves.parameters(), recipe.backbone_rate),
            ([*heads, *student.reader.parameters()], recipe.head_rate),
        ],
        recipe.tune,
        loss_of=tuning,
        state=folder / "tune.pt",
        on_step=told("tune", recipe.tune.steps),
    )
    return first, _copied(network)


class _Student(nn.Module):
    """The network with what reads lesson and label off it."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self.reader = Reader([*network.early_widths, network.width])


def between(first: Weights, last: Weights, share: float) -> Weights:
    """Return weights that lie between two others: at 0 the first, at 1 the last."""
    return {
        name: torch.lerp(value, last[name], share) if value.is_floating_point() else last[name]
        for name, value in first.items()
    }


def _copied(network: nn.Module) -> Weights:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}


def _loss(network: Network, shelf: Shelf, batch: Batch, recipe: FitRecipe) -> Tensor:
    """Return the loss of a step's labels."""
    pictures = shelf.windows(batch.cut).permute(0, 1, 4, 2, 3).float() / 255.0
    targets = torch.from_numpy(batch.targets).to(shelf.device)
    kind = shelf.device.split(":", maxsplit=1)[0]
    with torch.autocast(kind, torch.bfloat16, enabled=kind != "cpu"):
        features = network.look(pictures)
        clip_logits, frame_logits, _ = network.conclude(features, len(pictures))
    clip_logits, frame_logits = clip_logits.float(), frame_logits.float()
    loss = _cross_entropy(clip_logits, targets, recipe.smoothing)
    frames = targets[:, None].expand_as(frame_logits)
    loss = loss + recipe.frame_weight * _cross_entropy(frame_logits, frames, recipe.smoothing)
    if batch.pairs:
        lead = clip_logits[batch.pairs : 2 * batch.pairs, 0] - clip_logits[: batch.pairs, 0]
        loss = loss + recipe.pair_weight * functional.softplus(MARGIN - lead).mean()
    return loss


def _cross_entropy(logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    asked = (targets >= 0).float()
    soft = targets.clamp(min=0) * (1.0 - smoothing) + 0.5 * smoothing
    each = functional.binary_cross_entropy_with_logits(logits, soft, reduction="none")
    return (each * asked).sum() / asked.sum().clamp(min=1.0)
