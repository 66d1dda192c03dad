"""The middle of the story: a request and a pipeline become frames."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ModelError, OptionUnsupported
from ..media import Frame
from .calling import call
from .first_frame import fitted, read_first_frame
from .loader import LoadedPipeline
from .model_card import ModelCard
from .prompting import Prompts, prompts_for
from .request import GenerationConfig
from .rules import check_frames, check_size
from .sampling import OnStep, Sampling
from .third_party import deterministic, hushed, load_module
from .windows import film

Rgb = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """Generated frames in memory; not yet marked, so nothing outside this folder writes them."""

    rgb: Rgb
    """Pixels, (frames, height, width, 3), sRGB."""
    rate: Fraction
    """Frames a second."""
    seed: int
    notes: tuple[str, ...]
    """What the pipeline did differently from what one may expect: sound left out, prompt cut off."""
    remarks: tuple[str, ...] = ()
    """Notes on the prompt's words that nobody should miss."""
    wording: Mapping[str, Any] | None = None
    """What became of them, for a program; see `prompting`."""

    def frames(self) -> Iterator[Frame]:
        """Give the frames in order, from the start each time."""
        for index, rgb in enumerate(self.rgb):
            yield Frame(rgb=rgb, pts_seconds=float(index / self.rate))


@dataclass(slots=True)
class _Wanted:
    """A request in the terms of one pipeline: everything checked, nothing run."""

    prompts: Prompts
    asked: dict[str, Any]
    """By our words; None is not asked."""
    defaults: dict[str, Any]
    """By our words: the card's."""
    rate: Fraction
    """Frames a second that are shown."""
    told: float
    """Frames a second that the model is told."""
    candidates: int = 1
    """Clips begun for the one that is finished."""
    image: Rgb | None = None
    notes: list[str] = field(default_factory=list[str])

    def value(self, option: str) -> Any:
        """Return what is asked, else the default."""
        asked = self.asked[option]
        return self.defaults[option] if asked is None else asked


def shoot(
    pipeline: LoadedPipeline, config: GenerationConfig, *, seed: int, frames: int | None, on_step: OnStep | None = None
) -> Footage:
    """Denoise and decode: the same seed gives the same pixels on the same machine.

    Args:
        pipeline: A loaded one; not shared between threads while this runs.
        config: The request; its prompt is checked here.
        seed: Of the noise; drawn on the CPU whatever the device.
        frames: How many, or None for the model's default.
        on_step: Told of progress; quiet where the pipeline has no callback.

    Raises:
        PromptInvalid: The prompt or negative prompt is not usable.
        MediaError: The picture to start from is not usable.
        OptionUnsupported: An option, size or frame count that the pipeline does not have; never rounded.
        ModelError: The pipeline failed, or memory ran out.
        RefusedByPolicy: Its own safety checker held the clip back.
    """
    wanted = _wanted(pipeline, config, frames)
    with _running(pipeline, seed) as heard:
        if pipeline.card.overlap is None:
            rgb, notes = call(
                pipeline,
                wanted.prompts.prompt,
                wanted.asked,
                wanted.defaults,
                rate=wanted.told,
                image=wanted.image,
                seed=seed,
                on_step=on_step,
            )
            wanted.notes += notes
        else:
            rgb = _film(pipeline, wanted, pipeline.card.overlap, seed=seed, on_step=on_step)
    cut_off = [f"the model warns: {' '.join(line.split())[:300]}" for line in heard if "truncated" in line]
    return Footage(
        rgb=rgb,
        rate=wanted.rate,
        seed=seed,
        notes=(*wanted.notes, *dict.fromkeys(cut_off)),
        remarks=wanted.prompts.remarks,
        wording=wanted.prompts.wording,
    )


def candidates_of(pipeline: LoadedPipeline, asked: int | None) -> int:
    """Return how many clips are begun for each that is finished: as asked, else as the card says.

    Raises:
        OptionUnsupported: Several are asked of a model that has nothing to compare them with.
    """
    if pipeline.matcher is not None and pipeline.card.overlap is not None:
        return asked or pipeline.card.candidates or 1
    if asked not in (None, 1):
        raise OptionUnsupported(
            f"{pipeline.card.name} has no readers to compare {asked} candidates with; ask for 1, or --num-videos"
        )
    return 1


def _film(pipeline: LoadedPipeline, wanted: _Wanted, overlap: int, *, seed: int, on_step: OnStep | None) -> Rgb:
    """Make a clip of windows; only the finished bytes of all of them are in memory."""
    frames, height, width = (int(wanted.value(side)) for side in ("frames", "height", "width"))
    how = Sampling(
        frames=pipeline.card.frames or frames,
        height=height,
        width=width,
        rate=wanted.told,
        steps=int(wanted.value("steps")),
        guidance_scale=float(wanted.value("guidance_scale")),
        candidates=wanted.candidates,
    )
    rgb = np.empty((frames, height, width, 3), dtype=np.uint8)
    made = 0
    for stretch in film(
        pipeline.pipe,
        [wanted.prompts.prompt],
        how,
        frames=frames,
        overlap=overlap,
        rngs=[load_module("torch").Generator("cpu").manual_seed(seed)],
        first=None if wanted.image is None else wanted.image[None, None],  # (H, W, 3) -> (1, 1, H, W, 3)
        negative_prompt=wanted.value("negative_prompt") or "",
        sides=pipeline.sides,
        matcher=pipeline.matcher,
        on_step=on_step,
    ):
        rgb[made : made + stretch.shape[1]] = stretch[0]
        made += stretch.shape[1]
    return rgb


def _wanted(pipeline: LoadedPipeline, config: GenerationConfig, frames: int | None) -> _Wanted:
    """Read a request; raises as `shoot`."""
    card, name = pipeline.card, pipeline.keywords.pipeline
    prompts = prompts_for(pipeline, config)
    asked: dict[str, Any] = {
        "negative_prompt": prompts.negative,
        "width": config.width,
        "height": config.height,
        "frames": frames,
        "steps": config.steps,
        "guidance_scale": config.guidance_scale,
    }
    defaults: dict[str, Any] = {option: getattr(card, option) for option in asked} | _quality(card, config)
    check_size(config.width, config.height, pipeline.rules, pipeline=name)
    if card.overlap is not None:
        _check_count(frames, card)
    elif frames is not None:
        check_frames(frames, pipeline.rules, pipeline=name)
    rate, told, notes = _rates(pipeline, config)
    candidates = candidates_of(pipeline, config.candidates)
    wanted = _Wanted(prompts, asked, defaults, rate, told, candidates, notes=notes)
    if config.image is not None:
        width, height = _size(pipeline, wanted)
        wanted.image, done = fitted(
            read_first_frame(config.image, limits=config.release.limits), width=width, height=height
        )
        wanted.notes += [] if done is None else [done]
    return wanted


def _quality(card: ModelCard, config: GenerationConfig) -> dict[str, Any]:
    if not config.quality:
        return {}
    if card.quality is None:
        raise OptionUnsupported(f"{card.name} names no quality mode; ask for steps and a guidance scale instead")
    return {"steps": card.quality.steps, "guidance_scale": card.quality.guidance_scale}


def _check_count(frames: int | None, card: ModelCard) -> None:
    most = card.frames_max
    if frames is not None and most is not None and frames > most:
        raise OptionUnsupported(f"{card.name} makes 1 to {most} frames, {frames} were asked")


def _rates(pipeline: LoadedPipeline, config: GenerationConfig) -> tuple[Fraction, float, list[str]]:
    """Return the rate that is shown, the one that the model is told, and a note where they differ."""
    card = pipeline.card
    signature = pipeline.keywords.default("fps")
    rate = config.fps or card.fps or pipeline.rules.fps
    if rate is None and signature is not None:
        rate = Fraction(str(signature))
    if rate is None:
        raise OptionUnsupported(f"the frame rate of {pipeline.keywords.pipeline}'s clips is not known; give fps")
    if card.fps is None or card.fps == rate:
        return rate, float(rate), []
    # Another rate than the trained one would put the frames where the model has never seen any.
    note = f"{card.name} makes {float(card.fps):g} frames a second; they are shown at {float(rate):g}"
    return rate, float(card.fps), [note]


def _size(pipeline: LoadedPipeline, wanted: _Wanted) -> tuple[int, int]:
    """Return the width and height that a clip will have."""
    sides = [wanted.value(side) or pipeline.keywords.default(side) for side in ("width", "height")]
    if None in sides:
        raise OptionUnsupported(f"{pipeline.keywords.pipeline} has no size of its own; give a size with the picture")
    wanted.asked["width"], wanted.asked["height"] = sides
    return int(sides[0]), int(sides[1])


@contextmanager
def _running(pipeline: LoadedPipeline, seed: int) -> Generator[list[str]]:
    """Run a model: quiet, the same each time, and with its errors as ours. Gives the list of what it warns of."""
    torch = load_module("torch")
    with hushed() as heard, deterministic(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # some pipelines draw beside the generator they are given
        try:
            yield heard
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise ModelError("memory ran out; ask for fewer frames or a smaller size") from error
        except (RuntimeError, ArithmeticError, LookupError, AttributeError, ImportError, OSError) as error:
            if "can't allocate memory" in str(error):
                raise ModelError("memory ran out; ask for fewer frames or a smaller size") from error
            raise ModelError(f"{pipeline.keywords.pipeline} failed: {type(error).__name__}: {error}") from error
