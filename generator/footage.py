"""The middle of the story: a request and a pipeline become frames."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import ModelError, OptionUnsupported
from ..media import Frame
from .adapter import arguments, frames_of, has_audio
from .loader import LoadedPipeline
from .request import GenerationConfig, check_prompt
from .rules import check_frames, check_size
from .third_party import deterministic, hushed, load_module

OnStep = Callable[[int, int], None]
"""Called after each denoising step with (steps done, steps in all)."""


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """Generated frames in memory; not yet marked, so nothing outside this folder writes them."""

    rgb: npt.NDArray[np.uint8]
    """Pixels, (frames, height, width, 3), sRGB."""
    rate: Fraction
    """Frames a second."""
    seed: int
    notes: tuple[str, ...]
    """What the pipeline did differently from what one may expect: sound left out, prompt cut off."""

    def frames(self) -> Iterator[Frame]:
        """Give the frames in order, from the start each time."""
        for index, rgb in enumerate(self.rgb):
            yield Frame(rgb=rgb, pts_seconds=float(index / self.rate))


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
        OptionUnsupported: An option, size or frame count that the pipeline does not have; never rounded.
        ModelError: The pipeline failed, or memory ran out.
        RefusedByPolicy: Its own safety checker held the clip back.
    """
    call = _call_for(pipeline, config, frames)
    rate = _rate(pipeline, config)
    if "fps" in pipeline.keywords.spelling:
        call[pipeline.keywords.spelling["fps"]] = rate.numerator if rate.denominator == 1 else float(rate)
    result, heard = _run(pipeline, call, seed, on_step)
    rgb = frames_of(result)
    _insist(pipeline, rgb, frames=frames, width=config.width, height=config.height)
    notes = [f"the model warns: {' '.join(line.split())[:300]}" for line in heard if "truncated" in line]
    if has_audio(result):
        notes.append("the model made sound as well; the file holds the picture only")
    return Footage(rgb=rgb, rate=rate, seed=seed, notes=tuple(notes))


def _call_for(pipeline: LoadedPipeline, config: GenerationConfig, frames: int | None) -> dict[str, Any]:
    card, keywords = pipeline.card, pipeline.keywords
    negative = config.negative_prompt
    asked = {
        "negative_prompt": check_prompt(negative, what="negative prompt") if negative else negative,
        "width": config.width,
        "height": config.height,
        "frames": frames,
        "steps": config.steps,
        "guidance_scale": config.guidance_scale,
    }
    defaults = {name: getattr(card, name) for name in asked}
    call = arguments(keywords, asked, defaults)
    check_size(config.width, config.height, pipeline.rules, pipeline=keywords.pipeline)
    if frames is not None:
        check_frames(frames, pipeline.rules, pipeline=keywords.pipeline)
    call["prompt"] = check_prompt(config.prompt)
    if "output_type" in keywords.parameters:
        call["output_type"] = "np"
    return call


def _rate(pipeline: LoadedPipeline, config: GenerationConfig) -> Fraction:
    signature = pipeline.keywords.default("fps")
    rate = config.fps or pipeline.card.fps or pipeline.rules.fps
    if rate is None and signature is not None:
        rate = Fraction(str(signature))
    if rate is None:
        raise OptionUnsupported(f"the frame rate of {pipeline.keywords.pipeline}'s clips is not known; give fps")
    return rate


def _run(
    pipeline: LoadedPipeline, call: dict[str, Any], seed: int, on_step: OnStep | None
) -> tuple[Any, tuple[str, ...]]:
    torch = load_module("torch")
    parameters = pipeline.keywords.parameters
    with hushed() as heard, deterministic(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)  # some pipelines draw beside the generator they are given
        if "generator" in parameters:
            call["generator"] = torch.Generator("cpu").manual_seed(seed)
        call |= _progress(pipeline, on_step)
        try:
            result = pipeline.pipe(**call)
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise ModelError("memory ran out; ask for fewer frames or a smaller size") from error
        except (ValueError, TypeError) as error:  # what check_inputs of the pipelines raises
            raise OptionUnsupported(f"{pipeline.keywords.pipeline} refused the request: {error}") from error
        except (RuntimeError, ArithmeticError, LookupError, AttributeError, ImportError, OSError) as error:
            if "can't allocate memory" in str(error):
                raise ModelError("memory ran out; ask for fewer frames or a smaller size") from error
            raise ModelError(f"{pipeline.keywords.pipeline} failed: {type(error).__name__}: {error}") from error
    return result, tuple(heard)


def _progress(pipeline: LoadedPipeline, on_step: OnStep | None) -> dict[str, Any]:
    """Return the callback in the spelling that the pipeline knows; nothing where it knows none."""
    if on_step is None:
        return {}

    def tell(done: int) -> None:
        total = getattr(pipeline.pipe, "num_timesteps", None) or len(pipeline.pipe.scheduler.timesteps)
        on_step(done, int(total))

    def step_end(_pipe: Any, step: int, _timestep: Any, kept: dict[str, Any]) -> dict[str, Any]:
        tell(step + 1)
        return kept

    def step_end_of_old(step: int, _timestep: Any, _latents: Any) -> None:
        tell(step + 1)

    if "callback_on_step_end" in pipeline.keywords.parameters:
        return {"callback_on_step_end": step_end}
    if {"callback", "callback_steps"} <= pipeline.keywords.parameters:
        return {"callback": step_end_of_old, "callback_steps": 1}
    return {}


def _insist(
    pipeline: LoadedPipeline, rgb: npt.NDArray[np.uint8], *, frames: int | None, width: int | None, height: int | None
) -> None:
    """Asked is made, or an error: the rules know the families, this knows the frames."""
    wanted = (("frames", frames), ("pixels of height", height), ("pixels of width", width))
    for (name, asked), made in zip(wanted, rgb.shape[:3], strict=True):
        if asked is not None and made != asked:
            raise OptionUnsupported(
                f"{pipeline.keywords.pipeline} made {made} {name} where {asked} were asked; ask for what it makes"
            )
