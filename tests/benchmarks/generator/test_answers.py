"""What most pictures of a clip show is what the clip shows."""

from typing import Any

import numpy as np
import pytest


@pytest.mark.parametrize(
    ("frames", "said"),
    [([2, 2, 2, 2], 2), ([2, 2, 3, 2], 2), ([2, 0, 0, 2], 2), ([2, 0, 0, 0], 0), ([0, 0, 0, 0], 0), ([1, 3, 3, 0], 3)],
)
def test_a_thing_is_what_most_pictures_that_see_it_call_it(torch: Any, frames: list[int], said: int) -> None:
    from sealreel.benchmarks.generator.answers import usual

    assert usual(np.array(frames)[None, :, None]).tolist() == [[said]]


def test_a_doubtful_colour_makes_nothing_absent(torch: Any) -> None:
    from sealreel.benchmarks.generator.answers import decided

    chances = torch.tensor([[0.3, 0.25, 0.29, 0.16], [0.6, 0.4, 0.0, 0.0]]).clamp_min(1e-6)

    assert torch.equal(decided(chances.log()[None]), torch.tensor([[2, 0]]))


def test_a_clip_is_asked_only_what_its_prompt_names(torch: Any, judges: Any) -> None:
    from dataclasses import replace

    from sealreel.benchmarks.generator.answers import answers, look, read
    from sealreel.benchmarks.generator.exam import questions
    from sealreel.benchmarks.generator.facts import LOOKED_AT
    from sealreel.benchmarks.generator.judge import SIDE

    asked = questions("things-1", 1, things=1)[0]
    silent = replace(
        asked.mentioned, count=False, camera=False, background=False, light=False, style=False, action=False
    )
    reel = torch.zeros((1, len(LOOKED_AT), 3, SIDE, SIDE), dtype=torch.uint8)
    readings = read(judges.clips, look(judges.pictures, reel, device="cpu"), reel, device="cpu")

    found = answers(judges.clips, readings, [asked.scene], [silent], device="cpu")

    assert {one.attribute for one in found} <= {"shape", "colour", "size", "material", "direction"}
