"""The model that ships with the package is loaded like any other, and its defaults are ones that it can make."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from sealreel.generator import GenerationConfig, load_pipeline
from sealreel.generator.footage import shoot
from sealreel.generator.loader import EMBEDDED
from sealreel.generator.rules import check_frames, check_size

needs_embedded = pytest.mark.skipif(
    not (EMBEDDED / "model_index.json").is_file(), reason="the embedded model is not in this checkout"
)


@needs_embedded
def test_the_embedded_models_defaults_are_legal_for_its_pipeline() -> None:
    pipeline = load_pipeline(device="cpu")
    card = pipeline.card

    assert card.frames is not None
    assert None not in (card.version, card.licence, card.fps, card.steps, card.width, card.height)
    check_frames(card.frames, pipeline.rules, pipeline=pipeline.keywords.pipeline)
    check_size(card.width, card.height, pipeline.rules, pipeline=pipeline.keywords.pipeline)


@needs_embedded
def test_a_nearly_empty_request_gives_the_default_clip() -> None:
    pipeline = load_pipeline(device="cpu")
    card = pipeline.card
    request = GenerationConfig(
        prompt="a red ball moves to the left", output=Path("out.mp4"), release=cast("Any", None), steps=1
    )

    footage = shoot(pipeline, request, seed=1, frames=None)

    assert footage.rgb.shape == (card.frames, card.height, card.width, 3)
    assert footage.rate == card.fps


@pytest.mark.needs_cuda
def test_cuda_makes_the_same_clip_but_for_rounding(models: Callable[[str], Path]) -> None:
    torch: Any = pytest.importorskip("torch")
    if not torch.cuda.is_available() and not os.environ.get("FAIL_WITHOUT_CUDA"):
        pytest.skip("no CUDA device")
    request = GenerationConfig(
        prompt="a red ball", output=Path("out.mp4"), release=cast("Any", None), width=64, height=64, steps=2
    )
    here, there = (load_pipeline(str(models("wan")), device=device) for device in ("cpu", "cuda"))

    on_cpu, on_cuda = (shoot(one, replace(request), seed=1, frames=5).rgb.astype(float) for one in (here, there))

    assert there.placement.rung == "whole"
    assert np.abs(on_cpu - on_cuda).mean() < 8
