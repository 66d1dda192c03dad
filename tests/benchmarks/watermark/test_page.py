"""The page shows what was measured, lets nothing of a name through, and loads nothing."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from sealreel.benchmarks.machine import describe_machine
from sealreel.benchmarks.report import Row, Skipped
from sealreel.benchmarks.sectioned import Section
from sealreel.benchmarks.watermark.page import page
from sealreel.benchmarks.watermark.results import WatermarkReport
from sealreel.benchmarks.watermark.visibility import Sample

pytest.importorskip("matplotlib", reason="the page is drawn with the extra `bench`")

HOSTILE = "<script>alert(1)</script>\"'$x_{$.mp4"
GOAL = Row(goal="list_a.all", text=HOSTILE, unit="of cells", wanted=0.9, better="higher", samples=(0.5,))


def cell(clip: str, attack: str, **changed: Any) -> dict[str, Any]:
    values = {"tier": "A", "group": "codec", "method": "sealreel.1", "warned": False, "tuned": False, "kind": "video"}
    found = {"status": "decoded", "z": 20.0, "log10_p": -60.0, "bit_accuracy": 1.0, "seconds": 0.1}
    return {"clip": clip, "attack": attack} | values | found | changed


POOL: dict[str, Any] = {
    "search": HOSTILE,
    "searches": 10,
    "max_z": 8.1,
    "z_edges": [0.25 * index for index in range(65)],
    "z_counts": [1] * 10 + [0] * 54,
    "log10_p_edges": [-0.25 * index for index in range(65)],
    "log10_p_counts": [10] + [0] * 63,
    "at_or_below": [10] + [0] * 63,
    "expected_at_most": [10 * 10 ** (-0.25 * index) for index in range(64)],
}
VISIBLE: dict[str, Any] = {
    "clip": HOSTILE,
    "strength_db": 44.0,
    "vmaf": 97.0,
    "vmaf_worst_frame": 95.0,
    "vmaf_ceiling": 99.0,
    "vmaf_encoded": 93.0,
    "vmaf_encoded_unmarked": 95.0,
    "psnr_y_db": 44.0,
    "psnr_rgb_db": 43.0,
    "ssim": 0.99,
    "worst_block_db": 38.0,
    "worst_block_at": [3, 64, 128],
    "still_share": 0.5,
    "flicker": None,
    "bars_mean_change": None,
}
ATTEMPT: dict[str, Any] = {
    "attack": HOSTILE,
    "strength": "× 1",
    "had": "the clip",
    "judged": True,
    "outcome": "survives",
    "z": 12.0,
    "psnr_original_db": None,
    "correlation": None,
}
STANDING: dict[str, Any] = {
    "method": HOSTILE,
    "clips": 1,
    "cells": 1,
    "recovered": 0,
    "ours_recovered": 1,
    "psnr_rgb_db": None,
    "ours_psnr_rgb_db": 42.0,
    "ssim": None,
    "ours_ssim": 0.99,
    "behind_in": [],
    "by_attack": {HOSTILE: [0, 1]},
}
CELLS = (
    *(cell(HOSTILE, f"x264 CRF {crf}") for crf in (23, 33, 40)),
    cell("b.mp4", HOSTILE, status="not_found", z=8.0, log10_p=0.0),
    cell("b.mp4", "x264 CRF 23", status="present", z=None, log10_p=None, bit_accuracy=None, warned=True, tuned=True),
)
SECTIONS = (
    Section("robustness", HOSTILE, CELLS, (GOAL,)),
    Section("stills", "Stills", (cell("kodim.png", "JPEG 40", kind="image"),)),
    Section("visibility", "Visibility", (VISIBLE,)),
    Section("false_positives", "False positives", ({},), extras={"pools": [POOL]}),
    Section("peers", "Peers", ({},), skipped=(Skipped("peers.x", HOSTILE),), extras={"standings": [STANDING]}),
    Section("security", "Security", (ATTEMPT,)),
    Section("speed", "Speed", (GOAL.as_json(),)),
)


@pytest.fixture(scope="module")
def text() -> str:
    report = WatermarkReport(
        machine=describe_machine(),
        started_at=datetime.now(UTC),
        effort="quick",
        commit=None,
        strength_db=44.0,
        material=HOSTILE,
        tuned=(HOSTILE,),
        sections=SECTIONS,
    )
    return page(report, samples=[Sample(HOSTILE, b"a", b"b", b"c")])


class Elements(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.sources: list[str] = []
        self.shown: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href", "action", "data")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.shown.append(data)


@pytest.fixture(scope="module")
def elements(text: str) -> Elements:
    parser = Elements()
    parser.feed(text)
    return parser


def test_a_hostile_name_is_text(elements: Elements) -> None:
    assert "script" not in elements.tags
    assert any(HOSTILE in shown for shown in elements.shown)


def test_nothing_is_loaded_from_anywhere(text: str, elements: Elements) -> None:
    assert all(source.startswith(("data:image/", "#")) for source in elements.sources)
    assert "default-src 'none'" in text
    assert not re.search(r"https?://|url\(|@import", text)


def test_every_section_has_its_place(elements: Elements) -> None:
    assert {f"#{section.name}" for section in SECTIONS} <= set(elements.sources)


def test_pictures_and_plots_are_inside(elements: Elements) -> None:
    kinds = [source.split(";")[0] for source in elements.sources if source.startswith("data:")]

    assert kinds.count("data:image/png") == 3
    assert kinds.count("data:image/svg+xml") == 3


def test_what_was_left_out_is_said_with_its_reason(elements: Elements) -> None:
    assert f"peers.x: {HOSTILE}" in elements.shown


def test_a_missed_goal_is_called_that(elements: Elements) -> None:
    assert "missed" in elements.shown
