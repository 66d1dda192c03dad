"""The network, and the two forms that its weights are shipped in."""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (torch leaves the types of tensors' methods open)

import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("onnxruntime")

from sealreel.detector.export import export, tensor_places  # noqa: E402
from sealreel.detector.network import Network, gait, residual  # noqa: E402
from sealreel.detector.weights import (  # noqa: E402
    GRAPH,
    SHIPPED,
    WEIGHTS,
    check_weights,
    load_network,
    read_card,
)
from sealreel.errors import ModelUnavailable, WeightsInvalid  # noqa: E402


def windows(count: int = 2) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(0).integers(0, 256, (count, 8, 224, 224, 3), dtype=np.uint8)


def test_torch_and_the_graph_say_the_same(weights: Path) -> None:
    from sealreel.detector.runtime import open_runtime

    network = load_network(weights, read_card(weights))
    with torch.inference_mode():
        expected = network.read(torch.from_numpy(windows()))

    found = open_runtime(weights, device="cpu").read(windows())

    np.testing.assert_allclose(found.clip_logits, expected.clip_logits.numpy(), atol=1e-3)
    np.testing.assert_allclose(found.maps, expected.maps.numpy(), atol=1e-3)


def test_a_map_adds_up_to_its_frames_logit(weights: Path) -> None:
    network = load_network(weights, read_card(weights))
    with torch.inference_mode():
        reading = network.read(torch.from_numpy(windows(1)))

    torch.testing.assert_close(reading.maps.mean((-2, -1)) + network.bias, reading.frame_logits)


def test_the_graph_stores_no_weights_of_its_own(weights: Path) -> None:
    held = sum(length for _, length in tensor_places(weights / WEIGHTS).values())

    assert (weights / GRAPH).stat().st_size < (weights / WEIGHTS).stat().st_size
    assert held < (weights / WEIGHTS).stat().st_size


def test_the_graph_works_no_padding_out(tmp_path: Path) -> None:
    onnx, onnxruntime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    torch.manual_seed(0)
    network = Network().eval()  # pads as TensorFlow does, by the size of each input
    export(network, tmp_path)
    nodes = onnx.load(tmp_path / GRAPH, load_external_data=False).graph.node
    convolutions = [node for node in nodes if node.op_type == "Conv"]
    padded = {output for node in nodes if node.op_type == "Pad" for output in node.output}
    pads = [list(one.ints) for node in convolutions for one in node.attribute if one.name == "pads"]
    session = onnxruntime.InferenceSession(str(tmp_path / GRAPH), providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        expected = network.half().float().read(torch.from_numpy(windows(1)))

    assert sum(node.input[0] in padded for node in convolutions) <= 1  # the residual repeats its border
    assert [0, 0, 1, 1] in pads  # at a stride of two an even side needs one more, behind
    maps = session.run(["maps"], {"windows": windows(1)})[0]
    np.testing.assert_allclose(maps, expected.maps.numpy(), atol=1e-3)


def test_a_still_clip_leaves_no_residual_in_time() -> None:
    left = residual(torch.rand(1, 1, 3, 32, 32).expand(1, 8, 3, 32, 32))

    assert float(left[:, :, 1:].abs().max()) == 0.0


def test_a_path_that_stands_still_has_no_steps() -> None:
    described = gait(torch.ones(1, 8, 4))

    assert float(described[:, 8:].abs().max()) == 0.0


def test_an_unknown_backbone_is_named() -> None:
    with pytest.raises(ValueError, match="timm has no such model"):
        Network("no_such_network")


def test_a_backbone_without_maps_is_refused() -> None:
    with pytest.raises(ValueError, match="expected maps"):
        Network("vit_tiny_patch16_224")


def test_changed_weights_are_refused(weights: Path, tmp_path: Path) -> None:
    shutil.copytree(weights, tmp_path / "copy")
    (tmp_path / "copy" / WEIGHTS).write_bytes((weights / WEIGHTS).read_bytes()[:-1] + b"\1")

    with pytest.raises(WeightsInvalid, match="the file was changed"):
        check_weights(tmp_path / "copy", read_card(tmp_path / "copy"))


def test_a_folder_without_weights_says_what_it_expects(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"card\.json"):
        read_card(tmp_path)


def test_the_shipped_weights_are_those_of_their_card() -> None:
    check_weights(SHIPPED, read_card(SHIPPED))


def test_the_shipped_weights_stay_small() -> None:
    assert sum(file.stat().st_size for file in SHIPPED.iterdir()) <= 12_000_000
