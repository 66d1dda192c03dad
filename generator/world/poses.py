"""Where everything is and in what state, frame by frame: a table that timelines fill."""

from typing import Any, Final, Literal, TypeAlias, cast, get_args

import numpy as np
import numpy.typing as npt

from .scene import MOST_THINGS

SLOTS: Final = MOST_THINGS + 1
"""One slot a thing, and one for what flows or flies between them."""
EFFECT: Final = SLOTS - 1
"""The slot of the stream that a jug pours."""

PoseField: TypeAlias = Literal[
    "shown",  # 1 where the slot holds something
    "x", "y", "z",  # centre, world units: x to the right, y up from the ground, z away from the camera
    "size",  # world units per local unit
    "angle",  # turned anticlockwise as the camera sees it, radians
    "stretch_x", "stretch_y",  # of the local frame, before the turn
    "face",  # 1 looks to the right, -1 to the left
    "state",  # how far what happened to it has gone, 0 to 1: bitten, dented, broken; a stream that runs
    "swing",  # legs and arms, -1 to 1
    "mouth",  # 0 closed, 1 open
    "level",  # of a liquid, 0 to 1 of the height inside
    "hit",  # height of a dent above the centre, local units
    "blink",  # 1 where the eyes are shut
]  # fmt: skip
FIELDS: Final[tuple[PoseField, ...]] = get_args(PoseField)
COLUMN: Final[dict[PoseField, int]] = {field: column for column, field in enumerate(FIELDS)}

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
"""One number a frame, or a table of them."""


class PoseTable:
    """Poses of all slots at `seconds`; timelines write columns of it."""

    def __init__(self, seconds: Floats) -> None:
        self.seconds: Floats = np.asarray(seconds, dtype=np.float32)
        self.values: Floats = np.zeros((len(self.seconds), SLOTS, len(FIELDS)), dtype=np.float32)
        """(frames, slots, fields)."""
        for field in ("size", "stretch_x", "stretch_y", "face"):
            self.values[:, :, COLUMN[field]] = 1

    def put(self, slot: int, **columns: Floats | float) -> None:
        """Write columns of one slot, named as in `PoseField`; each is one number, or one a frame."""
        for field, value in columns.items():
            self.values[:, slot, COLUMN[cast(PoseField, field)]] = value

    def get(self, slot: int, field: PoseField) -> Floats:
        """Return one column, (frames,)."""
        return self.values[:, slot, COLUMN[field]]
