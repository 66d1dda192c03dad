"""The picture that a clip starts from, brought to the clip's size."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import UnsupportedMedia
from ..media import Limits, probe, read_frames

Rgb = npt.NDArray[np.uint8]


def read_first_frame(path: Path, *, limits: Limits) -> Rgb:
    """Read a picture upright, (height, width, 3).

    Raises:
        UnreadableMedia: Missing, broken, or no picture.
        UnsupportedMedia: A video, or a picture that would have to be changed to be one of opaque 8-bit RGB.
        TooManyPixels: Past the limit.
    """
    clip = probe(path, limits=limits)
    if clip.kind != "image":
        raise UnsupportedMedia(f"{path}: this is a video; a clip starts from a picture: a PNG, JPEG or WebP file")
    return next(iter(read_frames(clip, limits=limits))).rgb


def fitted(rgb: Rgb, *, width: int, height: int) -> tuple[Rgb, str | None]:
    """Scale a picture to cover a size, and cut what stands over evenly from both sides.

    Returns:
        The picture, (height, width, 3), and what was done to it; None if nothing.
    """
    import cv2

    had_height, had_width, _ = rgb.shape
    if (had_width, had_height) == (width, height):
        return rgb, None
    scale = max(width / had_width, height / had_height)
    covers = max(width, round(had_width * scale)), max(height, round(had_height * scale))
    # Averaging is the right way down, and a cubic the right way up (OpenCV's own advice on `resize`).
    scaled = cv2.resize(rgb, covers, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (covers[1] - height) // 2, (covers[0] - width) // 2
    fitting = np.ascontiguousarray(scaled[top : top + height, left : left + width], dtype=np.uint8)
    cut = "scaled and cropped" if covers != (width, height) else "scaled"
    return fitting, f"the picture was {cut} from {had_width}x{had_height} to {width}x{height}"
