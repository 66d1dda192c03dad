"""What about a clip makes its score less sure: measured on the pixels that were looked at, or told by the file."""

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from .canon import FRAMES, Frames
from .sampling import Sample

Caveat = Literal[
    "still_image",
    "short",
    "low_resolution",
    "heavy_compression",
    "animation",
    "static",
    "dark",
    "featureless",
    "partly_unreadable",
    "unevenly_sampled",
    "hdr",
]

TEXTS: dict[Caveat, str] = {
    "still_image": "a single picture: nothing moves, and the rate of false alarms, set on clips, is not known for it",
    "short": "less than a second: fewer than 8 different frames were there to look at",
    "low_resolution": "fewer than 240 pixels along the short side: it was enlarged to be looked at",
    "heavy_compression": "compressed hard: the finest traces are likely gone",
    "animation": "flat areas and hard edges, as in cartoons and screen captures: the detector learned from film",
    "static": "next to nothing moves",
    "dark": "very dark: little is to be seen",
    "featureless": "one flat colour: nothing is to be seen",
    "partly_unreadable": "damaged or cut off: scored by what does decode",
    "unevenly_sampled": "key frames lie so far apart that only the beginning could be looked at closely",
    "hdr": "high dynamic range, shown without tone mapping: its tones are not those that the detector learned from",
}
"""A sentence for each."""
LOW_RESOLUTION = 240
"""Pixels; below, the picture without its border is enlarged by more than 1.4."""
DARK = 32.0
"""Mean luma, of 255."""
FEATURELESS = 2.0
"""Standard deviation of luma in code values: less than what coding leaves on an even wall."""
STATIC = 0.4
"""Mean absolute change of luma between two frames an eighth of a second apart, in code values."""
SCARCE_BITS = 0.020
"""Bits a pixel, in stretches that begin with a key frame. Of six filmed and rendered clips x264 made 0.027 to 0.14 at
CRF 28 and 0.012 to 0.047 at CRF 35, but for a night camera where nothing moves (0.010 and 0.003)."""
THRIFTY = {"hevc": 0.015, "av1": 0.012}
"""Codecs that show the same for fewer bits."""
SLOPES, EDGES = 0.10, 0.03
"""Drawn pictures have next to no slopes between flat areas and edges: 0.04 to 0.10 of cartoons, pages and typed text,
with edges on 0.07 to 0.26. Of 300 filmed and generated clips 2 have so few, both drawn in style; 3D animation is like
film and is not told apart."""


def caveats_of(sample: Sample) -> tuple[Caveat, ...]:
    """Return what to be told beside the score, in a fixed order."""
    lumas = [_lumas(stretch.frames) for stretch in sample.stretches]
    found: dict[Caveat, bool] = {
        "still_image": sample.is_still,
        "short": not sample.is_still and sum(len(one) for one in lumas) < FRAMES,
        "low_resolution": min(sample.width, sample.height) < LOW_RESOLUTION,
        "heavy_compression": _is_compressed(sample),
        "animation": _is_drawn(lumas),
        "static": not sample.is_still and max(_change(luma) for luma in lumas) < STATIC,
        "dark": max(float(luma.mean()) for luma in lumas) < DARK,
        "featureless": is_featureless(sample),
        "partly_unreadable": "damaged" in sample.oddities,
        "unevenly_sampled": "approximate" in sample.oddities,
        "hdr": "hdr" in sample.oddities,
    }
    return tuple(name for name, applies in found.items() if applies)


def is_featureless(sample: Sample) -> bool:
    """Whether no picture shows anything at all: all black, all white, all one colour."""
    return all(float(stretch.frames.astype(np.float32).std((1, 2)).max()) < FEATURELESS for stretch in sample.stretches)


def slopes_and_edges(luma: NDArray[np.uint8]) -> tuple[float, float]:
    """Return the shares of pixels whose 3 × 3 neighbourhood spans 4 to 24, and more than 48, code values."""
    kernel = np.ones((3, 3), np.uint8)
    span = np.asarray(cv2.subtract(cv2.dilate(luma, kernel), cv2.erode(luma, kernel)))
    return float(((span > 3) & (span <= 24)).mean()), float((span > 48).mean())


def _is_drawn(lumas: Sequence[NDArray[np.uint8]]) -> bool:
    slopes, edges = np.median([slopes_and_edges(one) for luma in lumas for one in luma[::4]], axis=0).tolist()
    return slopes < SLOPES and edges > EDGES


def _is_compressed(sample: Sample) -> bool:
    if sample.bits_per_pixel is None or sample.is_still:
        return False
    return sample.bits_per_pixel < THRIFTY.get(sample.codec or "", SCARCE_BITS)


def _change(luma: NDArray[np.uint8]) -> float:
    steps = np.abs(np.diff(luma.astype(np.int16), axis=0))
    return float(steps.mean()) if len(steps) else 0.0


def _lumas(frames: Frames) -> NDArray[np.uint8]:
    """(frames, height, width, 3) -> (frames, height, width)."""
    return np.stack([np.asarray(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), np.uint8) for one in frames])
