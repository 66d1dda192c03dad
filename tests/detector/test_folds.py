"""Who is held out: families together, near-duplicates never on both sides."""

from pathlib import Path

import pytest

from sealreel.detector.training.dataset import Row, Use
from sealreel.detector.training.folds import Fold, fold_from_json, folds_of, held_out, trained_in

DATA = Path(__file__).parents[2] / "../shared/data/detector"


def row(source: str, group: str, *, real: bool = False, use: Use = "train") -> Row:
    return Row(
        path=Path(f"{source}-{group}.mp4"),
        label="real" if real else "ai",
        head=None if real else "full_synthetic",
        source=source,
        group=group,
        use=use,
        repository="",
        licence="",
        original_codec="",
        original_width=0,
        original_height=0,
        original_fps=0.0,
    )


ROWS = tuple(
    [row(f"maker{chr(97 + source)}", f"g{source}-{clip}") for source in range(6) for clip in range(4)]
    + [row(f"camera{source}", f"r{source}-{clip}", real=True) for source in range(6) for clip in range(3)]
)


def test_every_clip_is_held_out_once() -> None:
    scored = [one for fold in folds_of(ROWS, count=3) for one in held_out(fold, ROWS)]

    assert sorted(scored, key=str) == sorted(ROWS, key=str)


def test_a_fold_trains_on_nothing_that_it_scores() -> None:
    for fold in folds_of(ROWS, count=3):
        assert {one.source for one in trained_in(fold, ROWS)}.isdisjoint(one.source for one in held_out(fold, ROWS))


def test_the_same_seed_deals_alike() -> None:
    assert folds_of(ROWS, seed=3) == folds_of(ROWS, seed=3)


def test_what_may_only_be_evaluated_is_neither_trained_on_nor_held_out() -> None:
    kept = row("makera", "own", use="evaluate")

    for fold in folds_of((*ROWS, kept), count=3):
        assert kept not in trained_in(fold, (*ROWS, kept))
        assert kept not in held_out(fold, (*ROWS, kept))


def test_a_near_duplicate_of_a_held_out_clip_does_not_train() -> None:
    twin = row("camera0", "g0-0", real=True)
    fold = Fold(1, frozenset({"makera"}), frozenset())

    assert twin not in trained_in(fold, (*ROWS, twin))


def test_generators_on_the_same_decoder_are_held_out_together() -> None:
    family = ("wan21", "self_forcing_wan", "causvid")
    rows = (*ROWS, *(row(name, name) for name in family))

    assert any(fold.generators.issuperset(family) for fold in folds_of(rows, count=3))


def test_a_fold_is_read_as_it_was_written() -> None:
    fold = folds_of(ROWS, count=3)[0]

    assert fold_from_json(fold.as_json()) == fold


def test_something_else_is_no_fold() -> None:
    with pytest.raises(ValueError, match="not a fold"):
        fold_from_json({"number": 1})
