"""A model directory in small, of the right form and with random weights, and judges that know nothing yet."""

import json
import logging
import warnings
from pathlib import Path
from typing import Any

import pytest

from sealreel.errors import MissingExtra
from sealreel.generator.third_party import load_module


def _library(name: str) -> Any:
    """Import late and beside any torchvision, as the product does."""
    try:
        return load_module(name)
    except MissingExtra as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def torch() -> Any:
    """The library, with one thread."""
    found = _library("torch")
    found.set_num_threads(1)
    return found


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory, torch: Any) -> Path:
    """A directory that makes 49 frames of 256 pixels in two steps."""
    path = tmp_path_factory.mktemp("model") / "tiny"
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # building is not what is tested
        bars = _library("transformers").utils.logging
        bars.disable_progress_bar()
        torch.manual_seed(0)
        _pipeline().save_pretrained(path)
        bars.enable_progress_bar()
    logging.disable(logging.NOTSET)
    card = {"name": "tiny", "version": "0", "frames": 49, "fps": 16, "height": 256, "width": 256, "steps": 2}
    (path / "sealreel.json").write_text(json.dumps(card | {"guidance_scale": 1.0, "overlap": 9, "frames_max": 961}))
    return path


def _pipeline() -> Any:
    diffusers, transformers = _library("diffusers"), _library("transformers")
    return diffusers.LTXPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
        vae=diffusers.AutoencoderKLLTXVideo(
            latent_channels=8,
            block_out_channels=(8, 8, 8, 8),
            decoder_block_out_channels=(8, 8, 8, 8),
            layers_per_block=(1, 1, 1, 1, 1),
            decoder_layers_per_block=(1, 1, 1, 1, 1),
        ),
        text_encoder=transformers.T5EncoderModel(
            transformers.T5Config(vocab_size=32, d_model=32, d_kv=16, d_ff=32, num_layers=1, num_heads=2)
        ),
        tokenizer=_tokenizer(transformers),
        transformer=diffusers.LTXVideoTransformer3DModel(
            in_channels=8,
            out_channels=8,
            num_attention_heads=2,
            attention_head_dim=16,
            num_layers=1,
            cross_attention_dim=32,
            caption_channels=32,
        ),
    )


def _tokenizer(transformers: Any) -> Any:
    tokenizers = _library("tokenizers")
    known = ("<pad>", "</s>", "<unk>", "red", "blue", "ball", "left", "right")
    words = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({word: index for index, word in enumerate(known)}, unk_token="<unk>")
    )
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=77
    )


@pytest.fixture(scope="session")
def judges(torch: Any) -> Any:
    """Judges with random weights."""
    from sealreel.benchmarks.generator.facts import LOOKED_AT
    from sealreel.benchmarks.generator.judge import Judge
    from sealreel.benchmarks.generator.schooling import Judges

    torch.manual_seed(0)
    return Judges(Judge(frames=len(LOOKED_AT), width=8).eval(), Judge(frames=1, width=8).eval(), seen=0)
