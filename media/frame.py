"""One picture of a video, in the three forms that are needed: to look at, to analyse, to change."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)  # arrays have no single truth value: compare fields, not frames
class Frame:
    """A picture to look at or to feed a model, upright."""

    rgb: npt.NDArray[np.uint8]
    """Pixels, (height, width, 3), sRGB."""
    pts_seconds: float
    """When it is shown, from the start of the clip."""

    def __post_init__(self) -> None:
        if self.rgb.ndim != 3 or self.rgb.shape[2] != 3:
            raise ValueError(f"rgb must be (height, width, 3), got {self.rgb.shape}")


@dataclass(frozen=True, slots=True, eq=False)
class Luma:
    """The brightness plane alone, upright, for analysis: a third of the work of a `Frame`."""

    plane: npt.NDArray[np.uint8]
    """Code values, (height, width); deeper video is rounded to 8 bits."""
    pts_seconds: float
    """When it is shown, from the start of the clip."""

    def __post_init__(self) -> None:
        if self.plane.ndim != 2:
            raise ValueError(f"plane must be (height, width), got {self.plane.shape}")


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture to change and write back: every sample as it was stored, upright.

    For video `chroma` holds the two chroma planes as stored. For an image read from RGB it holds the three
    differences R-Y, G-Y, B-Y (int16), so that RGB = luma + difference is exact and a change of luma moves
    R, G and B by the same amount.
    """

    luma: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
    """Brightness code values, (height, width); uint16 holds 10-bit samples."""
    chroma: tuple[Plane, ...]
    """Two planes for video, three for an image from RGB."""
    bit_depth: int
    """Bits a luma sample: 8 or 10."""
    pts: int
    """Presentation time in ticks of `time_base`."""
    time_base: Fraction
    """Seconds a tick."""
    duration: int = 0
    """Ticks that it is shown; 0 where the container does not say."""

    def __post_init__(self) -> None:
        if self.luma.ndim != 2:
            raise ValueError(f"luma must be (height, width), got {self.luma.shape}")
        if self.bit_depth not in (8, 10):
            raise ValueError(f"bit_depth must be 8 or 10, got {self.bit_depth}")

    @property
    def pts_seconds(self) -> float:
        """When it is shown, from the start of the clip."""
        return float(self.pts * self.time_base)
