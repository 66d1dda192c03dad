"""What each setting may be: text from a variable and a typed value from a file become the same value, or an error."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, cast, get_args

from ..provenance.watermark.registry import method_names
from ..provenance.watermark.terms import METHOD_NAMES
from .exits import SYNTHETIC, VERDICTS

TimestampMode = Literal["required", "best-effort", "none"]
WatermarkCheck = Literal["auto", "always", "never"]
Preset = Literal[
    "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow", "placebo"
]
Parser = Callable[[object, Path | None], object]
"""Takes the raw value and the folder of the settings file it came from, if any; raises ValueError saying what it
expected."""


def _text(value: object, _beside: Path | None) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("expected text that is not empty")
    return value


def _files(value: object, beside: Path | None) -> tuple[Path, ...]:
    """Paths in a settings file count from that file; all others from where the command runs."""
    paths = [Path(text).expanduser() for text in _texts(value, os.pathsep)]
    return tuple(beside / path if beside else path for path in paths)


def _file(value: object, beside: Path | None) -> Path:
    path = value if isinstance(value, Path) else Path(_text(value, beside)).expanduser()
    return beside / path if beside else path


def _calibration(value: object, beside: Path | None) -> str:
    return str(value) if value in {"auto", "none"} else str(_file(value, beside))


def _verdicts(value: object, _beside: Path | None) -> tuple[str, ...]:
    return tuple(_chosen(text, (*VERDICTS, SYNTHETIC)) for text in _texts(value, ","))


def _texts(value: object, separator: str) -> list[str]:
    if isinstance(value, str):
        value = value.split(separator)
    if not isinstance(value, list | tuple):
        raise ValueError("expected a list of texts")  # noqa: TRY004 - one error type for every impossible value
    items = [str(item).strip() for item in cast("list[object]", value)]
    return [item for item in items if item]


def _one_of(*choices: str) -> Parser:
    return lambda value, _beside: _chosen(value, choices)


def _chosen(value: object, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(f"expected one of {', '.join(choices)}")
    return str(value)


def _method(value: object, _beside: Path | None) -> str:
    """One of the package's own methods, or one that an installed distribution registers."""
    return str(value) if value in METHOD_NAMES else _chosen(value, method_names())


def _truth(value: object, _beside: Path | None) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if str(value).lower() not in words:
        raise ValueError("expected true or false")
    return words[str(value).lower()]


def _number(low: float, high: float) -> Parser:
    return lambda value, _beside: _within(value, low, high)


def _whole(low: int, high: int) -> Parser:
    def parse(value: object, _beside: Path | None) -> int:
        number = _within(value, low, high)
        if not number.is_integer():
            raise ValueError("expected a whole number")
        return int(number)

    return parse


def _within(value: object, low: float, high: float) -> float:
    try:
        number = float(cast("str", value)) if not isinstance(value, bool) else float("nan")
    except (TypeError, ValueError):
        number = float("nan")
    if not low <= number <= high:
        raise ValueError(f"expected a number from {low:g} to {high:g}")
    return number


PARSERS: Mapping[str, Parser] = {
    "store": _text,
    "signer": _text,
    "signer_password_file": _file,
    "tsa_url": _text,
    "timestamp": _one_of(*get_args(TimestampMode)),
    "trust": _files,
    "online": _truth,
    "watermark": _one_of(*get_args(WatermarkCheck)),
    "thorough": _truth,
    "fail_on": _verdicts,
    "watermark_method": _method,
    "watermark_strength": _number(36, 60),
    "model": _text,
    "style": _text,
    "quality": _truth,
    "detector_calibration": _calibration,
    "crf": _whole(0, 51),
    "preset": _one_of(*get_args(Preset)),
    "max_pixels": _whole(1, 10**12),
    "max_seconds": _number(0.001, 1e9),
}
"""One for every field of `Settings`."""
