# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false
# (torchvision and timm leave many types open)
"""Load timm where torchvision's compiled operators do not fit this torch."""

import sys
from typing import Any

_OPERATORS: list[Any] = []
"""The library of stand-ins must stay referenced, or torch forgets them."""


def import_timm() -> Any:
    """Return the module timm.

    Raises:
        ModuleNotFoundError: timm or torchvision is not installed.
    """
    fit_torchvision()
    import timm

    return timm


def fit_torchvision() -> None:
    """Make `import torchvision` work, here and in whatever imports it later (timm, transformers, diffusers).

    The wheel of torchvision 0.28 on PyPI is linked against CUDA; with a CPU build of torch its two operators are
    missing and its import fails. Nobody here needs them: they are declared, empty, after a genuine import failed.

    Raises:
        ModuleNotFoundError: torchvision is not installed.
    """
    try:
        import torchvision  # noqa: F401 # pyright: ignore[reportUnusedImport] - loaded for its effect
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        _declare_operators()


def _declare_operators() -> None:
    for name in [name for name in sys.modules if name == "torchvision" or name.startswith("torchvision.")]:
        del sys.modules[name]
    import torch

    library = torch.library.Library("torchvision", "DEF")
    _OPERATORS.append(library)
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision  # noqa: F401 # pyright: ignore[reportUnusedImport] - loaded for its effect
