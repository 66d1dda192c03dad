"""Call a stock pipeline once for a whole clip, in its own words."""

from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import OptionUnsupported
from .adapter import arguments, frames_of, has_audio
from .loader import LoadedPipeline
from .sampling import OnStep
from .third_party import load_module

SOUND_LEFT_OUT = "the model made sound as well; the file holds the picture only"


def call(
    pipeline: LoadedPipeline,
    prompt: str,
    asked: dict[str, Any],
    defaults: dict[str, Any],
    *,
    rate: float,
    image: npt.NDArray[np.uint8] | None,
    seed: int,
    on_step: OnStep | None,
) -> tuple[npt.NDArray[np.uint8], tuple[str, ...]]:
    """Make a clip.

    Args:
        pipeline: A loaded one.
        prompt: As the model gets it.
        asked: By our words, what must be as it is asked; None is not asked.
        defaults: By our words, what may be left out where the pipeline lacks the option.
        rate: Frames a second, for a pipeline that wants to know.
        image: The first frame, (height, width, 3).
        seed: Of the noise; drawn on the CPU whatever the device.
        on_step: Told of progress; quiet where the pipeline has no callback.

    Returns:
        Pixels, (frames, height, width, 3), sRGB, and notes.

    Raises:
        OptionUnsupported: An option that the pipeline does not have, or a count or size that it does not make.
        ModelError: No frames, or pixels that are not numbers.
        RefusedByPolicy: Its own safety checker held the clip back.
    """
    keywords = pipeline.keywords
    words = arguments(keywords, asked, defaults) | {"prompt": prompt}
    if "fps" in keywords.spelling:
        words[keywords.spelling["fps"]] = int(rate) if float(rate).is_integer() else rate
    if "output_type" in keywords.parameters:
        words["output_type"] = "np"
    if "generator" in keywords.parameters:
        words["generator"] = load_module("torch").Generator("cpu").manual_seed(seed)
    if image is not None:
        words["image"] = _pil(pipeline, image)
    try:
        result = pipeline.pipe(**words, **_progress(pipeline, on_step))
    except (ValueError, TypeError) as error:  # what check_inputs of the pipelines raises
        raise OptionUnsupported(f"{keywords.pipeline} refused the request: {error}") from error
    rgb = frames_of(result)
    _insist(pipeline, rgb, asked)
    return rgb, (SOUND_LEFT_OUT,) if has_audio(result) else ()


def _pil(pipeline: LoadedPipeline, image: npt.NDArray[np.uint8]) -> Any:
    if "image" not in pipeline.keywords.parameters:
        raise OptionUnsupported(f"{pipeline.keywords.pipeline} was loaded to start from text; load it for a picture")
    return load_module("PIL.Image").fromarray(image)  # what every family's image processor takes


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


def _insist(pipeline: LoadedPipeline, rgb: npt.NDArray[np.uint8], asked: dict[str, Any]) -> None:
    """Asked is made, or an error: the rules know the families, this knows the frames."""
    for (name, said), made in zip(_SIDES.items(), rgb.shape[:3], strict=True):
        wanted = asked[name]
        if wanted is not None and made != wanted:
            raise OptionUnsupported(
                f"{pipeline.keywords.pipeline} made {made} {said} where {wanted} were asked; ask for what it makes"
            )


_SIDES = {"frames": "frames", "height": "pixels of height", "width": "pixels of width"}
