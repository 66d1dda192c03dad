# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# (scikit-image has no stubs; those of OpenCV leave the types of some overloads open)
"""Where a clip's face is, for training alone: a cascade of local binary patterns, shipped within scikit-image (BSD).

OpenCV 5 has no cascades any more, and networks that find faces better come with terms or pins that clash with ours.
Frontal faces are enough here: a clip whose face is missed is only not blended.
"""

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import MissingExtra
from ..canon import Frames, Rgb

Boxes = NDArray[np.float32]
"""(T, 4): left, top, width, height of the face in each frame, pixels."""

LOOKED_AT = 5
"""Frames of a clip, evenly spread."""
FOUND = 4
"""Of these, how many must show the face in one place, or nearly. With 3, 15 of 72 finds that were looked through
were walls and wheels; with 4 it was 3 of 59."""
SHORT_SIDE = 208
"""Pixels to which a frame is brought before the search."""
MARGIN = 24
"""Pixels that are added around it: the cascade wants to see around a face that fills the picture."""
SMALLEST = 30
"""Pixels of the smallest face, of 208."""
NEIGHBOURS = 3
"""Finds that must agree on a place."""


def faces_in(frames: Frames) -> Boxes | None:
    """Find the one face that is seen best through a clip.

    Args:
        frames: (T, height, width, 3), sRGB.

    Returns:
        A box a frame, moving evenly between the frames that were looked at; None if there is no frontal face in
        most of them. The box spans the brows to the chin.

    Raises:
        MissingExtra: scikit-image is not installed.
    """
    cascade = _cascade()
    looked_at = np.unique(np.linspace(0, len(frames) - 1, LOOKED_AT).round().astype(int))
    finds = [(int(index), _faces(cascade, frames[index])) for index in looked_at]
    track = _steadiest(finds)
    if len(track) < min(FOUND, len(looked_at)):
        return None
    moments = [moment for moment, _ in track]
    boxes = np.stack([box for _, box in track])
    between = [np.interp(np.arange(len(frames)), moments, boxes[:, column]) for column in range(4)]
    return np.stack(between, axis=1).astype(np.float32)


@cache
def _cascade() -> Any:
    try:
        from skimage.data import lbp_frontal_face_cascade_filename
        from skimage.feature import Cascade
    except ImportError as error:
        raise MissingExtra("finding faces needs scikit-image: pip install 'sealreel[train]'") from error
    return Cascade(lbp_frontal_face_cascade_filename())


def _faces(cascade: Any, rgb: Rgb) -> list[Boxes]:
    """Return the boxes in one frame, (4,) each."""
    scale = SHORT_SIDE / min(rgb.shape[:2])
    kind = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=kind)
    small = cv2.copyMakeBorder(small, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_REPLICATE)
    found = cascade.detect_multi_scale(
        img=small,
        scale_factor=1.12,
        step_ratio=1.2,
        min_size=(SMALLEST, SMALLEST),
        max_size=(SHORT_SIDE, SHORT_SIDE),
        min_neighbor_number=NEIGHBOURS,
    )
    return [
        np.array([one["c"] - MARGIN, one["r"] - MARGIN, one["width"], one["height"]], dtype=np.float32) / scale
        for one in found
    ]


def _steadiest(finds: list[tuple[int, list[Boxes]]]) -> list[tuple[int, Boxes]]:
    """Follow each box to the nearest one of the next frames; return the longest such track, the largest of equals."""
    best: list[tuple[int, Boxes]] = []
    for start, (moment, boxes) in enumerate(finds):
        for box in boxes:
            track = [(moment, box)]
            for later, others in finds[start + 1 :]:
                near = [other for other in others if _overlap(track[-1][1], other) > 0.3]
                if near:
                    last = track[-1][1]
                    track.append((later, max(near, key=lambda other, last=last: _overlap(last, other))))
            if (len(track), _area(track)) > (len(best), _area(best)):
                best = track
    return best


def _area(track: list[tuple[int, Boxes]]) -> float:
    return float(sum(box[2] * box[3] for _, box in track))


def _overlap(one: Boxes, other: Boxes) -> float:
    """Return the intersection over the union of two boxes."""
    sides = [
        max(0.0, float(min(one[axis] + one[axis + 2], other[axis] + other[axis + 2]) - max(one[axis], other[axis])))
        for axis in (0, 1)
    ]
    both = sides[0] * sides[1]
    return both / float(one[2] * one[3] + other[2] * other[3] - both)
