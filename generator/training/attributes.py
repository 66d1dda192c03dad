"""A small classifier that reads colour, shape, direction and background off a clip; trained on renders, not shipped."""

# pyright: reportUnknownMemberType=false
# torch declares manual_seed and step without types.

import random
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal, TypeAlias, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..world import CLIP_FRAMES, Background, Colour, Direction, Scene, Shape, paint, sample_scene

Attribute: TypeAlias = Literal["colour", "shape", "direction", "background"]
ATTRIBUTES: Final[tuple[Attribute, ...]] = get_args(Attribute)
VALUES: Final[dict[Attribute, tuple[str, ...]]] = {
    "colour": get_args(Colour),
    "shape": get_args(Shape),
    "direction": get_args(Direction),
    "background": get_args(Background),
}
LOOKED_AT: Final = (0, 6, 12, 18, 24)
"""Frames of a clip that the classifier sees."""
_FRAMES: Final = len(LOOKED_AT)
_SIDE: Final = 96
_BATCH: Final = 12


class AttributeClassifier(nn.Module):
    """Strided convolutions over each of five frames; what is looked at decides what is kept of where it is.

    Colour, shape and background are read from features pooled over place and time, so that a shape is the same shape
    everywhere; direction from a few maps a frame, laid side by side.
    """

    def __init__(self) -> None:
        super().__init__()
        widths = (3, 24, 48, 96)
        layers: list[nn.Module] = []
        for inward, outward in pairwise(widths):
            layers += [nn.Conv2d(inward, outward, 3, stride=2, padding=1), nn.GroupNorm(8, outward), nn.SiLU()]
        layers += [nn.Conv2d(96, 96, 3, padding=1), nn.GroupNorm(8, 96), nn.SiLU(), nn.Conv2d(96, 96, 3, padding=1)]
        self.body = nn.Sequential(*layers)
        self.places = nn.Sequential(nn.SiLU(), nn.Conv2d(96, 4, 1), nn.AvgPool2d(2))
        cells = (_SIDE // 16) ** 2
        sizes: dict[Attribute, int] = {"colour": 192, "shape": 192, "direction": 4 * cells * _FRAMES, "background": 192}
        self.heads = nn.ModuleDict({name: nn.Linear(sizes[name], len(VALUES[name])) for name in ATTRIBUTES})

    def forward(self, clips: Tensor) -> dict[Attribute, Tensor]:
        """Return the logits of every attribute for clips (N, 5, 3, 96, 96) in [0, 1]."""
        features: Tensor = self.body(clips.flatten(0, 1) * 2 - 1)  # (N * 5, 96, 12, 12)
        pooled = torch.cat([features.amax((2, 3)), features.mean((2, 3))], dim=1)
        pooled = pooled.view(-1, _FRAMES, pooled.shape[1]).mean(1)
        places = self.places(features).unflatten(0, (-1, _FRAMES)).flatten(1)
        return {name: self.heads[name](places if name == "direction" else pooled) for name in ATTRIBUTES}


def train_classifier(seed: int, steps: int) -> AttributeClassifier:
    """Train on fresh renders: `steps` batches of 12 clips, about three minutes a thousand on one core."""
    torch.manual_seed(seed)
    classifier = AttributeClassifier()
    optimizer = torch.optim.AdamW(classifier.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=steps)
    rng = random.Random(seed)
    for _ in range(steps):
        scenes = [sample_scene(rng) for _ in range(_BATCH)]
        logits = classifier(_soften(render_for_classifier(scenes), rng))
        loss = torch.stack([functional.cross_entropy(logits[name], _labels(scenes, name)) for name in ATTRIBUTES]).sum()
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    return classifier.eval()


def render_for_classifier(scenes: Sequence[Scene]) -> Tensor:
    """Paint the frames that the classifier looks at, (N, 5, 3, 96, 96)."""
    moments = [frame / (CLIP_FRAMES - 1) for frame in LOOKED_AT]
    return torch.stack([paint(scene, moments, _SIDE) for scene in scenes])


def reduce_for_classifier(frames: Tensor) -> Tensor:
    """Pick and shrink the frames of one clip: (T, 3, side, side) in [0, 1] -> (1, 5, 3, 96, 96)."""
    return functional.interpolate(frames[list(LOOKED_AT)], size=(_SIDE, _SIDE), mode="area")[None]


@torch.no_grad()
def read_attributes(classifier: AttributeClassifier, clips: Tensor) -> list[dict[Attribute, str]]:
    """Return the most likely value of every attribute for clips (N, 5, 3, 96, 96)."""
    logits = classifier(clips)
    choice = {name: logits[name].argmax(1).tolist() for name in ATTRIBUTES}
    return [{name: VALUES[name][choice[name][row]] for name in ATTRIBUTES} for row in range(clips.shape[0])]


def attribute_of(scene: Scene, name: Attribute) -> str:
    """Return a scene's value of one attribute."""
    match name:
        case "colour":
            return scene.colour
        case "shape":
            return scene.shape
        case "direction":
            return scene.direction
        case "background":
            return scene.background


def _labels(scenes: Sequence[Scene], name: Attribute) -> Tensor:
    return torch.tensor([VALUES[name].index(attribute_of(scene, name)) for scene in scenes])


def _soften(clips: Tensor, rng: random.Random) -> Tensor:
    """Blur half of the batches a little and add grain: a generated clip is never as clean as a render."""
    if rng.random() < 0.5:
        flat = clips.flatten(0, 1)
        clips = functional.avg_pool2d(functional.pad(flat, (1, 1, 1, 1), mode="replicate"), 3, 1).view_as(clips)
    return clips + 0.02 * torch.randn(clips.shape, generator=torch.Generator().manual_seed(rng.getrandbits(32)))
