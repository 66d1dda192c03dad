"""Moving textures of our own making, marked and not."""

import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.media import Luma, Picture
from sealreel.provenance import Payload
from sealreel.provenance.watermark import Strength, WatermarkKey, load_method

Plane = NDArray[np.uint8]
Planes = list[Plane]
Mark = Callable[..., Planes]


@pytest.fixture(scope="session")
def key() -> WatermarkKey:
    return WatermarkKey(key_id=1, secret=bytes(range(32)))


@pytest.fixture(scope="session")
def other_key() -> WatermarkKey:
    return WatermarkKey(key_id=2, secret=bytes(range(32, 64)))


@pytest.fixture(scope="session")
def payload() -> Payload:
    return Payload(record_id=0x123456789ABCDEF, version=1)


def texture(width: int, height: int, *, seed: int) -> NDArray[np.float32]:
    """Noise of falling spectrum around mid grey, like foliage."""
    rng = np.random.default_rng(seed)
    plane = np.full((height, width), 120.0, dtype=np.float32)
    for sigma, depth in ((1.5, 10.0), (6.0, 16.0), (24.0, 24.0)):
        layer = cv2.GaussianBlur(rng.standard_normal((height, width)).astype(np.float32), (0, 0), sigma)
        plane += depth * layer / float(layer.std())
    return plane


def panning(width: int, height: int, frames: int, *, seed: int = 1) -> Planes:
    """A camera that moves 3 pixels a frame over a texture."""
    wide = np.clip(texture(width + 3 * frames, height, seed=seed), 16, 235).astype(np.uint8)
    return [np.ascontiguousarray(wide[:, 3 * i : 3 * i + width]) for i in range(frames)]


def pictures_of(planes: Iterable[Plane], *, seconds: float = 0.04) -> Iterator[Picture]:
    for index, plane in enumerate(planes):
        chroma = np.full((-(-plane.shape[0] // 2), -(-plane.shape[1] // 2)), 128, np.uint8)
        yield Picture(
            luma=plane, chroma=(chroma, chroma), bit_depth=8, pts=index, time_base=Fraction(round(seconds * 1000), 1000)
        )


@pytest.fixture(scope="session")
def clip() -> Planes:
    """Twelve frames of 480 × 360."""
    return panning(480, 360, 12)


@pytest.fixture(scope="session")
def mark(key: WatermarkKey, payload: Payload) -> Mark:
    """Embed into a list of luma planes."""

    def run(
        planes: Planes,
        *,
        key: WatermarkKey = key,
        payload: Payload = payload,
        psnr: float = 43.0,
        seconds: float = 0.04,
    ) -> Planes:
        pictures = pictures_of(planes, seconds=seconds)
        marked = load_method().embed(pictures, payload, key, strength=Strength(psnr))
        return [picture.luma.astype(np.uint8) for picture in marked]

    return run


@pytest.fixture(scope="session")
def marked(clip: Planes, mark: Mark) -> Planes:
    return mark(clip)


@pytest.fixture(scope="session")
def stream() -> Callable[..., Iterator[Luma]]:
    """Show planes as a stream of 25 frames a second."""

    def run(planes: Iterable[Plane], *, start: float = 0.0, seconds: float = 0.04) -> Iterator[Luma]:
        for index, plane in enumerate(planes):
            yield Luma(plane=plane, pts_seconds=start + index * seconds)

    return run


@pytest.fixture(scope="session")
def pan() -> Callable[..., Planes]:
    return panning


@pytest.fixture(scope="session")
def pictures() -> Callable[[Iterable[Plane]], Iterator[Picture]]:
    return pictures_of


TRUSTMARK = '''
"""Does to the brightness of fields what TrustMark 0.9.2's documented calls promise to do by a network."""
import numpy as np
from PIL import Image

MODEL_CHECKSUMS = {name: "d41d8cd98f00b204e9800998ecf8427e" for name in (
    "trustmark_Q.yaml", "encoder_Q.ckpt", "decoder_Q.ckpt")}  # the MD5 of nothing: the files are empty


class TrustMark:
    class Encoding:
        BCH_3 = 3

    def __init__(self, use_ECC=True, verbose=True, secret_len=100, device="", model_type="Q", encoding_type=1,
                 concentrate_wm_region=1.0, loadRemover=True, loadBBoxDetector=False):
        assert (use_ECC, verbose, device, model_type, encoding_type, loadRemover) == (True, False, "cpu", "Q", 3, False)

    def encode(self, cover, secret, MODE="text", WM_STRENGTH=1.0, WM_MERGE="bilinear"):
        assert MODE == "binary" and len(secret) == 75 and cover.mode == "RGB"
        pixels = np.array(cover)
        for index, bit in enumerate(secret):
            pixels[index % 9 * 7 : index % 9 * 7 + 7, index // 9 * 7 : index // 9 * 7 + 7] = 100 + 60 * int(bit)
        return Image.fromarray(pixels)

    def decode(self, stego, MODE="text", DETECTFIRST=False, ROTATION=False):
        assert MODE == "binary"
        pixels = np.array(stego).astype(float)
        means = [pixels[i % 9 * 7 : i % 9 * 7 + 7, i // 9 * 7 : i // 9 * 7 + 7].mean() for i in range(75)]
        if not all(80 < mean < 120 or 140 < mean < 180 for mean in means):
            return "", False, -1
        return "".join(str(int(mean > 130)) for mean in means), True, 3
'''


@pytest.fixture
def trustmark_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A stand-in for the package `trustmark`, without its weights; gives the folder they belong in."""
    folder = tmp_path / "site" / "trustmark"
    (folder / "models").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "trustmark.py").write_text(TRUSTMARK)
    monkeypatch.setattr(sys, "path", [str(folder.parent), *sys.path])
    yield folder / "models"
    for name in ("trustmark", "trustmark.trustmark"):
        sys.modules.pop(name, None)


@pytest.fixture
def trustmark_weights(trustmark_package: Path) -> None:
    """The stand-in with its weights, which are empty."""
    for name in ("trustmark_Q.yaml", "encoder_Q.ckpt", "decoder_Q.ckpt"):
        (trustmark_package / name).touch()


@pytest.fixture
def videoseal_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where torch keeps checkpoints, empty."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    folder = tmp_path / "torch" / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def videoseal_script() -> bytes:
    """TorchScript with the calls of Video Seal's: it marks the brightness of fields instead of by a network."""
    torch = pytest.importorskip("torch", reason="the extra `generate` is not installed")
    source = """
def embed(self, imgs, msgs):
    fields = torch.nn.functional.interpolate(msgs.reshape(1, 1, 16, 16), size=imgs.shape[-2:], mode="nearest")
    return 0.5 * imgs + 0.25 + 0.25 * (fields * 2 - 1)

def detect(self, imgs):
    means = torch.nn.functional.adaptive_avg_pool2d(imgs.mean(dim=1, keepdim=True), (16, 16)).reshape(1, 256)
    return torch.cat((torch.ones(1, 1), means - 0.5), dim=1)
"""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch advises against making such files
        module = torch.jit.ScriptModule()
        module.define(source)  # once a process: torch keeps one definition of a class
        return cast("bytes", module.save_to_buffer())


@pytest.fixture
def videoseal_weights(videoseal_folder: Path, videoseal_script: bytes) -> None:
    """The stand-in for Video Seal's file, where it is looked for."""
    (videoseal_folder / "y_256b_img.jit").write_bytes(videoseal_script)
