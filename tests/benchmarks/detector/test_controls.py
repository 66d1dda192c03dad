"""Controls find what leaks, and nothing where nothing does."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sealreel.benchmarks.detector.contender import Contender
from sealreel.benchmarks.detector.controls import Length, Metadata, Shuffled, controls, relabelled
from sealreel.benchmarks.detector.judged import auroc
from sealreel.detector.training.dataset import Row, read_dataset

pytest.importorskip("sklearn")


@pytest.fixture(scope="module")
def rows(data: Path) -> tuple[Row, ...]:
    """Wholly synthetic and real clips."""
    return tuple(row for row in read_dataset(data) if row.head != "face_manipulation")


def halves(rows: tuple[Row, ...]) -> tuple[list[Row], list[Row]]:
    test = {"park", "street", "dream", "diffuse"}
    return [row for row in rows if row.source not in test], [row for row in rows if row.source in test]


def test_metadata_that_names_the_label_is_found(rows: tuple[Row, ...]) -> None:
    train, test = halves(rows)  # synthetic clips were at 8 frames a second, real ones at 30
    logits = Metadata().fit_predict(train, test)
    synthetic = np.array([row.label == "ai" for row in test])

    assert auroc(logits[~synthetic], logits[synthetic]) == 1.0


def test_clips_of_one_form_have_no_telling_length(rows: tuple[Row, ...]) -> None:
    logits = Length().fit_predict(*halves(rows))

    assert len(set(logits.tolist())) == 1


@pytest.mark.parametrize("control", controls(), ids=lambda one: one.name)
def test_a_control_never_reads_the_labels_it_is_asked_for(control: Contender, rows: tuple[Row, ...]) -> None:
    train, test = halves(rows)
    hidden = [replace(row, label="real", head=None) for row in test]

    assert control.fit_predict(train, hidden).tolist() == control.fit_predict(train, test).tolist()


def test_shuffled_labels_keep_sources_whole_and_both_labels(rows: tuple[Row, ...]) -> None:
    dealt = relabelled(rows)

    assert len({(row.source, row.label) for row in dealt}) == len({row.source for row in rows})
    assert {row.label for row in dealt} == {"real", "ai"}
    assert [row.label for row in dealt] != [row.label for row in rows]


def test_a_codec_that_training_never_saw_is_no_error(rows: tuple[Row, ...]) -> None:
    train, test = halves(rows)
    strange = [replace(row, original_codec="cinepak") for row in test]

    assert np.isfinite(Shuffled().fit_predict(train, strange)).all()
