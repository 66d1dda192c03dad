"""Clips of Sealreel's own generator: nobody looks at the mark, and here there is none to look at."""

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from ...detector.canon import RATE, Frames, Rgb, to_short_side, trim_border
from ...detector.training.dataset import FRAMES_OF_A_CLIP
from ...errors import MissingExtra, SettingsInvalid
from ...media import Limits, probe, read_frames
from ..watermark.codecs import h264
from ..watermark.footage import Footage, write_footage
from .evaluation import HEADS, Task
from .judged import Judged
from .judging import Ours, judged_by

SOURCE = "Sealreel's own generator"
SHORT_SIDE = 320
STORED_AS = h264(21)
"""With the border cut off, at most 20 frames at 8 frames/s, and a short side of at most 320 pixels: the form of the
data set, so that no clip stands out by how it was stored."""
SUFFIXES = (".mp4", ".mov", ".webm", ".mkv", ".avi", ".gif")


def own_clips(given: Path | None, count: int, scratch: Path) -> tuple[Path, ...]:
    """Return clips of our generator in the form of the data set, as files in `scratch`.

    Args:
        given: A folder of clips that `generate` made; None to make some with the embedded model, without a mark.
        count: How many are made, or taken of the folder at most.
        scratch: An existing folder, gone after the run: unmarked clips never leave it.

    Raises:
        SettingsInvalid: The folder holds no video.
        MediaError: A clip of it cannot be read.
        MissingExtra: The generator is not installed.
    """
    taken = _of_folder(given, count) if given is not None else _made(count)
    return tuple(
        write_footage(Footage(tuple(frames), Fraction(RATE)), scratch / f"own-{number:03d}.mp4", STORED_AS)
        for number, frames in enumerate(taken)
    )


def judge_own(ours: Ours, clips: Sequence[Path]) -> tuple[Judged, ...]:
    """Let each fold's model judge all own clips beside the real clips that it holds out.

    The embedded model's autoencoder may have made training clips (`--vae`), its videos have not.
    """
    found: list[Judged] = []
    for division, judged in zip(ours.divisions, judged_by(ours, ours.divisions), strict=True):
        logits = ours.reader.logits([Task(division.weights, clip, ours.condition.name, ours.look) for clip in clips])
        fit = ours.calibration_of(division)
        own = logits[:, HEADS.index("full_synthetic")]
        own = own if fit is None else fit.calibration.slope * own + fit.calibration.intercept
        reals = judged.sources_of(synthetic=False)
        found.append(
            Judged(
                fold=division.number,
                logits=np.concatenate([judged.real_logits, own]),
                synthetic=np.repeat([False, True], [len(reals), len(own)]),
                sources=(*reals, *(f"{SOURCE} {number}" for number in range(len(own)))),  # each clip a draw of its own
            )
        )
    return tuple(found)


def _of_folder(folder: Path, count: int) -> Iterator[Frames]:
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    if not files:
        raise SettingsInvalid(f"{folder}: no videos in it; their names end with {', '.join(SUFFIXES)}")
    for path in files[:count]:
        yield np.stack([in_form(rgb) for rgb in _thinned(path)])


def in_form(rgb: Rgb) -> Rgb:
    """Cut the border off, and shrink to a short side of 320 pixels at most."""
    inner = trim_border(rgb)
    return inner if min(inner.shape[:2]) <= SHORT_SIDE else to_short_side(inner, SHORT_SIDE)


def _thinned(path: Path) -> list[Rgb]:
    """The frames that are shown at 0, 1/8, 2/8 … seconds, at most 20; none twice."""
    taken: list[Rgb] = []
    for frame in read_frames(probe(path, limits=Limits())):
        if frame.pts_seconds + 1e-6 >= len(taken) / RATE:
            taken.append(frame.rgb)
        if len(taken) == FRAMES_OF_A_CLIP:
            break
    return taken


def _made(count: int) -> Iterator[Frames]:
    """Generate clips of random scenes with the embedded model and its own defaults."""
    try:
        from ...generator.adapter import arguments, frames_of
        from ...generator.loader import load_pipeline
        from ...generator.third_party import load_module
        from ...generator.world import sample_scene
        from ...generator.world.captions import caption
    except ModuleNotFoundError as error:
        raise MissingExtra(f"making clips needs {error.name}: pip install 'sealreel[generate]'") from error
    torch: Any = load_module("torch")
    pipeline, rng = load_pipeline(), random.Random(0)  # noqa: S311 - scenes, no secrets
    card = pipeline.card
    options = ("width", "height", "frames", "steps", "guidance_scale")
    rate = Fraction(RATE) if card.fps is None else card.fps
    shown = {"fps": rate.numerator if rate.denominator == 1 else float(rate)}
    call = arguments(pipeline.keywords, {}, {name: getattr(card, name) for name in options} | shown)
    every = max(1.0, float(rate) / RATE)
    for seed in range(count):
        prompt = caption(sample_scene(rng), rng)
        made = pipeline.pipe(**call, prompt=prompt, generator=torch.Generator().manual_seed(seed), output_type="np")
        rgb = frames_of(made)
        kept = [round(number * every) for number in range(FRAMES_OF_A_CLIP) if round(number * every) < len(rgb)]
        yield np.stack([in_form(rgb[number]) for number in kept])
