"""How well half-made clips match their prompts, so that of several candidates the best is finished.

Of eighteen prompts about two and three things 65 % of the things were right in any one candidate, 86 % in the best of
six: drawing again is worth it where somebody can choose. Both readers learned from captions and renders
(`training.matching`), never from the model's clips; they lie beside the model's parts, in `matching/model.safetensors`,
and stock pipelines take no notice of them.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch and safetensors declare many of their functions without types.

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor

from ..narrow import part_of, reading
from .questions import SHAPES, Answers, agreement
from .states import StatesReader
from .words import WORDS, WordsReader

FILE: Final = "matching/model.safetensors"
"""In the model's directory."""
LEVELS: Final = (0.643, 0.5)
"""Shares of noise under which renders are learned from. The default eight steps come by both, after five and six;
candidates are compared after three, under more noise: on eighteen prompts they were chosen as well, for less time."""
ASKED: Final = ("things", "end", "background", "light")
"""What candidates are compared by. On eighteen prompts that are in no exam, six candidates each, what else is read
(action, camera, sizes, …) chose worse than that alone: it is read less surely, and drowns what is. A clip that goes the
wrong way is turned over at the end (`sides`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Matcher:
    """Both readers, and what they need beside words and states."""

    words: WordsReader
    states: StatesReader
    usual: Answers
    """Log-probabilities of answers where nothing is known, *SHAPES[question] each."""
    tokenizer: Any
    table: Tensor
    """The text encoder's words, (words, text width)."""


def load_matcher(directory: Path, pipe: Any) -> Matcher | None:
    """Return the readers of a model directory; None where it has none.

    Args:
        directory: Of the model.
        pipe: The pipeline that was loaded from it.

    Raises:
        ModelUnavailable: The file is not one of theirs.
    """
    path = directory / FILE
    if not path.is_file():
        return None
    with reading(path, "readers of words and states of this model") as found:
        table, config = words_of(pipe), pipe.transformer.config
        state_width = config.num_attention_heads * config.attention_head_dim
        words = WordsReader(table.shape[1], found["words.inward.weight"].shape[0])
        states = StatesReader(state_width, found["states.inward.weight"].shape[0])
        words.load_state_dict(part_of(found, "words"))
        states.load_state_dict(part_of(found, "states"))
        usual = {name: found[f"usual.{name}"].view(shape) for name, shape in SHAPES.items()}
    return Matcher(words.eval(), states.eval(), usual, pipe.tokenizer, table)


def words_of(pipe: Any) -> Tensor:
    """Return the table of words of a pipeline's text encoder, (words, width), float32 on the CPU."""
    return pipe.text_encoder.get_input_embeddings().weight.detach().float().cpu()


@torch.no_grad()
def told(matcher: Matcher, prompts: Sequence[str]) -> Answers:
    """Return what prompts say, one row each."""
    found = matcher.tokenizer(list(prompts), padding="max_length", max_length=WORDS, truncation=True)
    return matcher.words(matcher.table, torch.tensor(found["input_ids"]))


@torch.no_grad()
def best(matcher: Matcher, prompts: Sequence[str], states: Tensor) -> Tensor:
    """Return which candidate matches each prompt best, (prompts,).

    Args:
        matcher: The readers.
        prompts: One a clip.
        states: Hidden states of the candidates of each, (prompts, candidates, frames, rows, columns, width).
    """
    count = states.shape[1]
    said = {name: rows.repeat_interleave(count, 0) for name, rows in told(matcher, prompts).items()}
    shown = matcher.states(states.flatten(0, 1).float().cpu())
    return agreement(said, shown, matcher.usual, ASKED).view(-1, count).argmax(1)
