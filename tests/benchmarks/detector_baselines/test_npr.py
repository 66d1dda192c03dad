"""NPR-style: the map of neighbouring-pixel residuals."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sealreel.benchmarks.detector.baselines.npr import NprStatistics, describe_map, npr_map

NOISE = np.random.default_rng(7).integers(0, 256, (32, 32, 3), dtype=np.uint8)


def test_the_map_is_what_a_pixel_adds_to_its_blocks_first() -> None:
    residual = npr_map(NOISE)

    assert (residual[::2, ::2] == 0.0).all()
    assert residual[5, 3].tolist() == (NOISE[5, 3].astype(float) - NOISE[4, 2]).tolist()


def test_nearest_upsampling_leaves_nothing() -> None:
    enlarged = NOISE.repeat(2, axis=0).repeat(2, axis=1)

    assert not npr_map(enlarged).any()


def test_a_flat_picture_has_finite_statistics() -> None:
    found = describe_map(npr_map(np.full((32, 32, 3), 90, np.uint8)))

    assert found.shape == (91,)
    assert np.isfinite(found).all()


def test_smoothing_shows_in_the_statistics() -> None:
    smooth = (np.asarray(NOISE, float) + np.roll(NOISE, 1, axis=1)) / 2

    assert describe_map(npr_map(smooth.astype(np.uint8)))[0] < describe_map(npr_map(NOISE))[0]


def test_every_other_frame_is_described(pan: Callable[..., NDArray[np.uint8]]) -> None:
    window = pan(3)

    found = NprStatistics()(window)

    assert found.shape == (4, 91)
    assert np.array_equal(found, NprStatistics()(window))
