"""The numbers of the visibility table, against values that can be worked out by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.benchmarks.watermark.differences import (
    SAME_DB,
    black_bars,
    flicker,
    psnr,
    square_error,
    ssim,
    worst_block,
)

Plane = NDArray[np.uint8]


def texture(height: int = 96, width: int = 160, seed: int = 1) -> Plane:
    return np.random.default_rng(seed).integers(40, 200, (height, width)).astype(np.uint8)


def plus(plane: Plane, change: int) -> Plane:
    return (plane + change).astype(np.uint8)


def test_a_change_of_one_everywhere_is_48_db() -> None:
    assert psnr(square_error(texture(), plus(texture(), 1))) == pytest.approx(48.1308, abs=1e-4)


def test_equal_planes_have_no_error() -> None:
    assert psnr(square_error(texture(), texture())) == SAME_DB


def test_a_large_difference_does_not_wrap_around() -> None:
    black, white = np.zeros((4, 4), np.uint8), np.full((4, 4), 255, np.uint8)

    assert square_error(black, white) == square_error(white, black) == 255.0**2


def test_ssim_of_identical_planes_is_1() -> None:
    assert ssim(texture(), texture()) == pytest.approx(1.0)


def test_ssim_of_two_even_planes_is_their_luminance_term() -> None:
    dark, light = np.full((32, 32), 100, np.uint8), np.full((32, 32), 120, np.uint8)
    c1 = (0.01 * 255) ** 2

    assert ssim(dark, light) == pytest.approx((2 * 100 * 120 + c1) / (100**2 + 120**2 + c1))


def test_ssim_of_unrelated_noise_is_near_0() -> None:
    assert abs(ssim(texture(seed=1), texture(seed=2))) < 0.1


def test_ssim_needs_room_for_its_window() -> None:
    with pytest.raises(ValueError, match="11×11"):
        ssim(texture(10, 10), texture(10, 10))


def test_the_worst_block_is_found_with_its_place() -> None:
    before = (texture(128, 192), texture(128, 192))
    hurt = before[1].copy()
    hurt[64:128, 128:192] += 4

    block = worst_block(before, (before[0], hurt))

    assert (block.frame, block.x, block.y) == (1, 128, 64)
    assert block.psnr_db == pytest.approx(48.1308 - 12.0412, abs=1e-3)


def test_a_picture_smaller_than_a_block_is_one_block() -> None:
    assert worst_block((texture(32, 40),), (plus(texture(32, 40), 1),)).psnr_db == pytest.approx(48.1308, abs=1e-3)


def test_a_mark_that_stands_still_does_not_flicker() -> None:
    before = (texture(),) * 4

    moves = flicker(before, tuple(plus(plane, 2) for plane in before))

    assert (moves.still_share, moves.change, moves.worst_change) == (1.0, 0.0, 0.0)


def test_a_fresh_mark_in_each_picture_flickers_by_the_root_of_two() -> None:
    rng = np.random.default_rng(3)
    before = (np.full((256, 256), 120, np.uint8),) * 6
    marked = tuple((plane + np.rint(rng.normal(0, 8, plane.shape))).astype(np.uint8) for plane in before)

    assert flicker(before, marked).change == pytest.approx(2**0.5, abs=0.02)


def test_where_nothing_stands_still_there_is_no_flicker_to_measure() -> None:
    before = tuple(texture(seed=seed) for seed in range(4))

    assert flicker(before, tuple(plus(plane, 1) for plane in before)).change is None


def test_bars_are_found_and_a_change_in_them_is_seen() -> None:
    picture = texture(100, 100)
    picture[:30] = 16
    marked = picture.copy()
    marked[5, 7] = 19

    bars = black_bars((picture,), (marked,))

    assert (bars.share, bars.largest_change) == (pytest.approx(0.22), 3)


def test_a_picture_without_bars_has_none() -> None:
    assert black_bars((texture(),), (texture(),)).largest_change is None
