"""Join the trained parts into a stock diffusers directory."""

# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# diffusers declares many parameters without types.

import json
import math
import shutil
from pathlib import Path
from typing import Any, Final, cast

import torch
from diffusers.models.autoencoders.autoencoder_kl_ltx import AutoencoderKLLTXVideo
from diffusers.pipelines.ltx.pipeline_ltx import LTXPipeline
from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from torch import nn

from ..third_party import hushed
from ..world import BACKGROUNDS, CLIP_FPS, CLIP_FRAMES, COLOURS, DIRECTIONS, SHAPES, SIZES, SPEEDS
from .autoencoder import build_autoencoder, deepen_decoder, flatten_decoder
from .checkpoint import load_average
from .config import TrainingConfig
from .denoiser import build_denoiser

SIDE: Final = 256
"""Pixels along each side of a clip."""
_NAME: Final = "sealreel-tiny-world"
_VERSION: Final = "1"


def export_model(config: TrainingConfig) -> Path:
    """Write `config.model`, weights in fp16, from the stages' averaged weights; replaces it whole.

    The directory holds what LTXPipeline needs and `sealreel.json`, the settings that the model was made for.

    Raises:
        ModelUnavailable: A stage was not trained yet.
    """
    draft = config.model.with_name(config.model.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)
    with hushed():
        pipeline = assemble_pipeline(config)
        for part in (pipeline.transformer, pipeline.vae, pipeline.text_encoder):
            nn.Module.to(part, torch.float16)
        pipeline.save_pretrained(str(draft), safe_serialization=True)
    for weights in draft.rglob("*.safetensors"):
        weights.chmod(0o644)  # safetensors makes them private
    card = json.dumps(_card(config), indent=2, ensure_ascii=False) + "\n"
    (draft / "sealreel.json").write_text(card, encoding="utf-8")
    shutil.rmtree(config.model, ignore_errors=True)
    draft.replace(config.model)
    return config.model


def assemble_pipeline(config: TrainingConfig) -> LTXPipeline:
    """Return the pipeline in memory, fp32, from the stages' averaged weights, of running stages too."""
    denoiser = build_denoiser(config)
    load_average(config.checkpoint("denoiser"), denoiser.parameters())
    autoencoder = build_autoencoder(config)
    flatten_decoder(autoencoder)
    load_average(config.checkpoint("decoder"), list(autoencoder.decoder.parameters()))
    deepen_decoder(autoencoder)
    found = load_average(config.checkpoint("encoder"), list(autoencoder.encoder.parameters()))
    _state_uncertainty(autoencoder, found.loss)
    return LTXPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(shift=1.0),
        vae=autoencoder.eval(),
        text_encoder=denoiser.text_encoder.eval(),
        tokenizer=denoiser.tokenizer,
        transformer=denoiser.transformer.eval(),
    )


def _state_uncertainty(autoencoder: AutoencoderKLLTXVideo, error: float | None) -> None:
    """Make the encoder's last channel, the log variance of all latents, the mean squared error seen in training."""
    last = cast("nn.Conv3d", cast("Any", autoencoder.encoder).conv_out.conv)
    with torch.no_grad():
        last.weight[-1].zero_()
        cast("torch.Tensor", last.bias)[-1] = math.log(max(error or 1.0, 1e-6))


def _card(config: TrainingConfig) -> dict[str, Any]:
    return {
        "name": _NAME,
        "version": _VERSION,
        "licence": "Apache-2.0",
        "frames": CLIP_FRAMES,
        "fps": CLIP_FPS,
        "height": SIDE,
        "width": SIDE,
        "steps": config.sampling_steps,
        "guidance_scale": config.guidance_scale,
        "vocabulary": {
            "colours": {name: list(entry.words) for name, entry in COLOURS.items()},
            "shapes": {name: list(entry.words) for name, entry in SHAPES.items()},
            "directions": list(DIRECTIONS),
            "backgrounds": {name: list(entry.phrases) for name, entry in BACKGROUNDS.items()},
            "sizes": {name: list(words) for name, (_, words) in SIZES.items()},
            "speeds": {name: list(words) for name, (_, words) in SPEEDS.items()},
        },
    }
