"""Settings of one training run."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

Stage: TypeAlias = Literal["denoiser", "decoder", "encoder", "export", "evaluate"]
STAGES: Final[tuple[Stage, ...]] = ("denoiser", "decoder", "encoder", "export", "evaluate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How long one stage trains: steps if given, else minutes. A run by steps is the same on every visit."""

    batch: int
    """Clips (denoiser), frames (decoder) or nine-frame pieces (encoder) a step."""
    minutes: float = 0.0
    """Time spent in steps, over all resumed parts of the run together."""
    steps: int | None = None
    learning_rate: float = 2e-3

    def __post_init__(self) -> None:
        if self.batch < 1 or (self.steps is None and self.minutes <= 0) or (self.steps is not None and self.steps < 1):
            raise ValueError(f"a stage needs a batch of at least 1 and a number of steps or minutes, got {self}")

    def progress(self, step: int, seconds: float) -> float:
        """Return the share of the budget that is spent, 0 to 1."""
        spent = step / self.steps if self.steps is not None else seconds / (60 * self.minutes)
        return min(1.0, spent)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """Everything that a run of `train_generator` depends on.

    The defaults train the embedded model in about two hours on two cores.
    """

    out: Path
    """Gets `model/`, the finished diffusers directory, and `checkpoints/`."""
    seed: int = 0
    stages: tuple[Stage, ...] = STAGES
    """The three networks do not depend on each other: separate processes can train one each."""
    threads: int = 2
    denoiser: Budget = Budget(batch=32, minutes=40)
    decoder: Budget = Budget(batch=16, minutes=40, learning_rate=3e-3)
    encoder: Budget = Budget(batch=4, minutes=8)
    checkpoint_every_steps: int = 200
    width: int = 160
    """Transformer: hidden size; a multiple of 32, the size of a head."""
    depth: int = 5
    """Transformer: number of blocks."""
    decoder_channels: tuple[int, int, int] = (40, 40, 40)
    encoder_channels: tuple[int, int, int] = (16, 24, 24)
    evaluation_clips: int = 200
    evaluation_seed: int = 1_000_003
    """Scenes, captions and noise of the evaluation; far from the seeds of training."""
    classifier_steps: int = 600
    sampling_steps: int = 24
    guidance_scale: float = 3.0

    def __post_init__(self) -> None:
        if self.width % 32:
            raise ValueError(f"width must be a multiple of 32, got {self.width}")
        if unknown := set(self.stages) - set(STAGES):
            raise ValueError(f"unknown stages {sorted(unknown)}; there are {', '.join(STAGES)}")

    @property
    def model(self) -> Path:
        """The finished directory."""
        return self.out / "model"

    def checkpoint(self, stage: Stage) -> Path:
        """Where a stage keeps its state."""
        return self.out / "checkpoints" / f"{stage}.pt"


def smoke_config(out: Path, *, seed: int = 0) -> TrainingConfig:
    """Return a run of seconds that visits every stage; its model is useless but whole."""
    return TrainingConfig(
        out=out,
        seed=seed,
        threads=1,
        denoiser=Budget(batch=2, steps=4),
        decoder=Budget(batch=1, steps=4, learning_rate=3e-3),
        encoder=Budget(batch=1, steps=2),
        checkpoint_every_steps=2,
        width=32,
        depth=1,
        decoder_channels=(8, 8, 8),
        encoder_channels=(8, 8, 8),
        evaluation_clips=2,
        classifier_steps=4,
        sampling_steps=2,
    )
