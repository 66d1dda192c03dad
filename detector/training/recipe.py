"""How the detector is trained: every number that a run depends on."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from .augment import Recipe as Augmentation

BACKBONE = "tf_efficientnet_lite0"
Final = Literal["nearest", "shuffle", "transposed", "causal"]
"""How an autoencoder's decoder grows: nearest neighbour and a convolution, pixel shuffle, transposed convolution, or
nearest in space with causal convolutions that also grow fourfold in time."""
FINALS: tuple[Final, ...] = get_args(Final)


@dataclass(frozen=True, slots=True)
class FitRecipe:
    """One network's training. Chosen on folds of another seed than the reported ones."""

    steps: int = 500
    clips: int = 32
    """A step: half of them real."""
    head_rate: float = 1e-3
    backbone_rate: float = 5e-4
    weight_decay: float = 0.02
    warm_up: float = 0.05
    """Share of the steps in which the rate rises; then a cosine."""
    settled: float = 0.35
    """Share of the steps after which batch norms no longer follow the batches."""
    smoothing: float = 0.05
    frame_weight: float = 0.3
    """Of the frames' own loss, which makes the timeline mean something."""
    pair_weight: float = 0.2
    """Of the loss that sets a reconstruction above its own original, whatever they show."""
    aligned_alone: bool = True
    """Whether a reconstruction is also asked for by itself, as a synthetic clip like others."""
    pairs: float = 0.0
    """Share of a step's clips that are reals beside their own reconstructions, counted in pairs: at 0.25, half of the
    synthetic clips are reconstructions. None in the shipped weights, see docs/decisions/no-aligned-fakes-yet.md."""
    average: float = 0.995
    """Decay of the running mean of the weights, which is what is kept."""


@dataclass(frozen=True, slots=True)
class AutoencoderRecipe:
    """The small video autoencoders whose decoders leave traces on real clips."""

    steps: int = 500
    crops: int = 16
    side: int = 128
    rate: float = 6e-4


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole run."""

    backbone: str = BACKBONE
    seed: int = 0
    folds: int = 5
    views: int = 6
    """Augmented forms of each clip, made once and shared by all folds."""
    variants: int = 1
    """Autoencoders that each real clip goes through, drawn from all there are; none if no pairs are wanted."""
    fit: FitRecipe = field(default_factory=FitRecipe)
    final: FitRecipe = field(default_factory=lambda: FitRecipe(steps=700))
    autoencoders: AutoencoderRecipe = field(default_factory=AutoencoderRecipe)

    @property
    def aligned(self) -> bool:
        """Whether reconstructions of reals are wanted at all."""
        return max(self.fit.pairs, self.final.pairs) > 0

    def as_json(self) -> dict[str, Any]:
        """Return every number, for the training hash and the card."""
        return asdict(self) | {"augmentation": asdict(Augmentation())}


SMOKE = Recipe(
    folds=2,
    views=1,
    variants=1,
    fit=FitRecipe(steps=2, clips=8, pairs=0.25),
    final=FitRecipe(steps=2, clips=8, pairs=0.25),
    autoencoders=AutoencoderRecipe(steps=2, crops=2, side=64),
)
"""Every stage for a few steps: shows that it runs; the weights are useless."""
