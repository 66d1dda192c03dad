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
    """Decay of the running mean of the weights, which is what is kept; 0 keeps the last ones."""
    longest: float = 2.0
    """Norm that a gradient is cut to."""


@dataclass(frozen=True, slots=True)
class FitRecipe:
    """One network's training: study (pictures), probe (the heads alone), tune (whole clips, if wanted)."""

    study: Course = field(default_factory=lambda: Course(steps=500, warm_up=0.06, average=0.0, longest=5.0))
    """Of the late half: what single pictures show, and whether they were filmed."""
    pictures: int = 64
    """A step of the study."""
    study_rate: float = 1e-3
    reader_rate: float = 2e-3
    label: float = 0.5
    """Weight of the label in the study, where the teacher's lesson weighs 1."""
    patched: float = 0.5
    """Share of the study's pictures that another one of the step is laid over in part."""
    faces: float = 0.08
    """Share of the study's pictures that are manipulated faces: only the lesson is asked of them."""
    probe_penalty: float = 0.5
    """Of the squared weights of the linear heads: about scikit-learn's C = 0.002 for a thousand clips, which did best
    of 0.0001 to 0.01 on frozen ImageNet features."""
    studied: float = 0.5
    """How much of the first head is the study's own reader of the label; the rest is the probe's."""
    probe_residual: float = 0.35
    """What features of the residual are multiplied by: held back eight times as much as those of pictures. On frozen
    features .2 to .5 gained .002 of AUROC, 1 lost .007."""
    tune: Course = field(default_factory=lambda: Course(steps=0))
    """Fine-tuning of the late half and all heads on whole clips; none in the shipped weights."""
    clips: int = 32
    """A step of fine-tuning: half of them real."""
    head_rate: float = 5e-4
    backbone_rate: float = 3e-4
    anchor: float = 1.0
    """Weight of the study's loss in fine-tuning."""
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
    views: int = 4
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
