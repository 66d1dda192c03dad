"""What the pixels of a file and the store gave, or why they gave nothing."""

from dataclasses import dataclass

from ..errors import MediaError, StoreError
from .extraction import Extraction
from .verdict import Recovery
from .watermark import METHOD_NAMES

UNLOOKED = Extraction("not_checked", METHOD_NAMES[0])


@dataclass(frozen=True, slots=True)
class Sight:
    """What the pixels and the store gave."""

    watermark: Extraction = UNLOOKED
    recovery: Recovery | None = None
    problem: MediaError | None = None
    """Why the pixels could not be looked at, or not to their end."""
    store_problem: StoreError | None = None
