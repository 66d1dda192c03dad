"""LTXVideoTransformer3DModel's forward as plain functions of named weights, for training.

Same numbers as diffusers' from the same parameters (a test compares them), in a form whose block compiles once for all
layers: the modulation of a token is chosen from two (the sample's moment, and zero for tokens that are given clean)
instead of being computed for every token, and query, key and value are one product.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares unflatten, split, step and others without types.

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from .config import CELL_FRAMES, CELL_SIDE

Weights = dict[str, Tensor]


def places(transformer: Any, grid: tuple[int, int, int], fps: int) -> tuple[Tensor, Tensor]:
    """Return cosine and sine of the rotary position code, (1, S, width) each, of a clip of `grid` tokens."""
    frames, rows, columns = grid
    tokens = torch.zeros(1, frames * rows * columns, 1)
    return transformer.rope(tokens, frames, rows, columns, (CELL_FRAMES / fps, CELL_SIDE, CELL_SIDE), None)


def modulation(weights: Weights, moment: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Return shifts, scales and gates (N + 1, 6 width) and what the last layer adds (N + 1, width).

    The last row is of moment 0. AdaLayerNormSingle: sinusoids of 128 frequencies of 1000 * moment, cosines first.
    """
    instants = torch.cat([moment.float() * 1000, torch.zeros(1, device=moment.device)])
    frequency = torch.exp(torch.arange(128, device=moment.device) * (-math.log(10000) / 128))
    angle = instants[:, None] * frequency
    waves = torch.cat([angle.cos(), angle.sin()], dim=1).to(dtype)
    inner = functional.silu(_linear(weights, "time_embed.emb.timestep_embedder.linear_1", waves))
    embedded = _linear(weights, "time_embed.emb.timestep_embedder.linear_2", inner)
    return _linear(weights, "time_embed.linear", functional.silu(embedded)), embedded


def projected_text(weights: Weights, embeds: Tensor) -> Tensor:
    """Bring prompt embeds to the transformer's width."""
    inner = functional.gelu(_linear(weights, "caption_projection.linear_1", embeds), approximate="tanh")
    return _linear(weights, "caption_projection.linear_2", inner)


def block(
    weights: Weights, hidden: Tensor, ada: Tensor, clean: Tensor, text: Tensor, mask: Tensor, turn: Tensor, heads: int
) -> Tensor:
    """One transformer block.

    Args:
        weights: Of the block, by their names in it.
        hidden: Tokens, (N, S, width).
        ada: From `modulation`.
        clean: Which tokens are at moment 0, (N, S) bool.
        text: From `projected_text`, (N, L, width).
        mask: Which of it are words, (N, 1, 1, L) bool.
        turn: Cosine and sine of `places`, (2, 1, S, width).
        heads: Of attention.
    """
    table = weights["scale_shift_table"] + ada.unflatten(1, (6, -1))
    flag = clean[:, :, None]
    shift_a, scale_a, gate_a, shift_f, scale_f, gate_f = (
        torch.where(flag, table[-1:, part, None], table[:-1, part, None]) for part in range(6)
    )
    turned = _rms(hidden, 1e-6) * (1 + scale_a) + shift_a
    hidden = hidden + gate_a * _attend(weights, "attn1", turned, None, None, turn, heads)
    hidden = hidden + _attend(weights, "attn2", hidden, text, mask, None, heads)
    turned = _rms(hidden, 1e-6) * (1 + scale_f) + shift_f
    inner = functional.gelu(_linear(weights, "ff.net.0.proj", turned), approximate="tanh")
    return hidden + gate_f * _linear(weights, "ff.net.2", inner)


def read_out(weights: Weights, hidden: Tensor, embedded: Tensor, clean: Tensor) -> Tensor:
    """Return the velocity of every token, (N, S, C)."""
    table = weights["scale_shift_table"] + embedded[:, None]  # (N + 1, 2, width)
    flag = clean[:, :, None]
    shift, scale = (torch.where(flag, table[-1:, part, None], table[:-1, part, None]) for part in range(2))
    hidden = functional.layer_norm(hidden, hidden.shape[-1:], eps=1e-6) * (1 + scale) + shift
    return _linear(weights, "proj_out", hidden)


def _attend(
    weights: Weights, name: str, x: Tensor, context: Tensor | None, mask: Tensor | None, turn: Tensor | None, heads: int
) -> Tensor:
    if context is None:
        query, key, value = _several(weights, name, ("to_q", "to_k", "to_v"), x)
    else:
        query = _linear(weights, f"{name}.to_q", x)
        key, value = _several(weights, name, ("to_k", "to_v"), context)
    query = _rms(query, 1e-5) * weights[f"{name}.norm_q.weight"]
    key = _rms(key, 1e-5) * weights[f"{name}.norm_k.weight"]
    if turn is not None:
        query, key = _turn(query, turn), _turn(key, turn)
    query, key, value = (part.unflatten(2, (heads, -1)).transpose(1, 2) for part in (query, key, value))
    found = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    return _linear(weights, f"{name}.to_out.0", found.transpose(1, 2).flatten(2))


def _several(weights: Weights, name: str, parts: tuple[str, ...], x: Tensor) -> tuple[Tensor, ...]:
    weight = torch.cat([weights[f"{name}.{part}.weight"] for part in parts])
    bias = torch.cat([weights[f"{name}.{part}.bias"] for part in parts])
    return functional.linear(x, weight, bias).chunk(len(parts), dim=-1)


def _linear(weights: Weights, name: str, x: Tensor) -> Tensor:
    return functional.linear(x, weights[f"{name}.weight"], weights[f"{name}.bias"])


def _turn(x: Tensor, turn: Tensor) -> Tensor:
    """Rotate neighbouring pairs of channels by their token's place."""
    even, odd = x.float().unflatten(2, (-1, 2)).unbind(-1)
    turned = torch.stack([-odd, even], dim=-1).flatten(2)
    return (x.float() * turn[0] + turned * turn[1]).to(x.dtype)


def _rms(x: Tensor, epsilon: float) -> Tensor:
    wide = x.float()
    return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + epsilon)).to(x.dtype)
