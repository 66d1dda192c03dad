"""Join the trained parts into a stock diffusers directory, weights in the 8 and 16 bits that they were trained for."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportPrivateUsage=false
# diffusers declares many parameters without types; torch names some buffers only in _buffers.

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from diffusers.models.autoencoders.autoencoder_kl_ltx2 import AutoencoderKLLTX2Video
from diffusers.pipelines.ltx.pipeline_ltx import LTXPipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from safetensors.torch import save_file
from torch import nn

from ..matching import FILE as MATCHING_FILE
from ..model_card import CARD_NAME
from ..narrow import narrowed
from ..sides import FILE as SIDES_FILE
from ..third_party import hushed
from ..weights import weights_sha256
from ..world.captions import build_tokenizer
from .autoencoder import Passes, build_autoencoder
from .card import card_of, readme_of
from .checkpoint import Progress, load_average, read_tensors
from .config import Stage, TrainingConfig
from .denoiser import Denoiser, build_denoiser
from .latents import statistics
from .quantise import is_narrow


def export_model(config: TrainingConfig) -> Path:
    """Write `config.model` from the stages' averaged weights; replaces it whole.

    The directory holds what LTXPipeline needs, `sealreel.json`, the settings that the model was made for, and
    `README.md`, its card.

    Raises:
        ModelUnavailable: A stage was not trained yet; distilling may be left out.
    """
    draft = config.model.with_name(config.model.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)
    distilled = config.checkpoint("distil").exists()
    with hushed():
        pipeline, progress = assemble_pipeline(config, distilled=distilled)
        parameters = {
            name: sum(one.numel() for one in part.parameters())
            for name, part in (
                ("transformer", pipeline.transformer),
                ("text_encoder", pipeline.text_encoder),
                ("vae", pipeline.vae),
            )
        }
        _narrow(Denoiser(pipeline.transformer, pipeline.text_encoder, config.grid))
        _narrow(Passes(pipeline.vae))
        pipeline.save_pretrained(str(draft), safe_serialization=True)
    _put_readers(draft, config)
    for weights in draft.rglob("*.safetensors"):
        weights.chmod(0o644)  # safetensors makes them private
    card = card_of(config, progress, parameters, distilled=distilled) | {"weights_sha256": weights_sha256(draft)}
    (draft / CARD_NAME).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in draft.rglob("*") if path.is_file())
    (draft / "README.md").write_text(readme_of(card, size_bytes=size), encoding="utf-8")
    shutil.rmtree(config.model, ignore_errors=True)
    draft.replace(config.model)
    return config.model


def assemble_pipeline(config: TrainingConfig, *, distilled: bool) -> tuple[LTXPipeline, dict[Stage, Progress]]:
    """Return the pipeline in memory, fp32, from the stages' averaged weights, and what each stage did.

    Args:
        config: Where the checkpoints are.
        distilled: Whether the distilled weights are taken, or those that they were distilled from.

    Raises:
        ModelUnavailable: A stage was not trained yet.
    """
    autoencoder = build_autoencoder(config)
    progress: dict[Stage, Progress] = {}
    progress["autoencoder"] = load_average(config.checkpoint("autoencoder"), Passes(autoencoder))
    _state_statistics(autoencoder, config)
    tokenizer = build_tokenizer()
    denoiser = build_denoiser(config, len(tokenizer))
    progress["denoiser"] = load_average(config.checkpoint("denoiser"), denoiser)
    if distilled:
        progress["distil"] = load_average(config.checkpoint("distil"), denoiser)
    pipeline = LTXPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(shift=config.shift),
        vae=autoencoder.eval(),  # pyright: ignore[reportArgumentType] - LTX 2's, which it calls alike
        text_encoder=denoiser.text_encoder.eval(),
        tokenizer=tokenizer,  # pyright: ignore[reportArgumentType] - any fast tokenizer serves
        transformer=denoiser.transformer.eval(),
    )
    return pipeline, progress


def _put_readers(draft: Path, config: TrainingConfig) -> None:
    """Lay what reads clips and words beside the model, in 8 bits, where it was trained."""
    stages: tuple[tuple[Stage, str], ...] = (("sides", SIDES_FILE), ("matching", MATCHING_FILE))
    for stage, file in stages:
        if config.checkpoint(stage).exists():
            tensors, _ = read_tensors(config.checkpoint(stage))
            (draft / file).parent.mkdir()
            save_file(narrowed(tensors), draft / file)


def _state_statistics(autoencoder: AutoencoderKLLTX2Video, config: TrainingConfig) -> None:
    """Put the latents' mean and deviation where stock pipelines look for them."""
    mean, std = statistics(config.cached)
    held: Any = autoencoder
    held.latents_mean.copy_(mean)
    held.latents_std.copy_(std)


def _narrow(network: nn.Module) -> None:
    """Bring parameters to the precision they are stored in, and all other numbers to 16 bits."""
    for name, parameter in network.named_parameters():
        parameter.requires_grad = False
        parameter.data = parameter.data.to(torch.float8_e4m3fn if is_narrow(name, parameter) else torch.float16)
    for module in network.modules():
        for name, held in list(module._buffers.items()):
            if held is not None and held.is_floating_point():
                module._buffers[name] = held.half()
