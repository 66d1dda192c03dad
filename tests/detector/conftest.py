"""Small weights of random numbers, and clips drawn for the purpose."""

import os
from collections.abc import Callable, Sequence
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a GPU where there is none, unless FAIL_WITHOUT_CUDA is set."""
    if item.get_closest_marker("needs_cuda") and not os.environ.get("FAIL_WITHOUT_CUDA"):
        torch = pytest.importorskip("torch")
        if not torch.cuda.is_available():
            pytest.skip("no CUDA device")


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of weights: random, but whole, with a card whose hashes hold."""
    if find_spec("timm") is None or find_spec("onnxruntime") is None:  # importing timm itself needs a shim
        pytest.skip("the extras `train` and `detect` are not installed")
    import torch.nn.init

    from sealreel.detector.calibration import calibrate_head
    from sealreel.detector.calibration_file import head_to_json
    from sealreel.detector.export import export
    from sealreel.detector.network import Network
    from sealreel.detector.weights import GRAPH, WEIGHTS, WeightsCard, sha256_of, write_card

    folder = tmp_path_factory.mktemp("weights")
    cast(Any, torch).manual_seed(0)
    network: Any = Network("test_efficientnet")
    torch.nn.init.normal_(network.follow[-1].weight, std=0.5)  # else the sequence adds nothing yet
    export(network, folder)
    rng = np.random.default_rng(0)
    head = head_to_json(calibrate_head(rng.normal(-1, 1, 320), rng.normal(1, 1, 100)))
    write_card(
        folder,
        WeightsCard(
            name="tiny",
            version="0",
            backbone="test_efficientnet",
            sha256=sha256_of(folder / WEIGHTS),
            graph_sha256=sha256_of(folder / GRAPH),
            licence="Apache-2.0",
            training_hash="0" * 64,
            trained_on={},
            heads={"full_synthetic": head, "face_manipulation": head},
            notes={},
        ),
    )
    return folder


@pytest.fixture(scope="session")
def moving() -> Callable[..., list[Rgb]]:
    """Draw frames of something that moves."""
    return _moving


@pytest.fixture(scope="session")
def write() -> Callable[..., Path]:
    """Write frames as a file."""
    return _write


def _moving(count: int, *, width: int = 96, height: int = 64, seed: int = 3) -> list[Rgb]:
    """Frames of a coarse texture that moves to the left, each unlike every other."""
    rng = np.random.default_rng(seed)
    texture = np.kron(rng.integers(30, 226, (height // 4, 512, 3), dtype=np.uint8), np.ones((4, 4, 1), np.uint8))
    return [np.ascontiguousarray(texture[:, 2 * i % 1900 : 2 * i % 1900 + width]) for i in range(count)]


def _write(
    path: Path,
    frames: Sequence[Rgb],
    *,
    rate: Fraction | int = 24,
    codec: str = "libx264",
    every: int = 12,
    options: dict[str, str] | None = None,
    times: Sequence[int] | None = None,
) -> Path:
    """Write frames; a key frame every `every`, shown at `times` in ticks of 1 / rate."""
    container: Any = av.open(str(path), "w")
    with container:
        stream = container.add_stream(codec, rate=rate)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
        stream.options = {"g": str(every), "threads": "1", **({"preset": "veryfast"} if "26" in codec else {})} | (
            options or {}
        )
        for index, rgb in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.pts = index if times is None else times[index]
            frame.time_base = 1 / Fraction(rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
