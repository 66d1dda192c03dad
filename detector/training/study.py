# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of modules and tensors' methods open)
"""See as a larger network sees, before any label is read.

A few hundred clips of each class teach a small network what they show sooner than how they were made. What CLIP says
of each place of a picture is a richer lesson, and it asks nothing that is only true of these clips: the student
follows its teacher over many views and over mixtures of two pictures (Beyer et al., "Knowledge distillation: A good
teacher is patient and consistent", arXiv 2106.05237: both see the very same pixels).
"""

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..network import Network, residual
from .draws import Pictures
from .shelf import Shelf
from .teacher import TAUGHT, WIDTH, Teacher

MEASURED = 2
"""Batches over which the lesson's mean and deviation are taken."""
OWN_RESIDUALS = 0.25
"""Share of the pictures that the student sees as their residual alone: the backbone serves both streams."""
MIXED = 0.5
"""Share of the others that are mixtures of two."""


class Reader(nn.Module):
    """Reads the lesson off the student's features, place by place and of the whole; needed in training alone."""

    def __init__(self, width: int) -> None:
        """Build for features of so many channels."""
        super().__init__()
        taught = len(TAUGHT) * WIDTH
        self.place = nn.Conv2d(width, taught, 1)
        self.whole = nn.Linear(width, taught)
        for name in ("place", "whole"):
            self.register_buffer(f"{name}_mean", torch.zeros(taught))
            self.register_buffer(f"{name}_deviation", torch.ones(taught))

    @torch.no_grad()
    def measure(self, places: Tensor, wholes: Tensor) -> None:
        """Take the scale of each channel from some lessons, so that each is worth the same."""
        for name, table in (("place", places.transpose(0, 1).flatten(1)), ("whole", wholes.T)):
            cast(Tensor, getattr(self, f"{name}_mean")).copy_(table.mean(1))
            cast(Tensor, getattr(self, f"{name}_deviation")).copy_(table.std(1).clamp(min=1e-3))

    def missed(self, features: Tensor, lesson: tuple[Tensor, Tensor]) -> Tensor:
        """Return the share of the lesson that the features do not tell, about 1 for a student who knows nothing.

        Features are (n, width, h, w); where their grid is not 7 × 7, the lesson's is brought to it.
        """
        mean, deviation = (cast(Tensor, getattr(self, f"place_{one}"))[:, None, None] for one in ("mean", "deviation"))
        places = functional.adaptive_avg_pool2d(
            (lesson[0] - mean) / deviation, (features.shape[-2], features.shape[-1])
        )
        whole = (lesson[1] - cast(Tensor, self.whole_mean)) / cast(Tensor, self.whole_deviation)
        told = self.place(features).float(), self.whole(features.mean((-2, -1))).float()
        return 0.5 * (functional.mse_loss(told[0], places) + functional.mse_loss(told[1], whole))


class Lessons:
    """Asks the teacher about pictures of a shelf, and the student what it makes of them."""

    def __init__(self, teacher: Teacher, shelf: Shelf, pictures: Pictures, *, seed: int) -> None:
        """Use the teacher, which is moved to the shelf's device."""
        self.device = shelf.device
        self.kind = self.device.split(":", maxsplit=1)[0]
        floats = torch.float32 if self.kind == "cpu" else torch.bfloat16
        self.teacher = cast(Any, teacher.to(self.device, floats))
        self._shelf, self._pictures, self._seed = shelf, pictures, seed

    def measure(self, reader: Reader) -> None:
        """Let the reader know the scale of what is taught."""
        taught = [self.of(self._pictures_of(step)[:, 1]) for step in range(MEASURED)]
        reader.measure(torch.cat([one for one, _ in taught]), torch.cat([one for _, one in taught]))

    def of(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return the teacher's lesson about (n, 3, 224, 224) in [0, 1]."""
        return self.teacher.lesson(pictures)

    def loss(self, network: Network, reader: Reader, step: int) -> Tensor:
        """Return what the student misses of a step's pictures."""
        seen = self._pictures_of(step)
        own = round(OWN_RESIDUALS * len(seen))
        plain, mixtures = seen[own:, 1], round(MIXED * (len(seen) - own))
        plain = torch.cat([_mixed(plain[:mixtures], [self._seed, step]), plain[mixtures:]])
        lesson = self.of(torch.cat([seen[:own, 1], plain]))
        inputs = torch.cat([residual(seen[:own])[:, 1], plain * 2.0 - 1.0])
        with torch.autocast(self.kind, torch.bfloat16, enabled=self.kind != "cpu"):
            return reader.missed(network.features(inputs)[-1], lesson)

    def _pictures_of(self, step: int) -> Tensor:
        """(n, 3 frames, 3, 224, 224) in [0, 1]"""
        return self._shelf.windows(self._pictures.cut(step)).permute(0, 1, 4, 2, 3).float() / 255.0


def _mixed(pictures: Tensor, seed: list[int]) -> Tensor:
    """Lay each picture over its neighbour, by a share drawn evenly."""
    rng = torch.Generator("cpu").manual_seed(1_000_003 * seed[0] + seed[1])
    share = torch.rand(len(pictures), 1, 1, 1, generator=rng).to(pictures.device)
    return share * pictures + (1.0 - share) * pictures.roll(1, 0)
