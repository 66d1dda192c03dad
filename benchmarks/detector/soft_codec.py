# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of tensors' methods open)
"""A codec that gradients pass through: colour subsampling, 8 × 8 DCT and quantisation, as JPEG and intra frames do."""

import math

import torch
from torch import Tensor
from torch.nn import functional

BLOCK = 8
LUMA_TABLE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
"""ITU-T T.81, Annex K, table K.1."""
CHROMA_TABLE = (
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8,) * 4,
)
"""Table K.2."""
TO_YCC = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
"""JFIF, from ITU-R BT.601."""


def through_soft_codec(pictures: Tensor, *, quality: int) -> Tensor:
    """Return what a codec of this quality leaves of pictures, in a way that gradients can follow.

    Args:
        pictures: (…, 3, height, width) in [0, 1], sides divisible by 16.
        quality: 1 to 100, as libjpeg scales its tables.

    Raises:
        ValueError: The sides do not divide.
    """
    height, width = pictures.shape[-2:]
    if height % (2 * BLOCK) or width % (2 * BLOCK):
        raise ValueError(f"sides must be divisible by 16, got {height} × {width}")
    flat = pictures.reshape(-1, 3, height, width) * 255.0
    to_ycc = flat.new_tensor(TO_YCC)
    ycc = torch.einsum("ck,nkhw->nchw", to_ycc, flat)
    luma = _quantised(ycc[:, :1] - 128.0, LUMA_TABLE, quality) + 128.0
    small = functional.avg_pool2d(ycc[:, 1:], 2)  # 4:2:0
    chroma = functional.interpolate(_quantised(small, CHROMA_TABLE, quality), scale_factor=2.0, mode="nearest")
    rgb = torch.einsum("ck,nkhw->nchw", torch.linalg.inv(to_ycc), torch.cat([luma, chroma], 1))
    return (rgb / 255.0).clamp(0.0, 1.0).reshape(pictures.shape)


def soft_round(values: Tensor) -> Tensor:
    """Round, with the slope 3 (x - round(x))² in place of none (Shin and Song 2017, JPEG-resistant adversarial images).

    The result differs from the rounded value by at most 1/8, and the gradient vanishes at whole numbers only.
    """
    rounded = values.round()
    return rounded + (values - rounded) ** 3


def _quantised(planes: Tensor, table: tuple[tuple[int, ...], ...], quality: int) -> Tensor:
    """(n, c, h, w) -> the same, every 8 × 8 block's DCT rounded to multiples of its table."""
    basis = _dct(planes)
    steps = _steps(planes, table, quality)
    blocks = planes.unfold(2, BLOCK, BLOCK).unfold(3, BLOCK, BLOCK)  # (n, c, h/8, w/8, 8, 8)
    coefficients = basis @ blocks @ basis.T
    back = basis.T @ (soft_round(coefficients / steps) * steps) @ basis
    return back.permute(0, 1, 2, 4, 3, 5).reshape(planes.shape)


def _dct(like: Tensor) -> Tensor:
    """(8, 8), orthonormal DCT-II."""
    rows = [
        [math.cos(math.pi * (2 * place + 1) * wave / (2 * BLOCK)) * math.sqrt((1 if wave == 0 else 2) / BLOCK)
         for place in range(BLOCK)]
        for wave in range(BLOCK)
    ]  # fmt: skip
    return like.new_tensor(rows)


def _steps(like: Tensor, table: tuple[tuple[int, ...], ...], quality: int) -> Tensor:
    scale = 5000.0 / quality if quality < 50 else 200.0 - 2.0 * quality  # libjpeg, jcparam.c
    return ((like.new_tensor(table) * scale + 50.0) / 100.0).floor().clamp(1.0, 255.0)
