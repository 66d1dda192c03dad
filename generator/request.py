"""What is asked for: one frozen request, checked before anything is loaded."""

import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from ..errors import OptionUnsupported, PromptInvalid
from ..provenance import ReleaseConfig
from .memory import Device

PROMPT_LIMIT = 10_000
"""Characters. Text encoders read 77 to 512 tokens, about 2 500 characters: more is a mistake or an attack."""
SEED_BITS = 32
_WHITE_CONTROLS = "\t\n\r"


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationConfig:
    """One clip to generate. None means: as the model's own defaults say."""

    prompt: str
    output: Path
    """The suffix chooses: .mp4, .mov, … a video; .png, .jpg, .webp one picture."""
    release: ReleaseConfig
    """How it is marked, signed and recorded; there is no way around it."""
    model: str = "embedded"
    """`embedded`, a diffusers directory, or a hub id (`owner/name`), which may be downloaded because it is named."""
    negative_prompt: str | None = None
    image: Path | None = None
    """A PNG, JPEG or WebP that the clip starts from; it becomes an ingredient of the manifest."""
    style: str | None = None
    """One of those that the model's card names: its words are added to the prompt."""
    quality: bool = False
    """Take the steps and the guidance of the model's quality mode, where none are asked."""
    width: int | None = None
    """Pixels."""
    height: int | None = None
    """Pixels."""
    frames: int | None = None
    fps: Fraction | None = None
    """Frames a second, exact."""
    steps: int | None = None
    """Denoising steps (num_inference_steps)."""
    guidance_scale: float | None = None
    candidates: int | None = None
    """Clips that are begun for the one that is finished: more keep closer to the prompt and take longer."""
    seed: int | None = None
    """Drawn when None, and reported either way."""
    device: Device = "auto"
    offline: bool = False
    """Take a hub id from the local cache only."""
    force: bool = field(default=False)
    """Replace an output that exists."""

    def __post_init__(self) -> None:
        for name, value in (("width", self.width), ("height", self.height), ("frames", self.frames)):
            if value is not None and not 1 <= value <= 2**15:
                raise ValueError(f"{name} must be 1 to {2**15}, got {value}")
        if self.steps is not None and not 1 <= self.steps <= 1000:
            raise ValueError(f"steps must be 1 to 1000, got {self.steps}")
        if self.candidates is not None and not 1 <= self.candidates <= 64:
            raise ValueError(f"candidates must be 1 to 64, got {self.candidates}")
        if self.guidance_scale is not None and not 0 <= self.guidance_scale <= 1000:
            raise ValueError(f"guidance_scale must be 0 to 1000, got {self.guidance_scale}")
        if self.fps is not None and not 0 < self.fps <= 1000:
            raise ValueError(f"fps must be more than 0 and at most 1000, got {self.fps}")
        if self.seed is not None and not 0 <= self.seed < 2**63:
            raise ValueError(f"seed must be 0 to 2**63 - 1, got {self.seed}")


def check_prompt(prompt: str, *, what: str = "prompt", limit: int = PROMPT_LIMIT) -> str:
    """Return the prompt as it is, if a text encoder can be given it.

    Tabs and line breaks are text. Other control characters and broken encoding (lone surrogates) are refused:
    tokenizers drop or mangle them silently.

    Raises:
        PromptInvalid: Empty (or nothing but blanks and invisible characters), longer than `limit`, or not text.
    """
    if len(prompt) > limit:
        raise PromptInvalid(f"the {what} has {len(prompt)} characters; at most {limit} are accepted")
    for position, character in enumerate(prompt):
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and character not in _WHITE_CONTROLS):
            raise PromptInvalid(
                f"the {what} holds the control character U+{ord(character):04X} at position {position}; "
                "only text, tabs and line breaks are accepted"
            )
    if all(character.isspace() or unicodedata.category(character) in ("Cf", "Cc") for character in prompt):
        raise PromptInvalid(f"the {what} is empty; say what should be seen")
    return prompt


def with_seed(config: GenerationConfig) -> GenerationConfig:
    """Return the request with its seed fixed: the one given, or a random one of 32 bits."""
    return config if config.seed is not None else replace(config, seed=secrets.randbits(SEED_BITS))


def several(config: GenerationConfig, count: int) -> tuple[GenerationConfig, ...]:
    """Return `count` requests of seeds s, s + 1, … and outputs OUT-001.mp4, …; a single one keeps its name."""
    if count < 1:
        raise ValueError(f"count must be at least 1, got {count}")
    first = with_seed(config)
    if count == 1 or first.seed is None:
        return (first,)
    return tuple(
        replace(first, seed=(first.seed + index) % 2**63, output=numbered(config.output, index + 1, count))
        for index in range(count)
    )


def batch(config: GenerationConfig, prompts: Iterable[str]) -> tuple[GenerationConfig, ...]:
    """Return one request a prompt, outputs numbered from OUT-001; blank lines are left out.

    Raises:
        PromptInvalid: There is no prompt among the lines.
    """
    asked = [prompt.strip() for prompt in prompts if prompt.strip()]
    if not asked:
        raise PromptInvalid("the list of prompts is empty; give one prompt a line")
    return tuple(
        replace(config, prompt=prompt, output=numbered(config.output, index, len(asked)))
        for index, prompt in enumerate(asked, start=1)
    )


def numbered(output: Path, index: int, count: int) -> Path:
    """Return OUT-001.mp4 for OUT.mp4; as many digits as `count` needs, at least three."""
    return output.with_name(f"{output.stem}-{index:0{max(3, len(str(count)))}d}{output.suffix}")


def frames_wanted(config: GenerationConfig, *, is_image: bool) -> int | None:
    """Return how many frames to ask for: 1 for a picture, else what the request says.

    Raises:
        OptionUnsupported: A picture of several frames.
    """
    if not is_image:
        return config.frames
    if config.frames not in (None, 1):
        raise OptionUnsupported(
            f"{config.output.name} holds one picture, {config.frames} frames were asked; name a .mp4, or ask for 1"
        )
    return 1
