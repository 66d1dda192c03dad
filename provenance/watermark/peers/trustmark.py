"""TrustMark Q (Adobe, MIT): a neural mark of 100 bits in a picture, here 64 of the payload with error correction.

Written against the package 0.9.2 as its README and source document it; never run with the real weights, which no
package registry holds. Its schema BCH_3 has 75 bits of data and mends 3; it also says whether a picture holds a mark
at all, so frames without one do not vote. That test has no stated false positive rate.
"""

import hashlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ....errors import MissingExtra, ModelUnavailable
from ...payload import PAYLOAD_BITS
from .by_frame import Bits, FrameMethod
from .colour import Rgb

MODEL = "Q"
WEIGHTS = (f"trustmark_{MODEL}.yaml", f"encoder_{MODEL}.ckpt", f"decoder_{MODEL}.ckpt")
DATA_BITS = 75
"""Of schema BCH_3; what the payload leaves is zero."""
MIN_SIDE = 64
"""Ours: the network works at 256 × 256, and a smaller picture keeps little of what is scaled down to it."""


def trustmark() -> FrameMethod:
    """Return the method.

    Raises:
        MissingExtra: The package, or something that it needs, is not installed.
        ModelUnavailable: A file of weights is missing, or is not the one that the package knows. It would fetch it;
            this does not let it.
    """
    model = _model()
    return FrameMethod(
        name="trustmark",
        capacity_bits=PAYLOAD_BITS,
        encoder=lambda bits: _encoder(model, bits),
        decoder=lambda: lambda rgb: _read(model, rgb),
        fits=lambda width, height: min(width, height) >= MIN_SIDE,
        needs=f"{MIN_SIDE} × {MIN_SIDE} pixels",
    )


def _model() -> Any:
    try:
        package: Any = import_module("trustmark.trustmark")
    except (ImportError, OSError, RuntimeError) as error:  # RuntimeError: a torchvision that is not for this torch
        raise MissingExtra(f"trustmark cannot be imported ({error}): pip install trustmark==0.9.2") from error
    folder = Path(package.__file__).parent / "models"
    for name in WEIGHTS:
        _check(folder / name, package.MODEL_CHECKSUMS.get(name))
    kind = package.TrustMark
    return kind(verbose=False, device="cpu", model_type=MODEL, encoding_type=kind.Encoding.BCH_3, loadRemover=False)


def _check(path: Path, md5: str | None) -> None:
    """Do what the package does before it downloads: with the right file in place it opens no connection."""
    if not path.is_file():
        raise ModelUnavailable(
            f"trustmark's weights are missing: expected {path} and its neighbours {', '.join(WEIGHTS)}; "
            "fetch them as TrustMark's README says. Nothing is downloaded by itself"
        )
    with path.open("rb") as file:
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != md5:
        raise ModelUnavailable(f"{path} is not the file that trustmark knows: MD5 {found}, expected {md5}")


def _encoder(model: Any, bits: Bits) -> Callable[[Rgb], Rgb]:
    text = "".join(map(str, bits)).ljust(DATA_BITS, "0")
    return lambda rgb: np.asarray(model.encode(Image.fromarray(rgb), text, MODE="binary"), np.uint8)


def _read(model: Any, rgb: Rgb) -> Bits | None:
    text, found, _schema = model.decode(Image.fromarray(rgb), MODE="binary")
    if not found or len(text) < PAYLOAD_BITS:
        return None
    return tuple(int(bit) for bit in text[:PAYLOAD_BITS])
