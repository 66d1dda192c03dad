"""Laying a turned picture back on the grid, to a fraction of a pixel."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from sealreel.provenance import Payload
from sealreel.provenance.watermark import WatermarkKey
from sealreel.provenance.watermark.geometry import (
    IDENTITY,
    Geometry,
    combine,
    combine_at_likely_offsets,
    lay_on_grid,
    whole_picture_turns,
)
from sealreel.provenance.watermark.layout import TILE, layout_of
from sealreel.provenance.watermark.sharpen import sharpen
from sealreel.provenance.watermark.tile import pattern

KEY = WatermarkKey(1, bytes(range(32)))
MARK = pattern(layout_of(KEY), Payload(record_id=9), width=512, height=512)


def worst_distance(found: Geometry, true: Geometry) -> float:
    corners = np.array([[0, 0], [512, 0], [0, 512], [512, 512]])
    apart = corners @ (found.as_array() - true.as_array()).T + np.subtract(found.shift, true.shift)
    return float(np.abs(apart).max())


def test_a_plane_that_was_not_turned_is_not_resampled() -> None:
    canvas, row, column = lay_on_grid(MARK, IDENTITY)

    assert canvas is MARK
    assert (row, column) == (0, 0)


@pytest.mark.parametrize("turned", [MARK[:, ::-1], MARK[::-1], np.rot90(MARK), np.rot90(MARK, 2), np.rot90(MARK, 3)])
def test_a_whole_picture_turn_is_undone_exactly(turned: NDArray[np.float32]) -> None:
    planes = [lay_on_grid(np.ascontiguousarray(turned), geometry)[0] for geometry in whole_picture_turns(512, 512)]

    assert any(plane.shape == MARK.shape and np.allclose(plane, MARK, atol=1e-3) for plane in planes)


@settings(max_examples=15, deadline=None)
@given(
    bend=st.lists(st.floats(-0.002, 0.002), min_size=4, max_size=4),
    shift=st.tuples(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0)),
)
def test_a_slightly_wrong_geometry_is_sharpened(bend: list[float], shift: tuple[float, float]) -> None:
    wrong = Geometry.of(np.eye(2) + np.reshape(bend, (2, 2)), np.asarray(shift))
    _, found = sharpen(MARK, layout_of(KEY), wrong)

    assert worst_distance(found, IDENTITY) < 0.1


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 2), (2, 1)])
def test_the_place_in_the_table_is_found(row: int, column: int) -> None:
    seen = np.ascontiguousarray(MARK[row * TILE :, column * TILE :])
    rows, geometries = combine_at_likely_offsets(seen, layout_of(KEY), Geometry(shift=(0.0, 0.0)), count=1)

    assert geometries[0].shift == (column * TILE, row * TILE)
    assert np.allclose(rows[0], combine(seen, layout_of(KEY), geometries[0]), rtol=1e-3, atol=0.5)


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        ((1.0, 0.0, 0.0, 1.0), "identity"),
        ((0.8, 0.0, 0.0, 0.8), "scaled 1.25"),
        ((-1.0, 0.0, 0.0, 1.0), "mirrored"),
        ((0.0, 1.0, -1.0, 0.0), "rotated 90.0°"),
    ],
)
def test_a_geometry_is_said_in_words(matrix: tuple[float, float, float, float], words: str) -> None:
    assert Geometry(matrix).words() == words
