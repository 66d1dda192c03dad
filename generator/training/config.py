"""Settings of one training run."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

Stage: TypeAlias = Literal["autoencoder", "latents", "denoiser", "distil", "sides", "matching", "export"]
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)
Device: TypeAlias = Literal["cpu", "cuda"]
CELL_SIDE: Final = 32
"""Pixels along each side of what one latent cell stands for."""
CELL_FRAMES: Final = 4
"""Frames that it stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How long one stage trains: steps if given, else minutes. A run by steps is the same on every visit."""

    batch: int
    minutes: float = 0.0
    """Time spent in steps, over all resumed parts of the run together."""
    steps: int | None = None
    learning_rate: float = 1e-3
    ends_at: float | None = None
    """Seconds since the epoch: the minutes are what is left until then when the stage starts, on a borrowed machine."""

    def __post_init__(self) -> None:
        if self.batch < 1 or (self.steps is None and self.minutes <= 0) or (self.steps is not None and self.steps < 1):
            raise ValueError(f"a stage needs a batch of at least 1 and a number of steps or minutes, got {self}")

    def progress(self, step: int, seconds: float) -> float:
        """Return the share of the budget that is spent, 0 to 1."""
        spent = step / self.steps if self.steps is not None else seconds / (60 * self.minutes)
        return min(1.0, spent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Widths and depths of the networks; the defaults are the shipped model's."""

    latent_channels: int = 96
    encoder: tuple[int, int, int] = (96, 128, 512)
    """Channels at 32, 16 and 8 cells a side (of 256 px), fine to coarse. At 64 there are as many as latent channels.
    Each of the first two divides 8 times the one before, the last 4 times: it halves space alone."""
    decoder: tuple[int, int, int] = (64, 88, 88)
    """Channels after and before the three doublings, fine to coarse."""
    width: int = 320
    """Transformer: hidden size."""
    heads: int = 5
    depth: int = 7
    text_width: int = 192
    text_depth: int = 4

    def __post_init__(self) -> None:
        if self.width % self.heads or (self.width // self.heads) % 2:
            raise ValueError(f"width must be an even multiple of heads, got {self.width} and {self.heads}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """Everything that a run of `train_generator` depends on.

    The defaults are the run on one large GPU that the embedded model comes from; `cpu_config` and `smoke_config` are
    smaller.
    """

    out: Path
    """Gets `model/`, the finished diffusers directory, `checkpoints/`, `log.jsonl` and `samples/`."""
    seed: int = 0
    stages: tuple[Stage, ...] = STAGES
    device: Device = "cpu"
    threads: int = 2
    """Of torch on the CPU."""
    jobs: int = 0
    """Processes that draw scenes and word captions; 0 does it in between."""
    compiled: bool = False
    """Whether torch.compile fuses the networks and the renderer."""
    cache: Path | None = None
    """Where the latents are kept, up to 100 kB a clip; None is `out`."""
    sizes: Sizes = Sizes()
    side: int = 256
    """Pixels of a rendered clip along each side."""
    frames: int = 49
    autoencoder: Budget = Budget(batch=32, minutes=6.0, learning_rate=2e-3)
    """Batch: crops a step."""
    crop: int = 128
    pool: int = 2048
    """Rendered clips that crops are cut from; replaced little by little."""
    clips: int = 110_000
    """At most so many windows are rendered and encoded for the denoiser."""
    latents_minutes: float = 2.0
    """And for at most so long."""
    captions: int = 10
    """Wordings of each scene."""
    denoiser: Budget = Budget(batch=128, minutes=11.0, learning_rate=2e-3)
    distil: Budget = Budget(batch=128, minutes=1.8, learning_rate=3e-4)
    sides: Budget = Budget(batch=64, minutes=8.0, learning_rate=2e-3)
    """Of the readers of left and right, half for each; always on the CPU."""
    words: Budget = Budget(batch=64, steps=7000, learning_rate=2e-3)
    """Of the reader of prompts that candidates are compared with; batch: captions, always on the CPU."""
    states: Budget = Budget(batch=32, steps=1000, learning_rate=4e-3)
    """Of the reader of half-made clips; always on the CPU."""
    matched: int = 784
    """Renders that half-made clips are learned from; three seconds each on a core."""
    teacher_guidance: float = 3.0
    sampling_steps: int = 8
    """The grid of moments that the model is distilled to."""
    shift: float = 3.0
    """Of the moments, towards noise, in training and sampling."""
    checkpoint_every_seconds: float = 120.0

    def __post_init__(self) -> None:
        if unknown := set(self.stages) - set(STAGES):
            raise ValueError(f"unknown stages {sorted(unknown)}; there are {', '.join(STAGES)}")
        if self.crop % 32 or self.side % 32 or self.crop > self.side:
            raise ValueError(f"crop and side must be multiples of 32, crop the smaller, got {self.crop}, {self.side}")
        if self.frames < 17 or self.frames % CELL_FRAMES != 1:
            raise ValueError(f"frames must be {CELL_FRAMES}k + 1 and at least 17, got {self.frames}")

    @property
    def model(self) -> Path:
        """The finished directory."""
        return self.out / "model"

    @property
    def grid(self) -> tuple[int, int, int]:
        """Latent frames, rows and columns of a clip."""
        return (self.frames - 1) // CELL_FRAMES + 1, self.side // CELL_SIDE, self.side // CELL_SIDE

    @property
    def cached(self) -> Path:
        """The file of encoded clips."""
        return (self.cache or self.out) / "latents.safetensors"

    def checkpoint(self, stage: Stage) -> Path:
        """Where a stage keeps its state."""
        return self.out / "checkpoints" / f"{stage}.safetensors"


def gpu_config(out: Path, *, seed: int = 0, jobs: int = 14) -> TrainingConfig:
    """Return the run on one large GPU: twenty minutes of one H100, then eight of the CPU."""
    return TrainingConfig(out=out, seed=seed, device="cuda", jobs=jobs, compiled=True)


def cpu_config(out: Path, *, seed: int = 0, threads: int = 2) -> TrainingConfig:
    """Return a run of about two hours on two cores: narrower networks, fewer clips, a blurrier world."""
    return TrainingConfig(
        out=out,
        seed=seed,
        threads=threads,
        jobs=0,
        sizes=Sizes(
            latent_channels=64, encoder=(64, 64, 64), decoder=(32, 48, 48), width=192, heads=3, depth=6, text_depth=2
        ),
        autoencoder=Budget(batch=2, minutes=40, learning_rate=2e-3),
        pool=96,
        clips=1500,
        latents_minutes=20,
        captions=6,
        denoiser=Budget(batch=16, minutes=45, learning_rate=2e-3),
        distil=Budget(batch=12, minutes=15, learning_rate=3e-4),
    )


def smoke_config(out: Path, *, seed: int = 0) -> TrainingConfig:
    """Return a run of seconds that visits every stage; its model is useless but whole."""
    return TrainingConfig(
        out=out,
        seed=seed,
        threads=1,
        sizes=Sizes(
            latent_channels=8, encoder=(8, 8, 8), decoder=(8, 8, 8), width=32, heads=1, depth=1, text_width=32,
            text_depth=1,
        ),
        side=64,
        frames=17,
        crop=32,
        autoencoder=Budget(batch=1, steps=2),
        pool=2,
        clips=4,
        captions=2,
        denoiser=Budget(batch=2, steps=2),
        distil=Budget(batch=2, steps=1),
        sides=Budget(batch=4, steps=2),
        words=Budget(batch=4, steps=2),
        states=Budget(batch=4, steps=2),
        matched=4,
    )  # fmt: skip


def share_minutes(config: TrainingConfig, minutes: float) -> TrainingConfig:
    """Return the same run with its stages' minutes scaled to `minutes` in all."""
    scale = minutes / sum(minutes_of(config))
    return replace(
        config,
        autoencoder=replace(config.autoencoder, minutes=config.autoencoder.minutes * scale),
        latents_minutes=config.latents_minutes * scale,
        denoiser=replace(config.denoiser, minutes=config.denoiser.minutes * scale),
        distil=replace(config.distil, minutes=config.distil.minutes * scale),
        sides=replace(config.sides, minutes=config.sides.minutes * scale),
    )


def minutes_of(config: TrainingConfig) -> tuple[float, ...]:
    """Return how long each stage that takes its time may take."""
    budgets = (config.autoencoder, config.denoiser, config.distil, config.sides)
    return (config.latents_minutes, *(budget.minutes for budget in budgets))
