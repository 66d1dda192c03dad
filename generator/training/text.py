"""Words to numbers: the T5 encoder that learns together with the transformer."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportPrivateUsage=false
# transformers declares many parameters and all submodules without types.

from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional
from transformers import T5Config, T5EncoderModel

from .config import Sizes

PROMPT_TOKENS: Final = 128
"""LTX pipelines pad every prompt to this length, and run the text encoder over the padding without a mask."""
HEADS: Final = 4


def build_text_encoder(sizes: Sizes, vocabulary: int) -> T5EncoderModel:
    """Return an untrained encoder for token ids below `vocabulary`; id 0 is the padding, 1 the end."""
    return T5EncoderModel(
        T5Config(
            vocab_size=vocabulary,
            d_model=sizes.text_width,
            d_kv=sizes.text_width // HEADS,
            d_ff=2 * sizes.text_width,
            num_layers=sizes.text_depth,
            num_heads=HEADS,
            dropout_rate=0.0,
            feed_forward_proj="gated-gelu",
            relative_attention_num_buckets=32,
            relative_attention_max_distance=64,
            pad_token_id=0,
            eos_token_id=1,
        )
    )


def distance_buckets(encoder: Any) -> Tensor:
    """Return which of T5's position biases holds between each two of the 128 places, (128, 128)."""
    attention = encoder.encoder.block[0].layer[0].SelfAttention
    place = torch.arange(PROMPT_TOKENS)
    return attention._relative_position_bucket(
        place[None, :] - place[:, None],
        bidirectional=True,
        num_buckets=attention.relative_attention_num_buckets,
        max_distance=attention.relative_attention_max_distance,
    )


def text_block(weights: dict[str, Tensor], hidden: Tensor, bias: Tensor) -> Tensor:
    """One block of T5's encoder over (N, L, width), by the weights' names in transformers.

    T5's attention has no scale, no mask here (as LTX pipelines call it), and one position bias, (1, heads, L, L), for
    all layers (Raffel et al., arXiv:1910.10683).
    """
    own, feed = "layer.0.SelfAttention", "layer.1.DenseReluDense"
    seen = scaled_rms(hidden, weights["layer.0.layer_norm.weight"])
    query, key, value = (
        functional.linear(seen, weights[f"{own}.{part}.weight"]).unflatten(2, (HEADS, -1)).transpose(1, 2)
        for part in ("q", "k", "v")
    )
    found = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias, scale=1.0)
    hidden = hidden + functional.linear(found.transpose(1, 2).flatten(2), weights[f"{own}.o.weight"])
    seen = scaled_rms(hidden, weights["layer.1.layer_norm.weight"])
    gate = functional.gelu(functional.linear(seen, weights[f"{feed}.wi_0.weight"]), approximate="tanh")
    inner = gate * functional.linear(seen, weights[f"{feed}.wi_1.weight"])
    return hidden + functional.linear(inner, weights[f"{feed}.wo.weight"])


def scaled_rms(x: Tensor, weight: Tensor) -> Tensor:
    """T5's norm: root mean square, no shift."""
    wide = x.float()
    return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + 1e-6)).to(x.dtype) * weight
