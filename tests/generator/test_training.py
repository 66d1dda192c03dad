"""Training the embedded model: closed-form latents, exact one-frame decoding, resumption, a whole run."""

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
    smoke_config,
    train_generator,
)
from sealreel.generator.training.autoencoder import (  # noqa: E402
    build_autoencoder,
    decode_frame,
    deepen_decoder,
    flatten_decoder,
)
from sealreel.generator.training.evaluate import wilson  # noqa: E402
from sealreel.generator.training.latents import LATENT_CHANNELS, encode_scenes, fit_basis  # noqa: E402
from sealreel.generator.training.loop import run_stage  # noqa: E402
from sealreel.generator.training.text import build_text_encoder, build_tokenizer, embed_captions  # noqa: E402
from sealreel.generator.world import sample_scene  # noqa: E402

torch.set_num_threads(1)

SCENES = [sample_scene(random.Random(seed)) for seed in range(50)]


class Interrupted(Exception):
    """Stands for Ctrl-C."""


def toy_run(config: TrainingConfig, *, interrupt_at: int | None = None) -> list[Any]:
    """Train three numbers with the loop that the networks use; return their average."""
    parameter = torch.nn.Parameter(torch.zeros(3))
    steps = 0

    def loss_of_step(rng: random.Random, noise_rng: Any) -> Any:
        nonlocal steps
        if steps == interrupt_at:
            raise Interrupted
        steps += 1
        return (parameter - rng.random() - torch.rand(3, generator=noise_rng)).square().sum()

    return run_stage("denoiser", [parameter], loss_of_step, config).average


def toy_config(out: Path) -> TrainingConfig:
    return TrainingConfig(out=out, denoiser=Budget(batch=1, steps=10), checkpoint_every_steps=2)


def test_an_interrupted_stage_ends_at_the_same_weights(tmp_path: Path) -> None:
    whole = toy_run(toy_config(tmp_path / "whole"))

    with pytest.raises(Interrupted):
        toy_run(toy_config(tmp_path / "parts"), interrupt_at=5)
    resumed = toy_run(toy_config(tmp_path / "parts"))

    assert torch.equal(whole[0], resumed[0])


def test_a_finished_stage_is_not_trained_again(tmp_path: Path) -> None:
    first = toy_run(toy_config(tmp_path))

    assert torch.equal(first[0], toy_run(toy_config(tmp_path), interrupt_at=0)[0])


def test_an_unfinished_checkpoint_never_has_the_final_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy_run(toy_config(tmp_path))
    before = toy_config(tmp_path).checkpoint("denoiser").read_bytes()

    def disk_full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", disk_full)
    with pytest.raises(OSError, match="No space"):
        toy_run(replace(toy_config(tmp_path), denoiser=Budget(batch=1, steps=12)))

    assert toy_config(tmp_path).checkpoint("denoiser").read_bytes() == before


def test_a_checkpoint_of_other_sizes_is_refused(tmp_path: Path) -> None:
    config = toy_config(tmp_path)
    toy_run(config)

    with pytest.raises(ModelUnavailable, match="other sizes"):
        run_stage("denoiser", [torch.nn.Parameter(torch.zeros(4))], lambda _, __: torch.zeros(()), config)


@pytest.mark.parametrize("values", [{"batch": 0, "steps": 1}, {"batch": 1}, {"batch": 1, "steps": 0}])
def test_a_budget_without_work_is_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="batch"):
        Budget(**values)


def test_latents_have_unit_variance_over_all_channels() -> None:
    basis = fit_basis(0, scenes=200)

    latents = encode_scenes([sample_scene(random.Random(seed)) for seed in range(300, 500)], basis)

    assert latents.shape == (200, LATENT_CHANNELS, 4, 4, 4)
    assert float(latents.square().mean()) == pytest.approx(1.0, abs=0.15)


def test_the_first_latent_frame_shows_no_velocity() -> None:
    basis = fit_basis(0, scenes=200)
    moving = replace(SCENES[0], direction="left", way=0.5)
    centre = moving.position(0.0)
    resting = replace(moving, direction="still", way=0.0, centre=centre)

    first, second = encode_scenes([moving, resting], basis)[:, :, 0]

    assert torch.allclose(first, second, atol=1e-4)


def test_a_seed_gives_one_basis() -> None:
    assert torch.equal(fit_basis(3, scenes=60).components, fit_basis(3, scenes=60).components)


def test_decoding_one_frame_equals_decoding_the_whole_clip(tmp_path: Path) -> None:
    autoencoder: Any = build_autoencoder(smoke_config(tmp_path))
    flatten_decoder(autoencoder)
    with torch.no_grad():
        for parameter in autoencoder.decoder.parameters():
            parameter.add_(0.05 * torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)))
        latents = torch.randn((1, LATENT_CHANNELS, 3, 4, 4), generator=torch.Generator().manual_seed(2))
        first = decode_frame(autoencoder.decoder, latents[:, :, :1], torch.tensor([7]))
        sixth = decode_frame(autoencoder.decoder, latents[:, :, 1:2], torch.tensor([5]))
        deepen_decoder(autoencoder)
        whole = autoencoder.decode(latents).sample  # frames 0, 1 to 8, 9 to 16

    assert torch.allclose(first, whole[:, :, 0], atol=1e-4)
    assert torch.allclose(sixth, whole[:, :, 6], atol=1e-4)


def test_text_is_encoded_alike_whatever_its_case_and_accents() -> None:
    tokenizer: Any = build_tokenizer()

    assert tokenizer("A RED Báll, moving!").input_ids[:3] == tokenizer("a red ball").input_ids[:3]


def test_captions_are_cut_to_the_longest_and_the_empty_one_keeps_a_token() -> None:
    tokenizer = build_tokenizer()

    found: tuple[Any, Any] = embed_captions(
        build_text_encoder(tokenizer), tokenizer, ["a red ball", ""], full_length=False
    )
    embeds, mask = found

    assert embeds.shape[1] == 4  # three words and the end
    assert mask.sum(1).tolist() == [4, 1]


def test_the_wilson_interval_of_eight_in_ten() -> None:
    found = wilson(8, 10)

    assert (round(found.low, 3), round(found.high, 3)) == (0.490, 0.943)  # Brown, Cai, DasGupta 2001, table-checked


def test_a_smoke_run_writes_a_model_that_loads_and_generates(tmp_path: Path) -> None:
    heard: list[TrainingEvent] = []
    config = smoke_config(tmp_path)

    with pytest.raises(ModelUnavailable, match="train the stage"):
        train_generator(replace(config, stages=("export",)))
    train_generator(replace(config, stages=("denoiser", "decoder")))  # a run that was interrupted here
    directory = train_generator(config, on_progress=heard.append)

    pipeline = load_pipeline(str(directory), device="cpu")
    frames = pipeline.pipe(
        prompt="a red ball moves to the left", num_frames=9, height=256, width=256, num_inference_steps=1,
        output_type="np",
    ).frames[0]  # fmt: skip
    rows = json.loads((directory / "evaluation.json").read_text())["rows"]
    assert frames.shape == (9, 256, 256, 3)
    assert pipeline.card.frames == 25
    assert [row["attribute"] for row in rows] == ["colour", "shape", "direction", "background"]
    assert {event.stage for event in heard} == {"denoiser", "decoder", "encoder", "export", "evaluate"}
