"""Clips of the embedded model in the form of the data set, for those who study it: they bear no mark.

Only what trains or judges the detector asks for them: what is to be known of a clip shall not be its mark.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...detector.canon import RATE, Frames, Rgb, to_short_side, trim_border
from ...detector.training.dataset import FRAMES_OF_A_CLIP, INDEX
from ...errors import MissingExtra
from ..watermark.codecs import h264
from ..watermark.footage import Footage, write_footage

if TYPE_CHECKING:
    from ...generator.world import Scene

SHORT_SIDE = 320
STORED_AS = h264(21)
"""With the border cut off, at most 20 frames at 8 frames/s, and a short side of at most 320 pixels: the form of the
data set, so that no clip stands out by how it was stored."""
JUDGED, TRAINED = (0, 0), (1, 1_000_000)
"""Seeds of the scenes, and of the first clip: what is trained on is never what is judged."""


def in_form(rgb: Rgb) -> Rgb:
    """Cut the border off, and shrink to a short side of 320 pixels at most."""
    inner = trim_border(rgb)
    return inner if min(inner.shape[:2]) <= SHORT_SIDE else to_short_side(inner, SHORT_SIDE)


def stored(frames: Sequence[Rgb], path: Path) -> Path:
    """Write a clip as the data set stores its clips."""
    return write_footage(Footage(tuple(frames), Fraction(RATE)), path, STORED_AS)


def specimens(count: int, seeds: tuple[int, int]) -> Iterator[tuple["Scene", Frames]]:
    """Generate clips of random scenes with the embedded model and its own defaults, (20 or fewer, h, w, 3) each.

    Raises:
        MissingExtra: The generator is not installed.
        ModelUnavailable: Its weights are not there.
    """
    try:
        from ...generator.adapter import arguments, frames_of
        from ...generator.loader import load_pipeline
        from ...generator.third_party import load_module
        from ...generator.world import sample_scene
        from ...generator.world.captions import caption
    except ModuleNotFoundError as error:
        raise MissingExtra(f"making clips needs {error.name}: pip install 'sealreel[generate]'") from error
    torch: Any = load_module("torch")
    pipeline, rng = load_pipeline(), random.Random(seeds[0])  # noqa: S311 - scenes, no secrets
    card = pipeline.card
    options = ("width", "height", "frames", "steps", "guidance_scale")
    rate = Fraction(RATE) if card.fps is None else card.fps
    shown = {"fps": rate.numerator if rate.denominator == 1 else float(rate)}
    call = arguments(pipeline.keywords, {}, {name: getattr(card, name) for name in options} | shown)
    for number in range(count):
        scene = sample_scene(rng)
        chance = torch.Generator().manual_seed(seeds[1] + number)
        made = pipeline.pipe(**call, prompt=caption(scene, rng), generator=chance, output_type="np")
        yield scene, _thinned(frames_of(made), float(rate))


def rendered(scene: "Scene") -> Frames:
    """Render what the model was asked for: what is drawn by rules, and not by a network, is not synthetic here."""
    from ...generator.world import CLIP_FPS, CLIP_SIDE
    from ...generator.world.packing import pack
    from ...generator.world.painting import render

    clip = render(pack([scene], start=[0.0]), side=CLIP_SIDE, device="cpu")[0].permute(0, 2, 3, 1)
    return _thinned((clip.clamp(0.0, 1.0) * 255.0).round().byte().numpy(), CLIP_FPS)


def write_companions(folder: Path, count: int) -> Path:
    """Write pairs of a generated clip and a render of the same scene, as a folder that `train detector` reads.

    What is there already is kept. Both show the same world, so that it is not what tells them apart; what a caption
    leaves open (a place, a colour) may differ.

    Raises:
        MissingExtra: The generator is not installed.
        OSError: The folder cannot be written.
    """
    if (folder / INDEX).exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    lines = [("file", "label", "source", "group", "repository", "licence")]
    for number, (scene, generated) in enumerate(specimens(count, TRAINED)):
        group = f"sealreel-{number:03d}"
        for name, frames, label, source in (
            (f"{group}-generated.mp4", generated, "ai", "sealreel"),
            (f"{group}-rendered.mp4", rendered(scene), "real", "sealreel_renders"),
        ):
            stored(list(frames), folder / name)
            lines.append((name, label, source, group, "made by train detector --own", "Apache-2.0"))
    draft = folder / f"{INDEX}.draft"
    with draft.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)
    draft.replace(folder / INDEX)
    return folder


def _thinned(rgb: Frames, rate: float) -> Frames:
    """Every so many frames, that there are 8 a second; 20 at most, in the form of the data set."""
    every = max(1.0, rate / RATE)
    kept = [round(number * every) for number in range(FRAMES_OF_A_CLIP) if round(number * every) < len(rgb)]
    return np.stack([in_form(rgb[number]) for number in kept])
