"""A row says what was measured, what is wanted, and whether that is met."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sealreel.benchmarks.machine import describe_machine
from sealreel.benchmarks.report import Row, Skipped, SpeedReport

FAST = Row(goal="a.b", text="a thing", unit="s", wanted=2.0, better="lower", samples=(1.0, 3.0, 1.5))
RICH = replace(FAST, goal="c.d", better="higher")


def test_the_median_is_compared() -> None:
    assert (FAST.measured, FAST.ratio, FAST.met) == (1.5, 0.75, True)


def test_higher_is_better_where_the_goal_says_so() -> None:
    assert not RICH.met
    assert replace(RICH, samples=(2.0,)).met


def test_a_row_without_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one sample"):
        replace(FAST, samples=())


def test_a_row_in_json_carries_its_spread_and_its_n() -> None:
    row = FAST.as_json()

    assert (row["measured"], row["low"], row["high"], row["n"], row["met"]) == (1.5, 1.0, 3.0, 3, True)


def test_a_report_is_json_with_the_machine_beside_it() -> None:
    machine = describe_machine()
    report = SpeedReport(machine, datetime.now(UTC), quick=True, rows=(FAST, RICH), skipped=(Skipped("e", "no disk"),))

    parsed = json.loads(json.dumps(report.as_json()))

    assert parsed["met"] is False
    assert parsed["_meta"]["machine"]["cores"] >= 1
    assert parsed["_meta"]["machine"]["versions"]["sealreel"]
    assert [row["goal"] for row in parsed["rows"]] == ["a.b", "c.d"]
    assert parsed["skipped"] == [{"goal": "e", "reason": "no disk"}]


def test_the_table_has_a_line_for_every_goal_even_one_not_measured() -> None:
    skipped = (Skipped("e", "no disk"),)

    header, *lines = SpeedReport(describe_machine(), datetime.now(UTC), True, (FAST,), skipped).table()

    assert {len(line) for line in lines} == {len(header)}
    assert lines[0] == ("a.b", "1.5 s", "1 – 3", "3", "≤ 2 s", "0.75", "yes")
    assert lines[1][-1] == "no disk"
