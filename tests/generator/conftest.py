"""Tiny random-weight pipelines of several families, saved once a session as stock diffusers directories."""

import json
import logging
import shutil
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sealreel.errors import MissingExtra
from sealreel.generator.third_party import load_module
from sealreel.media import Encoding
from sealreel.provenance import ReleaseConfig
from sealreel.provenance.keyring import open_keyring
from sealreel.provenance.manifest import TrustAnchors
from sealreel.provenance.signing import load_signer, local_root_pem

WORDS = ("<pad>", "</s>", "<unk>", "a", "red", "blue", "ball", "square", "moves", "left", "right")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Give the directory of a tiny pipeline by its family's name, made when first asked for."""
    home = tmp_path_factory.mktemp("models")

    def directory(family: str) -> Path:
        path = home / family
        if not path.exists():
            with _quiet():
                torch = _library("torch")
                torch.set_num_threads(1)
                torch.manual_seed(0)
                FAMILIES[family]().save_pretrained(path)
            if family in CARDS:
                (path / "sealreel.json").write_text(json.dumps(CARDS[family]))
        return path

    return directory


@pytest.fixture
def copy_of(models: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Path]:
    """Give a copy of a tiny pipeline that a test may spoil."""

    def copied(family: str) -> Path:
        return Path(shutil.copytree(models(family), tmp_path / f"copy-of-{family}"))

    return copied


def _library(name: str) -> Any:
    """Import late, collecting the tests must not cost seconds; and as the product does, beside any torchvision."""
    try:
        return load_module(name)
    except MissingExtra as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> ReleaseConfig:
    """Keys, a local signer and a store of their own."""
    return release_config(tmp_path_factory.mktemp("installation"))


def release_config(directory: Path) -> ReleaseConfig:
    signer = load_signer("local", directory=directory)
    root = local_root_pem(directory)
    assert root is not None
    return ReleaseConfig(
        signer=signer,
        keyring=open_keyring(directory),
        store_url=f"sqlite:///{directory / 'records.sqlite'}",
        trust=TrustAnchors(manifest=(root,)),
        encoding=Encoding(preset="veryfast"),
    )


@contextmanager
def _quiet() -> Generator[None]:
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # building is not what is tested
        bars = _library("transformers").utils.logging
        bars.disable_progress_bar()
        yield
        bars.enable_progress_bar()
    logging.disable(logging.NOTSET)


def _tokenizer() -> Any:
    transformers = _library("transformers")
    tokenizers = _library("tokenizers")
    words = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({word: index for index, word in enumerate(WORDS)}, unk_token="<unk>")
    )
    words.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", eos_token="</s>", unk_token="<unk>", model_max_length=77
    )


def _t5(kind: str = "T5") -> Any:
    transformers = _library("transformers")
    config = getattr(transformers, f"{kind}Config")(
        vocab_size=32, d_model=32, d_kv=16, d_ff=32, num_layers=1, num_heads=2
    )
    return getattr(transformers, f"{kind}EncoderModel")(config)


def _clip() -> Any:
    transformers = _library("transformers")
    return transformers.CLIPTextModel(
        transformers.CLIPTextConfig(
            vocab_size=32,
            hidden_size=32,
            intermediate_size=32,
            num_attention_heads=2,
            num_hidden_layers=1,
            bos_token_id=0,
            eos_token_id=1,
        )
    )


def _picture_vae() -> Any:
    diffusers = _library("diffusers")
    return diffusers.AutoencoderKL(
        block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D", "DownEncoderBlock2D"),
        up_block_types=("UpDecoderBlock2D", "UpDecoderBlock2D"),
        latent_channels=4,
        norm_num_groups=2,
    )


def _ltx() -> Any:
    """Causal VAE: 8k + 1 frames, sides of 32."""
    diffusers = _library("diffusers")
    transformer = diffusers.LTXVideoTransformer3DModel(
        in_channels=8,
        out_channels=8,
        num_attention_heads=2,
        attention_head_dim=16,
        num_layers=1,
        cross_attention_dim=32,
        caption_channels=32,
    )
    vae = diffusers.AutoencoderKLLTXVideo(
        latent_channels=8,
        block_out_channels=(8, 8, 8, 8),
        decoder_block_out_channels=(8, 8, 8, 8),
        layers_per_block=(1, 1, 1, 1, 1),
        decoder_layers_per_block=(1, 1, 1, 1, 1),
    )
    return diffusers.LTXPipeline(
        scheduler=diffusers.FlowMatchEulerDiscreteScheduler(),
        vae=vae,
        text_encoder=_t5(),
        tokenizer=_tokenizer(),
        transformer=transformer,
    )


def _wan() -> Any:
    """Causal VAE: 4k + 1 frames, sides of 16; quietly rounds both."""
    diffusers = _library("diffusers")
    vae = diffusers.AutoencoderKLWan(base_dim=4, z_dim=16, dim_mult=[1, 1, 1, 1], num_res_blocks=1)
    transformer = diffusers.WanTransformer3DModel(
        num_attention_heads=2,
        attention_head_dim=12,
        text_dim=32,
        ffn_dim=32,
        num_layers=1,
        rope_max_seq_len=32,
    )
    return diffusers.WanPipeline(
        scheduler=diffusers.UniPCMultistepScheduler(
            flow_shift=3.0, prediction_type="flow_prediction", use_flow_sigmas=True
        ),
        vae=vae,
        text_encoder=_t5("UMT5"),
        tokenizer=_tokenizer(),
        transformer=transformer,
    )


def _latte() -> Any:
    """A 2D VAE, `video_length`, 16 frames and no other count."""
    diffusers = _library("diffusers")
    transformer = diffusers.LatteTransformer3DModel(
        sample_size=8,
        num_layers=1,
        patch_size=2,
        attention_head_dim=8,
        num_attention_heads=2,
        caption_channels=32,
        in_channels=4,
        cross_attention_dim=16,
        out_channels=8,
        attention_bias=True,
        activation_fn="gelu-approximate",
        num_embeds_ada_norm=1000,
        norm_type="ada_norm_single",
        norm_elementwise_affine=False,
    )
    return diffusers.LattePipeline(
        transformer=transformer,
        vae=_picture_vae(),
        text_encoder=_t5(),
        tokenizer=_tokenizer(),
        scheduler=diffusers.DDIMScheduler(),
    )


def _text_to_video_sd() -> Any:
    """A 2D VAE, any frame count, and the callback of old."""
    diffusers = _library("diffusers")
    unet = diffusers.UNet3DConditionModel(
        block_out_channels=(8, 8),
        layers_per_block=1,
        sample_size=32,
        down_block_types=("CrossAttnDownBlock3D", "DownBlock3D"),
        up_block_types=("UpBlock3D", "CrossAttnUpBlock3D"),
        cross_attention_dim=32,
        attention_head_dim=4,
        norm_num_groups=2,
    )
    return diffusers.TextToVideoSDPipeline(
        vae=_picture_vae(),
        text_encoder=_clip(),
        tokenizer=_tokenizer(),
        unet=unet,
        scheduler=diffusers.DDIMScheduler(),
    )


def _still() -> Any:
    """A pipeline that makes pictures, to be refused."""
    diffusers = _library("diffusers")
    unet = diffusers.UNet2DConditionModel(
        block_out_channels=(8, 8),
        layers_per_block=1,
        sample_size=8,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=32,
        norm_num_groups=2,
    )
    return diffusers.StableDiffusionPipeline(
        unet=unet,
        vae=_picture_vae(),
        text_encoder=_clip(),
        tokenizer=_tokenizer(),
        scheduler=diffusers.DDIMScheduler(),
        safety_checker=None,
        feature_extractor=None,
    )


FAMILIES: dict[str, Callable[[], Any]] = {
    "ltx": _ltx,
    "windows": _ltx,
    "worded": _ltx,
    "wan": _wan,
    "latte": _latte,
    "text_to_video_sd": _text_to_video_sd,
    "still": _still,
}
CARDS: dict[str, dict[str, Any]] = {
    "windows": {
        "name": "tiny-windows",
        "version": "3",
        "frames": 17,
        "fps": 16,
        "width": 64,
        "height": 64,
        "steps": 2,
        "guidance_scale": 1.0,
        "quality": {"steps": 3, "guidance_scale": 2.0},
        "overlap": 9,
        "frames_max": 65,
        "styles": {"photoreal": "red", "animated": "blue"},
    }
}
"""Cards of the families that have one; `windows` is run as the embedded model is, `worded` reads prompts as it does."""
CARDS["worded"] = CARDS["windows"] | {"vocabulary": {}}
