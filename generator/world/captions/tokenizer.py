"""A tokenizer of whole words, as a stock transformers class."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false
# transformers and tokenizers declare many parameters without types.

from typing import Any, Final

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from .words import words_known

PROMPT_TOKENS: Final = 128
"""LTX pipelines pad every prompt to this length by default."""
SPECIAL_TOKENS: Final = ("<pad>", "</s>", "<unk>")
"""Ids 0, 1 and 2."""
PAUSES: Final = (",", ".")
"""The only punctuation that is kept; other pauses read as a comma, the rest as blanks."""


def build_tokenizer() -> PreTrainedTokenizerFast:
    """Return a tokenizer that knows every word of the captions and calls the others `<unk>`.

    Case and accents do not matter: "Émeraude" and "emeraude" are one word; "l'herbe" and "blue-green" are two.
    """
    words = (*SPECIAL_TOKENS, *PAUSES, *sorted(words_known()))
    tokenizer: Any = Tokenizer(models.WordLevel({word: index for index, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.StripAccents(),
            normalizers.Lowercase(),
            normalizers.Replace("œ", "oe"),
            normalizers.Replace(Regex("[:;!?…]+"), ","),
            normalizers.Replace(Regex(r"[^\p{L}\p{N},.]+"), " "),
        ]
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
