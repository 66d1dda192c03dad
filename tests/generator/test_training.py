"""Training the embedded model: passes that equal the stock classes, resumption, eight-bit weights, a whole run."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares tolist, backward and others without types.

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

torch: Any = pytest.importorskip("torch", reason="the extra `generate` is not installed")
pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

from sealreel.errors import ModelUnavailable  # noqa: E402 - after the check that torch is there
from sealreel.generator.loader import load_pipeline  # noqa: E402
from sealreel.generator.training import (  # noqa: E402
    Budget,
    TrainingConfig,
    TrainingEvent,
    share_minutes,
    smoke_config,
    train_generator,
)
from sealreel.generator.training.checkpoint import adopt, save_average  # noqa: E402
from sealreel.generator.training.config import Stage, minutes_of  # noqa: E402
from sealreel.generator.training.loop import Work, run_stage  # noqa: E402
from sealreel.generator.training.stepping import Step  # noqa: E402

torch.set_num_threads(1)


class Interrupted(Exception):
    """Stands for Ctrl-C."""


class Toy(torch.nn.Module):  # pyright: ignore[reportUntypedBaseClass]
    """A matrix, a vector: one of each kind of step."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.matrix = torch.nn.Parameter(torch.eye(width))
        self.vector = torch.nn.Parameter(torch.zeros(width))


def toy_run(config: TrainingConfig, *, interrupt_at: int | None = None, width: int = 8) -> Any:
    """Train a toy with the loop that the networks use; return its progress."""
    toy = Toy(width)
    steps = 0

    def draw(rng: Any, _share: float) -> Any:
        nonlocal steps
        if steps == interrupt_at:
            raise Interrupted
        steps += 1
        return (torch.randn(width, generator=rng),)

    def loss(noise: Any) -> Any:
        return (toy.matrix @ noise + toy.vector - 1).square().sum()

    return run_stage("denoiser", toy, Step(draw, loss), config, config.denoiser, work=Work(1, 1.0))


def toy_config(out: Path) -> TrainingConfig:
    return TrainingConfig(out=out, denoiser=Budget(batch=1, steps=10), checkpoint_every_seconds=0.0)


def test_an_interrupted_stage_ends_at_the_same_weights(tmp_path: Path) -> None:
    whole = toy_run(toy_config(tmp_path / "whole")).average

    with pytest.raises(Interrupted):
        toy_run(toy_config(tmp_path / "parts"), interrupt_at=5)
    resumed = toy_run(toy_config(tmp_path / "parts")).average

    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_a_finished_stage_is_not_trained_again(tmp_path: Path) -> None:
    toy_run(toy_config(tmp_path))

    assert toy_run(toy_config(tmp_path), interrupt_at=0).step == 10


def test_averaged_weights_alone_are_enough_to_go_on_from(tmp_path: Path) -> None:
    config = toy_config(tmp_path / "next")
    first = toy_run(toy_config(tmp_path / "first"))
    save_average(tmp_path / "carried" / "denoiser.safetensors", first)

    adopt(tmp_path / "carried", config.checkpoint("denoiser").parent)
    gone_on = toy_run(replace(config, denoiser=Budget(batch=1, steps=12)))

    assert (gone_on.step, gone_on.warmed) == (12, 2)


def test_a_folder_without_checkpoints_cannot_be_gone_on_from(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no checkpoints"):
        adopt(tmp_path, tmp_path / "run")


def test_a_checkpoint_of_other_sizes_is_refused(tmp_path: Path) -> None:
    toy_run(toy_config(tmp_path))

    with pytest.raises(ModelUnavailable, match="other sizes"):
        toy_run(toy_config(tmp_path), width=9)


def test_a_broken_checkpoint_is_refused(tmp_path: Path) -> None:
    path = toy_config(tmp_path).checkpoint("denoiser")
    path.parent.mkdir()
    path.write_bytes(b"not tensors")

    with pytest.raises(ModelUnavailable, match="not a checkpoint"):
        toy_run(toy_config(tmp_path))


def test_a_loss_that_is_no_number_does_not_spoil_the_weights(tmp_path: Path) -> None:
    toy = Toy()
    steps = 0

    def loss() -> Any:
        nonlocal steps
        steps += 1
        return toy.vector.square().sum() * (float("nan") if steps == 2 else 1.0)

    config = replace(toy_config(tmp_path), denoiser=Budget(batch=1, steps=3))
    progress = run_stage(
        "denoiser", toy, Step(lambda _rng, _share: (), loss), config, config.denoiser, work=Work(1, 1.0)
    )

    assert all(bool(torch.isfinite(tensor).all()) for tensor in progress.average.values())


@pytest.mark.parametrize("values", [{"batch": 0, "steps": 1}, {"batch": 1}, {"batch": 1, "steps": 0}])
def test_a_budget_without_work_is_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="batch"):
        Budget(**values)


def test_minutes_are_shared_out(tmp_path: Path) -> None:
    config = share_minutes(TrainingConfig(out=tmp_path), 7.0)

    assert sum(minutes_of(config)) == pytest.approx(7.0)


def test_a_smoke_run_writes_a_model_that_loads_and_generates(tmp_path: Path) -> None:
    heard: list[TrainingEvent] = []
    config = smoke_config(tmp_path)

    with pytest.raises(ModelUnavailable, match="train the stage"):
        train_generator(replace(config, stages=("export",)))
    train_generator(replace(config, stages=("autoencoder", "latents")))  # a run that was interrupted here
    stages: tuple[Stage, ...] = ("denoiser", "distil", "sides", "matching", "export")
    directory = train_generator(replace(config, stages=stages), on_progress=heard.append)

    pipeline = load_pipeline(str(directory), device="cpu")
    rng = torch.Generator().manual_seed(random.Random(0).getrandbits(31))
    frames = pipeline.pipe(
        prompt="a red ball moves to the left", num_frames=9, height=64, width=64, num_inference_steps=1,
        guidance_scale=1.0, frame_rate=16, output_type="np", generator=rng,
    ).frames[0]  # fmt: skip
    logged = [json.loads(line)["stage"] for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert frames.shape == (9, 64, 64, 3)
    assert (pipeline.card.frames, pipeline.card.steps, pipeline.card.overlap) == (17, 8, 9)
    assert {event.stage for event in heard} == set(stages)
    assert pipeline.sides is not None
    assert pipeline.matcher is not None
    assert pipeline.card.candidates == 5
    assert set(logged) == {"autoencoder", "latents", "denoiser", "distil", "sides", "matching", "export"}
