"""The autoencoder, and its two passes in the layout that convolutions on a GPU like.

AutoencoderKLLTX2Video with 32 x 32 pixels x 4 frames to a latent cell (causal encoder, so the first 1, 5 and 9 frames
of a clip have the same latents whether or not the others follow): squares of four pixels, halved twice in space and
time and once in space alone. The class of LTX 1 halves both together, which would leave squares of eight pixels or
cells of eight frames; squares of eight pixels learned more slowly in a trial. The passes below compute what diffusers'
forward computes from the same parameters (a test compares the two), but over (N, T, H, W, C) arrays: every 3 x 3 x 3
kernel is one 2-D convolution over three neighbouring frames laid side by side in its channels, and those of
`still_layers`, whose outer taps in time are zero and stay zero, look at one frame, a third of the work.
"""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# diffusers declares many parameters and all submodules without types.

import math
from typing import Any, Final, TypeAlias, cast

import torch
from diffusers.models.autoencoders.autoencoder_kl_ltx2 import (
    AutoencoderKLLTX2Video,
    LTX2VideoCausalConv3d,
    LTX2VideoResnetBlock3d,
)
from torch import Tensor, nn
from torch.nn import functional

from .config import CELL_FRAMES, CELL_SIDE, TrainingConfig

PATCH: Final = 4
"""Pixels along each side of the squares that the first layer reads and the last one paints."""
_HALVED: Final = ("spatiotemporal", "spatiotemporal", "spatial")
"""What each level halves on the way to a latent cell, fine to coarse."""
_PLACES: Final = ((64, 49), (32, 25), (16, 13), (8, 13))
"""Cells a side and frames of each level of a clip, fine to coarse."""
_STILL: Final = (
    "encoder.conv_in",
    "encoder.down_blocks.0",
    "decoder.up_blocks.2",
    "decoder.conv_out",
)
"""Where pictures are large and time is fine, kernels look at one frame; the coarse levels see how things move."""
_Stride: TypeAlias = tuple[int, int, int]


class Passes(nn.Module):
    """An autoencoder whose forward takes apart or paints clips, so that its parameters can be swapped by name."""

    def __init__(self, autoencoder: AutoencoderKLLTX2Video) -> None:
        super().__init__()
        self.autoencoder = autoencoder

    def forward(self, x: Tensor, noise: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Return latents (N, F, h, w, C), their log variance (N, F, h, w, 1) and the repainted clips like `x`.

        Args:
            x: Pixels in [-1, 1], (N, 4k + 1, H, W, 3).
            noise: Like the latents: makes them a sample instead of the mean.
        """
        mean, log_variance = encode(self.autoencoder, x)
        latents = mean if noise is None else mean + torch.exp(0.5 * log_variance) * noise
        return mean, log_variance, decode(self.autoencoder, latents)


def build_autoencoder(config: TrainingConfig) -> AutoencoderKLLTX2Video:
    """Return the untrained autoencoder, seeded.

    Halvings and doublings have shortcuts without weights, which high compression learns much faster with (Chen et al.,
    "Deep Compression Autoencoder", arXiv:2410.10733). Residual branches start at zero, doublings alike in all
    places (Aitken et al., arXiv:1707.02937).
    """
    torch.manual_seed(config.seed + 1)
    levels = len(_HALVED)
    autoencoder = AutoencoderKLLTX2Video(
        latent_channels=config.sizes.latent_channels,
        block_out_channels=config.sizes.encoder,
        down_block_types=("LTX2VideoDownBlock3D",) * levels,
        decoder_block_out_channels=config.sizes.decoder,
        layers_per_block=(0, *(1,) * (levels - 1), 0),
        decoder_layers_per_block=(1,) * (levels + 1),
        spatio_temporal_scaling=(True,) * levels,
        decoder_spatio_temporal_scaling=(True,) * levels,
        decoder_inject_noise=(False,) * (levels + 1),
        downsample_type=_HALVED,
        upsample_type=_HALVED[::-1],
        upsample_residual=(True,) * levels,
        upsample_factor=(1,) * levels,
        patch_size=PATCH,
        decoder_causal=False,
        decoder_spatial_padding_mode="zeros",
        spatial_compression_ratio=CELL_SIDE,
        temporal_compression_ratio=CELL_FRAMES,
    )
    with torch.no_grad():
        for module in autoencoder.modules():
            if isinstance(module, LTX2VideoResnetBlock3d):
                nn.init.zeros_(module.conv2.conv.weight)
                nn.init.zeros_(cast("Tensor", module.conv2.conv.bias))
        for block in cast("Any", autoencoder.decoder).up_blocks:
            weight = block.upsamplers[0].conv.conv.weight
            places = math.prod(block.upsamplers[0].stride)
            weight.copy_(weight[::places].repeat_interleave(places, dim=0))
        _still(autoencoder)
    return autoencoder


def still_layers(autoencoder: AutoencoderKLLTX2Video) -> list[LTX2VideoCausalConv3d]:
    """Return the convolutions that look at one frame; marks them, for the passes, once."""
    found: list[LTX2VideoCausalConv3d] = []
    for name, module in autoencoder.named_modules():
        if isinstance(module, LTX2VideoCausalConv3d) and module.kernel_size[0] == 3 and name.startswith(_STILL):
            cast("Any", module).looks_at = 2 if name.startswith("encoder") else 1
            found.append(module)
    return found


def encode(autoencoder: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean (N, F, h, w, C) and log variance (N, F, h, w, 1) of the latents of `x` (N, T, H, W, 3) in [-1, 1]."""
    encoder = autoencoder.encoder
    n, t, height, width, _ = x.shape
    squares = x.reshape(n, t, height // PATCH, PATCH, width // PATCH, PATCH, 3)
    hidden = squares.permute(0, 1, 2, 4, 6, 5, 3).flatten(4)  # LTX stores patches transposed: channel, column, row
    hidden = convolve(hidden, encoder.conv_in, causal=True)
    for block in encoder.down_blocks:
        for resnet in block.resnets:
            hidden = _residual(hidden, resnet, causal=True)
        hidden = _halve(hidden, block.downsamplers[0])
    for resnet in encoder.mid_block.resnets:
        hidden = _residual(hidden, resnet, causal=True)
    hidden = convolve(functional.silu(_rms(hidden)), encoder.conv_out, causal=True)
    return hidden[..., :-1], hidden[..., -1:]


def decode(autoencoder: Any, latents: Tensor) -> Tensor:
    """Return pixels (N, 4F - 3, 32h, 32w, 3), in [-1, 1] and somewhat beyond, of raw latents (N, F, h, w, C)."""
    decoder = autoencoder.decoder
    hidden = convolve(latents, decoder.conv_in, causal=False)
    for resnet in decoder.mid_block.resnets:
        hidden = _residual(hidden, resnet, causal=False)
    for block in decoder.up_blocks:
        if block.conv_in is not None:
            hidden = _residual(hidden, block.conv_in, causal=False)
        stride: _Stride = block.upsamplers[0].stride
        shortcut = _doubled(hidden, stride)
        hidden = _doubled(convolve(hidden, block.upsamplers[0].conv, causal=False), stride)
        hidden = hidden + shortcut.repeat(1, 1, 1, 1, math.prod(stride))
        for resnet in block.resnets:
            hidden = _residual(hidden, resnet, causal=False)
    hidden = convolve(functional.silu(_rms(hidden)), decoder.conv_out, causal=False)
    n, t, height, width, _ = hidden.shape
    squares = hidden.reshape(n, t, height, width, 3, PATCH, PATCH)  # channel, column, row
    return squares.permute(0, 1, 2, 6, 3, 5, 4).reshape(n, t, height * PATCH, width * PATCH, 3)


def flops_of_clip(autoencoder: AutoencoderKLLTX2Video) -> float:
    """Return what one pass over 49 x 256 x 256 pixels costs, in and out, multiplications and additions counted apart.

    Every kernel is counted where it runs.
    """
    still = {id(layer) for layer in still_layers(autoencoder)}
    total = 0.0
    for name, layer in autoencoder.named_modules():
        if isinstance(layer, LTX2VideoCausalConv3d):
            weights = layer.conv.weight.numel() / (3 if id(layer) in still else 1)
            side, frames = _PLACES[_level(name)]
            total += 2 * weights * side * side * frames
    return total


def _level(name: str) -> int:
    """Return how often pictures are halved where a convolution's output lies."""
    coarsest = len(_HALVED)
    parts = name.split(".")
    if parts[1] in {"conv_in", "conv_out", "mid_block"}:
        return 0 if (parts[0] == "encoder") == (parts[1] == "conv_in") and parts[1] != "mid_block" else coarsest
    index = int(parts[2])
    if parts[1] == "down_blocks":
        return index
    return coarsest - 1 - index + (0 if parts[3] == "resnets" else 1)


def convolve(x: Tensor, layer: Any, *, causal: bool) -> Tensor:
    """Convolve (N, T, H, W, C) as LTX2VideoCausalConv3d does: frames repeated at the ends, pixels padded with zeros."""
    weight, bias = layer.conv.weight, layer.conv.bias
    tap: int | None = getattr(layer, "looks_at", None)
    if tap is not None:
        kernel = weight[:, :, tap]
    else:
        before, after = (2, 0) if causal else (1, 1)
        ends = [x[:, :1].expand(-1, before, -1, -1, -1), x]
        if after:
            ends.append(x[:, -1:])
        padded = torch.cat(ends, dim=1)
        last = padded.shape[1] - 2
        x = torch.cat([padded[:, shift : last + shift] for shift in range(3)], dim=-1)
        kernel = weight.transpose(1, 2).flatten(1, 2)  # (O, I, 3, 3, 3) -> (O, 3 I, 3, 3), as the frames lie
    pictures = x.flatten(0, 1).permute(0, 3, 1, 2)  # a view: channels last in memory
    done = functional.conv2d(pictures, kernel, bias, padding=1)
    return done.permute(0, 2, 3, 1).unflatten(0, x.shape[:2])


def _residual(x: Tensor, block: Any, *, causal: bool) -> Tensor:
    hidden = convolve(functional.silu(_rms(x)), block.conv1, causal=causal)
    hidden = convolve(functional.silu(_rms(hidden)), block.conv2, causal=causal)
    if block.norm3 is not None:
        norm, shortcut = block.norm3, block.conv_shortcut
        x = functional.layer_norm(x, norm.normalized_shape, norm.weight, norm.bias, norm.eps)
        x = functional.linear(x, shortcut.weight.flatten(1), shortcut.bias)
    return x + hidden


def _rms(x: Tensor) -> Tensor:
    wide = x.float()
    return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + 1e-8)).to(x.dtype)


def _halve(x: Tensor, sampler: Any) -> Tensor:
    """Time and space to channels, learned plus means of neighbours; the first frame is alone in time."""
    paired = torch.cat([x[:, : sampler.stride[0] - 1], x], dim=1)
    learned = _halved(convolve(paired, sampler.conv, causal=True), sampler.stride)
    return learned + _halved(paired, sampler.stride).unflatten(-1, (-1, sampler.group_size)).mean(-1)


def _halved(x: Tensor, stride: _Stride) -> Tensor:
    """(N, T, H, W, C) -> (N, T / t, H / h, W / w, C t h w)."""
    n, t, height, width, channels = x.shape
    in_time, down, across = stride
    cells = x.reshape(n, t // in_time, in_time, height // down, down, width // across, across, channels)
    return cells.permute(0, 1, 3, 5, 7, 2, 4, 6).flatten(4)


def _doubled(x: Tensor, stride: _Stride) -> Tensor:
    """Undo `_halved`, (N, T, H, W, C t h w) -> (N, t T, h H, w W, C); the very first frame has no twin."""
    n, t, height, width, channels = x.shape
    in_time, down, across = stride
    each = channels // math.prod(stride)
    cells = x.reshape(n, t, height, width, each, in_time, down, across)
    doubled = cells.permute(0, 1, 5, 2, 6, 3, 7, 4)
    return doubled.reshape(n, in_time * t, down * height, across * width, each)[:, in_time - 1 :]


def _still(autoencoder: AutoencoderKLLTX2Video) -> None:
    """Zero what still layers do not look at; a fan in three times smaller wants kernels that much larger."""
    for layer in still_layers(autoencoder):
        tap: int = cast("Any", layer).looks_at
        kernel = layer.conv.weight[:, :, tap].clone()
        layer.conv.weight.zero_()
        layer.conv.weight[:, :, tap] = kernel * math.sqrt(3)
