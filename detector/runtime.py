# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportMissingTypeStubs=false
# (onnxruntime and torch leave many types open)
"""Run the network: onnxruntime on a CPU, where torch is never loaded, and torch on a GPU."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from ..errors import MissingExtra, ModelUnavailable, WeightsInvalid
from .canon import FRAMES, SIDE, Windows
from .weights import GRAPH, check_weights, load_network, read_card

Device = Literal["auto", "cpu", "cuda"]
Floats = NDArray[np.float32]
BATCH = 16
"""Windows that a GPU takes at once; fewer are filled up, since another shape may round in another order."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the network says of windows, in logits (unbounded, not calibrated); heads in the network's order."""

    clip_logits: Floats
    """(windows, 2)"""
    frame_logits: Floats
    """(windows, 8, 2)"""
    maps: Floats
    """(windows, 8, 2, 7, 7): class activation; the mean over a map plus the head's bias is the frame's logit."""


class Runtime(Protocol):
    """Reads windows; the same window gives the same bits, whatever stands beside it and on whatever thread."""

    batch: int
    """Windows that are best given together."""

    def read(self, windows: Windows) -> Reading:
        """Read (n, 8, 224, 224, 3) uint8 windows, n at least 1."""
        ...


def open_runtime(folder: Path, *, device: Device = "auto") -> Runtime:
    """Open a folder of weights, after its files were compared with the hashes on its card.

    Args:
        folder: As `export` and `write_card` leave it.
        device: `auto` takes a GPU where torch is installed and sees one.

    Raises:
        ModelUnavailable: No weights there, or no GPU where one was asked for.
        WeightsInvalid: A file is not the one that its card describes.
        MissingExtra: The package that runs them is not installed.
    """
    card = read_card(folder)
    check_weights(folder, card)
    if device == "cuda" or (device == "auto" and _sees_gpu()):
        return _Torch(folder)
    return _Onnx(folder)


def joined(readings: list[Reading]) -> Reading:
    """Put readings one after another."""
    return Reading(
        clip_logits=np.concatenate([one.clip_logits for one in readings]),
        frame_logits=np.concatenate([one.frame_logits for one in readings]),
        maps=np.concatenate([one.maps for one in readings]),
    )


class _Onnx:
    """One window at a time on one thread: two windows at once are two callers, and none waits for another's threads.

    Eight frames are batch enough for a core; more at once are no faster (49, 50, 51 frames/s for 1, 8 and 32 frames of
    the backbone), and this way a window's bits cannot depend on its neighbours.
    """

    batch = 1

    def __init__(self, folder: Path) -> None:
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # else it looks up a host some seconds after it is loaded
        try:
            import onnxruntime
        except ModuleNotFoundError as error:
            raise MissingExtra(
                "the detector runs on onnxruntime, which is not installed: pip install 'sealreel[detect]'"
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_mem_pattern = (
            False  # a plan of all tensors at once takes a quarter more memory, and no less time
        )
        options.log_severity_level = 3
        try:
            self._session: Any = onnxruntime.InferenceSession(
                str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise WeightsInvalid(f"{folder / GRAPH}: onnxruntime cannot load it ({error}); get it again") from error

    def read(self, windows: Windows) -> Reading:
        """See `Runtime`."""
        checked(windows)
        return joined([Reading(*self._session.run(None, {"windows": windows[i : i + 1]})) for i in range(len(windows))])


class _Torch:
    """Batches of one size on a GPU, with algorithms that round alike each time."""

    batch = BATCH

    def __init__(self, folder: Path) -> None:
        try:
            import torch
        except ModuleNotFoundError as error:
            raise MissingExtra("a GPU needs torch, which is not installed: pip install 'sealreel[train]'") from error
        if not torch.cuda.is_available():
            raise ModelUnavailable("--device cuda: torch sees no GPU here; leave it out to run on the CPU")
        network: Any = load_network(folder, read_card(folder))
        self._network: Any = network.to(device="cuda", memory_format=torch.channels_last)

    def read(self, windows: Windows) -> Reading:
        """See `Runtime`."""
        checked(windows)
        return joined([self._filled(windows[i : i + BATCH]) for i in range(0, len(windows), BATCH)])

    def _filled(self, windows: Windows) -> Reading:
        import torch

        batch = np.zeros((BATCH, *windows.shape[1:]), np.uint8)
        batch[: len(windows)] = windows
        with (
            torch.inference_mode(),
            torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False),
        ):
            outputs = self._network(torch.from_numpy(batch).to("cuda"))
        return Reading(*(cast(Floats, one[: len(windows)].float().cpu().numpy()) for one in outputs))


def checked(windows: Windows) -> Windows:
    """Return the windows.

    Raises:
        ValueError: They are none, or of another shape or type than the network takes.
    """
    if windows.ndim != 5 or windows.shape[1:] != (FRAMES, SIDE, SIDE, 3) or not len(windows):
        raise ValueError(f"windows must be (n, {FRAMES}, {SIDE}, {SIDE}, 3), n at least 1, got {windows.shape}")
    if windows.dtype != np.uint8:
        raise ValueError(f"windows must be uint8, got {windows.dtype}")
    return windows


def _sees_gpu() -> bool:
    """Ask torch, if it can be had without waiting for it where no driver is."""
    if not os.path.exists("/dev/nvidiactl"):  # noqa: PTH110 - a device, not a file of ours
        return False
    try:
        import torch
    except ModuleNotFoundError:
        return False
    return torch.cuda.is_available()
