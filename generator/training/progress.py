"""What a run says while it goes: one event a line, also kept as a log."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeAlias

from .config import Stage


@dataclass(frozen=True, slots=True)
class TrainingEvent:
    """One line of progress."""

    stage: Stage
    step: int
    share: float
    """Of the stage's budget, 0 to 1."""
    text: str
    figures: dict[str, float] = field(default_factory=dict[str, float])
    """Loss, speed and the like, for the log."""


OnProgress: TypeAlias = Callable[[TrainingEvent], None]


def logged(path: Path, on_progress: OnProgress | None) -> OnProgress:
    """Return a listener that appends every event to the JSON lines of `path`, and passes it on."""

    def tell(event: TrainingEvent) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(asdict(event)) + "\n")
        if on_progress is not None:
            on_progress(event)

    return tell
