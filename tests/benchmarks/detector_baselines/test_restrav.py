"""ReStraV-style: the 21 numbers of a path."""

import numpy as np
import pytest

from sealreel.benchmarks.detector.baselines.restrav import geometry


def test_a_straight_path_turns_nowhere() -> None:
    found = geometry(np.outer(np.arange(8), [3.0, 4.0]).astype(np.float32))

    assert found[:7] == pytest.approx(5.0)
    assert found[7:13] == pytest.approx(0.0, abs=1e-4)
    assert found[13:17] == pytest.approx([5.0, 5.0, 5.0, 0.0])


def test_stairs_turn_by_right_angles() -> None:
    stairs = np.asarray([((index + 1) // 2, index // 2) for index in range(8)], np.float32)

    found = geometry(stairs)

    assert found[7:13] == pytest.approx(90.0)
    assert found[17:] == pytest.approx([90.0, 90.0, 90.0, 0.0])


def test_turning_back_is_180_degrees() -> None:
    there_and_back = np.asarray([[index % 2] for index in range(8)], np.float32)

    assert geometry(there_and_back)[7:13] == pytest.approx(180.0)


def test_a_still_clip_says_neither_straight_nor_back() -> None:
    found = geometry(np.ones((8, 5), np.float32))

    assert found.shape == (21,)
    assert found[7:13] == pytest.approx(90.0)


def test_the_path_has_eight_frames() -> None:
    with pytest.raises(ValueError, match="7 frames"):
        geometry(np.zeros((7, 4), np.float32))
