# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of modules and tensors' methods open)
"""Small video autoencoders, alike but for the last stages of their decoders: each leaves another trace.

A detector that learns only from a few generators learns their decoders. Reals that went through several kinds of final
stage teach it what such stages have in common (arXiv 2601.20461 gets 98.8 % on 22 unseen sets from three of them).
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ..canon import FRAMES, Frames, filled
from .recipe import FINALS, AutoencoderRecipe, Final

LATENTS, WIDTHS = 16, (48, 96, 160)
GROUPS = 8
MULTIPLE = 8
"""Pixels along a side of one latent."""


class Autoencoder(nn.Module):
    """(n, t, 3, h, w) in [-1, 1] -> the same, through 16 numbers for 8 × 8 pixels (and 4 frames, if causal)."""

    def __init__(self, final: Final) -> None:
        super().__init__()
        self.final: Final = final
        first, second, third = WIDTHS
        self.shrink = nn.Sequential(
            nn.PixelUnshuffle(2), nn.Conv2d(12, first, 3, padding=1), Residual(first),
            nn.Conv2d(first, second, 3, stride=2, padding=1), Residual(second),
            nn.Conv2d(second, third, 3, stride=2, padding=1), Residual(third),
        )  # fmt: skip
        self.inward = Through(third, LATENTS, causal=final == "causal", halve=final == "causal")
        self.outward = Through(LATENTS, third, causal=final == "causal", grow=final == "causal")
        self.grow = nn.Sequential(
            Residual(third), _grown(final, third, second), Residual(second), _grown(final, second, first),
            Residual(first), _grown(final, first, first // 2), nn.SiLU(), nn.Conv2d(first // 2, 3, 3, padding=1),
        )  # fmt: skip

    def forward(self, clips: Tensor, *, noise: float = 0.0) -> Tensor:
        """Encode, disturb the latents by Gaussian noise of this deviation, decode; h and w are multiples of 8."""
        count, length = clips.shape[:2]
        latents = self.inward(self.shrink(clips.flatten(0, 1)).unflatten(0, (count, length)))
        latents = torch.tanh(latents / 3) * 3
        if noise:
            latents = latents + torch.randn_like(latents) * noise
        grown = self.outward(latents)[:, :length]
        return cast(Tensor, self.grow(grown.flatten(0, 1)).unflatten(0, (count, length)))


class Residual(nn.Module):
    """Two convolutions around a skip."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.GroupNorm(GROUPS, width), nn.SiLU(), nn.Conv2d(width, width, 3, padding=1),
            nn.GroupNorm(GROUPS, width), nn.SiLU(), nn.Conv2d(width, width, 3, padding=1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) -> the same."""
        return x + cast(Tensor, self.body(x))


class Through(nn.Module):
    """Two convolutions along time; causal ones see no later frame and may halve or double (`grow`) the rate, each."""

    def __init__(self, wide: int, out: int, *, causal: bool, halve: bool = False, grow: bool = False) -> None:
        super().__init__()
        self.causal, self.growing = causal, grow
        stride = (2, 1, 1) if halve else (1, 1, 1)
        middle = max(wide, out)
        self.first = nn.Conv3d(wide, middle, (3, 1, 1), stride=stride)
        self.second = nn.Conv3d(middle, out, (3, 1, 1), stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        """(n, t, c, h, w) -> (n, t', c', h, w)."""
        x = x.transpose(1, 2)
        for number, convolution in enumerate((self.first, self.second)):
            if self.growing:
                x = x.repeat_interleave(2, 2)
            before, after = (2, 0) if self.causal else (1, 1)
            # repeated rather than zero: a clip does not begin in the dark
            x = torch.cat([x[:, :, :1]] * before + [x] + [x[:, :, -1:]] * after, 2)
            x = convolution(x)
            x = functional.silu(x) if number == 0 else x
        return x.transpose(1, 2)


def _grown(final: Final, wide: int, out: int) -> nn.Module:
    """Twice as high and wide."""
    if final == "shuffle":
        return nn.Sequential(nn.Conv2d(wide, 4 * out, 3, padding=1), nn.PixelShuffle(2))
    if final == "transposed":
        return nn.ConvTranspose2d(wide, out, 4, stride=2, padding=1)
    return nn.Sequential(nn.Upsample(scale_factor=2, mode="nearest"), nn.Conv2d(wide, out, 3, padding=1))


def train_autoencoder(
    final: Final,
    clips: Sequence[Frames],
    recipe: AutoencoderRecipe,
    *,
    seed: int,
    device: str,
    on_step: Callable[[int, float], None] = lambda _step, _loss: None,
) -> Autoencoder:
    """Train one on random crops of real clips; the loss is L1 on pixels and on their fine detail."""
    torch.manual_seed(seed)
    network = Autoencoder(final).to(device)
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=recipe.rate, total_steps=recipe.steps + 1)
    half = torch.autocast(device.split(":", maxsplit=1)[0], torch.bfloat16, enabled=device != "cpu")
    for step, batch in zip(range(recipe.steps), _crops(clips, recipe, seed), strict=False):
        target = torch.from_numpy(batch).to(device).permute(0, 1, 4, 2, 3).float() / 127.5 - 1.0
        with half:
            made = network(target, noise=0.05).float()
        loss = (made - target).abs().mean() + 0.5 * (_detail(made) - _detail(target)).abs().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0 or step == recipe.steps - 1:
            on_step(step, float(loss.detach()))
    return network.eval()


def _detail(clips: Tensor) -> Tensor:
    flat = clips.flatten(0, 1)
    return flat - functional.avg_pool2d(flat, 3, stride=1, padding=1, count_include_pad=False)


def _crops(clips: Sequence[Frames], recipe: AutoencoderRecipe, seed: int) -> Iterator[np.ndarray[Any, Any]]:
    """Random squares of random clips, (crops, 8, side, side, 3)."""
    rng = np.random.default_rng(seed)
    usable = [clip for clip in clips if min(clip.shape[1:3]) >= recipe.side]
    while True:
        batch: list[Frames] = []
        for number in rng.integers(len(usable), size=recipe.crops):
            clip = filled(usable[number])
            start = rng.integers(len(clip) - FRAMES + 1)
            y = rng.integers(clip.shape[1] - recipe.side + 1)
            x = rng.integers(clip.shape[2] - recipe.side + 1)
            batch.append(clip[start : start + FRAMES, y : y + recipe.side, x : x + recipe.side])
        yield np.stack(batch)


def save_autoencoder(network: Autoencoder, folder: Path) -> None:
    """Write a folder that `load_autoencoder` (and `--vae`) takes."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    halves = {name: tensor.half().contiguous().cpu() for name, tensor in network.state_dict().items()}
    save_file(halves, folder / FILE, metadata={"final": network.final})


FILE = "autoencoder.safetensors"


def load_autoencoder(folder: Path) -> Autoencoder:
    """Read what `save_autoencoder` wrote, in evaluation mode.

    Raises:
        ValueError: It is something else.
    """
    from safetensors import safe_open

    with safe_open(folder / FILE, framework="pt") as stored:
        final = (stored.metadata() or {}).get("final")
        if final not in FINALS:
            raise ValueError(f"{folder / FILE}: decoder {final!r}, expected one of {', '.join(FINALS)}")
        tensors = {name: stored.get_tensor(name).float() for name in stored.keys()}  # noqa: SIM118 - no mapping
    network = Autoencoder(final)
    network.load_state_dict(tensors, strict=True)
    return network.eval()
