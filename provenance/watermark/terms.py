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


REFERENCE_SIDE, REFERENCE_DB, DB_PER_DOUBLING = 480, 42.0, 7.2
LEAST_DB, MOST_DB = 42.0, 48.7
"""By default a picture of up to 480 lines is marked at 42.0 dB, one of 720 at 46.2, from about 920 on at 48.7.

The mark's frequencies are tied to the picture's size, so half a large picture still shows all of them while half a
small one loses some. Chosen on `people_480p`, `coffee_720p` and a drawn slide of 1080 lines, so that they come through
ordinary handling. Real pictures keep 1 to 4 dB more, for no place gets more than the eye forgives (`mask.py`).
"""
EVEN_RMS, EVEN_SIDE = 0.5, 480
"""Standard deviation of the mark, in 8-bit code values, that the default leaves on an even wall, whatever the size:
looked at three times enlarged. Below 480 lines the waves are finer, and an even place gets 480 / lines as much: a
cartoon of 256 lines must read back after CRF 23."""


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
        return _default_db(width, height) if self.psnr_y_db is None else self.psnr_y_db

    def rms_for(self, width: int, height: int) -> float:
        """Return the root mean square of the change, in 8-bit code values."""
        return 255.0 / 10.0 ** (self.db_for(width, height) / 20.0)

    def even_rms_for(self, width: int, height: int) -> float:
        """Return the most that an even place is changed, in 8-bit code values; a strength that is asked for moves it
        by as many dB as it lies from the default."""
        moved = 10.0 ** ((_default_db(width, height) - self.db_for(width, height)) / 20.0)
        return EVEN_RMS * max(1.0, EVEN_SIDE / min(width, height)) * moved


def _default_db(width: int, height: int) -> float:
    doublings = math.log2(max(1, min(width, height)) / REFERENCE_SIDE)
    return round(min(MOST_DB, max(LEAST_DB, REFERENCE_DB + DB_PER_DOUBLING * doublings)), 1)


LADDER_DB = (44.0, 42.0, 40.0, 38.0, 36.0)
"""What to try one after another, below the first, until the mark reads back; the last is the strongest allowed."""
