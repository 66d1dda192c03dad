"""The words of the interface: which methods there are, how strong a mark is, and when one is believed."""

import math
from dataclasses import dataclass

METHOD = "sealreel.1"
"""Ours: aperiodic keyed spread spectrum with pilots and a proven p-value."""
METHOD_NAMES: tuple[str, ...] = (
    METHOD,
    "dwtDct",
    "dwtDctSvd",
    "rivaGan",
    "blind_watermark",
    "trustmark",
    "videoseal",
)
"""Those of this package, ours first; `registry.method_names` adds what other distributions register."""
ACCEPT_LOG10_P = -9.0
"""A payload is reported only at this proven false positive rate or below."""


REFERENCE_SIDE, REFERENCE_DB, DB_PER_DOUBLING = 480, 44.0, 5.0
LEAST_DB, MOST_DB = 43.0, 50.0
"""By default a picture of 480 lines is marked at 44 dB, one of twice as many at 49.

The mark's frequencies are tied to the picture's size, so half a large picture still shows all of them while half a
small one loses some. With these strengths the clips that tell (480 to 1080 lines) come through ordinary handling with
about the same margin; see the robustness benchmark.
"""


@dataclass(frozen=True, slots=True)
class Strength:
    """How strong the mark is."""

    psnr_y_db: float | None = None
    """PSNR of the luma plane (peak 255) on a textured picture. Flat and dark pictures are changed less than this.
    None: by the size of the picture."""

    def __post_init__(self) -> None:
        if self.psnr_y_db is not None and not 30.0 <= self.psnr_y_db <= 60.0:
            raise ValueError(f"psnr_y_db is 30 to 60 dB, got {self.psnr_y_db}")

    def db_for(self, width: int, height: int) -> float:
        """Return the PSNR in dB that the mark of a picture of this size may cost."""
        if self.psnr_y_db is not None:
            return self.psnr_y_db
        doublings = math.log2(max(1, min(width, height)) / REFERENCE_SIDE)
        return round(min(MOST_DB, max(LEAST_DB, REFERENCE_DB + DB_PER_DOUBLING * doublings)), 1)

    def rms_for(self, width: int, height: int) -> float:
        """Return the root mean square of the change, in 8-bit code values."""
        return 255.0 / 10.0 ** (self.db_for(width, height) / 20.0)


LADDER_DB = (44.0, 42.5, 41.0, 39.5, 38.0, 36.0)
"""What to try one after another, below the first, until the mark reads back; the last is the strongest allowed."""
