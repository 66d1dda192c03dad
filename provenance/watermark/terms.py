"""The words of the interface: which methods there are, how strong a mark is, and when one is believed."""

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


@dataclass(frozen=True, slots=True, order=True)
class Strength:
    """How strong the mark is."""

    psnr_y_db: float = 44.0
    """PSNR of the luma plane (peak 255) on a textured picture. Flat and dark pictures are changed less than this."""

    def __post_init__(self) -> None:
        if not 30.0 <= self.psnr_y_db <= 60.0:
            raise ValueError(f"psnr_y_db is 30 to 60 dB, got {self.psnr_y_db}")

    @property
    def rms(self) -> float:
        """Root mean square of the change, in 8-bit code values."""
        return 255.0 / 10.0 ** (self.psnr_y_db / 20.0)


LADDER = (Strength(), Strength(42.5), Strength(41.0), Strength(39.5), Strength(38.0), Strength(36.0))
"""What to try one after another until the mark reads back; the last is the strongest allowed."""
