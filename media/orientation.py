"""How a stored picture is turned before it is shown, and turning its planes upright."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import UnsupportedMedia

# The linear part (a, b, c, d) of a display matrix, signs only, by what a player does with it: mirror left-right
# first, then turn clockwise. A point (p, q), q downwards, is shown at (a·p + c·q, b·p + d·q); ISO/IEC 14496-12
# § 8.3.2 for the matrix, libavutil/display.h for the byte layout.
_MATRICES = {
    (1, 0, 0, 1): (False, 0),
    (0, 1, -1, 0): (False, 90),
    (-1, 0, 0, -1): (False, 180),
    (0, -1, 1, 0): (False, 270),
    (-1, 0, 0, 1): (True, 0),
    (0, -1, -1, 0): (True, 90),
    (1, 0, 0, -1): (True, 180),
    (0, 1, 1, 0): (True, 270),
}

# EXIF 2.32, tag 0x0112.
_EXIF = {
    1: (False, 0),
    2: (True, 0),
    3: (False, 180),
    4: (True, 180),
    5: (True, 270),
    6: (False, 90),
    7: (True, 90),
    8: (False, 270),
}


@dataclass(frozen=True, slots=True)
class Orientation:
    """What a player does to the stored picture: mirror it left-right, then turn it."""

    mirrored: bool = False
    degrees: int = 0
    """Clockwise: 0, 90, 180 or 270."""

    @property
    def is_upright(self) -> bool:
        """Whether nothing is to be done."""
        return not self.mirrored and self.degrees == 0

    @property
    def swaps_sides(self) -> bool:
        """Whether width and height change places."""
        return self.degrees in (90, 270)


def orientation_of_matrix(matrix: bytes) -> Orientation:
    """Read a display matrix as FFmpeg hands it out: nine native 32-bit integers.

    Raises:
        UnsupportedMedia: the matrix turns by something else than quarter turns.
    """
    a, b, _, c, d, *_ = np.frombuffer(matrix, np.int32)[:9].astype(np.int64).tolist()
    largest = max(abs(a), abs(b), abs(c), abs(d), 1)
    signs = tuple(0 if abs(value) * 64 < largest else (1 if value > 0 else -1) for value in (a, b, c, d))
    known = _MATRICES.get(signs)  # pyright: ignore[reportArgumentType]  # the tuple has four members by its loop
    if known is None:
        raise UnsupportedMedia(
            f"the file asks a player to turn the picture by a free angle (matrix {a}, {b}, {c}, {d}); "
            "only quarter turns and mirroring are accepted: re-encode it upright"
        )
    return Orientation(*known)


def orientation_of_exif(tag: int) -> Orientation:
    """Read EXIF tag 0x0112; a value outside 1..8 means upright, as the standard's readers do."""
    return Orientation(*_EXIF.get(tag, (False, 0)))


def turn(plane: npt.NDArray[Any], orientation: Orientation) -> npt.NDArray[Any]:
    """Return the plane (height, width, …) as it is shown; a view without a copy."""
    if orientation.mirrored:
        plane = plane[:, ::-1]
    return np.rot90(plane, -orientation.degrees // 90)
