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
class Course:
    """How long and how fast."""

    steps: int
    weight_decay: float = 0.02
    warm_up: float = 0.05
    """Share of the steps in which the rate rises; then half a cosine down to nothing."""
    average: float = 0.99
    """Decay of the running mean of the weights, which is what is kept."""


@dataclass(frozen=True, slots=True)
class FitRecipe:
    """One network's training: study (no labels), probe (the heads alone), tune (all but the first layers)."""

    study: Course = field(default_factory=lambda: Course(steps=400))
    """Following a teacher; left out where there is none."""
    pictures: int = 256
    """A step of the study."""
    study_rate: float = 1e-3
    probe_views: int = 3
    """Of each clip, from which the linear heads are fitted before fine-tuning."""
    probe_penalty: float = 0.5
    """Of their squared weights: about scikit-learn's C = 0.002 for a thousand clips, which did best of 0.0001 to 0.01
    on frozen ImageNet features."""
    tune: Course = field(default_factory=lambda: Course(steps=300))
    clips: int = 32
    """A step of fine-tuning: half of them real."""
    head_rate: float = 5e-4
    backbone_rate: float = 3e-4
    kept: float = 0.18
    """Share of the backbone's parameters, from the first layer on, that fine-tuning leaves as they are: in lite0 the
    stem and two stages of seven, where most of the memory's traffic is."""
    anchor: float = 1.0
    """Weight of the teacher's lesson in fine-tuning."""
    tuned: float = 0.5
    """Where the kept weights lie: at 0 those before fine-tuning, at 1 those after it."""
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
    final: FitRecipe = field(default_factory=FitRecipe)
    autoencoders: AutoencoderRecipe = field(default_factory=AutoencoderRecipe)

    @property
    def aligned(self) -> bool:
        """Whether reconstructions of reals are wanted at all."""
        return max(self.fit.pairs, self.final.pairs) > 0

    def as_json(self) -> dict[str, Any]:
        """Return every number, for the training hash and the card."""
        return asdict(self) | {"augmentation": asdict(Augmentation())}


_FEW_STEPS = FitRecipe(study=Course(steps=2), pictures=8, tune=Course(steps=2), clips=8, pairs=0.25)
SMOKE = Recipe(
    folds=2,
    views=1,
    variants=1,
    fit=_FEW_STEPS,
    final=_FEW_STEPS,
    autoencoders=AutoencoderRecipe(steps=2, crops=2, side=64),
)
"""Every stage for a few steps: shows that it runs; the weights are useless."""
