"""Train transformer and text encoder together: flow matching, some leading frames given, words left out now and then.

The transformer learns the velocity noise - latents at (1 - t) latents + t noise (Lipman et al., "Flow Matching for
Generative Modeling", arXiv:2210.02747). t is logit-normal and shifted towards noise, t -> s t / (1 + (s - 1) t) with
s = 3, as the scheduler shifts its moments (Esser et al., "Scaling Rectified Flow Transformers", arXiv:2403.03206); one
in eight is uniform, so that no moment is forgotten. Without words in one of ten clips (Ho and Salimans,
"Classifier-Free Diffusion Guidance", arXiv:2207.12598). Leading latent frames that are given stand clean at moment 0,
as in LTXImageToVideoPipeline, in half of the cases a little noisy (Ho et al., "Cascaded Diffusion Models",
arXiv:2106.15282, call it conditioning augmentation): what a clip goes on from is never perfect. On the side the
networks answer what is where (`asking`).
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares unflatten, split, step and others without types.

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from .checkpoint import Progress
from .config import TrainingConfig
from .denoiser import Denoiser, flops_of, place_denoiser, token_mask
from .latents import LEADING, Latents
from .loop import Work, run_stage
from .progress import OnProgress
from .stepping import Step
from .supply import token_ids

_WORDLESS: Final = 0.1
_UNIFORM: Final = 0.125
_MOST_NOISE: Final = 0.1
"""Standard deviation of what is added to given frames, at most."""
_GIVEN: Final = (0.70, 0.88)
"""Below the first: nothing is given; below the second: one latent frame; else all. Late windows: one or all."""
_LATE_ONE: Final = 0.3
_ASKED: Final = (0.25, 0.1)
"""Weights of what is seen and what is told beside the flow."""
_ASKED_UNTIL: Final = 0.75
"""Share of the budget at which the questions have faded out."""


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """A batch of clips and the chance that goes with it, on the device."""

    tokens: Tensor
    """What is to be made, (N, S, C)."""
    given: Tensor
    """What leads it, (N, 3 h w, C)."""
    leading: Tensor
    """How many latent frames are given, (N,)."""
    ids: Tensor
    """(N, 64)."""
    noise: Tensor
    """Like `tokens`."""
    seen: Tensor
    """What is at each token, (N, S, bytes)."""
    told: Tensor
    """What words can say, (N, TOLD)."""


def train_denoiser(
    config: TrainingConfig, latents: Latents, vocabulary: int, *, on_progress: OnProgress | None = None
) -> Progress:
    """Train, or go on training, until the budget is spent."""
    denoiser = place_denoiser(config, vocabulary)
    batch = config.denoiser.batch
    wordless = empty_ids(config)

    def draw_clips(rng: torch.Generator, share: float) -> tuple[Tensor, ...]:
        drawn = draw(latents, batch, rng, wordless)
        moment = draw_moments(batch, rng, config.shift)
        noisy, clean = mixed(drawn, moment, denoiser.grid)
        asked = torch.full((), max(0.0, 1 - share / _ASKED_UNTIL), device=config.device)
        return noisy, moment, clean, drawn.ids, drawn.noise - drawn.tokens, drawn.seen, drawn.told, asked

    def loss_of_clips(
        noisy: Tensor, moment: Tensor, clean: Tensor, ids: Tensor, velocity: Tensor, seen: Tensor, told: Tensor,
        asked: Tensor,
    ) -> Tensor:  # fmt: skip
        found, hidden, embeds = denoiser.observed(noisy, moment, clean, ids)
        of_seen = denoiser.questions.loss_of_seen(hidden, seen)
        of_told = denoiser.questions.loss_of_told(embeds, ids != 0, told)
        return flow_loss(found, velocity, clean) + asked * (_ASKED[0] * of_seen + _ASKED[1] * of_told)

    return run_stage(
        "denoiser", denoiser, Step(draw_clips, loss_of_clips), config, config.denoiser,
        work=Work(batch, flops_of(denoiser, batch)), fused=denoiser, on_progress=on_progress,
    )  # fmt: skip


def empty_ids(config: TrainingConfig) -> Tensor:
    """Return the token ids of no words, (64,)."""
    return torch.from_numpy(token_ids([""])[0]).to(config.device, torch.long)


def draw(latents: Latents, batch: int, rng: torch.Generator, wordless: Tensor | None) -> Draw:
    """Draw windows, one wording of each, how many frames are given, and noise.

    Args:
        latents: All windows.
        batch: How many.
        rng: Of the device.
        wordless: Takes the place of one in ten wordings; None keeps them all.
    """
    device = latents.windows.device
    chosen = torch.randint(len(latents.late), (batch,), generator=rng, device=device)
    wording = torch.randint(latents.ids.shape[1], (batch,), generator=rng, device=device)
    ids = latents.ids[chosen, wording].long()
    chance = torch.rand((3, batch), generator=rng, device=device)
    if wordless is not None:
        ids = torch.where(chance[0, :, None] < _WORDLESS, wordless, ids)
    early = (chance[1] >= _GIVEN[0]).long() + (chance[1] >= _GIVEN[1]).long()
    early = torch.where(early > 1, LEADING, early)
    late = torch.where(chance[1] < _LATE_ONE, 1, LEADING)
    leading = torch.where(latents.late[chosen], late, early)
    tokens = latents.windows[chosen].float().flatten(1, 3)
    given = latents.leading[chosen].float().flatten(1, 3)
    noise = torch.randn(tokens.shape, generator=rng, device=device)
    blur = (2 * chance[2] - 1).clamp_min(0) * _MOST_NOISE  # none in half of the cases
    blurred = given + blur[:, None, None] * torch.randn(given.shape, generator=rng, device=device)
    seen = latents.seen[chosen].flatten(1, 3)
    return Draw(
        tokens=tokens, given=blurred, leading=leading, ids=ids, noise=noise, seen=seen, told=latents.told[chosen]
    )


def draw_moments(batch: int, rng: torch.Generator, shift: float) -> Tensor:
    """Return shares of noise, (batch,)."""
    moment = torch.sigmoid(torch.randn(batch, generator=rng, device=rng.device))
    moment = shifted(moment, shift)
    chance = torch.rand((2, batch), generator=rng, device=rng.device)
    return torch.where(chance[0] < _UNIFORM, chance[1], moment)


def shifted(moment: Tensor, shift: float) -> Tensor:
    """Move moments towards noise as FlowMatchEulerDiscreteScheduler does."""
    return shift * moment / (1 + (shift - 1) * moment)


def mixed(drawn: Draw, moment: Tensor, grid: tuple[int, int, int]) -> tuple[Tensor, Tensor]:
    """Return what the network sees, (N, S, C), and which tokens of it are given, (N, S)."""
    clean = token_mask(drawn.leading, grid)
    share = moment[:, None, None]
    noisy = (1 - share) * drawn.tokens + share * drawn.noise
    return led(noisy, drawn.given, clean), clean


def led(tokens: Tensor, given: Tensor, clean: Tensor) -> Tensor:
    """Put given frames in their places."""
    rest = tokens.shape[1] - given.shape[1]
    return torch.where(clean[:, :, None], torch.nn.functional.pad(given, (0, 0, 0, rest)), tokens)


def flow_loss(found: Tensor, wanted: Tensor, clean: Tensor) -> Tensor:
    """Return the mean squared error over what was not given, every clip counting the same."""
    error = (found - wanted).square().mean(2)
    return ((error * ~clean).sum(1) / (~clean).sum(1)).mean()


def teacher(config: TrainingConfig, vocabulary: int) -> Denoiser:
    """Return the averaged denoiser for use, not for training.

    Raises:
        ModelUnavailable: The stage has not run.
    """
    from .checkpoint import load_average

    denoiser = place_denoiser(config, vocabulary)
    load_average(config.checkpoint("denoiser"), denoiser)
    return denoiser.requires_grad_(requires_grad=False)
