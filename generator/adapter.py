"""Seventy-five pipelines, one vocabulary: which keyword each one uses, and where its frames come out."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ..errors import ModelError, NotAVideoModel, OptionUnsupported, RefusedByPolicy
from .siblings import Start

SPELLINGS: dict[str, tuple[str, ...]] = {
    "negative_prompt": ("negative_prompt",),
    "width": ("width",),
    "height": ("height",),
    "frames": ("num_frames", "video_length", "frames"),
    "fps": ("frame_rate", "fps"),
    "steps": ("num_inference_steps",),
    "guidance_scale": ("guidance_scale", "true_cfg_scale"),
}
"""Our word, and how the pipelines of diffusers 0.42 spell it; the first that a signature has is the one."""

_NEEDS_PICTURE = re.compile("ImageToVideo|Image2Video|(?<!T)I2V")
_NEEDS_MORE = re.compile("VideoToVideo|VideoToWorld|Control|InContext|Inpaint|Upsample|Refine|HDR|SR|Edit")
"""Classes whose picture or video is optional in the signature and missed only inside the call."""


@dataclass(frozen=True, slots=True)
class Keywords:
    """How one pipeline's `__call__` is spoken to."""

    pipeline: str
    """Class name."""
    spelling: dict[str, str]
    """Our word to its keyword, for the options that it has."""
    defaults: dict[str, Any]
    """Our word to the signature's default, where it is not None."""
    parameters: frozenset[str]
    """Every keyword it knows."""

    def default(self, option: str) -> Any:
        """Return the signature's default of one of our words, or None."""
        return self.defaults.get(option)


def keywords_of(name: str, call: Callable[..., Any], *, start: Start = "text") -> Keywords:
    """Read a pipeline's signature.

    Args:
        name: The pipeline's class.
        call: Its unbound or bound `__call__`.
        start: What it is to start from.

    Raises:
        NotAVideoModel: It makes something else than video, or needs more than there is to start from.
        OptionUnsupported: It takes no picture, and there is one.
    """
    parameters = {key: value for key, value in inspect.signature(call).parameters.items() if key != "self"}
    spelling = {
        option: spelled
        for option, names in SPELLINGS.items()
        if (spelled := next((candidate for candidate in names if candidate in parameters), None)) is not None
    }
    _refuse_other_kinds(name, parameters, spelling, start)
    defaults = {
        option: default
        for option, spelled in spelling.items()
        if (default := parameters[spelled].default) not in (None, inspect.Parameter.empty)
    }
    return Keywords(name, spelling, defaults, frozenset(parameters))


def _refuse_other_kinds(
    name: str, parameters: dict[str, inspect.Parameter], spelling: dict[str, str], start: Start
) -> None:
    if "frames" not in spelling and "video" not in parameters:
        raise NotAVideoModel(f"{name} makes no video; a text-to-video pipeline of diffusers is needed")
    if start == "image" and "image" not in parameters:
        raise OptionUnsupported(
            f"{name} starts from text alone; leave the image out, or name a model whose pipeline takes one"
        )
    given = ("prompt",) if start == "text" else ("prompt", "image")
    required = [
        key
        for key, value in parameters.items()
        if value.default is inspect.Parameter.empty
        and key not in given
        and value.kind not in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    ]
    more = _NEEDS_MORE.search(name) or (start == "text" and _NEEDS_PICTURE.search(name))
    if required or more or "prompt" not in parameters or "frames" not in spelling:
        needs = ", ".join(required) or "an image or a video"
        wanted = "text alone" if start == "text" else "text and a picture"
        raise NotAVideoModel(f"{name} starts from {needs}; a pipeline that makes video from {wanted} is needed")


def arguments(keywords: Keywords, asked: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """Return the keyword arguments of one call.

    Args:
        keywords: The pipeline's.
        asked: What the user asked for, by our words; None is not asked.
        defaults: What the model's card says; left out quietly where the pipeline lacks the option.

    Raises:
        OptionUnsupported: The user asked for an option that the pipeline lacks. `fps` is none of these: it is the rate
            at which the frames are shown, whether the pipeline wants to know it or not.
    """
    lacking = [option for option, value in asked.items() if value is not None and option not in keywords.spelling]
    lacking = [option for option in lacking if option != "fps"]
    if lacking:
        raise OptionUnsupported(
            f"{keywords.pipeline} has no option {', '.join(lacking)}; it has {', '.join(sorted(keywords.spelling))}"
        )
    wanted = defaults | {option: value for option, value in asked.items() if value is not None}
    return {
        keywords.spelling[option]: value
        for option, value in wanted.items()
        if value is not None and option in keywords.spelling
    }


def frames_of(result: Any) -> npt.NDArray[np.uint8]:
    """Take the clip out of whatever a pipeline returned.

    Args:
        result: A pipeline output (`.frames`, `.video`, `.videos`, `.images`) or a plain tuple; arrays are
            (frames, height, width, 3) or tensors (frames, 3, height, width) in 0–1, with or without a batch axis,
            or lists of PIL images.

    Returns:
        Pixels, (frames, height, width, 3), uint8 sRGB.

    Raises:
        RefusedByPolicy: The model's own safety checker held the clip back.
        ModelError: No frames, or pixels that are not numbers.
    """
    flags = getattr(result, "nsfw_content_detected", None)
    if flags is not None and bool(np.any(np.asarray(flags, dtype=bool))):
        raise RefusedByPolicy("the model's own safety checker held the clip back; change the prompt")
    video = _video_of(result)
    if video is None or len(video) == 0:
        raise ModelError(f"the pipeline returned no frames ({type(result).__name__})")
    return _as_bytes(_as_array(video))


def has_audio(result: Any) -> bool:
    """Return whether the pipeline made sound as well."""
    return any(getattr(result, name, None) is not None for name in ("audio", "sound"))


def _video_of(result: Any) -> Any:
    for name in ("frames", "video", "videos", "images"):
        video = getattr(result, name, None)
        if video is not None:
            return video
    return cast("tuple[Any, ...]", result)[0] if isinstance(result, tuple) and result else None


def _as_array(video: Any) -> npt.NDArray[Any]:
    if hasattr(video, "detach"):  # a torch tensor, channels before the picture
        tensor: npt.NDArray[Any] = video.detach().to("cpu").float().numpy()
        return _unbatched(np.moveaxis(tensor, -3, -1))  # (…, 3, H, W) -> (…, H, W, 3)
    if isinstance(video, list | tuple):
        items = cast("list[Any]", video)
        if len(items) == 1 and _is_clip(items[0]):
            return _as_array(items[0])  # a batch of one clip
        return np.stack([_as_array(picture) for picture in items])
    return _unbatched(np.asarray(video))


def _unbatched(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return array[0] if array.ndim == 5 and array.shape[0] == 1 else array


def _is_clip(video: Any) -> bool:
    return isinstance(video, list | tuple) or getattr(video, "ndim", 0) == 4


def _as_bytes(array: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    if array.ndim != 4 or array.shape[3] != 3:
        raise ModelError(f"the pipeline returned an array of shape {array.shape}; (frames, height, width, 3) is needed")
    if array.dtype == np.uint8:
        return array
    pixels = np.empty(array.shape, dtype=np.uint8)
    for index, picture in enumerate(array):  # one at a time: a float clip is big enough already
        if not np.isfinite(picture).all():
            raise ModelError(
                f"the pipeline returned pixels that are not numbers (frame {index}); try another dtype or device"
            )
        pixels[index] = np.clip(np.rint(picture.astype(np.float32) * 255.0), 0, 255)
    return pixels
