"""Text encoder and transformer as one network: from noisy tokens and words to a velocity."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# diffusers declares many parameters and all submodules without types.

from typing import Any, Final, TypeAlias, cast

import torch
from diffusers.models.transformers.transformer_ltx import LTXVideoTransformer3DModel
from torch import Tensor, nn
from torch.nn import functional
from transformers import T5EncoderModel

from .asking import Questions
from .config import TrainingConfig
from .fusing import Fused
from .quantise import as_used
from .text import PROMPT_TOKENS, build_text_encoder, distance_buckets, scaled_rms, text_block
from .transformer import Weights, block, modulation, places, projected_text, read_out

FPS: Final = 16
"""Frames per second that positions are counted at, as the shipped model is called."""

How: TypeAlias = tuple[bool, torch.dtype]
"""Whether weights are rounded to what the files hold, and the type to compute in."""


class Denoiser(nn.Module):
    """Transformer and text encoder; forward is the velocity, through weights as the files will hold them."""

    buckets: Tensor
    turn: Tensor

    def __init__(
        self, transformer: LTXVideoTransformer3DModel, text_encoder: T5EncoderModel, grid: tuple[int, int, int]
    ) -> None:
        super().__init__()
        self.transformer = transformer
        self.text_encoder = text_encoder
        self.grid = grid
        sizes = cast("Any", transformer).config
        self.questions = Questions(
            sizes.num_attention_heads * sizes.attention_head_dim, cast("Any", text_encoder).config.d_model
        )
        """What training asks on the side; it ships with no model."""
        self.dtype = torch.float32
        """Of everything between the first and the last layer."""
        self.narrow = True
        """Whether forward rounds weights to what the files hold."""
        self.register_buffer("buckets", distance_buckets(text_encoder), persistent=False)
        self.register_buffer("turn", torch.stack(places(transformer, grid, FPS)), persistent=False)
        self._fused: dict[str, Fused] = {}
        self.fuse(compiled=False)

    def fuse(self, *, compiled: bool) -> None:
        """Choose whether the parts that forward is made of are compiled; each block's graph serves all its layers."""
        parts = {"text": _text_layer, "block": _layer, "first": _first, "last": _last}
        self._fused = {name: Fused(part, compiled=compiled) for name, part in parts.items()}

    @property
    def compiled(self) -> bool:
        """Whether any part is."""
        return any(part.compiled for part in self._fused.values())

    def settle(self) -> None:
        """Give compiling up."""
        for part in self._fused.values():
            part.settle()

    def forward(self, latents: Tensor, moment: Tensor, clean: Tensor, ids: Tensor) -> Tensor:
        """Return the velocity, noise - latents, of every token, float32; see `observed`."""
        return self.observed(latents, moment, clean, ids)[0]

    def observed(self, latents: Tensor, moment: Tensor, clean: Tensor, ids: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return the velocity, noise - latents, of every token, float32; hidden states from the middle; prompt embeds.

        Args:
            latents: Noisy tokens, (N, S, C), frame by frame, row by row.
            moment: Share of noise, (N,), 0 to 1.
            clean: Which tokens are given clean and seen at moment 0, (N, S) bool.
            ids: Token ids, (N, 64 or fewer); the padding is 0.
        """
        how = (self.narrow, self.dtype)
        embeds = self.read(ids)
        outer = _outer(self.transformer)
        hidden, ada, embedded, text = self._fused["first"](outer, latents, moment, embeds, how)
        mask = (ids != 0)[:, None, None, :]
        heads: int = cast("Any", self.transformer).config.num_attention_heads
        layers = _layers(cast("Any", self.transformer).transformer_blocks)
        middle = hidden
        for index, weights in enumerate(layers):
            hidden = self._fused["block"](weights, hidden, ada, clean, text, mask, self.turn, heads, how)
            middle = hidden if index == len(layers) // 2 else middle
        return self._fused["last"](outer, hidden, embedded, clean, how), middle, embeds

    def read(self, ids: Tensor) -> Tensor:
        """Return prompt embeds, (N, L, text width), of ids (N, L <= 128), as LTXPipeline makes them."""
        padded = functional.pad(ids, (0, PROMPT_TOKENS - ids.shape[1]))
        encoder = cast("Any", self.text_encoder).encoder
        words = as_used({"shared.weight": cast("Any", self.text_encoder).shared.weight}, self.dtype, narrow=self.narrow)
        hidden = functional.embedding(padded, words["shared.weight"])
        table = encoder.block[0].layer[0].SelfAttention.relative_attention_bias.weight
        bias = functional.embedding(self.buckets, table).permute(2, 0, 1)[None].to(self.dtype)
        for weights in _layers(encoder.block):
            named = {name: weight for name, weight in weights.items() if "relative_attention_bias" not in name}
            hidden = self._fused["text"](named, hidden, bias, (self.narrow, self.dtype))
        return scaled_rms(hidden[:, : ids.shape[1]], encoder.final_layer_norm.weight.to(self.dtype))


def build_denoiser(config: TrainingConfig, vocabulary: int) -> Denoiser:
    """Return the untrained networks, seeded; every block starts as the identity and the velocity at zero."""
    torch.manual_seed(config.seed)
    sizes = config.sizes
    transformer = LTXVideoTransformer3DModel(
        in_channels=sizes.latent_channels,
        out_channels=sizes.latent_channels,
        num_attention_heads=sizes.heads,
        attention_head_dim=sizes.width // sizes.heads,
        cross_attention_dim=sizes.width,
        num_layers=sizes.depth,
        caption_channels=sizes.text_width,
    )
    last = [transformer.proj_out, cast("Any", transformer.time_embed).linear]
    for layer in cast("Any", transformer).transformer_blocks:
        last += [layer.attn1.to_out[0], layer.attn2.to_out[0], layer.ff.net[2]]
    with torch.no_grad():
        for layer in last:
            layer.weight.zero_()
            layer.bias.zero_()
        transformer.scale_shift_table.zero_()
        for layer in cast("Any", transformer).transformer_blocks:
            layer.scale_shift_table.zero_()
            layer.scale_shift_table[2] = 1.0  # gates of attention and of the feed-forward part
            layer.scale_shift_table[5] = 1.0
    return Denoiser(transformer, build_text_encoder(sizes, vocabulary), config.grid)


def place_denoiser(config: TrainingConfig, vocabulary: int) -> Denoiser:
    """Return the untrained networks where the run's device is, in its arithmetic."""
    denoiser = build_denoiser(config, vocabulary).to(config.device)
    denoiser.dtype = torch.bfloat16 if config.device == "cuda" else torch.float32
    denoiser.fuse(compiled=config.compiled)
    return denoiser


def token_mask(leading: Tensor, grid: tuple[int, int, int]) -> Tensor:
    """Return which tokens belong to the first `leading` (N,) latent frames, (N, S) bool."""
    frames, rows, columns = grid
    frame = torch.arange(frames, device=leading.device).repeat_interleave(rows * columns)
    return frame[None] < leading[:, None]


def flops_of(denoiser: Denoiser, batch: int) -> float:
    """Return what forward and backward over `batch` clips cost: 6 a weight and token, and attention's two products."""
    transformer = cast("Any", denoiser.transformer)
    frames, rows, columns = denoiser.grid
    tokens = frames * rows * columns
    weights = sum(parameter.numel() for parameter in transformer.transformer_blocks.parameters())
    width = transformer.config.num_attention_heads * transformer.config.attention_head_dim
    scores = 12 * tokens * (tokens + 64) * width * transformer.config.num_layers
    return batch * (6.0 * weights * tokens + scores)


def _layers(blocks: Any) -> list[Weights]:
    return [dict(layer.named_parameters()) for layer in blocks]


def _outer(transformer: Any) -> Weights:
    return {name: one for name, one in transformer.named_parameters() if not name.startswith("transformer_blocks")}


def _first(
    weights: Weights, latents: Tensor, moment: Tensor, embeds: Tensor, how: How
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    used = _used(weights, how)
    hidden = functional.linear(latents.to(how[1]), used["proj_in.weight"], used["proj_in.bias"])
    return hidden, *modulation(used, moment, how[1]), projected_text(used, embeds)


def _layer(
    weights: Weights,
    hidden: Tensor,
    ada: Tensor,
    clean: Tensor,
    text: Tensor,
    mask: Tensor,
    turn: Tensor,
    heads: int,
    how: How,
) -> Tensor:
    return block(_used(weights, how), hidden, ada, clean, text, mask, turn, heads)


def _text_layer(weights: Weights, hidden: Tensor, bias: Tensor, how: How) -> Tensor:
    return text_block(_used(weights, how), hidden, bias)


def _last(weights: Weights, hidden: Tensor, embedded: Tensor, clean: Tensor, how: How) -> Tensor:
    return read_out(_used(weights, how), hidden, embedded, clean).float()


def _used(weights: Weights, how: How) -> Weights:
    narrow, dtype = how
    return as_used(weights, dtype, narrow=narrow)
