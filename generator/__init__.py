"""Make videos that are marked, signed and recorded before they leave.

Names load when they are first used: training and evaluation need no codec, no keys and no store.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .generating import Attempt as Attempt, generate as generate, generate_many as generate_many
    from .loader import LoadedPipeline as LoadedPipeline, load_pipeline as load_pipeline
    from .model_card import ModelCard as ModelCard
    from .request import (
        GenerationConfig as GenerationConfig,
        batch as batch,
        check_prompt as check_prompt,
        several as several,
    )
    from .sampling import OnStep as OnStep

_HOMES = {
    "generating": ("Attempt", "generate", "generate_many"),
    "loader": ("LoadedPipeline", "load_pipeline"),
    "model_card": ("ModelCard",),
    "request": ("GenerationConfig", "batch", "check_prompt", "several"),
    "sampling": ("OnStep",),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f".{home}", __name__), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")


def __dir__() -> list[str]:
    return sorted(name for names in _HOMES.values() for name in names)
