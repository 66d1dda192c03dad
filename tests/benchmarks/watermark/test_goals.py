"""The written tolerances, on rows whose sums are known."""

from dataclasses import dataclass, replace

import pytest

from sealreel.benchmarks.report import Row
from sealreel.benchmarks.watermark.goals import (
    Tier,
    false_positive_goals,
    interval,
    peer_goals,
    robustness_goals,
    security_goals,
    still_goals,
)
from sealreel.benchmarks.watermark.standing import Standing


@dataclass(frozen=True)
class Cell:
    clip: str = "a"
    attack: str = "identity"
    tier: Tier = "A"
    warned: bool = False
    tuned: bool = False
    status: str = "decoded"
    kind: str = "video"


@dataclass(frozen=True)
class Searches:
    search: str
    searches: int
    accepted: int = 0


@dataclass(frozen=True)
class Attempt:
    outcome: str
    attack: str = "copying the mark onto b"
    judged: bool = False
    is_loss: bool = False


STANDING = Standing(
    method="dwtDct",
    clips=4,
    cells=8,
    recovered=2,
    ours_recovered=7,
    psnr_rgb_db=None,
    ssim=None,
    ours_psnr_rgb_db=None,
    ours_ssim=None,
    by_attack={"identity": (2, 4), "mirror": (0, 3)},
    behind_in=(),
    far_behind_in=(),
)


def by_name(rows: tuple[Row, ...]) -> dict[str, Row]:
    return {row.goal: row for row in rows}


def test_a_tuned_clip_does_not_count() -> None:
    goals = by_name(robustness_goals([Cell(), Cell(clip="b", tuned=True, status="not_found")]))

    assert goals["list_a.all"].measured == 1.0
    assert goals["list_a.all"].details["share_with_tuned_clips"] == 0.5


def test_a_warned_clip_counts_for_all_clips_alone() -> None:
    goals = by_name(robustness_goals([Cell(), Cell(clip="b", warned=True, status="not_found")]))

    assert goals["list_a.unwarned"].met
    assert not goals["list_a.all"].met
    assert goals["robustness.warned_clips"].measured == 1


@pytest.mark.parametrize(("tier", "goal", "measured"), [("A", "list_a.all", 0.5), ("B", "list_b.all", 1.0)])
def test_presence_counts_in_list_b_alone(tier: Tier, goal: str, measured: float) -> None:
    goals = by_name(robustness_goals([Cell(tier=tier), Cell(tier=tier, status="present")]))

    assert goals[goal].measured == measured


def test_four_warned_clips_are_too_many() -> None:
    cells = [Cell(clip=name, warned=True) for name in "abcd"]

    assert not by_name(robustness_goals(cells))["robustness.warned_clips"].met


def test_images_have_a_goal_of_their_own() -> None:
    cells = [Cell(), Cell(kind="image"), Cell(kind="image", status="not_found")]

    assert [goal.measured for goal in still_goals(cells)] == [0.5]
    assert by_name(robustness_goals(cells))["list_a.all"].measured == 1.0


def test_without_rows_there_is_no_goal() -> None:
    assert robustness_goals([]) == still_goals([]) == false_positive_goals([], quick=True) == peer_goals([]) == ()


def test_one_find_in_unmarked_media_misses_the_goal() -> None:
    rows = [Searches("untouched", 10_000), Searches("blind", 1_000, accepted=1)]

    goals = by_name(false_positive_goals(rows, quick=False))

    assert not goals["false_positives.none"].met
    assert goals["false_positives.untouched"].met
    assert goals["false_positives.blind"].met


def test_a_quick_run_is_not_held_to_the_number_of_searches() -> None:
    assert set(by_name(false_positive_goals([Searches("blind", 5)], quick=True))) == {"false_positives.none"}


def test_the_lead_over_other_methods_is_that_over_the_best_of_them() -> None:
    close = replace(STANDING, method="rivaGan", recovered=6, by_attack={"mirror": (3, 1)})

    goals = by_name(peer_goals([STANDING, close]))

    assert goals["peers.lead"].measured == pytest.approx(1 / 8)
    assert goals["peers.behind"].measured == 2
    assert not goals["peers.behind"].met


def test_a_method_that_is_nowhere_ahead_leaves_ours_0_behind() -> None:
    assert by_name(peer_goals([STANDING]))["peers.behind"].measured == 0


def test_only_judged_attempts_and_forged_copies_miss_the_security_goals() -> None:
    rows = [Attempt("removed within 38 dB"), Attempt("survives", judged=True), Attempt("caught"), Attempt("forged")]

    goals = by_name(security_goals(rows))

    assert goals["security.removal"].met
    assert not goals["security.copies"].met


def test_a_copy_onto_the_same_scene_is_published_and_not_judged() -> None:
    rows = [Attempt("forged", attack="copying the mark onto the same scene a moment later"), Attempt("caught")]

    assert by_name(security_goals(rows))["security.copies"].met


def test_the_interval_is_wilson_s() -> None:
    low, high = interval(9, 10)

    assert (low, high) == (pytest.approx(0.5958, abs=1e-4), pytest.approx(0.9821, abs=1e-4))


def test_an_interval_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        interval(0, 0)
