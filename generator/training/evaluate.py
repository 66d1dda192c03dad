"""Does a generated clip show what its prompt says?"""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# diffusers declares many parameters without types.

import json
import math
import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from torch import Tensor

from ..third_party import hushed
from ..world import Scene, caption, sample_scene
from .attributes import (
    ATTRIBUTES,
    Attribute,
    attribute_of,
    read_attributes,
    reduce_for_classifier,
    render_for_classifier,
    train_classifier,
)
from .config import TrainingConfig


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Share of clips on which the classifier reads the wanted value, with its 95 % Wilson interval."""

    right: int
    n: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """How well one attribute is followed."""

    attribute: Attribute
    generated: Accuracy
    """Generated clips against the scenes that their prompts tell of."""
    renders: Accuracy
    """The same scenes painted: what the classifier can reach."""
    shuffled: Accuracy
    """Generated clips against other clips' prompts: what chance reaches."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation of a model directory."""

    prompts: int
    seed: int
    steps: int
    guidance_scale: float
    rows: tuple[AttributeRow, ...]


def evaluate(config: TrainingConfig) -> Evaluation:
    """Generate a clip for each of `config.evaluation_clips` fresh prompts and read its attributes.

    Every prompt names colour, shape, direction and background. The model is loaded
    and called as any user would, with the default settings of its card.
    """
    rng = random.Random(config.evaluation_seed)
    scenes = [sample_scene(rng) for _ in range(config.evaluation_clips)]
    captions = [caption(scene, rng, name_background=True) for scene in scenes]
    classifier = train_classifier(config.evaluation_seed + 1, config.classifier_steps)
    card: dict[str, Any] = json.loads((config.model / "sealreel.json").read_text(encoding="utf-8"))
    generated = _generate(config.model, card, captions, config.evaluation_seed)
    seen = read_attributes(classifier, generated)
    painted = read_attributes(classifier, render_for_classifier(scenes))
    others = scenes[1:] + scenes[:1]
    return Evaluation(
        prompts=len(scenes),
        seed=config.evaluation_seed,
        steps=card["steps"],
        guidance_scale=card["guidance_scale"],
        rows=tuple(
            AttributeRow(
                attribute=name,
                generated=_accuracy(seen, scenes, name),
                renders=_accuracy(painted, scenes, name),
                shuffled=_accuracy(seen, others, name),
            )
            for name in ATTRIBUTES
        ),
    )


def write_evaluation(evaluation: Evaluation, path: Path) -> None:
    """Write the rows as JSON, through a temporary file."""
    draft = path.with_name(path.name + ".draft")
    draft.write_text(json.dumps(asdict(evaluation), indent=2) + "\n", encoding="utf-8")
    draft.replace(path)


def wilson(right: int, n: int) -> Accuracy:
    """Return the share right / n with its 95 % score interval (E. B. Wilson, 1927)."""
    z = 1.959964
    share = right / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Accuracy(right=right, n=n, share=share, low=max(0.0, middle - half), high=min(1.0, round(middle + half, 12)))


def _generate(directory: Path, card: dict[str, Any], captions: list[str], seed: int) -> Tensor:
    """One clip a caption, as the classifier wants them: (N, 5, 3, 96, 96)."""
    with hushed():
        pipe: Any = DiffusionPipeline.from_pretrained(str(directory), dtype=torch.float32, local_files_only=True)
    pipe.set_progress_bar_config(disable=True)
    clips: list[Tensor] = []
    for index, prompt in enumerate(captions):
        frames: np.ndarray[Any, np.dtype[np.float32]] = pipe(
            prompt=prompt,
            num_frames=card["frames"],
            frame_rate=card["fps"],
            height=card["height"],
            width=card["width"],
            num_inference_steps=card["steps"],
            guidance_scale=card["guidance_scale"],
            generator=torch.Generator().manual_seed(seed + index),
            output_type="np",
        ).frames[0]
        clips.append(reduce_for_classifier(torch.from_numpy(frames).movedim(-1, 1)))
    return torch.cat(clips)


def _accuracy(seen: list[dict[Attribute, str]], scenes: list[Scene], name: Attribute) -> Accuracy:
    right = sum(found[name] == attribute_of(scene, name) for found, scene in zip(seen, scenes, strict=True))
    return wilson(right, len(scenes))
