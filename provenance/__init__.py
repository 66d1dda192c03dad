"""Say where a video came from, and check what a file says.

Names load when they are first used: a manifest is checked without any picture library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .check import VerifyConfig as VerifyConfig
    from .extraction import Extraction as Extraction, Segment as Segment
    from .fingerprints import Fingerprint as Fingerprint, distance as distance, fingerprint as fingerprint
    from .likeness import SAME_CONTENT as SAME_CONTENT, content_distance as content_distance
    from .marking import MarkConfig as MarkConfig, mark as mark
    from .output import Output as Output
    from .payload import Payload as Payload
    from .record import Record as Record
    from .releasing import release as release
    from .terms import Facts as Facts, ReleaseConfig as ReleaseConfig
    from .verdict import Conclusion as Conclusion, Reason as Reason, Recovery as Recovery, Verdict as Verdict
    from .verification import verify as verify
    from .weighing import weigh as weigh

_HOMES = {
    "check": ("VerifyConfig",),
    "extraction": ("Extraction", "Segment"),
    "fingerprints": ("Fingerprint", "distance", "fingerprint"),
    "likeness": ("SAME_CONTENT", "content_distance"),
    "marking": ("MarkConfig", "mark"),
    "output": ("Output",),
    "payload": ("Payload",),
    "record": ("Record",),
    "releasing": ("release",),
    "terms": ("Facts", "ReleaseConfig"),
    "verdict": ("Conclusion", "Reason", "Recovery", "Verdict"),
    "verification": ("verify",),
    "weighing": ("weigh",),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f".{home}", __name__), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")


def __dir__() -> list[str]:
    return sorted(name for names in _HOMES.values() for name in names)
