"""Keep trained judges on disk, so that the next run need not train them; they are no part of the package."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (safetensors has no types)

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...errors import OutputUnwritable, SettingsInvalid, WeightsInvalid
from ...generator.world import COLOURS, KINDS, MATERIALS, OUTCOMES, SIZES
from .facts import LOOKED_AT, PAIRWISE, WHOLE
from .judge import SIDE, Judge
from .schooling import Judges

_BUILD: Final = 2
"""Of the network; judges of another build cannot be read."""
NAMES: Final = ("judge-clips.safetensors", "judge-pictures.safetensors")


@dataclass(frozen=True, slots=True)
class Schooled:
    """How judges came to be, for the report."""

    seen: int
    """Clips that each was shown."""
    width: int


def save_judges(judges: Judges, folder: Path) -> None:
    """Write both, in halves of the precision that they were trained with.

    Raises:
        OutputUnwritable: The disk is full or the folder read-only.
    """
    from safetensors.torch import save

    for judge, name in zip((judges.clips, judges.pictures), NAMES, strict=True):
        weights = {key: value.detach().half().cpu().contiguous() for key, value in judge.state_dict().items()}
        about = {"width": str(judge.width), "frames": str(judge.frames), "seen": str(judges.seen), "asks": _asks()}
        try:
            (folder / name).write_bytes(save(weights, metadata=about))
        except OSError as error:
            raise OutputUnwritable(f"{folder / name}: {error.strerror or error}") from error


def load_judges(folder: Path, *, device: str) -> Judges | None:
    """Read both; None where there are none, or where they answer other questions than are asked now.

    Raises:
        WeightsInvalid: The files are no judges.
    """
    if not all((folder / name).is_file() for name in NAMES):
        return None
    found = [_load(folder / name, device) for name in NAMES]
    clips, pictures = found
    if clips is None or pictures is None:
        return None
    return Judges(clips[0], pictures[0], seen=clips[1])


def check_judges(folder: Path) -> None:
    """Insist that judges can be kept in this folder.

    Raises:
        SettingsInvalid: It is no folder.
    """
    if not folder.is_dir():
        raise SettingsInvalid(f"{folder}: not an existing folder; judges are kept in one")


def _load(path: Path, device: str) -> tuple[Judge, int] | None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            about: dict[str, str] = file.metadata() or {}
            weights: dict[str, Any] = {key: file.get_tensor(key).float() for key in file.keys()}  # noqa: SIM118
        if about.get("asks") != _asks():
            return None
        judge = Judge(frames=int(about["frames"]), width=int(about["width"]))
        judge.load_state_dict(weights, strict=True)
        return judge.eval().to(device), int(about["seen"])
    except (SafetensorError, KeyError, ValueError, RuntimeError, OSError) as error:
        raise WeightsInvalid(f"{path}: {error}; delete it, and judges are trained anew") from error


def _asks() -> str:
    """Return a short name of everything that is asked: judges who learned other answers are of no use."""
    asked = (_BUILD, KINDS, COLOURS, SIZES, MATERIALS, OUTCOMES, WHOLE, PAIRWISE, LOOKED_AT, SIDE)
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
