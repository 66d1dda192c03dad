"""What about a clip makes its score less sure: measured on the pixels that were looked at, or told by the file."""

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
    "still_image": "a single picture: nothing moves, and half of what the detector looks at is missing",
    "short": "less than a second: fewer than 8 different frames were there to look at",
    "low_resolution": "fewer than 240 pixels along the short side: it was enlarged to be looked at",
    "heavy_compression": "compressed hard: the finest traces are likely gone",
    "animation": "drawn or rendered, by its flat areas: the detector learned from filmed and photorealistic clips",
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
BITS_PER_PIXEL = {"av1": 0.008, "hevc": 0.010, "vp9": 0.010}
SCARCE_BITS = 0.018
FLAT_SHARE = 0.55


def caveats_of(sample: Sample) -> tuple[Caveat, ...]:
    """Return what to be told beside the score, in a fixed order."""
    lumas = [_lumas(stretch.frames) for stretch in sample.stretches]
    found: dict[Caveat, bool] = {
        "still_image": sample.is_still,
        "short": not sample.is_still and sum(len(one) for one in lumas) < FRAMES,
        "low_resolution": min(sample.width, sample.height) < LOW_RESOLUTION,
        "heavy_compression": _is_compressed(sample),
        "animation": bool(np.median([flat_share(one) for luma in lumas for one in luma]) > FLAT_SHARE),
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


def flat_share(luma: NDArray[np.uint8]) -> float:
    """Return the share of pixels whose 3 × 3 neighbourhood spans at most 2 code values."""
    kernel = np.ones((3, 3), np.uint8)
    span = cv2.subtract(cv2.dilate(luma, kernel), cv2.erode(luma, kernel))
    return float((np.asarray(span) <= 2).mean())


def _is_compressed(sample: Sample) -> bool:
    if sample.bits_per_pixel is None or sample.is_still:
        return False
    return sample.bits_per_pixel < BITS_PER_PIXEL.get(sample.codec or "", SCARCE_BITS)


def _change(luma: NDArray[np.uint8]) -> float:
    steps = np.abs(np.diff(luma.astype(np.int16), axis=0))
    return float(steps.mean()) if len(steps) else 0.0


def _lumas(frames: Frames) -> NDArray[np.uint8]:
    """(frames, height, width, 3) -> (frames, height, width)."""
    return np.stack([np.asarray(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), np.uint8) for one in frames])
