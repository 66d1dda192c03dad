"""Ctrl-C and SIGTERM as exceptions, so that whoever holds a draft removes it on the way out."""

import signal
from pathlib import Path
from types import FrameType
from typing import NoReturn

_CALLED_FROM_NATIVE_CODE = (str(Path("media", "source.py")), str(Path("c2pa", "c2pa.py")))
"""Where FFmpeg and the C2PA library call back into Python: an exception raised there is printed and forgotten."""
_RETRY_SECONDS = 0.02


def install() -> None:
    """Take over SIGINT and SIGTERM for the rest of the process."""
    signal.signal(signal.SIGINT, _stop)
    signal.signal(signal.SIGTERM, _stop)


def _stop(number: int, frame: FrameType | None) -> None:
    """Raise, or come back in a moment where the exception would be lost."""
    if not _would_be_lost(frame):
        _raise(number)
    signal.signal(signal.SIGALRM, lambda _alarm, now: _stop(number, now))
    signal.setitimer(signal.ITIMER_REAL, _RETRY_SECONDS)


def _would_be_lost(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.endswith(_CALLED_FROM_NATIVE_CODE):
            return True
        frame = frame.f_back
    return False


def _raise(number: int) -> NoReturn:
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise SystemExit(128 + number)
