"""Distil guidance and steps: the model learns to do in one step of its grid what guided small steps of its teacher do.

The teacher is the averaged denoiser with classifier-free guidance. A sample starts at a noisy window at one moment of
the sampling grid; the teacher takes two guided Euler steps to the next moment; the student learns the straight velocity
between the two ends (Salimans and Ho, "Progressive Distillation", arXiv:2202.00512; with guidance in the target: Meng
et al., "On Distillation of Guided Diffusion Models", arXiv:2210.03142). Some samples have any moment and a short
interval instead, so that the model can still be sampled in more steps than its grid has.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares unflatten, split, step and others without types.

from typing import Final

import torch
from torch import Tensor

from .checkpoint import Progress, load_average
from .config import TrainingConfig
from .denoiser import Denoiser, flops_of, place_denoiser
from .flow import draw, draw_moments, empty_ids, flow_loss, led, mixed, shifted, teacher
from .latents import Latents
from .loop import Work, run_stage
from .progress import OnProgress
from .stepping import Step

_ON_GRID: Final = 0.75
_SHORT: Final = 0.04
"""Length of the interval off the grid, before moments are shifted."""
_SUBSTEPS: Final = 2


def distil(
    config: TrainingConfig, latents: Latents, vocabulary: int, *, on_progress: OnProgress | None = None
) -> Progress:
    """Train the student, or go on training it, until the budget is spent; it starts as its teacher.

    Raises:
        ModelUnavailable: The denoiser has not been trained.
    """
    guide = teacher(config, vocabulary)
    student = place_denoiser(config, vocabulary)
    load_average(config.checkpoint("denoiser"), student)
    batch = config.distil.batch
    wordless = empty_ids(config)

    def draw_steps(rng: torch.Generator, _share: float) -> tuple[Tensor, ...]:
        drawn = draw(latents, batch, rng, None)
        start, end = intervals(batch, rng, config)
        noisy, clean = mixed(drawn, start, student.grid)
        return noisy, start, end, clean, drawn.ids, drawn.given

    def loss_of_steps(noisy: Tensor, start: Tensor, end: Tensor, clean: Tensor, ids: Tensor, given: Tensor) -> Tensor:
        with torch.no_grad():
            wanted = guided_velocity(guide, noisy, start, end, clean, ids, given, config.teacher_guidance, wordless)
        return flow_loss(student(noisy, start, clean, ids), wanted, clean)

    passes = 1 + 2 * _SUBSTEPS / 3  # the teacher's, forward only, twice a step
    return run_stage(
        "distil", student, Step(draw_steps, loss_of_steps), config, config.distil,
        work=Work(batch, passes * flops_of(student, batch)), fused=student, on_progress=on_progress,
    )  # fmt: skip


def sampling_moments(steps: int, shift: float, device: torch.device | str = "cpu") -> Tensor:
    """Return the moments that stock LTX pipelines visit, from 1 down to 0, (steps + 1,)."""
    even = torch.linspace(1, 1 / steps, steps, device=device)
    return torch.cat([shifted(even, shift), torch.zeros(1, device=device)])


def intervals(batch: int, rng: torch.Generator, config: TrainingConfig) -> tuple[Tensor, Tensor]:
    """Return where each sample's step starts and ends, (batch,) each: mostly on the sampling grid."""
    device = rng.device
    grid = sampling_moments(config.sampling_steps, config.shift, device)
    step = torch.randint(config.sampling_steps, (batch,), generator=rng, device=device)
    anywhere = draw_moments(batch, rng, 1.0).clamp_min(_SHORT)
    on_grid = torch.rand(batch, generator=rng, device=device) < _ON_GRID
    start = torch.where(on_grid, grid[step], shifted(anywhere, config.shift))
    end = torch.where(on_grid, grid[step + 1], shifted(anywhere - _SHORT, config.shift))
    return start, end


def guided_velocity(
    guide: Denoiser,
    noisy: Tensor,
    start: Tensor,
    end: Tensor,
    clean: Tensor,
    ids: Tensor,
    given: Tensor,
    guidance: float,
    wordless: Tensor,
) -> Tensor:
    """Return the mean velocity of the teacher's guided steps from `start` to `end`, (N, S, C).

    Both branches of guidance see the same given frames; w = `guidance` as diffusers counts it, v_0 + w (v - v_0).
    """
    here = noisy
    moment = start
    step = (start - end) / _SUBSTEPS
    blank = wordless.expand_as(ids)
    for _ in range(_SUBSTEPS):
        told = guide(here, moment, clean, ids)
        untold = guide(here, moment, clean, blank)
        here = here - step[:, None, None] * (untold + guidance * (told - untold))
        here = led(here, given, clean)
        moment = moment - step
    return (noisy - here) / (start - end)[:, None, None]
