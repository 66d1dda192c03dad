"""What platforms do to a file, and what is seen afterwards."""

import json
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from sealreel.benchmarks.platforms import (
    NOT_INSTALLED,
    PlatformsConfig,
    PlatformsReport,
    find_detector,
    run_platforms,
)
from sealreel.benchmarks.platforms_page import page
from sealreel.benchmarks.recipes import RECIPES, Recipe
from sealreel.benchmarks.watermark.codecs import h264
from sealreel.benchmarks.watermark.footage import Footage, read_footage, write_footage
from sealreel.errors import SettingsInvalid

COPIED, MESSENGER, PICTURE = (
    "social network, copied, metadata stripped",
    "messenger, 480p H.264 1 Mbit/s",
    "image host, 1200 px, JPEG 75",
)


def scene(width: int, height: int) -> np.ndarray:
    """A soft texture with grain."""
    rng = np.random.default_rng(5)
    blobs = rng.integers(40, 215, (height // 16, width // 16, 3), dtype=np.uint8)
    smooth = np.asarray(cv2.resize(blobs, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    return np.asarray(cv2.add(smooth, rng.integers(0, 25, smooth.shape, dtype=np.uint8)), np.uint8)


def clip(path: Path, *, width: int = 320, height: int = 256, frames: int = 24, rate: int = 24) -> Path:
    texture = scene(width + 3 * frames, height)
    taken = tuple(np.ascontiguousarray(texture[:, 3 * index : 3 * index + width]) for index in range(frames))
    return write_footage(Footage(taken, Fraction(rate)), path, h264(12))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    clip(folder / "clip.mp4")
    assert cv2.imwrite(str(folder / "picture.png"), scene(512, 512))
    return folder


@pytest.fixture(scope="module")
def report(data: Path) -> PlatformsReport:
    return run_platforms(PlatformsConfig(data=data, frames=24, recipes=(COPIED, MESSENGER, PICTURE)))


def named(name: str) -> Recipe:
    return next(recipe for recipe in RECIPES if recipe.name == name)


def test_every_recipe_says_where_its_numbers_are_from() -> None:
    assert len({recipe.name for recipe in RECIPES}) == len(RECIPES) >= 10
    assert all(recipe.source for recipe in RECIPES)


def test_a_file_is_handled_by_the_recipes_of_its_kind(report: PlatformsReport) -> None:
    assert [(row.clip, row.recipe) for row in report.rows] == [
        ("clip.mp4", COPIED),
        ("clip.mp4", MESSENGER),
        ("picture.png", PICTURE),
    ]


def test_the_manifest_is_left_behind_and_the_mark_leads_to_the_record(report: PlatformsReport) -> None:
    assert {row.manifest for row in report.rows} == {"absent"}
    assert {row.conclusion for row in report.rows} == {"recovered"}
    assert {row.watermark for row in report.rows} == {"decoded"}


def test_the_content_alone_is_asked_too(report: PlatformsReport) -> None:
    assert all(row.fingerprint for row in report.rows)


def test_without_a_detector_its_column_says_so(report: PlatformsReport) -> None:
    if find_detector() is not None:
        pytest.skip("a detector is installed")

    assert {line[5] for line in report.table()[1:]} == {NOT_INSTALLED}


def test_a_run_goes_on_where_it_stopped(data: Path, tmp_path: Path) -> None:
    config = PlatformsConfig(data=data, frames=24, recipes=(PICTURE,), directory=tmp_path)
    first = run_platforms(config)

    again = run_platforms(config)

    assert again.rows == first.rows
    assert again.seconds < first.seconds


def test_the_report_is_json(report: PlatformsReport) -> None:
    answer = json.loads(json.dumps(report.as_json(), allow_nan=False))

    assert (answer["schema"], answer["benchmark"]) == ("sealreel.bench/1", "platforms")
    assert len(answer["sections"]["platforms"]["rows"]) == 3


def test_the_page_holds_every_row_and_loads_nothing(report: PlatformsReport) -> None:
    text = page(report)

    assert all(row.recipe in text for row in report.rows)
    assert "http" not in text.replace("http-equiv", "")
    assert "<script" not in text


def test_pictures_are_made_smaller_but_never_larger(tmp_path: Path) -> None:
    small, large = clip(tmp_path / "small.mp4", frames=2), clip(tmp_path / "large.mp4", width=960, height=720, frames=2)

    sizes = [read_footage(named(MESSENGER).apply(path, tmp_path), frames=1).size for path in (small, large)]

    assert sizes == [(320, 256), (640, 480)]


def test_a_faster_clip_is_slowed_down_to_what_the_service_takes(tmp_path: Path) -> None:
    fast = clip(tmp_path / "fast.mp4", frames=24, rate=60)

    shared = read_footage(named("picture board, 480p H.264 15 fps, 0.6 Mbit/s").apply(fast, tmp_path), frames=100)

    assert (shared.rate, len(shared.frames)) == (Fraction(15), 6)


def test_a_chain_does_both(tmp_path: Path) -> None:
    large = clip(tmp_path / "large.mp4", width=960, height=720, frames=2)

    shared = named("short-video app, then messenger").apply(large, tmp_path)

    assert read_footage(shared, frames=1).size == (640, 480)


@pytest.mark.parametrize("wrong", [{"recipes": ("none",)}, {"frames": 0}])
def test_a_run_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"recipe|frames"):
        PlatformsConfig(**wrong)  # pyright: ignore[reportArgumentType]


def test_a_folder_without_clips_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="no clip or picture"):
        run_platforms(PlatformsConfig(data=tmp_path))
