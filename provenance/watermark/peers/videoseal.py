"""Video Seal 1.0 (Meta, MIT) as its TorchScript file: a neural mark of 256 bits in a picture, here the payload 4 times.

Written against the calls that its documentation of the TorchScript file shows, `embed(pictures, message)` and
`detect(pictures)`; never run with the real weights, which no package registry holds. The file brings its own code, so
the package `videoseal` is not needed (its wheel 1.0.1 loads only inside a checkout of its repository). Each frame is
marked by itself; Video Seal's own video mode marks every fourth and repeats the change.
"""

import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....errors import MissingExtra, ModelUnavailable
from ...payload import PAYLOAD_BITS
from .by_frame import Bits, FrameMethod
from .colour import Rgb

FILE = "y_256b_img.jit"
MESSAGE_BITS = 256
REPEATS = MESSAGE_BITS // PAYLOAD_BITS
MIN_SIDE = 64
"""Ours: the network works at 256 × 256, and a smaller picture keeps little of what is scaled down to it."""


def videoseal() -> FrameMethod:
    """Return the method.

    Raises:
        MissingExtra: torch is not installed.
        ModelUnavailable: The file is not in torch's folder of checkpoints, or is no TorchScript.
    """
    torch, model = _model()
    return FrameMethod(
        name="videoseal",
        capacity_bits=PAYLOAD_BITS,
        encoder=lambda bits: _encoder(torch, model, bits),
        decoder=lambda: lambda rgb: _read(torch, model, rgb),
        fits=lambda width, height: min(width, height) >= MIN_SIDE,
        needs=f"{MIN_SIDE} × {MIN_SIDE} pixels",
    )


def _model() -> tuple[Any, Any]:
    try:
        torch: Any = import_module("torch")
    except (ImportError, OSError) as error:
        raise MissingExtra(f"videoseal runs on torch, which is not installed ({error}): pip install torch") from error
    path = Path(torch.hub.get_dir()) / "checkpoints" / FILE
    if not path.is_file():
        raise ModelUnavailable(
            f"videoseal's weights are missing: expected {path} (TORCH_HOME moves it); fetch {FILE} as Video Seal's "
            "documentation of its TorchScript model says. Nothing is downloaded by itself"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # torch advises against such files; this is one
            return torch, torch.jit.load(str(path), map_location="cpu").eval()
    except (RuntimeError, ValueError) as error:
        raise ModelUnavailable(f"{path}: {error}; expected Video Seal's TorchScript file") from error


def _encoder(torch: Any, model: Any, bits: Bits) -> Callable[[Rgb], Rgb]:
    message = torch.tensor([bits * REPEATS], dtype=torch.float32)  # (1, 256)

    def encode(rgb: Rgb) -> Rgb:
        with torch.no_grad():
            marked: NDArray[np.float32] = model.embed(_tensor(torch, rgb), message)[0].numpy()  # (3, height, width)
        return np.rint(np.clip(marked, 0.0, 1.0).transpose(1, 2, 0) * 255.0).astype(np.uint8)

    return encode


def _read(torch: Any, model: Any, rgb: Rgb) -> Bits:
    with torch.no_grad():
        logits: NDArray[np.float32] = model.detect(_tensor(torch, rgb))[0].numpy()  # (1 + 256,): presence, then bits
    summed = logits[1:].reshape(REPEATS, PAYLOAD_BITS).sum(axis=0)
    return tuple(int(logit > 0) for logit in summed)


def _tensor(torch: Any, rgb: Rgb) -> Any:
    """Return (1, 3, height, width) in 0–1."""
    return torch.from_numpy(np.ascontiguousarray(rgb.transpose(2, 0, 1))).float()[None] / 255.0
