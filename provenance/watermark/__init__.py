"""The invisible mark: put 64 bits into pixels, find them again, and say how sure that is.

Names load when they are first used: a key is opened and a manifest checked without any picture library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .extract import extract_lumas as extract_lumas
    from .keys import WatermarkKey as WatermarkKey
    from .method import Method as Method, load_method as load_method
    from .quality import psnr_y as psnr_y
    from .terms import (
        ACCEPT_LOG10_P as ACCEPT_LOG10_P,
        LADDER_DB as LADDER_DB,
        METHOD_NAMES as METHOD_NAMES,
        Strength as Strength,
    )

_HOMES = {
    "extract": ("extract_lumas",),
    "keys": ("WatermarkKey",),
    "method": ("Method", "load_method"),
    "quality": ("psnr_y",),
    "terms": ("ACCEPT_LOG10_P", "LADDER_DB", "METHOD_NAMES", "Strength"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f".{home}", __name__), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")


def __dir__() -> list[str]:
    return sorted(name for names in _HOMES.values() for name in names)
