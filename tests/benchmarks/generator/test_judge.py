"""The judge gives one answer a question, and sees what it claims to see."""

from pathlib import Path
from typing import Any

import pytest

from sealreel.errors import WeightsInvalid
from sealreel.generator.world import COLOURS, KINDS, OUTCOMES


def test_an_opinion_holds_logits_for_every_question(torch: Any, judges: Any) -> None:
    from sealreel.benchmarks.generator.facts import LOOKED_AT
    from sealreel.benchmarks.generator.judge import SIDE

    with torch.no_grad():
        found = judges.clips(torch.rand(2, len(LOOKED_AT), 3, SIDE, SIDE))

    assert found.table.shape == (2, len(KINDS), 1 + len(COLOURS))
    assert found.whole["style"].shape == (2, 2)
    assert found.outcome.shape == (2, len(OUTCOMES))


def test_a_judge_of_clips_sees_the_order_of_frames(torch: Any, judges: Any) -> None:
    from sealreel.benchmarks.generator.facts import LOOKED_AT
    from sealreel.benchmarks.generator.judge import SIDE

    clip = torch.rand(1, len(LOOKED_AT), 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        forwards, backwards = judges.clips(clip), judges.clips(clip.flip(1))

    assert not torch.allclose(forwards.whole["direction"], backwards.whole["direction"], atol=1e-5)


def test_relations_depend_on_the_order_of_the_question(torch: Any, judges: Any) -> None:
    things = torch.rand(1, len(KINDS), judges.clips.sizes.weight.shape[1])

    one = judges.clips.pair_logits(things, torch.tensor([[0, 1, -1]]))
    other = judges.clips.pair_logits(things, torch.tensor([[1, 0, -1]]))

    assert not torch.allclose(one, other)


def test_judges_are_kept_and_read_back(torch: Any, judges: Any, tmp_path: Path) -> None:
    from sealreel.benchmarks.generator.judge import SIDE
    from sealreel.benchmarks.generator.keeping import load_judges, save_judges

    save_judges(judges, tmp_path)
    found = load_judges(tmp_path, device="cpu")
    pictures = torch.rand(1, 1, 3, SIDE, SIDE)

    assert found is not None
    with torch.no_grad():
        assert torch.allclose(found.pictures(pictures).table, judges.pictures(pictures).table, atol=0.05)


def test_where_there_are_no_judges_none_are_read(torch: Any, tmp_path: Path) -> None:
    from sealreel.benchmarks.generator.keeping import load_judges

    assert load_judges(tmp_path, device="cpu") is None


def test_damaged_judges_are_an_error(torch: Any, judges: Any, tmp_path: Path) -> None:
    from sealreel.benchmarks.generator.keeping import NAMES, load_judges, save_judges

    save_judges(judges, tmp_path)
    (tmp_path / NAMES[0]).write_bytes(b"no weights")

    with pytest.raises(WeightsInvalid, match="trained anew"):
        load_judges(tmp_path, device="cpu")
