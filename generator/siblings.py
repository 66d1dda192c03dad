"""Which of diffusers' pipeline classes starts from what one has: text alone, or text and a picture."""

from collections.abc import Mapping
from typing import Any, Literal

from .third_party import load_module

Start = Literal["text", "image"]

_SIBLINGS = {
    "LTXPipeline": "LTXImageToVideoPipeline",
    "LTX2Pipeline": "LTX2ImageToVideoPipeline",
    "MotifVideoPipeline": "MotifVideoImage2VideoPipeline",
    "SanaVideoPipeline": "SanaImageToVideoPipeline",
    "SkyReelsV2DiffusionForcingPipeline": "SkyReelsV2DiffusionForcingImageToVideoPipeline",
    "WanPipeline": "WanImageToVideoPipeline",
}
"""Classes of diffusers 0.42 that make video from a picture with the very weights of a text-to-video model. Others
(CogVideoX, HunyuanVideo 1.5, Kandinsky 5) have a class of that kind too, but for weights of its own."""


def class_for(start: Start, stock: Any, index: Mapping[str, Any]) -> Any:
    """Return the class to load a model with.

    Args:
        start: What there is to start from.
        stock: The class that the model's index names.
        index: The index, model_index.json.

    Returns:
        The sibling that takes a picture, where the weights fit it; else the class itself.
    """
    sibling = _SIBLINGS.get(stock.__name__) if start == "image" else None
    if stock.__name__ == "WanPipeline" and not index.get("expand_timesteps"):
        return stock  # only the model of 5 B is one for both; the others' image-to-video weights are wider
    return stock if sibling is None else getattr(load_module("diffusers"), sibling)
