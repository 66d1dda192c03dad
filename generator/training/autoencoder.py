"""The autoencoder, and its two passes in the layout that convolutions on a GPU like.

AutoencoderKLLTXVideo with 32 x 32 pixels x 8 frames to a latent cell (causal encoder, so the first 1, 9 and 17 frames
of a clip have the same latents whether or not the others follow). The passes below compute what diffusers' forward
computes from the same parameters (a test compares the two), but over (N, T, H, W, C) arrays: every 3 x 3 x 3 kernel
is one 2-D convolution over three neighbouring frames laid side by side in its channels, and those of `still_layers`,
whose outer taps in time are zero and stay zero, look at one frame, a third of the work.
"""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# diffusers declares many parameters and all submodules without types.

import math
from typing import Any, Final, cast

import torch
from diffusers.models.autoencoders.autoencoder_kl_ltx import (
    AutoencoderKLLTXVideo,
    LTXVideoCausalConv3d,
    LTXVideoResnetBlock3d,
)
from torch import Tensor, nn
from torch.nn import functional

from .config import TrainingConfig

PATCH: Final = 4
"""Pixels along each side of the squares that the first layer reads and the last one paints."""
_STILL: Final = (
    "encoder.conv_in",
    "encoder.down_blocks.0.resnets",
    "encoder.down_blocks.1.resnets",
    "decoder.up_blocks.1.resnets",
    "decoder.up_blocks.2",
    "decoder.conv_out",
)
"""Where pictures are large and time is fine, kernels look at one frame; the coarse levels see how things move."""


class Passes(nn.Module):
    """An autoencoder whose forward takes apart or paints clips, so that its parameters can be swapped by name."""

    def __init__(self, autoencoder: AutoencoderKLLTXVideo) -> None:
        super().__init__()
        self.autoencoder = autoencoder

    def forward(self, x: Tensor, noise: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Return latents (N, F, h, w, C), their log variance (N, F, h, w, 1) and the repainted clips like `x`.

        Args:
            x: Pixels in [-1, 1], (N, 8k + 1, H, W, 3).
            noise: Like the latents: makes them a sample instead of the mean.
        """
        mean, log_variance = encode(self.autoencoder, x)
        latents = mean if noise is None else mean + torch.exp(0.5 * log_variance) * noise
        return mean, log_variance, decode(self.autoencoder, latents)


def build_autoencoder(config: TrainingConfig) -> AutoencoderKLLTXVideo:
    """Return the untrained autoencoder, seeded.

    Halvings and doublings have shortcuts without weights, which high compression learns much faster with (Chen et al.,
    "Deep Compression Autoencoder", arXiv:2410.10733). Residual branches start at zero, doublings alike in all eight
    places (Aitken et al., arXiv:1707.02937).
    """
    torch.manual_seed(config.seed + 1)
    autoencoder = AutoencoderKLLTXVideo(
        latent_channels=config.sizes.latent_channels,
        block_out_channels=config.sizes.encoder,
        down_block_types=("LTXVideo095DownBlock3D",) * 3,
        decoder_block_out_channels=config.sizes.decoder,
        layers_per_block=(1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1),
        spatio_temporal_scaling=(True,) * 3,
        decoder_spatio_temporal_scaling=(True,) * 3,
        decoder_inject_noise=(False,) * 4,
        downsample_type=("spatiotemporal",) * 3,
        upsample_residual=(True,) * 3,
        upsample_factor=(1,) * 3,
        patch_size=PATCH,
    )
    with torch.no_grad():
        for module in autoencoder.modules():
            if isinstance(module, LTXVideoResnetBlock3d):
                nn.init.zeros_(module.conv2.conv.weight)
                nn.init.zeros_(cast("Tensor", module.conv2.conv.bias))
        for block in cast("Any", autoencoder.decoder).up_blocks:
            weight = block.upsamplers[0].conv.conv.weight
            weight.copy_(weight[::8].repeat_interleave(8, dim=0))
        _still(autoencoder)
    return autoencoder


def still_layers(autoencoder: AutoencoderKLLTXVideo) -> list[LTXVideoCausalConv3d]:
    """Return the convolutions that look at one frame; marks them, for the passes, once."""
    found: list[LTXVideoCausalConv3d] = []
    for name, module in autoencoder.named_modules():
        if isinstance(module, LTXVideoCausalConv3d) and module.kernel_size[0] == 3 and name.startswith(_STILL):
            cast("Any", module).looks_at = 2 if module.is_causal else 1
            found.append(module)
    return found


def encode(autoencoder: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean (N, F, h, w, C) and log variance (N, F, h, w, 1) of the latents of `x` (N, T, H, W, 3) in [-1, 1]."""
    encoder = autoencoder.encoder
    n, t, height, width, _ = x.shape
    squares = x.reshape(n, t, height // PATCH, PATCH, width // PATCH, PATCH, 3)
    hidden = squares.permute(0, 1, 2, 4, 6, 5, 3).flatten(4)  # LTX stores patches transposed: channel, column, row
    hidden = convolve(hidden, encoder.conv_in)
    for block in encoder.down_blocks:
        for resnet in block.resnets:
            hidden = _residual(hidden, resnet)
        hidden = _halve(hidden, block.downsamplers[0])
    for resnet in encoder.mid_block.resnets:
        hidden = _residual(hidden, resnet)
    hidden = convolve(functional.silu(_rms(hidden)), encoder.conv_out)
    return hidden[..., :-1], hidden[..., -1:]


def decode(autoencoder: Any, latents: Tensor) -> Tensor:
    """Return pixels (N, 8F - 7, 32h, 32w, 3), in [-1, 1] and somewhat beyond, of raw latents (N, F, h, w, C)."""
    decoder = autoencoder.decoder
    hidden = convolve(latents, decoder.conv_in)
    for resnet in decoder.mid_block.resnets:
        hidden = _residual(hidden, resnet)
    for block in decoder.up_blocks:
        if block.conv_in is not None:
            hidden = _residual(hidden, block.conv_in)
        shortcut = _doubled(hidden)
        hidden = _doubled(convolve(hidden, block.upsamplers[0].conv))
        hidden = hidden + shortcut.repeat(1, 1, 1, 1, 8)
        for resnet in block.resnets:
            hidden = _residual(hidden, resnet)
    hidden = convolve(functional.silu(_rms(hidden)), decoder.conv_out)
    n, t, height, width, _ = hidden.shape
    squares = hidden.reshape(n, t, height, width, 3, PATCH, PATCH)  # channel, column, row
    return squares.permute(0, 1, 2, 6, 3, 5, 4).reshape(n, t, height * PATCH, width * PATCH, 3)


def flops_of_clip(autoencoder: AutoencoderKLLTXVideo) -> float:
    """Return what one pass over 49 x 256 x 256 pixels costs, in and out, multiplications and additions counted apart.

    Every kernel is counted where it runs: 64 x 64 squares x 49 frames, halved level by level.
    """
    places = [side * side * frames for side, frames in ((64, 49), (32, 25), (16, 13), (8, 7))]
    still = {id(layer) for layer in still_layers(autoencoder)}
    total = 0.0
    for name, layer in autoencoder.named_modules():
        if isinstance(layer, LTXVideoCausalConv3d):
            weights = layer.conv.weight.numel() / (3 if id(layer) in still else 1)
            total += 2 * weights * places[_level(name)]
    return total


def _level(name: str) -> int:
    """Return how often pictures are halved where a convolution's output lies."""
    parts = name.split(".")
    if parts[1] in {"conv_in", "conv_out", "mid_block"}:
        return 0 if (parts[0] == "encoder") == (parts[1] == "conv_in") and parts[1] != "mid_block" else 3
    index = int(parts[2])
    if parts[1] == "down_blocks":
        return index
    return 2 - index + (0 if parts[3] == "resnets" else 1)


def convolve(x: Tensor, layer: Any) -> Tensor:
    """Convolve (N, T, H, W, C) as LTXVideoCausalConv3d does: frames repeated at the ends, pixels padded with zeros."""
    weight, bias = layer.conv.weight, layer.conv.bias
    if weight.shape[-1] == 1:
        return functional.linear(x, weight.flatten(1), bias)
    step: int = layer.conv.stride[0]
    tap: int | None = getattr(layer, "looks_at", None)
    if tap is not None:
        kernel = weight[:, :, tap]
    else:
        before, after = (2, 0) if layer.is_causal else (1, 1)
        ends = [x[:, :1].expand(-1, before, -1, -1, -1), x]
        if after:
            ends.append(x[:, -1:])
        padded = torch.cat(ends, dim=1)
        last = padded.shape[1] - 2
        x = torch.cat([padded[:, shift : last + shift : step] for shift in range(3)], dim=-1)
        kernel = weight.transpose(1, 2).flatten(1, 2)  # (O, I, 3, 3, 3) -> (O, 3 I, 3, 3), as the frames lie
    pictures = x.flatten(0, 1).permute(0, 3, 1, 2)  # a view: channels last in memory
    done = functional.conv2d(pictures, kernel, bias, stride=step, padding=1)
    return done.permute(0, 2, 3, 1).unflatten(0, x.shape[:2])


def _residual(x: Tensor, block: Any) -> Tensor:
    hidden = convolve(functional.silu(_rms(x)), block.conv1)
    hidden = convolve(functional.silu(_rms(hidden)), block.conv2)
    if block.norm3 is not None:
        norm = block.norm3
        x = functional.layer_norm(x, norm.normalized_shape, norm.weight, norm.bias, norm.eps)
        x = convolve(x, block.conv_shortcut)
    return x + hidden


def _rms(x: Tensor) -> Tensor:
    wide = x.float()
    return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + 1e-8)).to(x.dtype)


def _halve(x: Tensor, sampler: Any) -> Tensor:
    """Time and space to channels: (N, 2T - 1, 2H, 2W, C) -> (N, T, H, W, more), learned plus means of neighbours."""
    paired = torch.cat([x[:, :1], x], dim=1)
    learned = _halved(convolve(paired, sampler.conv))
    return learned + _halved(paired).unflatten(-1, (-1, sampler.group_size)).mean(-1)


def _halved(x: Tensor) -> Tensor:
    n, t, height, width, channels = x.shape
    cells = x.reshape(n, t // 2, 2, height // 2, 2, width // 2, 2, channels)
    return cells.permute(0, 1, 3, 5, 7, 2, 4, 6).flatten(4)


def _doubled(x: Tensor) -> Tensor:
    """Channels to time and space, (N, T, H, W, 8 C) -> (N, 2T - 1, 2H, 2W, C); the very first frame has no twin."""
    n, t, height, width, channels = x.shape
    cells = x.reshape(n, t, height, width, channels // 8, 2, 2, 2)
    doubled = cells.permute(0, 1, 5, 2, 6, 3, 7, 4)
    return doubled.reshape(n, 2 * t, 2 * height, 2 * width, channels // 8)[:, 1:]


def _still(autoencoder: AutoencoderKLLTXVideo) -> None:
    """Zero what still layers do not look at; a fan in three times smaller wants kernels that much larger."""
    for layer in still_layers(autoencoder):
        tap = 2 if layer.is_causal else 1
        kernel = layer.conv.weight[:, :, tap].clone()
        layer.conv.weight.zero_()
        layer.conv.weight[:, :, tap] = kernel * math.sqrt(3)
