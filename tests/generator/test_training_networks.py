"""The networks of training: the same numbers as the stock classes, and weights as the files hold them."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# torch declares tolist, backward and others without types.

import json
from pathlib import Path
from typing import Any, cast

import pytest

torch: Any = pytest.importorskip("torch", reason="the extra `generate` is not installed")
pytest.importorskip("diffusers", reason="the extra `generate` is not installed")

from sealreel.generator.third_party import load_module  # noqa: E402 - after the check that torch is there

load_module("diffusers")

from sealreel.generator.training.asking import TOLD  # noqa: E402 - after the check that torch is there
from sealreel.generator.training.autoencoder import (  # noqa: E402
    Passes,
    build_autoencoder,
    encode,
    flops_of_clip,
    still_layers,
)
from sealreel.generator.training.config import TrainingConfig, smoke_config  # noqa: E402
from sealreel.generator.training.denoiser import build_denoiser, flops_of, token_mask  # noqa: E402
from sealreel.generator.training.descent import is_inner, orthogonal  # noqa: E402
from sealreel.generator.training.distil import intervals, sampling_moments  # noqa: E402
from sealreel.generator.training.flow import Draw, draw, flow_loss, led, mixed  # noqa: E402
from sealreel.generator.training.latents import Latents  # noqa: E402
from sealreel.generator.training.quantise import is_narrow, rounded  # noqa: E402
from sealreel.generator.training.supply import Order, prepare, token_ids  # noqa: E402

torch.set_num_threads(1)
CONFIG = smoke_config(Path("unused"))
WORDS = 50


def jolted(network: Any, by: float) -> Any:
    """Move every parameter off its start, where many are zero."""
    rng = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(by * torch.randn(parameter.shape, generator=rng))
    return network


@pytest.fixture(scope="module")
def autoencoder() -> Any:
    found: Any = jolted(build_autoencoder(CONFIG), 0.05)
    with torch.no_grad():
        for layer in still_layers(found):
            tap: int = cast("Any", layer).looks_at
            kept = layer.conv.weight[:, :, tap].clone()
            layer.conv.weight.zero_()
            layer.conv.weight[:, :, tap] = kept
    return found


@pytest.fixture(scope="module")
def clip() -> Any:
    return torch.rand((1, 17, 32, 32, 3), generator=torch.Generator().manual_seed(1)) * 2 - 1


@torch.no_grad()
def test_the_autoencoders_passes_equal_the_stock_class(autoencoder: Any, clip: Any) -> None:
    mean, log_variance, painted = Passes(autoencoder)(clip)

    stock = autoencoder.encode(clip.permute(0, 4, 1, 2, 3)).latent_dist
    again = autoencoder.decode(stock.mean).sample

    assert torch.allclose(mean, stock.mean.permute(0, 2, 3, 4, 1), atol=1e-4)
    assert torch.allclose(log_variance, stock.logvar[:, :1].permute(0, 2, 3, 4, 1), atol=1e-4)
    assert torch.allclose(painted, again.permute(0, 2, 3, 4, 1), atol=1e-4)


@torch.no_grad()
def test_the_first_frames_have_the_same_latents_alone(autoencoder: Any, clip: Any) -> None:
    whole = encode(autoencoder, clip)[0]

    assert torch.allclose(encode(autoencoder, clip[:, :1])[0], whole[:, :1], atol=1e-5)
    assert torch.allclose(encode(autoencoder, clip[:, :9])[0], whole[:, :3], atol=1e-5)


@torch.no_grad()
def test_the_denoiser_equals_the_stock_classes_with_frames_given() -> None:
    denoiser: Any = jolted(build_denoiser(CONFIG, WORDS), 0.1)
    denoiser.narrow = False
    rng = torch.Generator().manual_seed(2)
    ids = torch.randint(3, WORDS, (3, 64), generator=rng)
    ids[:, 20:] = 0
    frames, rows, columns = denoiser.grid
    latents = torch.randn((3, frames * rows * columns, 8), generator=rng)
    moment, clean = torch.rand(3, generator=rng), token_mask(torch.tensor([0, 1, 2]), denoiser.grid)

    found = denoiser(latents, moment, clean, ids)

    padded = torch.nn.functional.pad(ids, (0, 64))  # to 128, as LTXPipeline does
    stock = denoiser.transformer(
        hidden_states=latents,
        encoder_hidden_states=denoiser.text_encoder(padded)[0],
        timestep=1000 * moment[:, None] * ~clean,
        encoder_attention_mask=padded != 0,
        num_frames=frames,
        height=rows,
        width=columns,
        rope_interpolation_scale=(4 / 16, 32, 32),
        return_dict=False,
    )[0]
    assert torch.allclose(found, stock, atol=1e-4)


def test_rounded_weights_are_what_eight_bits_hold_and_gradients_pass() -> None:
    weight = torch.nn.Parameter(torch.tensor([0.1, -0.013, 1.7]))

    near = rounded(weight)
    near.sum().backward()

    assert torch.equal(near.to(torch.float8_e4m3fn).float(), near)
    assert near.tolist() == pytest.approx([0.1015625, -0.013671875, 1.75])  # 3 bits of mantissa; steps of 2^-9 below
    assert weight.grad.tolist() == [1.0, 1.0, 1.0]


def test_the_shipped_sizes_fit_their_budget() -> None:
    config = TrainingConfig(out=Path("unused"))
    networks = (Passes(build_autoencoder(config)), build_denoiser(config, 2100))

    stored = sum(
        one.numel() * (1 if is_narrow(name, one) else 2)
        for network in networks
        for name, one in network.named_parameters()
        if not name.startswith("questions")
    )

    assert stored <= 23_900_000
    assert flops_of(networks[1], 1) < 100e9
    assert flops_of_clip(networks[0].autoencoder) < 200e9


def test_orthogonal_steps_have_singular_values_near_one() -> None:
    matrices = torch.randn((2, 24, 40), generator=torch.Generator().manual_seed(3))

    values = torch.linalg.svdvals(orthogonal(matrices))

    assert float(values.min()) > 0.6
    assert float(values.max()) < 1.3  # the coefficients trade exactness for speed (Jordan et al.)


def test_tables_and_outer_layers_are_not_stepped_as_matrices() -> None:
    denoiser: Any = build_denoiser(CONFIG, WORDS)

    inner = {name for name, one in denoiser.named_parameters() if is_inner(name, one)}

    assert "transformer.transformer_blocks.0.attn1.to_q.weight" in inner
    assert "text_encoder.encoder.block.0.layer.1.DenseReluDense.wo.weight" in inner
    assert not any(part in name for name in inner for part in ("shared", "proj_in", "proj_out", "table", "relative"))


def latents(late: list[bool]) -> Latents:
    rng = torch.Generator().manual_seed(4)
    count = len(late)
    return Latents(
        windows=torch.randn((count, 5, 2, 2, 8), generator=rng).half(),
        leading=torch.ones((count, 3, 2, 2, 8)).half(),
        late=torch.tensor(late),
        ids=torch.ones((count, 2, 64), dtype=torch.int16),
        seen=torch.zeros((count, 5, 2, 2, 3), dtype=torch.uint8),
        told=torch.zeros((count, TOLD), dtype=torch.uint8),
        mean=torch.zeros(8),
        std=torch.ones(8),
    )


def test_windows_that_start_late_are_always_given_frames() -> None:
    rng = torch.Generator().manual_seed(5)

    late = draw(latents([True] * 4), 200, rng, None).leading
    early = draw(latents([False] * 4), 200, rng, None).leading

    assert set(late.tolist()) == {1, 3}
    assert set(early.tolist()) == {0, 1, 3}


def test_given_frames_are_in_their_places_and_cost_nothing() -> None:
    tokens = torch.zeros((1, 12, 8))
    drawn = Draw(
        tokens=tokens, given=torch.ones((1, 8, 8)), leading=torch.tensor([1]), ids=torch.ones((1, 64)),
        noise=tokens + 5, seen=torch.zeros((1, 12, 3)), told=torch.zeros((1, TOLD)),
    )  # fmt: skip

    noisy, clean = mixed(drawn, torch.tensor([0.5]), (3, 2, 2))

    assert noisy[0, :4].unique().tolist() == [1.0]
    assert noisy[0, 4:].unique().tolist() == [2.5]
    assert float(flow_loss(torch.where(clean[:, :, None], 9.0, 1.0), torch.ones_like(tokens), clean)) == 0.0
    assert torch.equal(led(noisy, drawn.given, clean), noisy)


def test_some_clips_have_no_words() -> None:
    rng = torch.Generator().manual_seed(6)

    ids = draw(latents([False] * 4), 2000, rng, torch.zeros(64, dtype=torch.long)).ids

    share = float((ids.sum(1) == 0).float().mean())
    assert share == pytest.approx(0.1, abs=0.027)  # four standard deviations of 2,000 draws


def test_the_moments_are_the_stock_schedulers() -> None:
    from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler

    scheduler: Any = FlowMatchEulerDiscreteScheduler(shift=3.0)
    scheduler.set_timesteps(sigmas=[1 - step / 8 for step in range(8)])

    assert torch.allclose(sampling_moments(8, 3.0), scheduler.sigmas, atol=1e-6)


def test_distilled_steps_end_before_they_start() -> None:
    start, end = intervals(400, torch.Generator().manual_seed(7), CONFIG)

    assert bool((start > end).all())
    assert float(end.min()) >= 0.0
    assert float(start.max()) == 1.0


def test_the_same_order_gives_the_same_clips() -> None:
    first, second = (prepare(Order(first_seed=77, clips=3, frames=17, captions=2, rows=4)) for _ in range(2))

    assert (first.ids == second.ids).all()
    assert (first.packed.items == second.packed.items).all()
    assert first.ids.shape == (3, 2, 64)


def test_no_words_are_the_end_alone() -> None:
    assert token_ids([""])[0].tolist() == [1] + [0] * 63


def test_a_card_has_what_a_call_needs(tmp_path: Path) -> None:
    from sealreel.generator.training.card import card_of, readme_of
    from sealreel.generator.training.checkpoint import Progress

    progress = Progress(step=3, seconds=60.0, average={}, loss=0.5)
    card = card_of(CONFIG, {"denoiser": progress}, {"transformer": 12_000_000}, distilled=True)
    text = readme_of(json.loads(json.dumps(card)), size_bytes=22_900_000)

    assert "22.9 MB" in text
    assert "denoiser: 3 steps in 1.0 min, last loss 0.5000" in text
    assert "num_inference_steps=8" in text


@torch.no_grad()
def test_guidance_is_in_the_target_of_distilling() -> None:
    from sealreel.generator.training.distil import guided_velocity

    guide: Any = jolted(build_denoiser(CONFIG, WORDS), 0.1)
    rng = torch.Generator().manual_seed(8)
    drawn = draw(latents([False, True]), 4, rng, None)
    start, end = torch.full((4,), 0.75), torch.full((4,), 0.7499)
    cells = (5, 2, 2)
    noisy, clean = mixed(drawn, start, cells)
    blank = torch.zeros(64, dtype=torch.long)
    blank[0] = 2

    plain, guided = (
        guided_velocity(guide, noisy, start, end, clean, drawn.ids, drawn.given, strength, blank)
        for strength in (1.0, 3.0)
    )
    untold = guide(noisy, start, clean, blank.expand(4, -1))

    rest = ~clean
    assert torch.allclose((guided - untold)[rest], 3 * (plain - untold)[rest], atol=0.05)  # a short step is straight
    assert float((guided - plain)[rest].abs().max()) > 0.05
