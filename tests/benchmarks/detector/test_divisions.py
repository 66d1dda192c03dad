"""Who is judged by which weights: nothing a model saw may judge it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sealreel.benchmarks.detector.divisions import divisions_of_run, shipped_division, thinned
from sealreel.detector.training.dataset import read_dataset
from sealreel.detector.weights import read_card, write_card
from sealreel.errors import ModelUnavailable, SettingsInvalid, WeightsInvalid


def test_no_source_and_no_group_stands_on_both_sides(data: Path, trained: Path) -> None:
    for division in divisions_of_run(trained, read_dataset(data)):
        held = {row.source for row in (*division.test, *division.faces)}

        assert not held & {row.source for row in division.train}
        assert not {row.group for row in division.test} & {row.group for row in division.train}


def test_rows_marked_evaluate_never_train_and_are_judged_once(data: Path, trained: Path) -> None:
    divisions = divisions_of_run(trained, read_dataset(data))
    judged = [row.source for division in divisions for row in division.test if row.use == "evaluate"]

    assert sorted(judged) == ["latent"] * 3 + ["robot"] * 3
    assert all(row.use == "train" for division in divisions for row in division.train)


def test_weights_that_saw_a_held_out_source_are_refused(data: Path, trained: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    folder = run / "folds" / "1"
    folder.mkdir(parents=True)
    card = read_card(trained / "folds" / "1")
    write_card(folder, replace(card, trained_on={"park": 3}))
    fold = {"number": 1, "generators": ["dream"], "real_sources": ["park"]}
    (run / "folds.json").write_text(json.dumps({"seed": 0, "folds": [fold]}))

    with pytest.raises(WeightsInvalid, match="park"):
        divisions_of_run(run, read_dataset(data))


def test_a_fold_without_weights_is_named(data: Path, tmp_path: Path) -> None:
    fold = {"number": 7, "generators": ["dream"], "real_sources": ["park"]}
    (tmp_path / "folds.json").write_text(json.dumps({"seed": 0, "folds": [fold]}))

    with pytest.raises(ModelUnavailable, match="folds/7"):
        divisions_of_run(tmp_path, read_dataset(data))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"folds": []}', '{"folds": [{"number": "x"}]}', '{"folds": 3}'])
def test_a_list_of_folds_that_is_none_is_refused(data: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "folds.json").write_text(text)

    with pytest.raises(SettingsInvalid, match=r"folds\.json"):
        divisions_of_run(tmp_path, read_dataset(data))


def test_folds_of_another_data_set_are_refused(data: Path, trained: Path, tmp_path: Path) -> None:
    (tmp_path / "folds").symlink_to(trained / "folds")
    fold = {"number": 1, "generators": ["nobody"], "real_sources": ["nowhere"]}
    (tmp_path / "folds.json").write_text(json.dumps({"seed": 0, "folds": [fold]}))
    rows = [row for row in read_dataset(data) if row.use == "train"]

    with pytest.raises(SettingsInvalid, match="no fold holds out both"):
        divisions_of_run(tmp_path, rows)


def test_shipped_weights_are_judged_by_what_they_never_trained_on(data: Path, trained: Path) -> None:
    (division,) = shipped_division(read_dataset(data), trained / "folds" / "1")

    assert {row.source for row in division.test} == {"latent", "robot"}


def test_without_evaluation_rows_shipped_weights_cannot_be_judged(data: Path, trained: Path) -> None:
    rows = [row for row in read_dataset(data) if row.use == "train"]

    with pytest.raises(SettingsInvalid, match="evaluate"):
        shipped_division(rows, trained / "folds" / "1")


def test_thinning_takes_from_the_whole_of_each_source(data: Path) -> None:
    rows = read_dataset(data)
    few = thinned(rows, 2)

    assert [row.path.name for row in few if row.source == "park"] == ["park0.mp4", "park1.mp4"]
    assert len(few) == 2 * len({row.source for row in rows})
