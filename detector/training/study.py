# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of modules and tensors' methods open)
"""Learn two things of each picture at once: what a larger network sees in it, and whether it was filmed.

A few hundred clips of each class teach a small network what they show sooner than how they were made. What CLIP says
of each place of a picture is a richer lesson, and asks nothing that is only true of these clips. Labels alone bend
features to these clips, the lesson alone leaves out what CLIP does not care for; docs/decisions/
what-the-detector-learns-from.md has both beside the two together. Half of the pictures are patched with a part of
another (CutMix, Yun et al., arXiv 1905.04899), lesson and label with them: a thousand clips are learnt by heart else.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from .draws import Picked, Pictures
from .halves import Halves
from .kept import Kept, Lessons
from .recipe import FitRecipe
from .teacher import PROJECTED, TAUGHT, WIDTH

MEASURED = 5
"""Batches over which the lesson's mean and deviation are taken."""


class Reader(nn.Module):
    """Reads lesson and label off the student's features; needed in training alone."""

    def __init__(self, widths: Sequence[int]) -> None:
        """Build for stages of so many channels, the last features last."""
        super().__init__()
        taught = {"place": len(TAUGHT) * PROJECTED, "whole": len(TAUGHT) * WIDTH}
        self.place = nn.Conv2d(widths[-1], taught["place"], 1)
        self.whole = nn.Linear(sum(widths), taught["whole"])
        self.label = nn.Linear(sum(widths), 1)
        nn.init.zeros_(self.label.weight)
        nn.init.zeros_(self.label.bias)
        for name, channels in taught.items():
            self.register_buffer(f"{name}_mean", torch.zeros(channels))
            self.register_buffer(f"{name}_deviation", torch.ones(channels))

    @torch.no_grad()
    def measure(self, places: Tensor, wholes: Tensor) -> None:
        """Take the scale of each channel from some lessons, so that each is worth the same."""
        for name, table in (("place", places.transpose(0, 1).flatten(1)), ("whole", wholes.T)):
            cast(Tensor, getattr(self, f"{name}_mean")).copy_(table.mean(1))
            cast(Tensor, getattr(self, f"{name}_deviation")).copy_(table.std(1).clamp(min=1e-3))

    def missed(self, features: Sequence[Tensor], places: Tensor, wholes: Tensor) -> Tensor:
        """Return the share of the lesson that the features do not tell, about 1 for a student who knows nothing.

        Features are (n, channels, h, w) each; where the last one's grid is not 7 × 7, the lesson's is brought to it.
        """
        mean, deviation = (cast(Tensor, getattr(self, f"place_{one}"))[:, None, None] for one in ("mean", "deviation"))
        last = features[-1]
        places = functional.adaptive_avg_pool2d((places - mean) / deviation, (last.shape[-2], last.shape[-1]))
        wholes = (wholes - cast(Tensor, self.whole_mean)) / cast(Tensor, self.whole_deviation)
        told = self.place(last).float(), self.whole(_pooled(features)).float()
        return 0.5 * (functional.mse_loss(told[0], places) + functional.mse_loss(told[1], wholes))

    def judged(self, features: Sequence[Tensor]) -> Tensor:
        """Return how likely each picture is synthetic, in logits, (n)."""
        return self.label(_pooled(features))[:, 0].float()


class Study:
    """Draws kept pictures, and tells what a student makes of them."""

    def __init__(self, halves: Halves, reader: Reader, kept: Kept, pictures: Pictures, recipe: FitRecipe) -> None:
        """Follow the kept lessons; the label's loss weighs `recipe.label`, the lesson's 1."""
        self._halves, self._reader, self._kept, self._pictures, self._recipe = halves, reader, kept, pictures, recipe

    def measure(self) -> None:
        """Let the reader know the scale of what is taught."""
        if self._kept.lessons is not None:
            lessons = [_lessons(self._kept.lessons, self._pictures.of(step)) for step in range(MEASURED)]
            self._reader.measure(torch.cat([one for one, _ in lessons]), torch.cat([one for _, one in lessons]))

    def loss(self, step: int) -> Tensor:
        """Return what is missed of a step's pictures: the label, and the lesson if there was a teacher."""
        picked, device = self._pictures.of(step), next(self._reader.parameters()).device
        at = zip(picked.numbers, picked.windows, strict=True)
        maps = np.stack([self._kept.early[number, window, self._kept.taught(window), 0] for number, window in at])
        seen = _patched(_turned(torch.from_numpy(maps).to(device).float(), picked.mirrored), picked)
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type != "cpu"):
            features = self._halves.late(seen.contiguous(memory_format=torch.channels_last))
            judged = self._reader.judged(features)
        asked = picked.asked & (picked.asked[picked.partners] | ~picked.covered.any((1, 2)))
        targets = _blended(torch.from_numpy(picked.targets), picked).to(device)
        entropy = functional.binary_cross_entropy_with_logits(judged, targets, reduction="none")
        loss = self._recipe.label * entropy[torch.from_numpy(asked).to(device)].sum() / max(1, asked.sum())
        if self._kept.lessons is None:
            return loss
        places, wholes = (one.to(device) for one in _lessons(self._kept.lessons, picked))
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type != "cpu"):
            return loss + self._reader.missed(features, _patched(places, picked), _blended(wholes, picked))


def _lessons(lessons: Lessons, picked: Picked) -> tuple[Tensor, Tensor]:
    """Return what is taught of places (n, 384, 7, 7), and of the whole (n, 2304)."""
    at = list(zip(picked.numbers, picked.windows, strict=True))
    places = np.stack([lessons.places[one] for one in at]).astype(np.float32)
    wholes = np.stack([lessons.wholes[one] for one in at]).astype(np.float32)
    return _turned(torch.from_numpy(places), picked.mirrored), torch.from_numpy(wholes)


def _pooled(features: Sequence[Tensor]) -> Tensor:
    return torch.cat([one.mean((-2, -1)) for one in features], 1)


def _turned(maps: Tensor, mirrored: NDArray[np.bool_]) -> Tensor:
    """Mirror some of (n, channels, h, w): maps of a mirrored picture are nearly the mirrored maps."""
    return torch.where(torch.from_numpy(mirrored).to(maps.device)[:, None, None, None], maps.flip(-1), maps)


def _patched(maps: Tensor, picked: Picked) -> Tensor:
    """Lay a part of each picture's partner over it, in maps (n, channels, h, w) of any grid."""
    covered = torch.from_numpy(picked.covered)[:, None].float().to(maps.device)
    covered = functional.interpolate(covered, size=maps.shape[-2:], mode="nearest") > 0.5
    return torch.where(covered, maps[picked.partners], maps)


def _blended(values: Tensor, picked: Picked) -> Tensor:
    """Mix what is said of whole pictures, (n, …), by how much of each is its partner's."""
    share = torch.from_numpy(picked.covered.mean((1, 2), dtype=np.float32)).to(values.device)
    return torch.lerp(values, values[picked.partners], share.view(-1, *[1] * (values.ndim - 1)))
