# pyright: reportUnknownMemberType=false
# (av's stubs leave the types of some overloads open)
"""Clips drawn for the tests, and the rows of a data set that names them."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.detector.training.dataset import Row

Window = NDArray[np.uint8]
Pan = Callable[..., Window]


def _texture(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(20, 235, (height // 6 + 2, width // 6 + 2, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.uint8)


@pytest.fixture(scope="session")
def pan() -> Pan:
    """Draw a texture that slides right by some pixels a frame: (frames, height, width, 3)."""

    def draw(step: int, *, frames: int = 8, height: int = 224, width: int = 224, seed: int = 0) -> Window:
        texture = _texture(height, width + step * frames, seed)
        return np.stack([texture[:, step * index : step * index + width] for index in range(frames)])

    return draw


@pytest.fixture
def make_row(tmp_path: Path, pan: Pan) -> Callable[..., Row]:
    """Write a short clip and return the row that names it."""

    def make(name: str, *, label: Literal["real", "ai"] = "real", source: str = "one", frames: int = 10) -> Row:
        path = tmp_path / f"{name}.mp4"
        seed = sum(name.encode())
        pictures = pan(2 if label == "real" else 5, frames=frames, height=48, width=64, seed=seed)
        with av.open(str(path), "w") as output:
            stream = output.add_stream("libx264", rate=8)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            stream.thread_count = 1
            for picture in pictures:
                output.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            output.mux(stream.encode(None))
        return Row(
            path=path,
            label=label,
            head="full_synthetic" if label == "ai" else None,
            source=source,
            group=name,
            use="train",
            repository="",
            licence="",
            original_codec="h264",
            original_width=64,
            original_height=48,
            original_fps=8.0,
        )

    return make
