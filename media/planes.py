"""See the memory of an FFmpeg frame as arrays."""

from typing import Any, cast

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame

Array = npt.NDArray[Any]


def plane_of(frame: VideoFrame, index: int, *, samples: int = 1) -> Array:
    """View one plane of a frame without its padding and without a copy.

    Args:
        frame: The view keeps it alive.
        index: 0 for luma.
        samples: Interleaved samples a column holds: 2 for the chroma of nv12, 3 for rgb24.

    Returns:
        (rows, columns × samples), uint16 for more than 8 bits.
    """
    plane = frame.planes[index]
    dtype = np.uint16 if frame.format.components[0].bits > 8 else np.uint8
    # The buffer protocol is there, av's stubs do not tell.
    rows = np.frombuffer(cast("bytes", plane), dtype).reshape(plane.height, -1)  # (rows, padded columns × samples)
    return rows[:, : plane.width * samples]
