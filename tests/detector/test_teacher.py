"""What is learnt from a larger network: its tokens of places and of the whole, after three of its blocks."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# (onnx leaves many types open)

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxruntime")
onnx = pytest.importorskip("onnx")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from sealreel.detector.training.teacher import load_teacher  # noqa: E402
from sealreel.errors import ModelUnavailable  # noqa: E402


def tower(file: Path, *, blocks: int = 12) -> Path:
    """Write a network of the teacher's shape: each block adds the one before it to itself."""
    rng = np.random.default_rng(7)
    stored = {
        "patches": rng.standard_normal((768, 3, 16, 16)).astype(np.float32) / 16.0,
        "first": np.full((1, 1, 768), 0.5, np.float32) + np.arange(768, dtype=np.float32) / 768.0,
        "shape": np.array([1, 768, 196], np.int64),
    }
    nodes = [
        helper.make_node("Conv", ["pixel_values", "patches"], ["grid"], strides=[16, 16]),
        helper.make_node("Reshape", ["grid", "shape"], ["flat"]),
        helper.make_node("Transpose", ["flat"], ["places"], perm=[0, 2, 1]),
        helper.make_node("Concat", ["first", "places"], ["after 0"], axis=1),
    ]
    for block in range(1, blocks + 1):
        name = f"/vision_model/encoder/layers.{block - 1}/Add_1"
        nodes.append(helper.make_node("Add", [f"after {block - 1}", "after 0"], [f"after {block}"], name=name))
    picture = helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, [1, 3, 224, 224])
    last = helper.make_tensor_value_info(f"after {blocks}", TensorProto.FLOAT, [1, 197, 768])
    graph = helper.make_graph(
        nodes, "tower", [picture], [last], [numpy_helper.from_array(value, name) for name, value in stored.items()]
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=7), str(file))
    return file


def test_a_lesson_tells_places_and_the_whole_of_three_blocks(tmp_path: Path) -> None:
    teacher = load_teacher(tower(tmp_path / "clip.onnx"))
    picture = np.zeros((224, 224, 3), np.uint8)
    picture[:32, 192:] = np.random.default_rng(1).integers(256, size=(32, 32, 3), dtype=np.uint8)
    places, wholes = teacher.lesson(picture)
    first = np.arange(768) - 383.5

    assert places.shape == (384, 7, 7)
    np.testing.assert_allclose(wholes.reshape(3, 768), np.tile(first / first.std(), (3, 1)), atol=1e-3)
    plain = places[:, 6, 0]
    differs = np.abs(places - plain[:, None, None]).max(0) > 1e-3
    assert np.argwhere(differs).tolist() == [[0, 6]]  # row, column: nothing is turned on the way
    lengths = np.linalg.norm(places.reshape(3, 128, 49)[..., 48], axis=1)
    np.testing.assert_allclose(lengths, 128**0.5, rtol=0.25)  # of 768 numbers of deviation 1, 128 are kept
    assert all(np.array_equal(one, other) for one, other in zip(teacher.lesson(picture), (places, wholes), strict=True))


@pytest.mark.parametrize("content", [None, b"not a network", "another"])
def test_a_file_that_is_no_teacher_is_named(content: bytes | str | None, tmp_path: Path) -> None:
    file = tmp_path / "clip.onnx"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content is not None:
        tower(file, blocks=9)

    with pytest.raises(ModelUnavailable, match=r"clip\.onnx"):
        load_teacher(file)
