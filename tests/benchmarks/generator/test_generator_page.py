"""The page shows what was measured, lets nothing of a text through, and loads nothing."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest

from sealreel.benchmarks.generator.answers import accuracy
from sealreel.benchmarks.generator.attributes import AttributeRow
from sealreel.benchmarks.generator.drift import DriftRow
from sealreel.benchmarks.generator.frechet import frechet_rows
from sealreel.benchmarks.generator.goals import attribute_goals
from sealreel.benchmarks.generator.identity import IdentityRow
from sealreel.benchmarks.generator.permanence import Permanence, PermanenceRow
from sealreel.benchmarks.generator.results import GeneratorReport, report_of
from sealreel.benchmarks.machine import describe_machine
from sealreel.benchmarks.report import Skipped
from sealreel.benchmarks.sectioned import Section, as_rows
from sealreel.errors import SettingsInvalid
from sealreel.service.answers import schema

pytest.importorskip("matplotlib", reason="the page is drawn with the extra `bench`")
HOSTILE = "<script>alert(1)</script>"


def report() -> GeneratorReport:
    good = accuracy(9, 10)
    attribute = AttributeRow("1 thing", "colour", good, good, good, accuracy(1, 10))
    lasting = Permanence(good, None, good, 1.0)
    import numpy as np

    features = np.random.default_rng(0).normal(size=(4, 3))
    distances = frechet_rows(made=features, renders=features, others=features, styles=(features, features + 1))
    settings = {"steps": 8, "guidance_scale": 1.0, "clips": 4, "of_ceiling": 0.9, "frechet": 1.0}
    sections = (
        Section("attributes", HOSTILE, as_rows([attribute]), attribute_goals([attribute])),
        Section("permanence", "P", as_rows([PermanenceRow("bite", HOSTILE, lasting, lasting)])),
        Section("identity", "I", as_rows([IdentityRow("1 thing", good, good)])),
        Section("fidelity", "F", as_rows(distances), extras={"autoencoder": 0.5}),
        Section("drift", "D", as_rows([DriftRow(10, 2, good, good, good, good, None, 0.9, 3.0)])),
        Section("determinism", "T", ({"prompt": HOSTILE, "seed": 1, "sha256": "ab", "same": True},)),
        Section("settings", "S", (settings | dict.fromkeys(("colour", "shape", "action", "direction"), 0.5),)),
        Section("languages", "L", skipped=(Skipped("languages", HOSTILE),)),
        Section("speed", "V", ({"denoise_seconds": 1.0, "decode_seconds": 0.5},)),
    )
    return GeneratorReport(
        machine=describe_machine(),
        started_at=datetime(2026, 1, 2, tzinfo=UTC),
        effort="quick",
        commit="abc",
        device="cpu",
        model={"fold": 0, "name": HOSTILE, "version": "2", "sha256": "f" * 64, "steps": 8, "guidance_scale": 1.0},
        judges={"clips_shown": 100, "width": 16},
        sections=sections,
    )


def test_every_section_is_drawn_and_no_text_becomes_html() -> None:
    from sealreel.benchmarks.generator.page import page

    drawn = page(report(), sheet=b"png")

    assert HOSTILE not in drawn
    assert all(f'id="{section.name}"' in drawn for section in report().sections)
    assert 'id="samples"' in drawn


def test_the_page_loads_nothing() -> None:
    from sealreel.benchmarks.generator.page import page

    assert "http" not in page(report()).replace("http-equiv", "")


def test_a_report_follows_the_schema() -> None:
    found = json.loads(json.dumps(report().as_json()))

    jsonschema.Draft202012Validator(schema("bench")).validate(found)  # pyright: ignore[reportUnknownMemberType]


def test_a_report_that_was_written_can_be_read_back() -> None:
    written: dict[str, Any] = json.loads(json.dumps(report().as_json()))

    assert json.loads(json.dumps(report_of(written).as_json())) == written


def test_another_report_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="no report of"):
        report_of({"schema": "sealreel.bench/1", "benchmark": "speed"})


def test_a_share_keeps_its_interval() -> None:
    assert {"right", "n", "share", "low", "high"} == set(asdict(accuracy(3, 4)))
