"""Words to numbers: a tokenizer of whole words and a small T5 encoder."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false
# transformers and tokenizers declare many parameters without types.

from collections.abc import Sequence
from typing import Any, Final

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from torch import Tensor
from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel

from ..world import vocabulary_words

TEXT_WIDTH: Final = 128
PROMPT_TOKENS: Final = 128
"""LTX pipelines pad every prompt to this length by default."""
_SHORT: Final = 32
"""No caption of the world is longer."""


def build_tokenizer() -> PreTrainedTokenizerFast:
    """Return a tokenizer that knows every word of the captions and calls the others `<unk>`."""
    words = ("<pad>", "</s>", "<unk>", *vocabulary_words())
    tokenizer: Any = Tokenizer(models.WordLevel({word: index for index, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase()]  # "Émeraude" -> "emeraude"
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=PROMPT_TOKENS,
        padding_side="right",
    )


def build_text_encoder(tokenizer: PreTrainedTokenizerFast) -> T5EncoderModel:
    """Return an untrained encoder of two layers."""
    return T5EncoderModel(
        T5Config(
            vocab_size=len(tokenizer),
            d_model=TEXT_WIDTH,
            d_kv=32,
            d_ff=256,
            num_layers=2,
            num_heads=4,
            dropout_rate=0.0,
            feed_forward_proj="gated-gelu",
            relative_attention_num_buckets=16,
            relative_attention_max_distance=32,
            pad_token_id=0,
            eos_token_id=1,
        )
    )


def embed_captions(
    encoder: T5EncoderModel, tokenizer: PreTrainedTokenizerFast, captions: Sequence[str], *, full_length: bool
) -> tuple[Tensor, Tensor]:
    """Return prompt embeds (N, L, TEXT_WIDTH) and their mask (N, L), cut to the longest caption.

    LTX pipelines run the text encoder over the padding without a mask, so what it says of a word depends on the
    padding. Captions are therefore padded as the pipeline pads them (`full_length`), or to less, which is cheaper and
    teaches the encoder not to care; the embeds of the padding itself are masked from the transformer and cut off here.
    """
    length = PROMPT_TOKENS if full_length else _SHORT
    found: Any = tokenizer(
        list(captions), padding="max_length", max_length=length, truncation=True, return_tensors="pt"
    )
    embeds: Tensor = encoder(found.input_ids)[0]
    mask: Tensor = found.attention_mask
    longest = int(mask.sum(1).max())
    return embeds[:, :longest], mask[:, :longest].to(torch.float32)
