"""Searches of media that carry no mark: counted rightly, kept, and never successful."""

import math
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from sealreel.benchmarks.report import Skipped
from sealreel.benchmarks.watermark.cells import Cells
from sealreel.benchmarks.watermark.false_positives import (
    LOG10_P_BINS,
    LOG10_P_STEP,
    SEARCHES_IN_ALL,
    Z_BINS,
    FalsePositiveRow,
    FalsePositivesConfig,
    counted,
    media_for,
    pooled,
    run_false_positives,
    search_medium,
)
from sealreel.benchmarks.watermark.unmarked import DRAWINGS, Medium, drawn_media, key_of, marked_by, payload_of


def drawn(name: str) -> Medium:
    return next(medium for medium in drawn_media() if medium.name == name)


@given(st.lists(st.floats(-3, 40), max_size=50))
def test_every_value_is_counted_once(values: list[float]) -> None:
    assert sum(counted(values, step=0.25, bins=64)) == len(values)


def test_a_value_on_an_edge_belongs_to_the_bin_above_it() -> None:
    assert counted([0.0, 0.24, 0.25, 0.5], step=0.25, bins=4) == (2, 1, 1, 0)


def test_values_outside_go_to_the_first_and_the_last_bin() -> None:
    assert counted([-1.0, 99.0], step=0.25, bins=4) == (1, 0, 0, 1)


@pytest.fixture(scope="module")
def rows() -> list[FalsePositiveRow]:
    """A few searches over content that repeats as pilots do, and over somebody else's mark."""
    media = [drawn("tiled, 128 px"), marked_by(drawn("rough texture"), "another key")]
    return [row for medium in media for row in search_medium(medium, {"one word": 30, "untouched": 10, "blind": 2})]


def test_nothing_is_found_where_nothing_is(rows: list[FalsePositiveRow]) -> None:
    assert [row.accepted for row in rows] == [0] * 6


def test_a_row_counts_each_of_its_searches(rows: list[FalsePositiveRow]) -> None:
    assert all(sum(row.z_counts) == sum(row.log10_p_counts) == row.searches for row in rows)


def test_a_search_pays_for_several_looks(rows: list[FalsePositiveRow]) -> None:
    looks = {row.search: row.looks / row.searches for row in rows if row.medium == "tiled, 128 px"}

    assert looks["one word"] == 1
    assert looks["blind"] > looks["untouched"] > 1


def test_a_row_survives_json(rows: list[FalsePositiveRow]) -> None:
    assert [FalsePositiveRow.from_json(row.as_json()) for row in rows] == rows


def test_the_pool_adds_up_media(rows: list[FalsePositiveRow]) -> None:
    pool = next(pool for pool in pooled(rows) if pool.search == "untouched")

    assert (pool.media, pool.searches, pool.accepted) == (2, 20, 0)
    assert pool.max_z == max(row.max_z for row in rows if row.search == "untouched")
    assert (len(pool.z_counts), len(pool.log10_p_counts)) == (Z_BINS, LOG10_P_BINS)


def test_the_pool_says_how_many_the_bound_allows(rows: list[FalsePositiveRow]) -> None:
    pool = next(pool for pool in pooled(rows) if pool.search == "one word")

    assert pool.at_or_below[0] == pool.searches == 60
    assert pool.expected_at_most[:2] == pytest.approx((60, 60 * 10**-LOG10_P_STEP))


def test_single_code_words_keep_hoeffdings_bound() -> None:
    row = search_medium(drawn("cells"), {"one word": 400})[0]
    beyond, level = sum(row.z_counts[8:]), 2.0  # bins of a quarter: from 2 standard deviations on

    # Each key exceeds it with p <= exp(-2) = 0.135; 400 independent keys exceed 400 (p + 0.15) with a chance below
    # exp(-2 · 400 · 0.15²) = 1.5e-8 (Hoeffding).
    assert beyond <= 400 * (math.exp(-(level**2) / 2) + 0.15)


def test_finished_rows_are_not_measured_again(tmp_path: Path) -> None:
    config = FalsePositivesConfig(media=(drawn("grey"),), workers=1, searches={"untouched": 3, "blind": 1})
    cells = Cells(tmp_path / "cells.jsonl")
    first = run_false_positives(config, cells=cells)
    told: list[FalsePositiveRow | Skipped] = []

    assert len(first) == len(cells) == 2
    assert run_false_positives(config, cells=Cells(tmp_path / "cells.jsonl"), on_row=told.append) == first
    assert tuple(told) == first


def test_blank_pictures_say_nothing() -> None:
    row = search_medium(drawn("black"), {"blind": 1})[0]

    assert (row.max_z, row.best_log10_p, row.accepted) == (0.0, 0.0, 0)


def test_every_kind_of_medium_is_searched_without_any_folder() -> None:
    kinds = {medium.kind for medium in media_for(FalsePositivesConfig())}

    assert kinds == {"noise", "flat", "texture", "periodic", "another key", "another method", "same key"}


def test_the_default_run_has_the_promised_number_of_searches() -> None:
    assert SEARCHES_IN_ALL["default"]["untouched"] >= 10_000
    assert SEARCHES_IN_ALL["default"]["blind"] >= 1_000


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_is_the_same_each_time(name: str) -> None:
    first, again = drawn(name).planes(), drawn(name).planes()

    assert len(first) == len(again) == 16
    assert (first[-1] == again[-1]).all()


def test_keys_and_payloads_follow_from_names() -> None:
    assert key_of("clip", 1) == key_of("clip", 1) != key_of("clip", 2)
    assert payload_of("clip", 1, key_id=3) == payload_of("clip", 1, key_id=3) != payload_of("clip", 2, key_id=3)


def test_an_unknown_size_is_refused() -> None:
    with pytest.raises(ValueError, match="size is one of quick, default, full, got 'huge'"):
        FalsePositivesConfig(size="huge")  # pyright: ignore[reportArgumentType]
