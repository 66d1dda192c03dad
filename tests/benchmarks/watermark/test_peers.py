"""The side by side: run for real on a small clip, and its sums over rows of our own."""

import importlib.util
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from sealreel.benchmarks.material import moving_texture
from sealreel.benchmarks.watermark.attacks import ATTACKS
from sealreel.benchmarks.watermark.cells import Cells
from sealreel.benchmarks.watermark.peers import COMPARED, OURS, PeerRow, missing, run_peers
from sealreel.benchmarks.watermark.standing import standings
from sealreel.media import Encoding, generated_form, write_pictures

needs_package = pytest.mark.skipif(
    importlib.util.find_spec("imwatermark") is None, reason="the extra `peers` is not installed"
)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "texture.mp4"
    pictures = moving_texture(width=400, height=304, rate=Fraction(25), frames=10, noise=2.0)
    write_pictures(pictures, path, form=generated_form(400, 304, Fraction(25)), encoding=Encoding(preset="ultrafast"))
    return path


def row(method: str, clip: str, attack: str, **fields: Any) -> PeerRow:
    values: dict[str, Any] = {"recovered": True, "bit_accuracy": 1.0, "p_value_log10": None, "frames": 8}
    size: dict[str, Any] = {"width": 640, "height": 480, "psnr_rgb_db": 40.0, "ssim": 0.99}
    return PeerRow(method=method, clip=clip, attack=attack, **(values | size | fields))


def test_every_attack_is_one_of_list_a() -> None:
    assert {attack.name for attack in ATTACKS if attack.tier == "A"} >= set(COMPARED)


@needs_package
def test_ours_and_a_peer_are_read_after_the_same_attack(clip: Path) -> None:
    ours, peer, mirrored = run_peers([clip], methods=(OURS, "dwtDctSvd"), attacks=("identity",))[:2] + run_peers(
        [clip], methods=("dwtDctSvd",), attacks=("mirror",)
    )

    assert (ours.recovered, peer.recovered, mirrored.recovered) == (True, True, False)
    assert ours.p_value_log10 is not None
    assert ours.p_value_log10 <= -9
    assert (peer.bit_accuracy, peer.p_value_log10, peer.frames) == (1.0, None, 8)
    assert min(ours.psnr_rgb_db or 0, peer.psnr_rgb_db or 0) > 36


def test_a_row_that_is_there_is_not_measured_again(clip: Path, tmp_path: Path) -> None:
    cells = Cells(tmp_path / "cells.jsonl")
    (first,) = run_peers([clip], methods=(OURS,), attacks=("identity",), cells=cells)
    told: list[PeerRow] = []

    (again,) = run_peers([clip], methods=(OURS,), attacks=("identity",), cells=cells, on_row=told.append)

    assert (again, told, len(cells)) == (first, [first], 1)


def test_a_method_that_cannot_run_here_is_named_with_the_reason() -> None:
    assert "expected" in missing(("sealreel.1", "videoseal")).get("videoseal", "expected")
    assert missing(("sealreel.1",)) == {}


def test_totals_compare_the_same_cells_alone() -> None:
    rows = [row(OURS, clip, "mirror", ssim=0.98) for clip in ("a", "b", "c")]
    rows += [row("other", "a", "mirror", recovered=False), row("other", "b", "mirror", psnr_rgb_db=None)]

    (standing,) = standings(rows)

    assert (standing.clips, standing.cells, standing.recovered, standing.ours_recovered) == (2, 2, 1, 2)
    assert (standing.psnr_rgb_db, standing.ours_ssim) == (40.0, 0.98)
    assert (standing.by_attack, standing.behind_in) == ({"mirror": (1, 2)}, ())


@pytest.mark.parametrize(("lost", "behind", "far"), [(0, (), ()), (1, ("blur",), ()), (2, ("blur",), ("blur",))])
def test_ours_is_far_behind_from_two_clips_on(lost: int, behind: tuple[str, ...], far: tuple[str, ...]) -> None:
    rows = [row(OURS, str(clip), "blur", recovered=clip >= lost) for clip in range(4)]
    rows += [row("other", str(clip), "blur") for clip in range(4)]

    (standing,) = standings(rows)

    assert (standing.behind_in, standing.far_behind_in) == (behind, far)
