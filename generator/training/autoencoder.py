"""The autoencoder's shape, and a way through its decoder that paints one frame instead of eight.

The decoder looks at one latent frame at a time: its 3 x 3 x 3 kernels are trained as 3 x 3 ones and written into the
middle of the shipped kernels. In training each sample then needs only the one temporal phase of every upsampling that
leads to the wanted frame, which is nine times cheaper than decoding the block.
"""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# diffusers declares many parameters and all submodules without types.

from typing import Any, Final, cast

import torch
from diffusers.models.autoencoders.autoencoder_kl_ltx import (
    AutoencoderKLLTXVideo,
    LTXVideoCausalConv3d,
    LTXVideoResnetBlock3d,
)
from torch import Tensor, nn

from .config import TrainingConfig
from .latents import LATENT_CHANNELS

PATCH: Final = 8
"""Pixels along each side of the squares that the last layer paints."""
_BILINEAR: Final = ((0.25, 0.75, 0.0), (0.0, 0.75, 0.25))
"""Taps of bilinear doubling: one row for each of the two phases."""


def build_autoencoder(config: TrainingConfig) -> AutoencoderKLLTXVideo:
    """Return the untrained autoencoder, seeded: 64 x 64 pixels x 8 frames to one latent cell.

    Its decoder starts as smooth upsampling: residual branches at zero, upsampling kernels bilinear.
    """
    torch.manual_seed(config.seed + 1)
    autoencoder = AutoencoderKLLTXVideo(
        latent_channels=LATENT_CHANNELS,
        block_out_channels=config.encoder_channels,
        down_block_types=("LTXVideoDownBlock3D",) * 3,
        decoder_block_out_channels=config.decoder_channels,
        layers_per_block=(1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1),
        spatio_temporal_scaling=(True,) * 3,
        decoder_spatio_temporal_scaling=(True,) * 3,
        decoder_inject_noise=(False,) * 4,
        downsample_type=("conv",) * 3,
        upsample_residual=(False,) * 3,
        upsample_factor=(1,) * 3,
        patch_size=PATCH,
    )
    with torch.no_grad():
        _start_smooth(autoencoder.decoder)
    return autoencoder


def flatten_decoder(autoencoder: AutoencoderKLLTXVideo) -> None:
    """Replace the decoder's kernels, in place, by their middle 3 x 3 slices."""
    for convolution in _convolutions(autoencoder.decoder):
        deep: nn.Conv3d = convolution.conv
        flat = nn.Conv3d(deep.in_channels, deep.out_channels, (1, 3, 3), padding=(0, 1, 1))
        with torch.no_grad():
            flat.weight.copy_(deep.weight[:, :, 1:2])
            cast("Tensor", flat.bias).copy_(cast("Tensor", deep.bias))
        convolution.conv = flat
        convolution.kernel_size = (1, 3, 3)


def deepen_decoder(autoencoder: AutoencoderKLLTXVideo) -> None:
    """Undo `flatten_decoder`: the trained 3 x 3 kernels in the middle of 3 x 3 x 3, zeros around."""
    for convolution in _convolutions(autoencoder.decoder):
        flat: nn.Conv3d = convolution.conv
        deep = nn.Conv3d(flat.in_channels, flat.out_channels, 3, padding=(0, 1, 1))
        with torch.no_grad():
            deep.weight.zero_()
            deep.weight[:, :, 1:2].copy_(flat.weight)
            cast("Tensor", deep.bias).copy_(cast("Tensor", flat.bias))
        convolution.conv = deep
        convolution.kernel_size = (3, 3, 3)


def decode_frame(decoder: Any, latents: Tensor, frame: Tensor) -> Tensor:
    """Decode one frame of each latent frame with a flattened decoder.

    Args:
        decoder: Of an autoencoder after `flatten_decoder`.
        latents: (N, LATENT_CHANNELS, 1, GRID, GRID).
        frame: (N,), which of the eight frames; 7 for the first latent frame of a clip, which has no other.

    Returns:
        (N, 3, side, side), pixels in [-1, 1] and somewhat beyond; the same numbers as the whole decoder's.
    """
    hidden: Tensor = decoder.mid_block(decoder.conv_in(latents), None)
    for level, block in enumerate(decoder.up_blocks):
        phase = (frame >> (2 - level)) & 1
        if block.conv_in is not None:
            hidden = block.conv_in(hidden, None, None)
        hidden = _unfold(block.upsamplers[0].conv(hidden), phase)
        for resnet in block.resnets:
            hidden = resnet(hidden, None, None)
    hidden = decoder.norm_out(hidden.movedim(1, -1)).movedim(-1, 1)
    hidden = decoder.conv_out(decoder.conv_act(hidden))
    patches = hidden.unflatten(1, (3, PATCH, PATCH)).squeeze(4)  # (N, 3, x, y, H, W): LTX stores patches transposed
    return patches.permute(0, 1, 4, 3, 5, 2).flatten(4, 5).flatten(2, 3)


def _unfold(hidden: Tensor, phase: Tensor) -> Tensor:
    """Channels to space as LTX upsamplers do, for one temporal phase of each sample."""
    hidden = hidden.squeeze(2).unflatten(1, (-1, 2, 2, 2))  # (N, C, time, y, x, H, W)
    chosen = hidden[torch.arange(hidden.shape[0]), :, phase]
    return chosen.permute(0, 1, 4, 2, 5, 3).flatten(4, 5).flatten(2, 3).unsqueeze(2)


def _start_smooth(decoder: nn.Module) -> None:
    taps = torch.tensor(_BILINEAR)
    kernel = taps[:, None, :, None] * taps[None, :, None, :]  # (y phase, x phase, 3, 3)
    for module in decoder.modules():
        if isinstance(module, LTXVideoResnetBlock3d):
            last = module.conv2.conv
            nn.init.zeros_(last.weight)
            nn.init.zeros_(cast("Tensor", last.bias))
    for block in cast("Any", decoder).up_blocks:
        convolution: nn.Conv3d = block.upsamplers[0].conv.conv
        nn.init.zeros_(cast("Tensor", convolution.bias))
        weight = convolution.weight.mul_(0.1).unflatten(0, (-1, 2, 2, 2))  # (C, time, y, x, C in, 3, 3, 3)
        for channel in range(weight.shape[0]):
            weight[channel, :, :, :, channel, 1] += kernel


def _convolutions(decoder: nn.Module) -> list[Any]:
    found = [module for module in decoder.modules() if isinstance(module, LTXVideoCausalConv3d)]
    return [convolution for convolution in found if convolution.kernel_size[1] == 3]
