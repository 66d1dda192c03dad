"""`sealreel generate`: from a prompt to a clip that carries its origin."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ...errors import OptionUnsupported, PromptInvalid
from ..console import Progress, emit, say, warn
from ..doors import ConfigFile, JsonFlag, example, fail, in_force
from ..exits import Exit, worst
from ..options import (
    Crf,
    Force,
    OutputFile,
    PasswordFile,
    Preset,
    Signer,
    Store,
    Timestamp,
    TsaUrl,
    WatermarkMethod,
    WatermarkStrength,
)
from ..settings import InForce

if TYPE_CHECKING:
    from ...generator import Attempt


def attach(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command(
        epilog=example(
            'sealreel generate "a red ball rolls to the left" -o ball.mp4',
            'sealreel generate "a blue cube" -o cube.mp4 --seed 7 --num-videos 3',
            'sealreel generate "a cat jumps" -o cat.mp4 --image cat.png --frames 161 --style animated',
            "sealreel generate --batch prompts.txt -o clip.mp4 --json",
        )
    )(generate)


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels, as `256x256` says them."""

    width: int
    height: int


def _size(text: str) -> Size:
    match = re.fullmatch(r"(\d{1,5})[x×](\d{1,5})", text)
    if match is None or not (1 <= int(match[1]) <= 2**15 and 1 <= int(match[2]) <= 2**15):
        raise typer.BadParameter(f"{text!r} is not a size; expected WIDTHxHEIGHT in pixels, like 256x256")
    return Size(int(match[1]), int(match[2]))


def _rate(text: str) -> Fraction:
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= 1000:
        raise typer.BadParameter(f"{text!r} is not a frame rate; expected a number like 24, 23.976 or 30000/1001")
    return rate


Prompt = Annotated[str | None, typer.Argument(metavar="PROMPT", help="What to show; - reads it from stdin.")]
Model = Annotated[
    str | None, typer.Option("--model", metavar="MODEL", help="embedded, a diffusers directory, or a hub id.")
]
NegativePrompt = Annotated[str | None, typer.Option("--negative-prompt", metavar="TEXT", help="What not to show.")]
Image = Annotated[
    Path | None,
    typer.Option(
        "--image", metavar="FILE", help="A PNG, JPEG or WebP that the clip starts from; an ingredient of the manifest."
    ),
]
LastImage = Annotated[
    Path | None, typer.Option("--last-image", metavar="FILE", help="Not there yet: refused with a word.", hidden=True)
]
Video = Annotated[
    Path | None, typer.Option("--video", metavar="FILE", help="Not there yet: refused with a word.", hidden=True)
]
Style = Annotated[
    str | None, typer.Option("--style", metavar="STYLE", help="photoreal or animated, with the embedded model.")
]
Quality = Annotated[
    bool | None,
    typer.Option("--quality/--no-quality", help="The model's quality mode: more steps and guidance, slower."),
]
SizeOption = Annotated[Size | None, typer.Option("--size", metavar="WxH", parser=_size, help="Pixels, like 256x256.")]
Frames = Annotated[
    int | None,
    typer.Option("--frames", min=1, max=2**15, help="Frames a clip; any number up to 961 with the embedded model."),
]
Fps = Annotated[
    Fraction | None, typer.Option("--fps", metavar="F", parser=_rate, help="Frames a second; 30000/1001 is exact.")
]
Steps = Annotated[int | None, typer.Option("--steps", min=1, max=1000, help="Denoising steps.")]
GuidanceScale = Annotated[
    float | None, typer.Option("--guidance-scale", min=0, max=1000, help="How strictly the prompt is followed.")
]
Candidates = Annotated[
    int | None,
    typer.Option(
        "--candidates", min=1, max=64, help="Clips begun for the one that is finished: that which matches PROMPT best."
    ),
]
Seed = Annotated[int | None, typer.Option("--seed", min=0, max=2**63 - 1, help="Same seed, same machine: same pixels.")]
NumVideos = Annotated[
    int, typer.Option("--num-videos", min=1, max=999_999, help="Clips to make: OUT-001.mp4, OUT-002.mp4, …")
]
Batch = Annotated[
    str | None, typer.Option("--batch", metavar="FILE", help="One prompt a line instead of PROMPT; - is stdin.")
]


def generate(
    ctx: typer.Context,
    prompt: Prompt = None,
    *,
    output: OutputFile,
    _model: Model = None,
    negative_prompt: NegativePrompt = None,
    image: Image = None,
    last_image: LastImage = None,
    video: Video = None,
    _style: Style = None,
    _quality: Quality = None,
    size: SizeOption = None,
    frames: Frames = None,
    fps: Fps = None,
    steps: Steps = None,
    guidance_scale: GuidanceScale = None,
    candidates: Candidates = None,
    seed: Seed = None,
    num_videos: NumVideos = 1,
    batch: Batch = None,
    force: Force = False,
    _signer: Signer = None,
    _signer_password_file: PasswordFile = None,
    _tsa_url: TsaUrl = None,
    _timestamp: Timestamp = None,
    _watermark_method: WatermarkMethod = None,
    _watermark_strength: WatermarkStrength = None,
    _crf: Crf = None,
    _preset: Preset = None,
    _store: Store = None,
    _config: ConfigFile = None,
    as_json: JsonFlag = False,
) -> None:
    """Turn a prompt into a clip (or, by OUT's suffix, a picture) that is watermarked, signed and recorded.

    Nothing unmarked is ever written: where the mark cannot be read back, the run ends with code 3 and no file.
    The embedded model knows a small world of things and characters, and answers words that it does not know; --model
    takes any diffusers video pipeline.
    """
    _refuse_other_starts(last_image, video)
    options: dict[str, Any] = {
        "output": output,
        "negative_prompt": negative_prompt,
        "image": image,
        "width": None if size is None else size.width,
        "height": None if size is None else size.height,
        "frames": frames,
        "fps": fps,
        "steps": steps,
        "guidance_scale": guidance_scale,
        "candidates": candidates,
        "seed": seed,
        "force": force,
    }
    prompts = _prompts(prompt, batch, num_videos)
    codes = _make(in_force(ctx), prompts, batch=batch is not None, count=num_videos, as_json=as_json, **options)
    raise typer.Exit(worst(codes))


def _refuse_other_starts(last_image: Path | None, video: Path | None) -> None:
    """Say of two ways to start that other programs know, that here there is one: --image."""
    for option, file in (("--last-image", last_image), ("--video", video)):
        if file is not None:
            raise OptionUnsupported(f"{option} {file}: clips start from text, or from a first picture (--image FILE)")


def _make(known: InForce, prompts: Sequence[str], *, as_json: bool, **options: Any) -> list[Exit]:
    """Make clip after clip, and print each as it is done."""
    from .. import workflows

    requests = workflows.generation_configs(known, prompts, **options)
    progress = Progress("denoising")
    codes: list[Exit] = []
    try:
        for attempt in workflows.generate(requests, on_step=progress):
            progress.close()
            codes.append(_print(attempt, as_json=as_json))
    finally:
        progress.close()
    return codes


def _prompts(prompt: str | None, batch: str | None, num_videos: int) -> Sequence[str]:
    """Return what was asked for, from wherever it is said."""
    if (prompt is None) == (batch is None):
        raise typer.BadParameter("give either a PROMPT or --batch FILE")
    if batch is not None and num_videos > 1:
        raise typer.BadParameter("--num-videos makes several clips of one PROMPT; it does not go with --batch")
    if batch is None:
        return [_stdin() if prompt == "-" else str(prompt)]
    try:
        text = _stdin() if batch == "-" else Path(batch).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"--batch {batch}: {error}; expected a text file with one prompt a line") from error
    return text.splitlines()


def _stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise PromptInvalid(f"the prompt on stdin is not UTF-8 text: {error}") from error


def _print(attempt: "Attempt", *, as_json: bool) -> Exit:
    """Print what was let out, or why nothing was."""
    from ..answers import output_answer
    from ..report import output_report, warn_of_weak_mark

    if attempt.error is not None:
        return fail(attempt.error, json=as_json, file=str(attempt.config.output))
    assert attempt.output is not None  # noqa: S101 - an attempt has one or the other
    for remark in attempt.output.remarks:
        warn(f"{attempt.output.file.name}: {remark}")
    warn_of_weak_mark(attempt.output)
    if as_json:
        emit(output_answer(attempt.output))
    else:
        say(output_report(attempt.output) + "\n")
    return Exit.OK
