"""What was let out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .payload import Payload
from .watermark import ACCEPT_LOG10_P


@dataclass(frozen=True, slots=True)
class Output:
    """One file that has its final name, and what is known of it."""

    file: Path
    sha256: str
    payload: Payload | None
    """None if the pixels were left alone."""
    manifest_id: str
    record: Payload
    """The record's name in the store."""
    p_value_log10: float | None
    """log10 of the chance that unmarked pixels read like this, from the encoded file; None without a proven null."""
    psnr_y_db: float | None
    """Of the marked luma to the one before, over the whole clip, before encoding; None if nothing was changed."""
    model: str | None
    seed: int | None
    expected_p_value_log10: float | None = None
    """The same after rough handling, tried on a part of the file (`trial`); None where it was not tried."""
    weights_sha256: str | None = None
    """Which weights the model has: one hash over all their files."""
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    """Notes on how the prompt was understood, which nobody should miss."""
    wording: Mapping[str, Any] | None = None
    """The same for a program; None for a model that takes prompts as they are."""
    timings_ms: Mapping[str, float] = field(default_factory=dict[str, float])
    """Wall time a step: model (where there is one), decode, embed, encode, read_back, sign, record."""

    @property
    def is_mark_weak(self) -> bool:
        """Whether ordinary handling may cost the mark; a note says more."""
        return self.expected_p_value_log10 is not None and self.expected_p_value_log10 > ACCEPT_LOG10_P
