"""`invisible-watermark` 0.2.0 (MIT): dwtDct, dwtDctSvd and rivaGan.

Its own defects, measured: dwtDct often does not read back even untouched; nothing reads after a change of size.
"""

import os
from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

import numpy as np

from ....errors import MissingExtra
from ...payload import PAYLOAD_BITS
from .by_frame import Bits, FrameMethod
from .colour import Rgb

MIN_PIXELS = 256 * 256
"""The package raises below this."""


def invisible_watermark(name: str) -> FrameMethod:
    """Return one of its methods.

    Args:
        name: `dwtDct`, `dwtDctSvd` or `rivaGan`, which has room for 32 bits.

    Raises:
        MissingExtra: The package, or something that it needs, is not installed.
    """
    _package()
    bits = 32 if name == "rivaGan" else PAYLOAD_BITS
    return FrameMethod(
        name=name,
        capacity_bits=bits,
        encoder=lambda payload: _encoder(name, payload),
        decoder=lambda: _decoder(name, bits),
        fits=lambda width, height: width * height >= MIN_PIXELS,
        needs="256 × 256 pixels",
    )


def _package() -> Any:
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # it loads onnxruntime, which would phone home
    try:
        return import_module("imwatermark")
    except (ImportError, OSError) as error:  # OSError: a shared library such as libGL is missing
        raise MissingExtra(
            f"peer watermarks need an extra ({error}): pip install 'sealreel[peers]'; "
            "on Debian also: apt install libgl1"
        ) from error


def _encoder(name: str, bits: Bits) -> Callable[[Rgb], Rgb]:
    package = _package()
    encoder = package.WatermarkEncoder()
    encoder.set_watermark("bits", list(bits))
    if name == "rivaGan":
        package.WatermarkEncoder.loadModel()
    return lambda rgb: cast(Rgb, encoder.encode(_swapped(rgb), name))[:, :, ::-1]


def _decoder(name: str, capacity_bits: int) -> Callable[[Rgb], Bits]:
    package = _package()
    decoder = package.WatermarkDecoder("bits", capacity_bits)
    if name == "rivaGan":
        package.WatermarkDecoder.loadModel()
    return lambda rgb: tuple(int(bit) for bit in decoder.decode(_swapped(rgb), name))


def _swapped(rgb: Rgb) -> Rgb:
    """Return BGR, which is what the package works on."""
    return np.ascontiguousarray(rgb[:, :, ::-1])
