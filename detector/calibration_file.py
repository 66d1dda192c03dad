"""A calibration as JSON holds it: in the card of the weights, and in a user's own file, bound to those weights."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

from ..errors import CalibrationInvalid
from .calibration import Calibration, HeadCalibration, OperatingPoint, RealLimit

SCHEMA = "sealreel.calibration/1"
_LARGEST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class CalibrationFile:
    """Thresholds that a user made from clips of their own for one set of weights."""

    weights_sha256: str
    """The weights whose logits were calibrated; of no use with any others."""
    heads: Mapping[str, HeadCalibration]
    """Those heads that the clips carried; the others keep what the weights came with."""
    made_at: str
    """ISO 8601, UTC."""
    clips: Mapping[str, int]
    """Clips of each kind that were scored: `real`, `ai`."""


def calibration_to_json(file: CalibrationFile) -> dict[str, Any]:
    """Return what `write_calibration` writes and `sealreel calibrate` prints."""
    return {
        "schema": SCHEMA,
        "weights_sha256": file.weights_sha256,
        "made_at": file.made_at,
        "clips": dict(file.clips),
        "heads": {name: head_to_json(head) for name, head in file.heads.items()},
    }


def read_calibration(path: Path, *, weights_sha256: str) -> CalibrationFile:
    """Read a user's calibration for the weights in force.

    Raises:
        CalibrationInvalid: There is no such file, it is not a calibration, or it was made for other weights.
    """
    try:
        with path.open("rb") as stream:
            raw = stream.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise CalibrationInvalid(
            f"{path}: {error.strerror}; expected a file of `sealreel calibrate detector`"
        ) from error
    if len(raw) > _LARGEST_BYTES:
        raise CalibrationInvalid(f"{path}: larger than {_LARGEST_BYTES} bytes, which no calibration is")
    try:
        file = _parsed(json.loads(raw))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CalibrationInvalid(f"{path}: not a file of `sealreel calibrate detector`: {error}") from error
    if file.weights_sha256 != weights_sha256:
        raise CalibrationInvalid(
            f"{path}: made for the weights {file.weights_sha256[:12]}…, those in force are {weights_sha256[:12]}…; "
            "run `sealreel calibrate detector` again, or set detector_calibration to none for the thresholds that the "
            "weights came with"
        )
    return file


def _parsed(found: Any) -> CalibrationFile:
    if not isinstance(found, dict):
        raise TypeError(f"expected an object, found {type(found).__name__}")
    table = cast("dict[str, Any]", found)
    if table.get("schema") != SCHEMA:
        raise ValueError(f"expected the schema {SCHEMA}, found {table.get('schema')!r}")
    heads, clips = _table(table, "heads"), _table(table, "clips")
    return CalibrationFile(
        weights_sha256=str(table["weights_sha256"]),
        heads={str(name): head_from_json(head) for name, head in heads.items()},
        made_at=str(table["made_at"]),
        clips={str(kind): int(count) for kind, count in clips.items()},
    )


def _table(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if not isinstance(found[name], dict):
        raise TypeError(f"{name}: expected an object, found {found[name]!r}")
    return cast("Mapping[str, Any]", found[name])


def head_to_json(head: HeadCalibration) -> dict[str, Any]:
    """Return the calibration as JSON holds it; `head_from_json` reads it back exactly."""
    return asdict(head)


def head_from_json(found: Mapping[str, Any]) -> HeadCalibration:
    """Return the calibration that `head_to_json` wrote.

    Raises:
        ValueError: A value is missing, of a wrong type or out of range.
    """
    try:
        return HeadCalibration(
            calibration=Calibration(
                slope=_number(found["calibration"]["slope"]), intercept=_number(found["calibration"]["intercept"])
            ),
            points=tuple(_point(point) for point in found["points"]),
            real_limit=_limit(found["real_limit"]),
            ece=_share(found["ece"]),
        )
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"not the calibration of a head: {error!r}") from error


def _point(found: Mapping[str, Any]) -> OperatingPoint:
    return OperatingPoint(
        fpr=_share(found["fpr"]),
        threshold=_share(found["threshold"]),
        ci95=_interval(found["ci95"]),
        tpr=_share(found["tpr"]),
        tpr_ci95=_interval(found["tpr_ci95"]),
        n_real=_count(found["n_real"]),
        n_synthetic=_count(found["n_synthetic"]),
    )


def _limit(found: Mapping[str, Any]) -> RealLimit:
    return RealLimit(
        miss_rate=_share(found["miss_rate"]),
        threshold=_share(found["threshold"]),
        ci95=_interval(found["ci95"]),
        n_synthetic=_count(found["n_synthetic"]),
    )


def _number(found: object) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise TypeError(f"expected a number, found {found!r}")
    return float(found)


def _share(found: object) -> float:
    number = _number(found)
    if not 0 <= number <= 1:
        raise ValueError(f"rates, scores and thresholds are from 0 to 1, found {number}")
    return number


def _interval(found: Any) -> tuple[float, float]:
    return _share(found[0]), _share(found[1])


def _count(found: object) -> int:
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise ValueError(f"expected a number of clips, found {found!r}")
    return found
