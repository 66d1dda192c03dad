"""Laying a turned picture back on the grid, to a fraction of a pixel."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from sealreel.provenance import Payload
from sealreel.provenance.watermark import WatermarkKey
from sealreel.provenance.watermark.agreement import agreeing
from sealreel.provenance.watermark.combine import Tiles, in_step, tiles_of
from sealreel.provenance.watermark.decode import read
from sealreel.provenance.watermark.geometry import (
    IDENTITY,
    Geometry,
    lay_on_grid,
    tilt,
    whole_picture_turns,
)
from sealreel.provenance.watermark.layout import TILE, layout_of
from sealreel.provenance.watermark.scramble import at_likely_places
from sealreel.provenance.watermark.sharpen import sharpen
from sealreel.provenance.watermark.tile import pattern

KEY = WatermarkKey(1, bytes(range(32)))
MARK = pattern(layout_of(KEY), Payload(record_id=9), width=512, height=512)


def worst_distance(found: Geometry, true: Geometry) -> float:
    corners = np.array([[0, 0], [512, 0], [0, 512], [512, 512]], dtype=np.float64)
    return float(np.abs(found.places(corners) - true.places(corners)).max())


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
    wrong = Geometry.of(np.eye(2) + np.reshape(bend, (2, 2))).moved(*shift)
    _, found = sharpen(MARK, layout_of(KEY), wrong)

    assert worst_distance(found, IDENTITY) < 0.1


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 2), (2, 1)])
def test_the_place_of_a_cut_picture_is_found(row: int, column: int) -> None:
    seen = np.ascontiguousarray(MARK[row * TILE :, column * TILE :])
    layout = layout_of(KEY)
    spectra, places = at_likely_places(tiles_of(seen, layout, IDENTITY).data, layout, count=1)
    moved = tiles_of(seen, layout, IDENTITY.moved(column * TILE, row * TILE)).likeliest(layout)

    assert places == ((row, column),)
    assert np.allclose(spectra[0], moved[0], rtol=1e-3, atol=0.5)


def test_the_place_of_a_picture_in_a_picture_is_found() -> None:
    layout = layout_of(KEY)
    seen = np.random.default_rng(3).standard_normal((7 * TILE, 12 * TILE)).astype(np.float32)
    seen[TILE : TILE + 512, 5 * TILE : 5 * TILE + 512] += MARK
    _, places = at_likely_places(tiles_of(seen, layout, IDENTITY).data, layout, count=1)

    assert places == ((-1, -5),)


@pytest.mark.parametrize("tilted", [tilt(0.05, 0.0, width=512, height=512), tilt(-0.03, 0.04, width=512, height=512)])
def test_a_picture_filmed_from_the_side_is_sharpened(tilted: Geometry) -> None:
    side = np.linalg.inv(tilted.as_array())
    seen = cv2.warpPerspective(MARK, side, (512, 512), flags=cv2.INTER_CUBIC)
    start = tilted.then(tilt(0.015, -0.015, width=512, height=512).as_array())
    _, found = sharpen(np.asarray(seen, dtype=np.float32), layout_of(KEY), start)

    assert worst_distance(found, tilted) < 1.0  # the warp above counts from pixel middles: half a pixel


def test_maps_are_put_one_after_the_other() -> None:
    turn, point = Geometry.of(np.array([[0.0, 1.0], [-1.0, 0.0]])).moved(0.0, 512.0), np.array([[10.0, 20.0]])

    assert np.allclose(IDENTITY.moved(3.0, 4.0).after(turn).places(point), turn.places(point) + np.array([3.0, 4.0]))


def test_parts_under_different_nonces_add_up(key: WatermarkKey, payload: Payload) -> None:
    layout = layout_of(key)
    planes = [pattern(layout, payload, width=640, height=512, nonce=nonce) for nonce in (31, 114, 31, 4095)]
    parts = [tiles_of(plane, layout, IDENTITY).likeliest(layout) for plane in planes]
    alone, total = (max(float(np.linalg.norm(row)) for row in rows) for rows in (parts[0], in_step(parts, layout)))

    assert total > 3.5 * alone


def test_tiles_without_pilots_count_little(key: WatermarkKey, payload: Payload) -> None:
    layout, rng = layout_of(key), np.random.default_rng(5)
    plane = np.concatenate(
        [pattern(layout, payload, width=1024, height=512), rng.standard_normal((512, 1024), np.float32)]
    )
    seen = tiles_of(np.ascontiguousarray(plane), layout, IDENTITY)
    weighed = seen.weighed(layout)
    kept = np.linalg.norm(weighed.data, axis=-1) / np.linalg.norm(seen.data, axis=-1)

    assert kept[:3].min() > 0.6 * kept.max()
    assert kept[6:].max() < 0.2 * kept.max()


def test_a_mark_turned_over_in_half_of_its_tiles_and_in_its_fine_waves_adds_up(
    key: WatermarkKey, payload: Payload
) -> None:
    layout = layout_of(key)
    plane = pattern(layout, payload, width=1024, height=512)
    plane[256:] *= -1
    blurred = np.asarray(cv2.GaussianBlur(plane, (0, 0), 1.5), dtype=np.float32)
    plane = np.float32(2.0) * blurred - plane  # low waves as they are, high ones negated
    seen = tiles_of(np.ascontiguousarray(plane), layout, IDENTITY)
    alike, weighed = (read(key, one.likeliest(layout))[0] for one in (seen, seen.weighed(layout)))

    assert alike.z < 10.0
    assert weighed.payload == payload
    assert weighed.z > 25.0


def test_a_mark_turned_over_here_and_there_is_read_without_pilots(key: WatermarkKey, payload: Payload) -> None:
    layout = layout_of(key)
    noise = np.random.default_rng(8).standard_normal((512, 1024), np.float32)
    plane = (pattern(layout, payload, width=1024, height=512) + 8.0 * noise).astype(np.float32)
    tiles = tiles_of(plane, layout, IDENTITY)
    fine = np.hypot(layout.data_bins[:, 0], layout.data_bins[:, 1]) >= 13.0
    weights = np.ones_like(tiles.pilots[..., :1]) * np.where(fine, -1.0, 1.0)  # (rows, columns, bins)
    weights[1:3, 2:5] *= -1.0
    weights[3] *= np.where(fine, -1.0, 1.0)
    left = Tiles((tiles.data * weights).astype(np.complex64), 0.0 * tiles.pilots, tiles.first)

    assert read(key, left.likeliest(layout))[0].payload != payload
    assert read(key, agreeing(left, layout))[0].payload == payload


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
    assert Geometry.of(np.reshape(matrix, (2, 2))).words(512, 512) == words
