"""`blind-watermark` 0.4.4 (MIT): one bit in each 4 × 4 block of wavelet coefficients, repeated over the picture.

Which bit a block holds depends on how many blocks there are, so nothing reads after a change of size. The passwords
that shuffle bits and coefficients are seeds of NumPy's frozen generator; they stay at the package's default, 1.
Fenced here: its import prints, and fixes how the whole process starts others; too small a picture is an
AssertionError; blank pictures make its clustering divide by nothing; it returns floats.
"""

import multiprocessing
import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from ....errors import MissingExtra
from ...payload import PAYLOAD_BITS
from .by_frame import Bits, FrameMethod
from .colour import Rgb

BLOCK = 8
"""Pixels of a block's side: 4 coefficients of a wavelet that halves the picture."""


def blind_watermark() -> FrameMethod:
    """Return the method.

    Raises:
        MissingExtra: The package, or something that it needs, is not installed.
    """
    package = _package()
    return FrameMethod(
        name="blind_watermark",
        capacity_bits=PAYLOAD_BITS,
        encoder=lambda bits: _encoder(package, bits),
        decoder=lambda: lambda rgb: _read(package, rgb),
        fits=lambda width, height: _blocks(width) * _blocks(height) > PAYLOAD_BITS,
        needs="more than 64 blocks of 8 × 8 pixels",
    )


def _blocks(side: int) -> int:
    return (side + 1) // 2 // (BLOCK // 2)


def _package() -> Any:
    """Import it without the line that it prints, and without its say in how processes start."""
    chosen = multiprocessing.get_start_method(allow_none=True)
    multiprocessing.set_start_method(None, force=True)  # it sets one when imported, which may be done only once
    try:
        package: Any = import_module("blind_watermark")
    except (ImportError, OSError) as error:  # OSError: a shared library such as libGL is missing
        raise MissingExtra(
            f"blind_watermark needs an extra ({error}): pip install 'sealreel[peers]'; "
            "on Debian also: apt install libgl1"
        ) from error
    finally:
        multiprocessing.set_start_method(chosen, force=True)
    package.bw_notes.close()
    return package


def _encoder(package: Any, bits: Bits) -> Callable[[Rgb], Rgb]:
    def encode(rgb: Rgb) -> Rgb:
        mark = package.WaterMark()
        mark.read_img(img=np.ascontiguousarray(rgb[:, :, ::-1]))
        mark.read_wm(list(bits), mode="bit")
        return np.rint(mark.embed()).astype(np.uint8)[:, :, ::-1]  # clipped to 0–255 by the package

    return encode


def _read(package: Any, rgb: Rgb) -> Bits:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        bits = package.WaterMark().extract(
            embed_img=np.ascontiguousarray(rgb[:, :, ::-1]), wm_shape=PAYLOAD_BITS, mode="bit"
        )
    return tuple(int(bit) for bit in bits)
