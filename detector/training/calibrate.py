"""Calibrate by what fold models said of sources that they had never seen."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..calibration import calibrate_head
from ..calibration_file import head_to_json
from ..network import HEADS
from .dataset import Row


def calibrated_heads(rows: Sequence[Row], held: Mapping[int, Mapping[str, Sequence[float]]]) -> dict[str, Any]:
    """Return each head's calibration, as the card keeps it.

    The final weights see every source, so that nothing is left to calibrate them by; the folds' models are their
    siblings, and each clip's logit is that of the one which held its source out. Generators are told from real
    sources of the same fold and of others alike: a threshold must hold for all.
    """
    logits = {name: pair for fold in held.values() for name, pair in fold.items()}
    scored = [row for row in rows if row.path.name in logits]
    heads: dict[str, Any] = {}
    for number, head in enumerate(HEADS):
        real = [row for row in scored if row.label == "real"]
        synthetic = [row for row in scored if row.head == head]
        try:
            heads[head] = head_to_json(
                calibrate_head(
                    [logits[row.path.name][number] for row in real],
                    [logits[row.path.name][number] for row in synthetic],
                    real_sources=[row.source for row in real],
                )
            )
        except ValueError:
            continue  # too few clips, or not told apart at all: such a head is not reported
    return heads
