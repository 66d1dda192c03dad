"""What a file is to become: its container, size, time and colour, and how hard the encoder tries."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from ..errors import UnsupportedMedia
from .clip import Clip, Colour

Container = Literal["mp4", "mov", "png", "jpeg", "webp"]

_SUFFIXES: dict[str, Container] = {
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".mov": "mov",
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".webp": "webp",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What is to be written."""

    container: str
    """`mp4`, `mov`, `png`, `jpeg` or `webp`."""
    width: int
    height: int
    rate: Fraction
    """Average frames a second; the pictures' own times are what is written."""
    time_base: Fraction
    """Seconds a tick of the pictures' pts."""
    colour: Colour
    sample_aspect: Fraction = Fraction(1)
    """Width of a pixel as shown divided by its height."""
    lossless: bool = False
    """Of an image: WebP without loss; PNG always is."""

    def __post_init__(self) -> None:
        if self.container not in _SUFFIXES.values():
            raise ValueError(f"container must be one of {sorted(set(_SUFFIXES.values()))}, got {self.container!r}")
        if self.width < 1 or self.height < 1:
            raise ValueError(f"a form has at least one pixel, got {self.width}×{self.height}")
        if self.rate <= 0 or self.time_base <= 0:
            raise ValueError(f"rate and time_base must be positive, got {self.rate} and {self.time_base}")

    @property
    def is_image(self) -> bool:
        """Whether one picture is the whole."""
        return self.container in ("png", "jpeg", "webp")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How hard the encoder tries."""

    crf: int = 18
    """x264's constant rate factor: 18 is next to invisible."""
    preset: str = "medium"
    jpeg_quality: int = 95
    webp_quality: int = 95
    """For lossy WebP, 1 to 100."""
    threads: int = 2
    """Each holds pictures: more threads, more memory."""


def container_for(path: Path) -> Container:
    """Return the container that a file name asks for.

    Raises:
        UnsupportedMedia: webm, mkv or another suffix that cannot carry a manifest or is not known.
    """
    container = _SUFFIXES.get(path.suffix.lower())
    if container is not None:
        return container
    accepted = ", ".join(_SUFFIXES)
    if path.suffix.lower() in (".webm", ".mkv"):
        raise UnsupportedMedia(
            f"{path}: {path.suffix} files cannot carry a C2PA manifest; accepted are {accepted}. Convert it, for "
            f"example with: ffmpeg -i {path.name} -c copy {path.stem}.mp4 (without -c copy where MP4 lacks the codec)"
        )
    raise UnsupportedMedia(f"{path}: unknown suffix {path.suffix!r}; accepted are {accepted}")


def form_of(clip: Clip, container: str) -> Form:
    """Return the form that keeps a clip's size, time, colour and depth in the given container.

    Raises:
        UnsupportedMedia: a video into an image format or an image into a video.
    """
    form = Form(
        container=container,
        width=clip.width,
        height=clip.height,
        rate=clip.rate,
        time_base=clip.time_base,
        colour=clip.colour,
        sample_aspect=clip.sample_aspect,
        lossless=clip.lossless,
    )
    if form.is_image != (clip.kind == "image"):
        raise UnsupportedMedia(
            f"{clip.path}: a file of kind {clip.kind} cannot become {container}; choose another suffix"
        )
    return form


def generated_form(width: int, height: int, rate: Fraction, container: str = "mp4") -> Form:
    """Return the form of pictures from `pictures_from_frames`: BT.709, limited range, 8-bit 4:2:0."""
    colour = Colour("tv", "bt709", "bt709", "bt709", bit_depth=8, subsampling="4:2:0")
    return Form(container=container, width=width, height=height, rate=rate, time_base=1 / rate, colour=colour)
