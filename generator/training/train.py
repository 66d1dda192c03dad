"""The story of a training run."""

from pathlib import Path

from .config import TrainingConfig
from .progress import OnProgress, TrainingEvent, logged


def train_generator(config: TrainingConfig, *, on_progress: OnProgress | None = None) -> Path:
    """Train the embedded model, or go on where an interrupted run stopped, and write its diffusers directory.

    Args:
        config: Budgets and sizes; `config.stages` chooses what to do. Clips are rendered as they are needed: there is
            no data set to prepare.
        on_progress: Called every few seconds and after every stage; the same lines are kept in `log.jsonl`.

    Returns:
        `config.model`, the finished directory (once the stage `export` has run).

    Raises:
        MissingExtra: The extra `generate` is not installed.
        ModelUnavailable: A stage that is asked for needs one that was not trained, or a checkpoint of other sizes lies
            in `config.out`.
    """
    from ..third_party import load_module

    load_module("diffusers")  # first: it makes a torchvision of another build importable
    from ..world.captions import build_tokenizer
    from .distil import distil
    from .export import export_model
    from .flow import teacher, train_denoiser
    from .latents import encode_world, load_latents
    from .matching import train_matching
    from .reconstruction import finished_autoencoder, train_autoencoder
    from .sheet import write_reconstructions, write_sheet
    from .sides import train_sides

    prepare_device(config)
    config.out.mkdir(parents=True, exist_ok=True)
    tell = logged(config.out / "log.jsonl", on_progress)
    words = len(build_tokenizer())
    latents = None
    if "autoencoder" in config.stages:
        train_autoencoder(config, on_progress=tell)  # clips -> latents -> clips
        samples = config.out / "samples"
        write_reconstructions(config, finished_autoencoder(config), samples / "autoencoder.png", scenes=6)
    if "latents" in config.stages and ("autoencoder" in config.stages or not config.cached.exists()):
        latents = encode_world(config, on_progress=tell)  # scenes -> latents and words
    if {"denoiser", "distil"} & set(config.stages):
        latents = latents or load_latents(config.cached, config.device)
    if "denoiser" in config.stages and latents is not None:
        train_denoiser(config, latents, words, on_progress=tell)  # words -> latents
        path = config.out / "samples" / "denoiser.png"
        guide = teacher(config, words)
        guide.settle()  # another batch would be compiled anew
        write_sheet(config, guide, finished_autoencoder(config), latents, path, scenes=8, steps=24, guidance=4.0)
    if "distil" in config.stages and latents is not None:
        distil(config, latents, words, on_progress=tell)  # in eight steps
    if "sides" in config.stages:
        train_sides(config, on_progress=tell)  # which way words say, and clips go
    if "matching" in config.stages:
        train_matching(config, on_progress=tell)  # which of several half-made clips fits its words best
    if "export" in config.stages:
        export_model(config)
        tell(TrainingEvent(stage="export", step=0, share=1.0, text=str(config.model)))
    return config.model


def prepare_device(config: TrainingConfig) -> None:
    """Let torch take the threads it is given and, on CUDA, the fastest convolutions and 19-bit products."""
    import torch

    torch.set_num_threads(config.threads)
    if config.device == "cuda":
        torch.backends.cudnn.benchmark = True
        torch.set_float32_matmul_precision("high")
