"""What a trained model says of itself: `sealreel.json` for programs, `README.md` for people."""

from typing import Any, Final, cast

from ..world import ACTIONS, BACKGROUNDS, CAMERAS, CLIP_FPS, COLOURS, KINDS, LIGHTS, MATERIALS, RELATIONS, SIZES, STYLES
from .checkpoint import Progress
from .config import Stage, TrainingConfig

NAME: Final = "sealreel-tiny-world"
VERSION: Final = "3.1"
OVERLAP: Final = 9
"""Frames that the next window of a long clip is given: three latent frames."""
FRAMES_MAX: Final = 961
_CANDIDATES: Final = 5
"""Clips begun for each that is finished: 7.3 s on two slow cores, where four take 5.9 and 8 are wanted."""
_UNDISTILLED: Final = (24, 4.0)
"""Steps and guidance scale of a model whose guidance was not distilled."""


def card_of(
    config: TrainingConfig, progress: dict[Stage, Progress], parameters: dict[str, int], *, distilled: bool
) -> dict[str, Any]:
    """Return the card: defaults of a call, words, and how the weights were made."""
    steps, guidance = (config.sampling_steps, 1.0) if distilled else _UNDISTILLED
    quality = {"steps": 24, "guidance_scale": 3.0} if distilled else {"steps": 40, "guidance_scale": guidance}
    return {
        "name": NAME,
        "version": VERSION,
        "licence": "Apache-2.0",
        "frames": config.frames,
        "fps": CLIP_FPS,
        "height": config.side,
        "width": config.side,
        "steps": steps,
        "guidance_scale": guidance,
        "candidates": _CANDIDATES if config.checkpoint("matching").exists() else 1,
        "quality": quality,
        "overlap": OVERLAP,
        "frames_max": FRAMES_MAX,
        "styles": {"photoreal": "photorealistic", "animated": "cartoon style"},
        "vocabulary": {
            "kinds": KINDS, "colours": COLOURS, "sizes": SIZES, "materials": MATERIALS, "actions": ACTIONS,
            "relations": RELATIONS, "backgrounds": BACKGROUNDS, "lights": LIGHTS, "styles": STYLES, "cameras": CAMERAS,
        },
        "parameters": parameters,
        "training": {
            "seed": config.seed,
            "device": config.device,
            "stages": {
                stage: {"steps": one.step, "minutes": round(one.seconds / 60, 2), "loss": one.loss}
                for stage, one in progress.items()
            },
        },
    }  # fmt: skip


def readme_of(card: dict[str, Any], *, size_bytes: int, evaluation: str = "", made_by: str = "") -> str:
    """Return the model card in Markdown.

    Args:
        card: From `card_of`, as `sealreel.json` holds it.
        size_bytes: Of the whole directory.
        evaluation: A section of measured numbers, Markdown; said to be missing where empty.
        made_by: Where and with what command the weights were made; the plain command where empty.
    """
    call = _CALL.format(**{key: card[key] for key in ("frames", "fps", "height", "width", "steps", "guidance_scale")})
    measured = evaluation or "These weights have not been evaluated: run `sealreel bench generator`.\n"
    return _README.format(
        name=card["name"],
        version=card["version"],
        side=card["width"],
        frames=card["frames"],
        fps=card["fps"],
        megabytes=size_bytes / 1e6,
        call=call,
        quality_steps=card["quality"]["steps"],
        quality_guidance=card["quality"]["guidance_scale"],
        steps=card["steps"],
        guidance=card["guidance_scale"],
        words=_words(card["vocabulary"]),
        evaluation=measured,
        parts=_parts(card["parameters"]),
        training=_training(card["training"], made_by),
        overlap=card["overlap"],
        candidates=card["candidates"],
    )


def _words(vocabulary: dict[str, Any]) -> str:
    rows = [
        f"- {name}: {', '.join(str(value).replace('_', ' ') for value in values)}"
        for name, values in vocabulary.items()
    ]
    return "\n".join(rows)


def _parts(parameters: dict[str, int]) -> str:
    classes = {
        "transformer": "LTXVideoTransformer3DModel",
        "text_encoder": "T5EncoderModel, whole words in three languages",
        "vae": "AutoencoderKLLTX2Video, 32 × 32 pixels × 4 frames to a latent cell",
    }
    rows = [f"| {name} | {classes[name]} | {count / 1e6:.2f} M |" for name, count in parameters.items()]
    return "\n".join(["| part | class | parameters |", "|---|---|---|", *rows])


def _training(training: dict[str, Any], made_by: str) -> str:
    rows: list[str] = []
    for stage, facts in cast("dict[str, dict[str, Any]]", training["stages"]).items():
        loss = "" if facts["loss"] is None else f", last loss {facts['loss']:.4f}"
        rows.append(f"- {stage}: {facts['steps']:,} steps in {facts['minutes']} min{loss}")
    plain = f"`sealreel train generator --out runs/world --device {training['device']} --seed {training['seed']}`."
    return "\n".join([made_by or plain, "", *rows])


_CALL: Final = """pipe = DiffusionPipeline.from_pretrained("generator/embedded", dtype=torch.float32)
frames = pipe(
    "a red ball rolls to the left on a meadow",
    num_frames={frames},
    frame_rate={fps},
    height={height},
    width={width},
    num_inference_steps={steps},
    guidance_scale={guidance_scale},
).frames[0]"""

_README: Final = """# {name}, version {version}

The text-to-video model that ships with Sealreel: prompts about a tiny world of toys, animals and small accidents become
clips of {side} × {side} pixels, {frames} frames at {fps} frames a second. It is small ({megabytes:.1f} MB), runs on the
CPU in seconds, and was trained from nothing on procedurally rendered clips. Licence: Apache-2.0, weights and data.

It is a stock diffusers directory (`LTXPipeline`): any diffusers ≥ 0.42 loads it without code of ours, and
`LTXImageToVideoPipeline` takes the same parts for a clip that starts from a picture.

```python
{call}
```

`sealreel.json` holds these defaults. {steps} steps without guidance (scale {guidance}) are what it was distilled to;
`--quality` takes {quality_steps} steps at scale {quality_guidance}. Longer clips are made window by window: the last
{overlap} frames are encoded again and stand clean at the head of the next window. Of {candidates} clips that are begun,
Sealreel finishes the one that matches its prompt best (`matching/`,
[why](../../docs/decisions/several-begun-one-finished.md)); which way it goes is put right by turning it over (`sides/`,
[why](../../docs/decisions/left-and-right-in-a-mirror.md)). Stock pipelines do neither.

## What it knows
{words}

One to three things in a clip, in English, French and Spanish; what it leaves out of a caption it draws by chance. It
knows nothing else: no people, no writing, no real places.

## How well it follows
{evaluation}
## What is inside
{parts}

Most weights are stored as `float8_e4m3fn` (8 bits, no scale beside them), tables and last layers as float16; training
saw them rounded from its first step: what is stored is what was trained. Load with `dtype=torch.float32` or
`torch.bfloat16`; diffusers and transformers cast them.

## Training
{training}

Every clip was rendered for the purpose: no data set, no pictures of people, places or works of others. A run by minutes
ends at other weights on another machine.

## Limits
- A tiny world: what is not listed above it cannot draw. Words from elsewhere are read as the nearest that it knows, and
  the command line says so.
- Three things at once, small things and relations between them are followed less well than one thing.
- Fine grain and thin lines are softened by the autoencoder (about 120 times fewer numbers than pixels).
- Made for {side} × {side}; other sizes run, and look worse the further away they are.
"""
