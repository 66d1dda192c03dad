# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch and timm leave the types of modules and tensors' methods open)
"""The network: one backbone looks at each frame twice, once at its colours and once at what smooth motion leaves."""

from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from .canon import FRAMES, SIDE
from .torchvision_shim import import_timm

HEADS = ("full_synthetic", "face_manipulation")
BACKBONE = "tf_efficientnet_lite0"
EARLY = 2
"""Stages before the last features whose maps are judged too: more of how a picture was made is left in them. On frozen
ImageNet features AUROC rose from .86 to .87, TPR at 1 % FPR from .20 to .32."""
EMBEDDING = 128
"""Numbers a frame and stream that the clip's head follows through time."""
HIDDEN = 64
GAINS = (12.0, 6.0, 6.0)
"""Of detail, first and second difference in time, before tanh: a trace of some code values must not drown in rounding.
Set by hand, not tuned."""
BLUR = (0.0625, 0.25, 0.375, 0.25, 0.0625)
"""Binomial filter, σ = 1 pixel: detail is what it takes away."""
LUMA = (0.299, 0.587, 0.114)
"""ITU-R BT.601."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the network says of windows, in logits (unbounded, not calibrated); heads in the order of `HEADS`."""

    clip_logits: Tensor
    """(windows, 2)"""
    frame_logits: Tensor
    """(windows, 8, 2)"""
    maps: Tensor
    """(windows, 8, 2, height, width); the mean over a map plus the head's bias is the frame's logit."""


class Network(nn.Module):
    """Windows of raw pixels in, logits out; preprocessing is part of it, so that it cannot be done differently."""

    def __init__(self, backbone: str = BACKBONE, *, early: int = EARLY) -> None:
        """Build with random weights.

        Args:
            backbone: Any convolutional model of timm.
            early: How many stages before the last features the frames' logits read too.

        Raises:
            ValueError: timm has no such model, or its features are not maps.
        """
        super().__init__()
        self.backbone, self.early_widths = _backbone(backbone, early)
        width, widths = self.width, self.early_widths
        self.spots = nn.ModuleList(nn.Conv2d(width, len(HEADS), 1, bias=False) for _ in range(2))
        self.early_spots = nn.ModuleList(
            nn.ModuleList(nn.Conv2d(one, len(HEADS), 1, bias=False) for _ in range(2)) for one in widths
        )
        self.bias = nn.Parameter(torch.zeros(len(HEADS)))
        self.embed = nn.ModuleList(nn.Linear(width, EMBEDDING) for _ in range(2))
        self.follow = nn.Sequential(
            nn.LayerNorm(8 * EMBEDDING), nn.Linear(8 * EMBEDDING, HIDDEN), nn.GELU(), nn.Linear(HIDDEN, len(HEADS))
        )
        last = cast(nn.Linear, self.follow[-1])
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)

    @property
    def width(self) -> int:
        """Channels of the last feature map."""
        return int(cast(Any, self.backbone).head_hidden_size)

    def forward(self, windows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(n, 8, side, side, 3) uint8 -> clip logits (n, 2), frame logits (n, 8, 2), maps (n, 8, 2, h, w)."""
        return self.judge(windows.permute(0, 1, 4, 2, 3).float() / 255.0)

    def judge(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """As `forward`, from (n, 8, 3, side, side) in [0, 1]: what an adversary follows back to the pixels."""
        return self.conclude(self.look(pictures), pictures.shape[0])  # no len: a tracer would fix it

    def look(self, pictures: Tensor) -> list[Tensor]:
        """Return both streams' maps of each stage that is judged, the last features last.

        (n, t, 3, side, side) in [0, 1] -> each (2, n·t, channels, h, w).
        """
        both = torch.stack([pictures * 2.0 - 1.0, residual(pictures)])  # (2, n, t, 3, s, s)
        shape = 2, pictures.shape[0] * pictures.shape[1]
        return [one.unflatten(0, shape) for one in self.features(both.flatten(0, 2))]

    def features(self, inputs: Tensor) -> list[Tensor]:
        """Return what the backbone sees in pictures of -1 to 1: (n, 3, side, side) -> each (n, channels, h, w)."""
        last, before = cast(Any, self.backbone).forward_intermediates(inputs, indices=len(self.early_spots) or 1)
        return [*before[: len(self.early_spots)], last]

    def conclude(self, features: list[Tensor], count: int) -> tuple[Tensor, Tensor, Tensor]:
        """As `forward`, from what `look` returned of `count` windows."""
        last = features[-1]  # (2, n·t, width, h, w)
        maps = self.spots[0](last[0]) + self.spots[1](last[1])
        for spots, one in zip(self.early_spots, features[:-1], strict=True):
            streams = cast(nn.ModuleList, spots)
            maps = maps + functional.adaptive_avg_pool2d(
                streams[0](one[0]) + streams[1](one[1]), (last.shape[-2], last.shape[-1])
            )
        maps = maps.unflatten(0, (count, -1))
        frame_logits = maps.mean((-2, -1)) + self.bias
        pooled = last.mean((-2, -1))
        path = torch.cat([self.embed[0](pooled[0]), self.embed[1](pooled[1])], -1).unflatten(0, (count, -1))
        clip_logits = frame_logits.mean(1) + self.follow(gait(path))
        return clip_logits, frame_logits, maps

    def read(self, windows: Tensor) -> Reading:
        """As `forward`, named."""
        return Reading(*self(windows))


def residual(pictures: Tensor) -> Tensor:
    """Return fine detail and the first and second difference in time of the luma, squeezed into (-1, 1).

    (n, t, 3, s, s) in [0, 1] -> the same shape. Decoders leave their traces in detail (neighbouring pixels,
    arXiv 2312.10461) and in the second difference (D3, arXiv 2508.00701); at both ends of a window the nearest
    difference is repeated.
    """
    weights = pictures.new_tensor(LUMA).view(1, 1, 3, 1, 1)
    luma = (pictures * weights).sum(2)  # (n, t, s, s)
    kernel = pictures.new_tensor(BLUR)
    flat = functional.pad(luma.flatten(0, 1)[:, None], (2, 2, 2, 2), mode="replicate")
    smooth = functional.conv2d(functional.conv2d(flat, kernel.view(1, 1, 5, 1)), kernel.view(1, 1, 1, 5))
    detail = luma - smooth[:, 0].unflatten(0, luma.shape[:2])
    first = luma[:, 1:] - luma[:, :-1]
    second = first[:, 1:] - first[:, :-1]
    first = torch.cat([first[:, :1], first], 1)
    second = torch.cat([second[:, :1], second, second[:, -1:]], 1)
    stacked = torch.stack([detail * GAINS[0], first * GAINS[1], second * GAINS[2]], 2)
    return torch.tanh(stacked)


def gait(path: Tensor) -> Tensor:
    """Describe how an embedding moves: mean, deviation, step length and bend, (n, t, c) -> (n, 4 c).

    Steps and bends of a path through feature space are what ReStraV (arXiv 2507.00583) and D3 tell clips apart by.
    """
    centre = path.mean(1)
    spread = ((path - centre[:, None]) ** 2).mean(1).add(1e-6).sqrt()
    step = path[:, 1:] - path[:, :-1]
    bend = step[:, 1:] - step[:, :-1]
    return torch.cat([centre, spread, step.abs().mean(1), bend.abs().mean(1)], -1)


def _backbone(name: str, early: int) -> tuple[nn.Module, list[int]]:
    """Return the backbone, and the channels of the stages before its last features."""
    timm = import_timm()
    if not timm.is_model(name):
        raise ValueError(f"backbone {name!r}: timm has no such model; `timm.list_models()` names them")
    backbone = timm.create_model(name, pretrained=False, num_classes=0, global_pool="")
    with torch.no_grad():
        last, before = backbone.eval().forward_intermediates(torch.zeros(1, 3, SIDE, SIDE), indices=early or 1)
    if last.ndim != 4 or last.shape[1] != backbone.head_hidden_size:
        raise ValueError(f"backbone {name!r}: features of shape {tuple(last.shape)}, expected maps (1, channels, h, w)")
    return cast(nn.Module, backbone), [int(one.shape[1]) for one in before[:early]]


def example(count: int = 1) -> Tensor:
    """Return black windows, to trace with."""
    return torch.zeros(count, FRAMES, SIDE, SIDE, 3, dtype=torch.uint8)
