"""The model libraries at arm's length: loaded late, kept quiet, never hidden when something is wrong."""

import importlib
import importlib.util
import logging
import os
import sys
import threading
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from ..errors import MissingExtra

_NEEDED = ("torch", "diffusers", "transformers", "accelerate", "safetensors")
_LOGGERS = ("diffusers", "transformers", "huggingface_hub", "accelerate")
_kept: list[Any] = []
_ours = logging.getLogger("sealreel.generator")
_one_at_a_time = threading.RLock()  # loggers, warnings and torch's determinism are the whole process's


class _Listener(logging.Handler):
    """Keeps what a library says instead of printing it."""

    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self._heard.append(record.getMessage())


def load_module(name: str) -> Any:
    """Import one of the model libraries; they come with the extra `generate`.

    Raises:
        MissingExtra: It, or one that it needs, is not installed.
    """
    missing = [needed for needed in _NEEDED if importlib.util.find_spec(needed) is None]
    if missing:
        raise MissingExtra(f"generating needs {', '.join(missing)}: pip install 'sealreel[generate]'")
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # diffusers loads onnxruntime where it is; it would phone home
    if name in {"transformers", "diffusers"} and importlib.util.find_spec("torchvision") is not None:
        _fit_torchvision()
    return importlib.import_module(name)


def _fit_torchvision() -> None:
    """Make torchvision importable for the libraries, which load it where it is installed.

    The wheel on PyPI is linked against CUDA; beside a CPU build of torch its two compiled operators are missing and
    its import fails. They are declared, empty, once a genuine import failed. (The detector's training has the same
    remedy: the two floors do not import each other.)
    """
    try:
        importlib.import_module("torchvision")
    except RuntimeError as error:
        if "torchvision::" not in str(error):
            raise
        for loaded in [one for one in sys.modules if one.split(".")[0] == "torchvision"]:
            del sys.modules[loaded]
        library = importlib.import_module("torch").library.Library("torchvision", "DEF")
        for operator in ("nms", "qnms"):
            library.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _kept.append(library)  # unreferenced, torch would forget them
        importlib.import_module("torchvision")


@contextmanager
def hushed() -> Generator[list[str]]:
    """Keep the model libraries off the terminal, and give the list that fills with what they warn of.

    Their exceptions pass through untouched. One thread at a time: what is changed belongs to the whole process.
    """
    heard: list[str] = []
    with _one_at_a_time, warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        libraries = [load_module("transformers"), load_module("diffusers")]  # each sets its own handlers up on import
        bars = [library.utils.logging for library in libraries]
        were_on = [bar.is_progress_bar_enabled() for bar in bars]
        loggers = [logging.getLogger(name) for name in _LOGGERS]
        handlers = [list(logger.handlers) for logger in loggers]
        propagated = [logger.propagate for logger in loggers]
        listener = _Listener(heard)
        try:
            for bar in bars:
                bar.disable_progress_bar()
            for logger in loggers:
                logger.handlers, logger.propagate = [listener], False
            yield heard
        finally:
            for logger, own, propagate in zip(loggers, handlers, propagated, strict=True):
                logger.handlers, logger.propagate = own, propagate
            for bar, was_on in zip(bars, were_on, strict=True):
                if was_on:
                    bar.enable_progress_bar()
            heard.extend(str(warning.message) for warning in warned)
            for line in heard:
                _ours.debug("%s", line)


@contextmanager
def deterministic() -> Generator[None]:
    """Have torch take the same path twice: same seed, same machine, same pixels.

    Operators without a deterministic form (there are some on CUDA, none that these pipelines use on a CPU) go on,
    as PyTorch's notes on reproducibility describe for `warn_only`.
    """
    torch = load_module("torch")
    mode, warn_only = (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
    )
    fill, benchmark = torch.utils.deterministic.fill_uninitialized_memory, torch.backends.cudnn.benchmark
    with _one_at_a_time:
        torch.use_deterministic_algorithms(mode=True, warn_only=True)
        torch.utils.deterministic.fill_uninitialized_memory = False  # costs time, guards against bugs only
        torch.backends.cudnn.benchmark = False
        try:
            yield
        finally:
            torch.use_deterministic_algorithms(mode=mode, warn_only=warn_only)
            torch.utils.deterministic.fill_uninitialized_memory = fill
            torch.backends.cudnn.benchmark = benchmark
