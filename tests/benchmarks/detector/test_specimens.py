"""Clips of the embedded model for those who study it: pairs that only traces tell apart."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("diffusers")
pytest.importorskip("cv2")

from sealreel.benchmarks.detector.specimens import (
    JUDGED,
    TRAINED,
    specimens,
    write_companions,
)
from sealreel.detector.training.dataset import read_clip_frames, read_dataset


def test_companions_are_a_data_set_of_pairs_and_are_made_once(tmp_path: Path) -> None:
    folder = write_companions(tmp_path / "own", 1)
    made, drawn = read_dataset(folder)
    before = made.path.stat().st_mtime_ns
    one, other = (read_clip_frames(row.path).astype(np.float64) for row in (made, drawn))

    assert [(row.label, row.head, row.source) for row in (made, drawn)] == [
        ("ai", "full_synthetic", "sealreel"),
        ("real", None, "sealreel_renders"),
    ]
    assert made.group == drawn.group  # a split never puts them on both sides
    assert one.shape == other.shape == (20, 190, 190, 3)
    assert one.std() > 10 < other.std()
    write_companions(folder, 1)
    assert made.path.stat().st_mtime_ns == before


def test_what_is_trained_on_is_not_what_is_judged() -> None:
    (scene, judged), (other, trained) = (next(islice(specimens(1, seeds), 1)) for seeds in (JUDGED, TRAINED))

    assert scene != other
    assert np.abs(judged.astype(np.int16) - trained).mean() > 5
