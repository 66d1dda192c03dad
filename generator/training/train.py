"""The story of a training run."""

from pathlib import Path

import torch

from .config import TrainingConfig
from .denoiser import train_denoiser
from .evaluate import evaluate, write_evaluation
from .export import export_model
from .loop import OnProgress, TrainingEvent
from .painting import train_decoder, train_encoder


def train_generator(config: TrainingConfig, *, on_progress: OnProgress | None = None) -> Path:
    """Train the embedded model, or go on where an interrupted run stopped, and write its diffusers directory.

    Args:
        config: Budgets and sizes; `config.stages` chooses what to do. Clips are rendered as they are
            needed: there is no data set to prepare.
        on_progress: Called after every checkpoint and every finished stage.

    Returns:
        `config.model`, the finished directory (once the stage `export` has run): weights, `sealreel.json`, and
        `evaluation.json` where it was evaluated.

    Raises:
        ModelUnavailable: A stage that is asked for needs one that was not trained, or a checkpoint of other sizes lies
            in `config.out`.
    """
    torch.set_num_threads(config.threads)
    config.out.mkdir(parents=True, exist_ok=True)
    if "denoiser" in config.stages:
        train_denoiser(config, on_progress=on_progress)  # prompts -> latents
    if "decoder" in config.stages:
        train_decoder(config, on_progress=on_progress)  # latents -> pictures
    if "encoder" in config.stages:
        train_encoder(config, on_progress=on_progress)  # pictures -> latents
    if "export" in config.stages:
        export_model(config)
        _tell(TrainingEvent(stage="export", step=0, share=1.0, text=f"export: {config.model}"), on_progress)
    if "evaluate" in config.stages:
        evaluation = evaluate(config)
        write_evaluation(evaluation, config.model / "evaluation.json")
        found = ", ".join(f"{row.attribute} {row.generated.share:.0%}" for row in evaluation.rows)
        _tell(TrainingEvent(stage="evaluate", step=0, share=1.0, text=f"evaluate: {found}"), on_progress)
    return config.model


def _tell(event: TrainingEvent, on_progress: OnProgress | None) -> None:
    if on_progress is not None:
        on_progress(event)
