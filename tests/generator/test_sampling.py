"""Our own sampling gives the latents that the stock pipelines give, wherever those can do what is asked."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sealreel.generator.loader import load_pipeline
from sealreel.generator.sampling import Sampling, decode, encode, sample
from sealreel.generator.third_party import load_module

torch: Any = pytest.importorskip("torch", reason="the extra `generate` is not installed")

PROMPT = "a red ball moves left"
CALL: dict[str, Any] = {
    "prompt": PROMPT,
    "num_frames": 17,
    "height": 64,
    "width": 64,
    "frame_rate": 16,
    "num_inference_steps": 3,
    "output_type": "latent",
}


def how(guidance_scale: float = 1.0) -> Sampling:
    return Sampling(frames=17, height=64, width=64, rate=16.0, steps=3, guidance_scale=guidance_scale)


def rng(seed: int = 7) -> Any:
    return torch.Generator().manual_seed(seed)


def tokens(latents: Any) -> Any:
    return latents.flatten(2).transpose(1, 2)


@pytest.fixture(scope="module")
def pipe(models: Callable[[str], Path]) -> Any:
    torch.set_num_threads(1)
    return load_pipeline(str(models("windows")), device="cpu").pipe


@pytest.fixture(scope="module")
def pictures() -> Any:
    """Nine frames of noise, (1, 9, 64, 64, 3), uint8."""
    return torch.randint(0, 256, (1, 9, 64, 64, 3), generator=rng(1), dtype=torch.uint8)


@pytest.mark.parametrize("guidance_scale", [1.0, 3.0])
def test_from_text_alone_it_is_the_text_to_video_pipeline(pipe: Any, guidance_scale: float) -> None:
    stock = pipe(**CALL, guidance_scale=guidance_scale, generator=rng()).frames

    ours = sample(pipe, [PROMPT], how(guidance_scale), rngs=[rng()])

    assert torch.equal(tokens(ours), stock)


@pytest.mark.parametrize("guidance_scale", [1.0, 3.0])
def test_from_one_frame_it_is_the_image_to_video_pipeline(pipe: Any, pictures: Any, guidance_scale: float) -> None:
    sibling = load_module("diffusers").LTXImageToVideoPipeline(**pipe.components)
    sibling.set_progress_bar_config(disable=True)
    leading = encode(pipe, pictures[:, :1])
    start = torch.randn((1, 8, 3, 2, 2), generator=rng())
    start[:, :, :1] = leading
    stock = sibling(**CALL, guidance_scale=guidance_scale, latents=tokens(start).contiguous()).frames

    ours = sample(pipe, [PROMPT], how(guidance_scale), rngs=[rng()], leading=leading)

    assert torch.equal(tokens(ours), stock)


def test_from_nine_frames_it_is_the_condition_pipeline_at_our_coordinates(
    pipe: Any, pictures: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sibling = load_module("diffusers").LTXConditionPipeline(**pipe.components)
    sibling.set_progress_bar_config(disable=True)
    leading = encode(pipe, pictures)

    def encoded(_frames: Any) -> Any:  # without a draw
        return SimpleNamespace(latents=leading)

    def placed(ids: Any, **_: Any) -> Any:  # it would place latent frames where their last pixel frame is
        return ids * torch.tensor([8, 32, 32])[None, :, None]

    monkeypatch.setattr(sibling.vae, "encode", encoded)
    monkeypatch.setattr(sibling, "_scale_video_ids", placed)
    moments = [1000.0, 2000 / 3, 1000 / 3]
    embeds, mask, _, _ = pipe.encode_prompt(PROMPT, do_classifier_free_guidance=False)  # it would hide the padding
    stock = sibling(
        **(CALL | {"prompt": None}),
        prompt_embeds=embeds,
        prompt_attention_mask=mask,
        video=list(pictures[0].float().numpy() / 255),
        timesteps=moments,
        guidance_scale=1.0,
        image_cond_noise_scale=0.0,
        generator=rng(),
    ).frames

    ours = sample(pipe, [PROMPT], how(), rngs=[rng()], leading=leading)

    assert torch.equal(ours[:, :, :2], leading)
    assert torch.allclose(ours, stock, atol=1e-4)


def test_leading_frames_decide_what_follows(pipe: Any, pictures: Any) -> None:
    one, other = (
        sample(pipe, [PROMPT], how(), rngs=[rng()], leading=encode(pipe, frames))
        for frames in (pictures, 255 - pictures)
    )

    assert not torch.allclose(one[:, :, 2:], other[:, :, 2:], atol=1e-3)


def test_a_batch_is_its_clips_one_by_one(pipe: Any) -> None:
    prompts = [PROMPT, "a blue square"]

    together = sample(pipe, prompts, how(2.0), rngs=[rng(1), rng(2)])

    alone = [sample(pipe, [prompt], how(2.0), rngs=[rng(seed)]) for seed, prompt in enumerate(prompts, start=1)]
    assert torch.allclose(together, torch.cat(alone), atol=1e-5)


def test_pixels_are_those_of_the_pipeline(pipe: Any) -> None:
    stock = pipe(**(CALL | {"output_type": "np"}), guidance_scale=1.0, generator=rng()).frames

    ours = decode(pipe, sample(pipe, [PROMPT], how(), rngs=[rng()]))

    assert torch.equal(ours, torch.from_numpy(stock))


def test_frames_are_encoded_alike_as_bytes_and_as_numbers(pipe: Any, pictures: Any) -> None:
    assert torch.equal(encode(pipe, pictures), encode(pipe, pictures.float() / 255))
