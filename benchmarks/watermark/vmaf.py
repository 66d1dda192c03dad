"""Netflix' VMAF, by an ffmpeg that is run beside us.

The binary of the package `imageio-ffmpeg` holds libvmaf with its model `vmaf_v0.6.1`. It is a GPL program: the
benchmark starts it as a process of its own; the product neither imports nor ships it.
"""

import json
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import MissingExtra, SealreelError

MODEL = "vmaf_v0.6.1"
_SECONDS = 1800.0


class VmafFailed(SealreelError):
    """The ffmpeg with libvmaf did not give a number; its last words are in the message."""


@dataclass(frozen=True, slots=True)
class Vmaf:
    """The score of one clip against another."""

    mean: float
    worst_frame: float


def vmaf(reference: Iterable[NDArray[np.uint8]], distorted: Iterable[NDArray[np.uint8]]) -> Vmaf:
    """Compare luma planes picture by picture; VMAF looks at nothing but luma.

    Even of a clip against itself it is not always 100: about 97 where nothing moves, so that ceiling belongs beside it.

    Raises:
        MissingExtra: The extra `bench` is not installed.
        VmafFailed: The program failed.
    """
    program = ffmpeg_with_vmaf()
    with tempfile.TemporaryDirectory(prefix="sealreel-vmaf-") as name:
        directory = Path(name)
        _write_y4m(reference, directory / "reference.y4m")
        _write_y4m(distorted, directory / "distorted.y4m")
        # n_threads 0 is no pool: the one thread of the filter itself
        graph = f"[0:v][1:v]libvmaf=model=version={MODEL}:log_fmt=json:log_path=vmaf.json:n_threads=0"
        inputs = ["-threads", "1", "-i", "distorted.y4m", "-threads", "1", "-i", "reference.y4m"]
        command = [program, "-nostdin", "-loglevel", "error", *inputs, "-filter_threads", "1", "-lavfi", graph]
        done = subprocess.run(  # noqa: S603 - the program of an installed package, on files of our own
            [*command, "-f", "null", "-"], cwd=directory, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
        if done.returncode != 0:
            raise VmafFailed(f"{program} ended with code {done.returncode}: {done.stderr.strip()[-500:]}")
        found: dict[str, Any] = json.loads((directory / "vmaf.json").read_text(encoding="utf-8"))
    pooled = found["pooled_metrics"]["vmaf"]
    return Vmaf(mean=float(pooled["mean"]), worst_frame=float(pooled["min"]))


def ffmpeg_with_vmaf() -> str:
    """Return the path of the program.

    Raises:
        MissingExtra: The package or its binary is not there.
    """
    try:
        return str(import_module("imageio_ffmpeg").get_ffmpeg_exe())  # it has no types to check against
    except (ImportError, RuntimeError) as error:
        raise MissingExtra("VMAF needs the extra `bench`: pip install 'sealreel[bench]'") from error


def _write_y4m(planes: Iterable[NDArray[np.uint8]], path: Path) -> None:
    """Write luma as 4:2:0 with grey chroma, the form that every build of libvmaf takes."""
    with path.open("wb") as file:
        grey = b""
        for plane in planes:
            height, width = plane.shape
            if not grey:
                file.write(f"YUV4MPEG2 W{width} H{height} F25:1 Ip A1:1 C420jpeg\n".encode())
                grey = bytes([128]) * (2 * ((height + 1) // 2) * ((width + 1) // 2))
            file.write(b"FRAME\n")
            file.write(np.ascontiguousarray(plane).tobytes())
            file.write(grey)
