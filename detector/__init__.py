"""Score how likely a clip is synthetic: calibrated, with the rate of false alarms stated.

Names load when they are first used: whoever wants only a noun waits for no codec and no network.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .detector import Detector as Detector, Examination as Examination, load_detector as load_detector
    from .heatmap import write_contact_sheet as write_contact_sheet
    from .score import ModelId as ModelId, Reason as Reason, Score as Score

_HOMES = {
    "detector": ("Detector", "Examination", "load_detector"),
    "heatmap": ("write_contact_sheet",),
    "score": ("ModelId", "Reason", "Score"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f".{home}", __name__), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")


def __dir__() -> list[str]:
    return sorted(name for names in _HOMES.values() for name in names)
