"""A trace counts where it is seen in every frame after the event, and a hidden thing where it comes back as it went."""

from typing import Any

import numpy as np
import pytest

from sealreel.generator.world import KINDS, OUTCOMES, Action

FRAMES = 13


def seen(torch: Any, *, outcomes: list[int] | None = None, colours: list[int] | None = None, kind: str = "ball") -> Any:
    """Readings of one clip: what was left behind, or what colour its hidden thing had, frame by frame."""
    from sealreel.benchmarks.generator.answers import Views
    from sealreel.benchmarks.generator.sitting import Seen

    table = np.zeros((1, FRAMES, len(KINDS)), np.int64)
    table[0, :, KINDS.index(kind)] = colours or [1] * FRAMES  # pyright: ignore[reportArgumentType]
    views = Views(table, table * 0, table * 0, outcome=np.array([outcomes or [0] * FRAMES]), whole={})
    nothing: Any = None
    return Seen(torch.zeros(1, FRAMES, 3, 4, 4, dtype=torch.uint8), views, nothing)


def row(torch: Any, action: Action, **read: Any) -> Any:
    from sealreel.benchmarks.generator.exam import questions
    from sealreel.benchmarks.generator.permanence import permanence_row
    from sealreel.benchmarks.generator.sitting import Sitting

    asked = questions("permanence", 1, things=2, action=action, still_camera=True)
    found = seen(torch, kind=asked[0].scene.things[0].kind, **read)
    return permanence_row(action, Sitting(asked, found, found, None))


BITTEN = OUTCOMES.index("bitten")


@pytest.mark.parametrize(
    ("outcomes", "happened", "kept"),
    [
        ([0] * 7 + [BITTEN] * 6, 1, 1),
        ([0] * 10 + [BITTEN] * 3, 1, 0),
        ([0] * 7 + [BITTEN] * 5 + [0], 1, 0),
        ([0] * 13, 0, 0),
    ],
)
def test_a_bite_mark_must_show_to_the_end(torch: Any, outcomes: list[int], happened: int, kept: int) -> None:
    found = row(torch, "bite", outcomes=outcomes).generated

    assert (found.happened.right, found.both.right) == (happened, kept)


@pytest.mark.parametrize(
    ("colours", "happened", "kept"),
    [
        ([2, 2, 2, 2, 0, 0, 2, 2, 2, 2, 2, 2, 2], 1, 1),
        ([2, 2, 2, 2, 0, 0, 2, 2, 2, 3, 3, 3, 3], 1, 0),
        ([2] * 13, 0, 0),
        ([2, 2, 2, 2] + [0] * 9, 0, 0),
    ],
)
def test_what_hides_must_be_gone_and_come_back_in_its_colour(
    torch: Any, colours: list[int], happened: int, kept: int
) -> None:
    found = row(torch, "hide", colours=colours).generated

    assert (found.happened.right, found.both.right) == (happened, kept)


def test_nothing_is_said_of_lasting_where_nothing_happened(torch: Any) -> None:
    assert row(torch, "bite", outcomes=[0] * 13).generated.kept is None
