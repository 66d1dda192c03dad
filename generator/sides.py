"""Left and right: what the words ask for, which way a clip goes, and turning it over where the two differ.

A picture of the tiny world turned over from left to right is a picture of the tiny world, and as likely. So a clip that
goes the wrong way is one that goes the right way, seen in a mirror; which way it should go and which way it goes are
read by two small networks that learned from captions and from renders (`training.sides`), never from the model's clips.
They lie beside the model's parts, in `sides/model.safetensors`; stock pipelines take no notice of them.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares flatten and others without types.

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from .narrow import part_of, reading

FILE: Final = "sides/model.safetensors"
"""In the model's directory."""
SIDE: Final = 64
"""Pixels of the pictures that clips are read from."""
LOOKED_AT: Final = tuple(range(0, 49, 4))
"""Frames of a window that are looked at, or as many evenly spread over another length."""
WORDS: Final = 64
"""Tokens of a prompt that are read."""
_SURE: Final = 0.9
"""Words ask for a side where it is so likely; a clip that was turned over for nothing would be as wrong as before."""


class WordsReader(nn.Module):
    """Which way a prompt says: logits of nothing said, left, right."""

    def __init__(self, vocabulary: int, width: int = 32) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.places = nn.Parameter(torch.randn(WORDS, width) * 0.02)
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, 0.0, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.answer = nn.Linear(width, 3)

    def forward(self, ids: Tensor) -> Tensor:
        """Return (N, 3) of token ids (N, WORDS); the padding is 0."""
        is_word = ids != 0
        hidden = self.layers(self.tokens(ids) + self.places, src_key_padding_mask=~is_word)
        mean = (hidden * is_word[..., None]).sum(1) / is_word.sum(1, keepdim=True).clamp_min(1)
        return self.answer(mean)


class ClipsReader(nn.Module):
    """Which way a clip goes: one logit, above 0 to the right. A clip turned over has exactly the opposite one."""

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        channels = (3 * len(LOOKED_AT), width, 2 * width, 3 * width, 4 * width)
        self.layers = nn.ModuleList(
            nn.Conv2d(inward, outward, 3 if index else 5, stride=2, padding=1 if index else 2)
            for index, (inward, outward) in enumerate(pairwise(channels))
        )
        self.norms = nn.ModuleList(nn.GroupNorm(8, outward) for outward in channels[1:])
        self.answer = nn.Sequential(nn.Linear(8 * width, 64), nn.SiLU(), nn.Linear(64, 1))

    def forward(self, clips: Tensor) -> Tensor:
        """Return (N,) of clips (N, frames, 3, SIDE, SIDE) in [0, 1]."""
        return self._seen(clips) - self._seen(clips.flip(-1))

    def _seen(self, clips: Tensor) -> Tensor:
        hidden = clips.flatten(1, 2) * 2 - 1
        for layer, norm in zip(self.layers, self.norms, strict=True):
            hidden = functional.silu(norm(layer(hidden)))
        return self.answer(torch.cat([hidden.mean((2, 3)), hidden.amax((2, 3))], dim=1))[:, 0]


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Both readers, and the tokenizer that words are read with."""

    words: WordsReader
    clips: ClipsReader
    tokenizer: Any


def load_sides(directory: Path, tokenizer: Any) -> Sides | None:
    """Return the readers of a model directory; None where it has none.

    Raises:
        ModelUnavailable: The file is not one of theirs.
    """
    path = directory / FILE
    if not path.is_file():
        return None
    with reading(path, "readers of left and right") as found:
        words = WordsReader(*found["words.tokens.weight"].shape)
        clips = ClipsReader(found["clips.layers.0.weight"].shape[0])
        words.load_state_dict(part_of(found, "words"))
        clips.load_state_dict(part_of(found, "clips"))
    return Sides(words.eval(), clips.eval(), tokenizer)


@torch.no_grad()
def goes_wrong(sides: Sides, prompts: Sequence[str], clips: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Return which clips go to the other side than their words say, (clips,).

    Args:
        sides: The readers.
        prompts: One a clip.
        clips: Their first windows, (clips, frames, height, width, 3), sRGB.
    """
    wanted = asked_of(sides, prompts)
    shown = sides.clips(reduced(clips)).sign().numpy()
    return (wanted != 0) & (wanted * shown < 0)


@torch.no_grad()
def asked_of(sides: Sides, prompts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return -1 where words ask for left, 1 for right, 0 where they ask for neither or are in doubt, (prompts,)."""
    found = sides.tokenizer(list(prompts), padding="max_length", max_length=WORDS, truncation=True)
    likely = sides.words(torch.tensor(found["input_ids"])).softmax(1)
    side = torch.where(likely[:, 1] > likely[:, 2], -1, 1)
    return torch.where(likely[:, 1:].amax(1) > _SURE, side, 0).numpy()


def reduced(clips: npt.NDArray[np.uint8]) -> Tensor:
    """Shrink the frames that are looked at: (N, frames, height, width, 3) bytes -> (N, 13, 3, SIDE, SIDE) in [0, 1]."""
    last = clips.shape[1] - 1
    looked_at = LOOKED_AT if last == LOOKED_AT[-1] else np.linspace(0, last, len(LOOKED_AT)).round().astype(int)
    frames = torch.from_numpy(np.ascontiguousarray(clips[:, list(looked_at)])).permute(0, 1, 4, 2, 3).float() / 255
    small = functional.interpolate(frames.flatten(0, 1), size=(SIDE, SIDE), mode="area")
    return small.unflatten(0, frames.shape[:2])
