"""What the networks are asked on the side, so that they learn sooner what words mean and where things are.

A renderer knows what is where. From the middle of the transformer a linear layer is to read off every token which kinds
and colours are there: hidden states that know it early make a diffusion transformer learn several times faster (Yu et
al., "Representation Alignment for Generation", arXiv:2410.06940, who align them with a vision model's). And from the
words alone small heads are to tell the colour, size and material of every kind that is named, so that the text encoder
binds what is said of a thing to that thing, and what happens, which way, where, and how it is filmed. All of it must be
asked: what is left out is learned later or, like left and right in a run that asked about things only, not at all. No
head ships; all questions fade out over training.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# torch declares flatten and others without types.

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from ..world import (
    ACTIONS,
    BACKGROUNDS,
    CAMERAS,
    COLOURS,
    DIRECTIONS,
    KINDS,
    LIGHTS,
    MATERIALS,
    RELATIONS,
    SIZES,
    STYLES,
    Scene,
)
from ..world.light import COLOUR_RGB
from ..world.packing import ITEM, PackedScenes
from ..world.vocabulary import KIND_FACTS
from .config import CELL_FRAMES

SEEN: Final = len(KINDS) + len(COLOURS)
"""What can be at a token: any of the kinds, any of the colours."""
_ANSWERS: Final = (1 + len(COLOURS), len(SIZES), len(MATERIALS))
"""Of every kind: absent or its colour, its size, its material."""
_WHOLE: Final[dict[str, tuple[str | None, ...]]] = {
    "action": ACTIONS,
    "direction": (None, *DIRECTIONS),
    "relation": (None, *RELATIONS),
    "camera": CAMERAS,
    "background": BACKGROUNDS,
    "light": LIGHTS,
    "style": STYLES,
}
"""Of the whole scene, by the names of its fields."""
TOLD: Final = len(KINDS) * len(_ANSWERS) + len(_WHOLE)
"""Answers that the words of a clip hold."""
_REACH: Final = 0.04
"""A token counts as covered where a thing comes so near to its middle, half picture widths."""
_HALF: Final = np.array([(KIND_FACTS[kind].half_width, KIND_FACTS[kind].half_height) for kind in KINDS], np.float32)
_RGB: Final = np.array([COLOUR_RGB[colour] for colour in COLOURS], np.float32)


def seen_of(packed: PackedScenes, rows: int) -> npt.NDArray[np.uint8]:
    """Return what is where, bits packed: (clips, F, rows, rows, SEEN / 8) for clips of 4 F - 3 frames."""
    count = (packed.items.shape[1] - 1) // CELL_FRAMES + 1
    moments = [max(0, CELL_FRAMES * frame - CELL_FRAMES // 2) for frame in range(count)]  # the middle of each cell
    items = packed.items[:, moments]  # (clips, F, slots, fields)
    drawn = items[..., ITEM["drawn"]].astype(np.int64)
    is_thing = (drawn >= 0) & (drawn < len(KINDS))
    kind = np.where(is_thing, drawn, 0)
    rgb = items[..., ITEM["red"] : ITEM["blue"] + 1]
    colour = np.square(rgb[..., None, :] - _RGB).sum(-1).argmin(-1)
    half = _HALF[kind] * items[..., [ITEM["stretch_x"], ITEM["stretch_y"]]] * items[..., ITEM["scale"], None]
    cos, sin = np.abs(items[..., ITEM["cos"]]), np.abs(items[..., ITEM["sin"]])
    wide, tall = half[..., 0] * cos + half[..., 1] * sin, half[..., 0] * sin + half[..., 1] * cos
    middles = (2 * np.arange(rows, dtype=np.float32) + 1) / rows - 1
    across = np.abs(middles - items[..., ITEM["u"], None]) < (wide + _REACH)[..., None]  # (clips, F, slots, columns)
    along = np.abs(-middles - items[..., ITEM["v"], None]) < (tall + _REACH)[..., None]  # rows go down
    covers = across[..., None, :] & along[..., :, None] & is_thing[..., None, None]
    what = np.eye(len(KINDS), dtype=bool)[kind], np.eye(len(COLOURS), dtype=bool)[colour]
    named = np.concatenate(what, axis=-1)  # (clips, F, slots, SEEN)
    found = (covers[..., None] & named[..., None, None, :]).any(2)
    return np.packbits(found, axis=-1, bitorder="little")


def told_of(scenes: Sequence[Scene]) -> npt.NDArray[np.uint8]:
    """Return what is so, (clips, TOLD).

    Three numbers a kind, its colour (0 where it is absent, else 1 + its index), size and material; then the whole.
    """
    things = np.zeros((len(scenes), len(KINDS), len(_ANSWERS)), np.uint8)
    whole = np.zeros((len(scenes), len(_WHOLE)), np.uint8)
    for place, scene in enumerate(scenes):
        for thing in scene.things:
            things[place, KINDS.index(thing.kind)] = (
                1 + COLOURS.index(thing.colour), SIZES.index(thing.size), MATERIALS.index(thing.material)
            )  # fmt: skip
        whole[place] = [values.index(getattr(scene, name)) for name, values in _WHOLE.items()]
    return np.concatenate([things.reshape(len(scenes), -1), whole], axis=1)


class Questions(nn.Module):
    """The heads."""

    def __init__(self, width: int, text_width: int) -> None:
        super().__init__()
        self.seen = nn.Linear(width, SEEN)
        self.asked = nn.Parameter(torch.randn(len(KINDS) + len(_WHOLE), text_width) * text_width**-0.5)
        self.things = nn.Linear(text_width, sum(_ANSWERS))
        self.whole = nn.ModuleList([nn.Linear(text_width, len(values)) for values in _WHOLE.values()])

    def loss_of_seen(self, hidden: Tensor, seen: Tensor) -> Tensor:
        """Return the cross entropy of what is at each token, summed over what can be: (N, S, width), (N, S, bytes)."""
        shifts = torch.arange(8, device=seen.device, dtype=torch.uint8)
        bits = ((seen[..., None] >> shifts) & 1).flatten(-2).float()
        logits = self.seen(hidden.float())
        return functional.binary_cross_entropy_with_logits(logits, bits, reduction="none").sum(-1).mean()

    def loss_of_told(self, embeds: Tensor, is_word: Tensor, told: Tensor) -> Tensor:
        """Return the cross entropy of what words say: (N, L, text width), (N, L) bool, (N, TOLD).

        Each kind and each question about the whole looks for its own words; what a caption leaves out can only be
        guessed.
        """
        embeds = embeds.float()
        scores = torch.einsum("kc,nlc->nkl", self.asked, embeds).masked_fill(~is_word[:, None], -1e4)
        found = torch.einsum("nkl,nlc->nkc", scores.softmax(-1), embeds)
        wanted = told.long()
        of_things = wanted[:, : -len(_WHOLE)].reshape(-1, len(KINDS), len(_ANSWERS))
        loss = self._of_things(found[:, : len(KINDS)], of_things)
        for place, head in enumerate(self.whole):
            logits = head(found[:, len(KINDS) + place])
            loss = loss + functional.cross_entropy(logits, wanted[:, place - len(_WHOLE)])
        return loss

    def _of_things(self, found: Tensor, wanted: Tensor) -> Tensor:
        """(N, kinds, text width), (N, kinds, 3); size and material are asked of what is there."""
        colour, size, material = self.things(found).split(_ANSWERS, dim=-1)
        is_there = (wanted[..., 0] > 0).float()
        loss = functional.cross_entropy(colour.flatten(0, 1), wanted[..., 0].flatten())
        for logits, column in ((size, 1), (material, 2)):
            each = functional.cross_entropy(logits.flatten(0, 1), wanted[..., column].flatten(), reduction="none")
            loss = loss + (each.view_as(is_there) * is_there).mean()
        return loss
