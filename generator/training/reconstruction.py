"""Train the autoencoder: crops of rendered clips in, the same crops out, through 64 numbers a cell.

The loss is the mean absolute error, of the pixels and of every band of their Laplacian pyramid (Burt and Adelson, 1983;
as a loss: Bojanowski et al., arXiv:1707.05776) so that edges count, and of the change from frame to frame so that
nothing flickers; plus a small Kullback-Leibler term that keeps the latents near a unit Gaussian (Kingma and Welling,
arXiv:1312.6114). All bands are linear, so one pyramid of the error serves.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares unflatten, split, step and others without types.

import math
from collections.abc import Iterator
from typing import Final

import torch
from torch import Tensor
from torch.func import functional_call

from .autoencoder import Passes, build_autoencoder, encode, flops_of_clip, still_layers
from .checkpoint import Progress, load_average
from .config import TrainingConfig
from .fusing import Fused
from .loop import Work, run_stage
from .progress import OnProgress, TrainingEvent
from .quantise import as_used
from .rendering import paint
from .supply import Clips, supply

_BANDS: Final = (1.0, 0.7, 0.5)
"""Weights of the pyramid's bands, fine to coarse."""
_CHANGE: Final = 0.5
_DIVERGENCE: Final = 1e-4
_FIRST_FRAME: Final = 3.0
"""The first frame, alone in its latents, counts so much: a picture to start from must be encoded well."""
_SEEDS: Final = 400_000_000
_BATCH: Final = 64
"""Clips that are rendered together."""
_REFRESH_STEPS: Final = 30
"""A rendered batch replaces the oldest after so many steps."""


class Pool:
    """Rendered clips on the device, uint8, from which crops are cut; the oldest give way to new ones."""

    def __init__(self, config: TrainingConfig) -> None:
        self._config = config
        self._batch = min(_BATCH, config.pool)
        self._supplied: Iterator[Clips] = supply(
            _seed_of(config), clips=_SEEDS, batch=self._batch, frames=config.frames, captions=0, jobs=config.jobs
        )
        shape = (config.pool, config.frames, config.side, config.side, 3)
        self._clips = torch.zeros(shape, dtype=torch.uint8, device=config.device)
        self._next = 0
        for _ in range(math.ceil(config.pool / self._batch)):
            self.refresh()

    def refresh(self) -> None:
        """Render a batch in the place of the oldest."""
        clips = paint(next(self._supplied).packed, self._config)
        at = torch.arange(self._next, self._next + self._batch, device=self._clips.device) % self._config.pool
        self._clips[at] = (clips * 255).round_().to(torch.uint8)
        self._next = (self._next + self._batch) % self._config.pool

    def cut(self, batch: int, rng: torch.Generator) -> Tensor:
        """Return random crops, half of them mirrored, (batch, frames, crop, crop, 3) uint8."""
        crop, side, device = self._config.crop, self._config.side, self._clips.device
        clip = torch.randint(self._config.pool, (batch,), generator=rng, device=device)
        offsets = torch.randint(side - crop + 1, (2, batch), generator=rng, device=device)
        mirrored = torch.randint(2, (batch, 1), generator=rng, device=device)
        line = torch.arange(crop, device=device)
        rows = offsets[0][:, None] + line
        columns = offsets[1][:, None] + torch.where(mirrored == 1, crop - 1 - line, line)
        frames = torch.arange(self._config.frames, device=device)
        return self._clips[
            clip[:, None, None, None], frames[None, :, None, None], rows[:, None, :, None], columns[:, None, None, :]
        ]

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
        pixels = crops.to(dtype) / 127.5 - 1
        used = as_used(dict(network.named_parameters()), dtype)
        mean, log_variance, painted = functional_call(network, used, (pixels, noise.to(dtype)))
        return reconstruction_loss(painted.float() - pixels.float(), mean.float(), log_variance.float())

    fused = Fused(loss_of_crops, compiled=config.compiled)
    batch = config.autoencoder.batch
    cells = ((config.frames - 1) // 8 + 1, config.crop // 32, config.crop // 32, config.sizes.latent_channels)
    steps = 0

    def loss_of_step(rng: torch.Generator) -> Tensor:
        nonlocal steps
        steps += 1
        if steps % _REFRESH_STEPS == 0:
            pool.refresh()
        noise = torch.randn((batch, *cells), generator=rng, device=config.device)
        return fused(pool.cut(batch, rng), noise)

    share = (config.crop / 256) ** 2 * config.frames / 49
    work = Work(batch, 3 * batch * share * flops_of_clip(network.autoencoder))
    try:
        progress = run_stage(
            "autoencoder", network, loss_of_step, config, config.autoencoder, work=work, fused=fused,
            on_progress=on_progress,
        )  # fmt: skip
        ready = finished_autoencoder(config)
        decibels = peak_signal_to_noise(ready, pool.cut(min(8, config.pool), torch.Generator(config.device)))
        _tell(on_progress, f"repaints crops at {decibels:.2f} dB", psnr_db=decibels)
    finally:
        pool.close()
    return progress


def reconstruction_loss(error: Tensor, mean: Tensor, log_variance: Tensor) -> Tensor:
    """Return the loss of an error (N, T, H, W, 3) and of latents (N, F, h, w, C), (N, F, h, w, 1)."""
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
def peak_signal_to_noise(network: Passes, crops: Tensor) -> float:
    """Return the mean over clips of 10 log10(peak^2 / mean squared error), dB, of repainted uint8 crops."""
    dtype = next(network.parameters()).dtype
    pixels = crops.to(dtype) / 127.5 - 1
    painted: Tensor = network(pixels)[2]
    error = (painted.float().clamp(-1, 1) - pixels.float()).square().mean((1, 2, 3, 4))
    return float((10 * torch.log10(4 / error.clamp_min(1e-10))).mean())


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
