"""What a prompt says, read by a small network off the text encoder's table of words."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares many of its functions without types.

from typing import Final

import torch
from torch import Tensor, nn

from ..world import KINDS
from .questions import OF_THINGS, OF_WHOLE, Answers, outcome_told

WORDS: Final = 64
"""Tokens of a prompt that are read."""
_WHOLE: Final = {name: count for name, count in OF_WHOLE.items() if name != "outcome"}
"""What an action leaves behind is no question of its own."""


class WordsReader(nn.Module):
    """Which scene a prompt tells of: each kind, and each question about the whole, looks for its own words."""

    def __init__(self, text_width: int, width: int = 64) -> None:
        super().__init__()
        self.inward = nn.Linear(text_width, width)
        self.places = nn.Parameter(torch.randn(WORDS, width) * 0.02)
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, 0.0, batch_first=True, norm_first=True)
        self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.asked = nn.Parameter(torch.randn(len(KINDS) + len(_WHOLE), width) * width**-0.5)
        self.things = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, sum(OF_THINGS.values())))
        self.whole = nn.ModuleDict({name: nn.Linear(width, count) for name, count in _WHOLE.items()})

    def forward(self, table: Tensor, ids: Tensor) -> Answers:
        """Read token ids (N, WORDS), the padding is 0, with the encoder's table of words (words, text width)."""
        is_word = ids != 0
        hidden = self.layers(self.inward(table[ids]) + self.places, src_key_padding_mask=~is_word)
        scores = torch.einsum("kc,nlc->nkl", self.asked, hidden).masked_fill(~is_word[:, None], -1e4)
        found = torch.einsum("nkl,nlc->nkc", scores.softmax(-1), hidden)
        parts = self.things(found[:, : len(KINDS)]).split(tuple(OF_THINGS.values()), dim=-1)
        answers = {name: part.log_softmax(-1) for name, part in zip(OF_THINGS, parts, strict=True)}
        for place, (name, head) in enumerate(self.whole.items(), start=len(KINDS)):
            answers[name] = head(found[:, place]).log_softmax(-1)
        return answers | {"outcome": outcome_told(answers["action"])}
