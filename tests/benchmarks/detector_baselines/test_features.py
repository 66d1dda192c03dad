"""What baselines see is worked out once, and found again by what is in a file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sealreel.benchmarks.detector.baselines.features import FeatureCache, looks_at
from sealreel.benchmarks.detector.baselines.npr import NprStatistics
from sealreel.detector.training.dataset import Row


class Brightness:
    """A description that counts how often it is asked."""

    name = "brightness"
    windows = 2

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, window: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.asked += 1
        return window.mean(axis=(1, 2, 3)).astype(np.float32)


class Glance(Brightness):
    """One that looks at a single window."""

    name = "glance"
    windows = 1


def test_a_clip_is_described_once(tmp_path: Path, make_row: Callable[..., Row]) -> None:
    row, first, later = make_row("a"), Brightness(), Brightness()

    made = FeatureCache(tmp_path / "cache").of(row, first)
    found = FeatureCache(tmp_path / "cache").of(row, later)

    assert (first.asked, later.asked) == (2, 0)
    assert made.shape == (2, 8)
    assert np.array_equal(made, found)


def test_a_copy_under_another_name_is_known(tmp_path: Path, make_row: Callable[..., Row]) -> None:
    row, describe = make_row("a"), Brightness()
    cache = FeatureCache(tmp_path / "cache")
    cache.of(row, describe)

    row.path.rename(tmp_path / "elsewhere.mp4")

    assert cache.of(replace(row, path=tmp_path / "elsewhere.mp4"), describe).shape == (2, 8)
    assert describe.asked == 2


def test_a_slow_description_sees_the_first_window_alone(tmp_path: Path, make_row: Callable[..., Row]) -> None:
    row = make_row("a")
    cache = FeatureCache(tmp_path / "cache")

    assert np.array_equal(cache.of(row, Glance()), cache.of(row, Brightness())[:1])


def test_a_clip_of_eight_frames_has_one_window() -> None:
    frames = np.zeros((8, 48, 64, 3), np.uint8)

    assert looks_at(frames).shape == (1, 8, 224, 224, 3)


def test_the_second_window_ends_with_the_clip() -> None:
    frames = np.broadcast_to(np.arange(12, dtype=np.uint8)[:, None, None, None], (12, 48, 64, 3))

    windows = looks_at(frames)

    assert windows[:, :, 0, 0, 0].tolist() == [list(range(8)), list(range(4, 12))]


def test_processes_side_by_side_describe_as_one_does(tmp_path: Path, make_row: Callable[..., Row]) -> None:
    rows = [make_row(name) for name in ("a", "b", "c")]
    alone = FeatureCache(tmp_path / "alone").of_all(rows, NprStatistics())

    together = FeatureCache(tmp_path / "together", jobs=2).of_all(rows, NprStatistics())

    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))
