"""Train the autoencoder: crops of rendered clips in, the same crops out, through 96 numbers a cell.

The loss is the mean absolute error, of the pixels and of every band of their Laplacian pyramid (Burt and Adelson, 1983;
as a loss: Bojanowski et al., arXiv:1707.05776) so that edges count, and of the change from frame to frame so that
nothing flickers; plus a small Kullback-Leibler term that keeps the latents near a unit Gaussian (Kingma and Welling,
arXiv:1312.6114). All bands are linear, so one pyramid of the error serves. Errors on things weigh more than on the
place behind them: what prompts name are the things, and they fill a tenth of a picture.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares unflatten, split, step and others without types.

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import torch
from torch import Tensor
from torch.func import functional_call

from ..world.packing import ITEM, PackedScenes
from .autoencoder import Passes, build_autoencoder, encode, flops_of_clip, still_layers
from .checkpoint import Progress, load_average
from .config import CELL_SIDE, TrainingConfig
from .fusing import Fused
from .loop import Work, run_stage
from .progress import OnProgress, TrainingEvent
from .quantise import as_used
from .rendering import paint
from .stepping import Step
from .supply import Clips, supply

_BANDS: Final = (1.0, 0.7, 0.5)
"""Weights of the pyramid's bands, fine to coarse."""
_CHANGE: Final = 0.5
_DIVERGENCE: Final = 1e-4
_ON_THINGS: Final = 4.0
"""An error on a thing or its shadow weighs so many times one elsewhere."""
_DIFFERENT: Final = 6 / 255
"""Where a channel of a picture differs so much from the empty place, something is there."""
_FIRST_FRAME: Final = 3.0
"""The first frame, alone in its latents, counts so much: a picture to start from must be encoded well."""
_SEEDS: Final = 400_000_000
_BATCH: Final = 64
"""Clips that are rendered together."""
_REFRESH_STEPS: Final = 30
"""A rendered batch replaces the oldest after so many steps."""


class Pool:
    """Rendered clips on the device, uint8, from which crops are cut; the oldest give way to new ones.

    The fourth channel is 1 where there is a thing or its shadow.
    """

    def __init__(self, config: TrainingConfig) -> None:
        self._config = config
        self._batch = min(_BATCH, config.pool)
        self._supplied: Iterator[Clips] = supply(
            _seed_of(config),
            clips=_SEEDS,
            batch=self._batch,
            frames=config.frames,
            captions=0,
            rows=0,
            jobs=config.jobs,
        )
        shape = (config.pool, config.frames, config.side, config.side, 4)
        self._clips = torch.zeros(shape, dtype=torch.uint8, device=config.device)
        self._next = 0
        for _ in range(math.ceil(config.pool / self._batch)):
            self.refresh()

    def refresh(self) -> None:
        """Render a batch in the place of the oldest."""
        packed = next(self._supplied).packed
        clips, empty = paint(packed, self._config), paint(without_things(packed), self._config)
        things = (clips - empty).abs().amax(-1, keepdim=True) > _DIFFERENT
        at = torch.arange(self._next, self._next + self._batch, device=self._clips.device) % self._config.pool
        self._clips[at] = torch.cat([(clips * 255).round_().to(torch.uint8), things.to(torch.uint8)], dim=-1)
        self._next = (self._next + self._batch) % self._config.pool

    def cut(self, batch: int, rng: torch.Generator) -> Tensor:
        """Return random crops, half of them mirrored, (batch, frames, crop, crop, 4) uint8."""
        crop, side, device = self._config.crop, self._config.side, self._clips.device
        clip = torch.randint(self._config.pool, (batch,), generator=rng, device=device)
        offsets = torch.randint(side - crop + 1, (2, batch), generator=rng, device=device)
        mirrored = torch.randint(2, (batch, 1), generator=rng, device=device)
        line = torch.arange(crop, device=device)
        rows = offsets[0][:, None] + line
        columns = offsets[1][:, None] + torch.where(mirrored == 1, crop - 1 - line, line)
        frames = torch.arange(self._config.frames, device=device)
        pixels = self._clips.view(torch.int32)[..., 0]  # four bytes at once
        cut = pixels[
            clip[:, None, None, None], frames[None, :, None, None], rows[:, None, :, None], columns[:, None, None, :]
        ]
        return cut[..., None].view(torch.uint8)

    def close(self) -> None:
        """Let the other processes go."""
        getattr(self._supplied, "close", lambda: None)()


def train_autoencoder(config: TrainingConfig, *, on_progress: OnProgress | None = None) -> Progress:
    """Train, or go on training, until the budget is spent."""
    network = Passes(build_autoencoder(config)).to(config.device)
    dtype = torch.bfloat16 if config.device == "cuda" else torch.float32
    pool = Pool(config)
    _tell(on_progress, f"{config.pool} clips are rendered")

    def loss_of_crops(crops: Tensor, noise: Tensor) -> Tensor:
        pixels = crops[..., :3].to(dtype) / 127.5 - 1
        used = as_used(dict(network.named_parameters()), dtype)
        mean, log_variance, painted = functional_call(network, used, (pixels, noise.to(dtype)))
        error = painted.float() - pixels.float()
        return reconstruction_loss(error, crops[..., 3:].float(), mean.float(), log_variance.float())

    fused = Fused(loss_of_crops, compiled=config.compiled)
    batch = config.autoencoder.batch
    side = config.crop // CELL_SIDE
    cells = (config.grid[0], side, side, config.sizes.latent_channels)
    steps = 0

    def draw_crops(rng: torch.Generator, _share: float) -> tuple[Tensor, Tensor]:
        nonlocal steps
        steps += 1
        if steps % _REFRESH_STEPS == 0:
            pool.refresh()
        return pool.cut(batch, rng), torch.randn((batch, *cells), generator=rng, device=config.device)

    share = (config.crop / 256) ** 2 * config.frames / 49
    work = Work(batch, 3 * batch * share * flops_of_clip(network.autoencoder))
    try:
        progress = run_stage(
            "autoencoder", network, Step(draw_crops, fused), config, config.autoencoder, work=work, fused=fused,
            on_progress=on_progress,
        )  # fmt: skip
        ready = finished_autoencoder(config)
        crops = pool.cut(min(32, config.pool), torch.Generator(config.device))
        everywhere, on_things = peak_signal_to_noise(ready, crops)
        text = f"repaints crops at {everywhere:.2f} dB, things in them at {on_things:.2f} dB"
        _tell(on_progress, text, psnr_db=everywhere, things_psnr_db=on_things)
    finally:
        pool.close()
    return progress


def without_things(packed: PackedScenes) -> PackedScenes:
    """Return the same places with nobody there."""
    items = packed.items.copy()
    items[..., ITEM["drawn"]] = -1
    items[..., ITEM["shadow"]] = 0
    return replace(packed, items=items)


def reconstruction_loss(error: Tensor, things: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return the loss.

    Args:
        error: (N, T, H, W, 3).
        things: 1 where things are, (N, T, H, W, 1).
        mean: Of latents, (N, F, h, w, C).
        log_variance: (N, F, h, w, 1).
    """
    error = error * (1 + (_ON_THINGS - 1) * things)
    weight = torch.ones(error.shape[1], device=error.device)
    weight[0] = _FIRST_FRAME
    weight = (weight / weight.mean())[None, :, None, None, None]
    loss = (error.abs() * weight).mean() + _CHANGE * (error[:, 1:] - error[:, :-1]).abs().mean()
    rest = error
    for band in _BANDS:
        coarse = rest.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).mean(dim=(3, 5))
        fine = rest.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)) - coarse[:, :, :, None, :, None]
        loss = loss + band * (fine.abs() * weight[..., None, None]).mean()
        rest = coarse
    log_variance = log_variance.clamp(-12, 4)
    divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()
    return loss + _DIVERGENCE * divergence


def finished_autoencoder(config: TrainingConfig) -> Passes:
    """Return the averaged autoencoder with its weights as the files will hold them, on the run's device.

    Raises:
        ModelUnavailable: The stage has not run.
    """
    network = Passes(build_autoencoder(config))
    load_average(config.checkpoint("autoencoder"), network)
    still_layers(network.autoencoder)
    dtype = torch.bfloat16 if config.device == "cuda" else torch.float32
    with torch.no_grad():
        for name, weight in as_used(dict(network.named_parameters()), torch.float32).items():
            network.get_parameter(name).copy_(weight)
    return network.to(config.device, dtype).requires_grad_(requires_grad=False)


@torch.no_grad()
def peak_signal_to_noise(network: Passes, crops: Tensor) -> tuple[float, float]:
    """Return 10 log10(peak^2 / mean squared error), dB, of repainted crops: the mean over clips, and over all things.

    Args:
        network: On the crops' device.
        crops: As a pool cuts them, (N, T, H, W, 4) uint8.
    """
    dtype = next(network.parameters()).dtype
    pixels, things = crops[..., :3].to(dtype) / 127.5 - 1, crops[..., 3].bool()
    painted = torch.cat([network(part)[2].float() for part in pixels.split(8)])
    error = (painted.clamp(-1, 1) - pixels.float()).square().mean(4)
    decibels = 10 * torch.log10(4 / error.mean((1, 2, 3)).clamp_min(1e-10))
    on_things = 10 * torch.log10(4 / error[things].mean().clamp_min(1e-10))
    return float(decibels.mean()), float(on_things)


@torch.no_grad()
def encode_clips(network: Passes, clips: Tensor) -> Tensor:
    """Return raw latents (N, F, h, w, C), float32, of clips (N, T, H, W, 3) in [0, 1]."""
    dtype = next(network.parameters()).dtype
    return encode(network.autoencoder, (clips * 2 - 1).to(dtype))[0].float()


def _seed_of(config: TrainingConfig) -> int:
    return (config.seed * 20_000_003) % (_SEEDS // 2)


def _tell(on_progress: OnProgress | None, text: str, **figures: float) -> None:
    if on_progress is not None:
        on_progress(TrainingEvent("autoencoder", 0, 0.0, text, figures))
