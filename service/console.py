"""What is said, where: data on stdout, words on stderr, nothing unescaped."""

import json
import sys
from collections.abc import Mapping
from typing import Any, TextIO

from ..errors import SealreelError
from .escape import escape

LONGEST_MESSAGE = 2_000


def say(text: str) -> None:
    """Print the answer for a person; text that came out of a file is escaped by whoever builds the line."""
    print(text)


def emit(answer: Mapping[str, Any]) -> None:
    """Print one JSON line; ASCII only, so that a terminal shows nothing but what is there."""
    print(json.dumps(answer, ensure_ascii=True, allow_nan=False), flush=True)


def warn(text: str) -> None:
    """Print words for a person beside the data."""
    print(escape(text, longest=LONGEST_MESSAGE), file=sys.stderr, flush=True)


def complain(error: BaseException, *, file: str | None = None) -> None:
    """Print why something could not be done."""
    warn(f"sealreel: {describe(error, file=file)}")


def describe(error: BaseException, *, file: str | None = None) -> str:
    """Return what went wrong in one sentence, with the file that it is about; a defect of ours is called that."""
    text = _words(error)
    return text if file is None or file in text else f"{file}: {text}"


def _words(error: BaseException) -> str:
    if isinstance(error, SealreelError):
        return str(error)
    if isinstance(error, MemoryError):
        return "out of memory; try a smaller input, or lower max_pixels"
    named = f"{type(error).__name__}: {error}"
    return f"this is a defect of Sealreel, please report it: {named} (SEALREEL_DEBUG=1 shows where)"


class Progress:
    """A bar over steps on a terminal; nothing where stderr is a file or a pipe, so that logs stay readable."""

    WIDTH = 30

    def __init__(self, label: str, *, stream: TextIO | None = None, quiet: bool = False) -> None:
        self._label = label
        self._stream = sys.stderr if stream is None else stream
        self._shown = not quiet and self._stream.isatty()
        self._open = False

    def __call__(self, step: int, steps: int) -> None:
        """Draw that `step` of `steps` are done."""
        if not self._shown:
            return
        filled = self.WIDTH * step // max(steps, 1)
        bar = "#" * filled + "." * (self.WIDTH - filled)
        self._stream.write(f"\r{self._label} [{bar}] {step}/{steps}")
        self._open = True
        if step >= steps:
            self.close()
        self._stream.flush()

    def close(self) -> None:
        """End the line, so that whatever is said next starts on its own."""
        if self._open:
            self._stream.write("\n")
            self._stream.flush()
            self._open = False
