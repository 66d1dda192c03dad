"""Tiny media of our own making, and an identity to sign it with."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import av
import cv2
import numpy as np
import pytest

from sealreel.media import Encoding
from sealreel.provenance import ReleaseConfig, VerifyConfig
from sealreel.provenance.keyring import open_keyring
from sealreel.provenance.manifest import Claim, ModelInfo, TrustAnchors, sign_file
from sealreel.provenance.payload import Payload
from sealreel.provenance.signing import Signer, load_signer, local_root_pem

Sign = Callable[..., Path]


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keys directory with a local identity in it."""
    directory = tmp_path_factory.mktemp("keys")
    load_signer("local", directory=directory)
    return directory


@pytest.fixture(scope="session")
def signer(identity: Path) -> Signer:
    return load_signer("local", directory=identity)


@pytest.fixture(scope="session")
def trust(identity: Path) -> TrustAnchors:
    root = local_root_pem(identity)
    assert root is not None
    return TrustAnchors(manifest=(root,))


@pytest.fixture(scope="session")
def tiny_mp4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight frames of 64 × 64 pixels at 8 frames a second."""
    path = tmp_path_factory.mktemp("media") / "tiny.mp4"
    with cast("Any", av).open(str(path), "w") as container:  # PyAV's packet types are only half known to a checker
        stream = container.add_stream("libx264", rate=8)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for index in range(8):
            picture = np.full((64, 64, 3), 20 * index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="session")
def tiny_png(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _image(tmp_path_factory.mktemp("media") / "tiny.png")


@pytest.fixture(scope="session")
def tiny_jpeg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _image(tmp_path_factory.mktemp("media") / "tiny.jpg")


@pytest.fixture(scope="session")
def tiny_media(tiny_mp4: Path, tiny_png: Path, tiny_jpeg: Path) -> dict[str, Path]:
    """One file of each type, by media type."""
    return {"video/mp4": tiny_mp4, "image/png": tiny_png, "image/jpeg": tiny_jpeg}


Shoot = Callable[..., Path]


@pytest.fixture(scope="session")
def shoot() -> Shoot:
    """Film a moving texture; another seed films something else."""
    return film


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second of moving texture, 256 × 256 pixels."""
    return film(tmp_path_factory.mktemp("footage") / "footage.mp4")


def film(path: Path, *, seed: int = 7, size: int = 256, frames: int = 24) -> Path:
    """Write a moving texture as H.264, VP9 (webm, mkv) or a picture, by the suffix."""
    blobs = np.random.default_rng(seed).integers(40, 215, (16, 32, 3), dtype=np.uint8)
    smooth = np.asarray(cv2.resize(blobs, (2 * size, size), interpolation=cv2.INTER_CUBIC), np.uint8)
    grain = np.random.default_rng(seed + 1).integers(0, 25, smooth.shape, dtype=np.uint8)
    scene = np.asarray(cv2.add(smooth, grain), np.uint8)
    if path.suffix in (".png", ".jpg", ".webp"):
        assert cv2.imwrite(str(path), scene[:, :size])
        return path
    webm = path.suffix in (".webm", ".mkv")
    with cast("Any", av).open(str(path), "w") as container:
        stream = container.add_stream("libvpx-vp9" if webm else "libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = size, size, "yuv420p"
        stream.options = {"cpu-used": "8", "deadline": "realtime"} if webm else {"preset": "ultrafast", "crf": "18"}
        for index in range(frames):
            picture = np.ascontiguousarray(scene[:, 3 * index : 3 * index + size])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.fixture
def installation(identity: Path, signer: Signer, trust: TrustAnchors, tmp_path: Path) -> ReleaseConfig:
    """How a fresh installation releases: the shared identity, a store of its own."""
    return ReleaseConfig(
        signer=signer,
        keyring=open_keyring(identity),
        store_url=f"sqlite:///{tmp_path / 'store' / 'records.sqlite'}",
        trust=trust,
        encoding=Encoding(preset="ultrafast", threads=1),
    )


@pytest.fixture
def look(installation: ReleaseConfig) -> VerifyConfig:
    """How that installation verifies."""
    return VerifyConfig(trust=installation.trust, keys=installation.keyring.keys, store_url=installation.store_url)


@pytest.fixture(scope="session")
def sign_into(signer: Signer, trust: TrustAnchors) -> Sign:
    """Sign a source into a target and return the target; claim fields by keyword."""

    def sign_into(target: Path, source: Path, parent: Path | None = None, **fields: Any) -> Path:
        options = {name: fields.pop(name) for name in ("sidecar", "embed", "inputs") if name in fields}
        claim = claim_of(inputs=len(options.get("inputs", ())), **fields)
        sign_file(source, target, claim, signer, trust=trust, parent=parent, **options)
        return target

    return sign_into


@pytest.fixture
def sign(tmp_path: Path, sign_into: Sign, tiny_mp4: Path) -> Sign:
    """Sign a file (the tiny MP4 if none is given) and return the signed one; claim fields by keyword."""

    def sign(source: Path = tiny_mp4, name: str = "signed.mp4", parent: Path | None = None, **fields: Any) -> Path:
        return sign_into(tmp_path / name, source, parent, **fields)

    return sign


@pytest.fixture(scope="session")
def make_claim() -> Callable[..., Claim]:
    return claim_of


def claim_of(**fields: Any) -> Claim:
    """A claim for the tiny MP4; any field can be given another value."""
    opened = fields.get("action") == "c2pa.opened"
    usual: dict[str, Any] = {
        "title": "tiny.mp4",
        "media_type": "video/mp4",
        "created_at": datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
        "digital_source_type": None if opened else "trainedAlgorithmicMedia",
        "generated_or_altered": "altered" if opened else "generated",
        "system": "sealreel-embedded",
        "system_version": "0.1.0",
        "content_id": "urn:uuid:3f0a2f54-5c0b-4b55-9f0e-000000000001",
        "model": None if opened else ModelInfo("sealreel-embedded", "urn:sealreel:model:embedded:0.1.0"),
        "payload": Payload(record_id=0x123456789ABCDEF),
        "watermark_method": "sealreel.1",
        "duration_ms": 1000,
    }
    return Claim(**(usual | fields))


def _image(path: Path) -> Path:
    gradient = np.linspace(0, 255, 64 * 64 * 3).reshape(64, 64, 3).astype(np.uint8)
    assert cv2.imwrite(str(path), gradient)
    return path
