"""Calibrating on a user's own clips: what is refused, what is reported, and that held out means held out."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from sealreel.detector.crossvalidation import cross_validate
from sealreel.detector.labelled_clips import labelled_clips
from sealreel.detector.recalibration import Recalibration, check_numbers, recalibrate
from sealreel.detector.training.dataset import Label, Row
from sealreel.errors import SettingsInvalid, TooFewClips, UnreadableMedia

SUFFIXES = frozenset({".mp4"})
WEIGHTS = "a" * 64


def row(name: str, label: Label, source: str, *, face: bool = False) -> Row:
    head = None if label == "real" else "face_manipulation" if face else "full_synthetic"
    return Row(Path(name), label, head, source, name, "evaluate", "", "", "", 0, 0, 0.0)


def rows(real: int, ai: int, *, faces: int = 0, sources: int = 12) -> list[Row]:
    return [
        *(row(f"real{index}", "real", f"camera {index % sources}") for index in range(real)),
        *(row(f"ai{index}", "ai", f"generator {index % sources}") for index in range(ai)),
        *(row(f"face{index}", "ai", f"swap {index % sources}", face=True) for index in range(faces)),
    ]


class Reader:
    """Logits by name, drawn once: real clips at -1, synthetic ones at +2."""

    def __init__(self, clips: list[Row], *, broken: frozenset[str] = frozenset()) -> None:
        rng = np.random.default_rng(4)
        self.broken = broken
        self.logits = {
            one.path: {
                "full_synthetic": rng.normal(2.0 if one.head == "full_synthetic" else -1.0),
                "face_manipulation": rng.normal(2.0 if one.head == "face_manipulation" else -1.0),
            }
            for one in clips
        }

    def __call__(self, path: Path) -> Mapping[str, float]:
        if path.name in self.broken:
            raise UnreadableMedia(f"{path}: broken")
        return self.logits[path]


def recalibrated(clips: list[Row], **options: frozenset[str]) -> Recalibration:
    return recalibrate(clips, Reader(clips, **options), weights_sha256=WEIGHTS)


def test_rates_that_so_many_clips_carry_get_thresholds_and_the_others_are_named() -> None:
    report = recalibrated(rows(310, 60)).reports["full_synthetic"]

    assert [point.fpr for point in report.head.points] == [0.05, 0.01]
    assert report.too_fine == (0.001,)


def test_a_rate_that_was_asked_for_is_kept_or_refused_with_the_number_needed() -> None:
    clips = rows(310, 60)

    with pytest.raises(TooFewClips, match=r"310 different real clips do not carry an FPR of 0\.001: 2995 are needed"):
        recalibrate(clips, Reader(clips), weights_sha256=WEIGHTS, fprs=[0.05, 0.001])


def test_too_few_clips_are_refused_before_any_is_scored() -> None:
    def unread(path: Path) -> Mapping[str, float]:
        raise AssertionError(path)

    with pytest.raises(TooFewClips, match="58 different real clips"):
        recalibrate(rows(58, 60), unread, weights_sha256=WEIGHTS)


def test_few_synthetic_clips_are_refused() -> None:
    with pytest.raises(TooFewClips, match="23 different clips of full_synthetic are too few: 24 are needed"):
        check_numbers(rows(100, 23), None)


def test_clips_that_cannot_be_read_are_listed_and_do_not_count() -> None:
    found = recalibrated(rows(100, 60), broken=frozenset({"real3", "ai5"}))

    assert [one.path.name for one in found.unread] == ["real3", "ai5"]
    assert found.file.clips == {"real": 99, "ai": 59}


def test_clips_that_turn_out_too_few_once_read_are_refused() -> None:
    with pytest.raises(TooFewClips, match=r"58 different real clips \(1 more could not be read\)"):
        recalibrated(rows(59, 60), broken=frozenset({"real0"}))


def test_a_head_without_clips_of_its_own_keeps_its_thresholds() -> None:
    found = recalibrated(rows(100, 60))

    assert set(found.file.heads) == {"full_synthetic"}
    assert "0 different clips of face_manipulation" in found.left_alone["face_manipulation"]


def test_a_head_with_clips_of_its_own_is_calibrated_by_them() -> None:
    found = recalibrated(rows(100, 60, faces=30))

    assert found.reports["face_manipulation"].head.real_limit.n_synthetic == 30
    assert found.left_alone == {}


def test_every_source_is_reported_real_ones_first() -> None:
    sources = recalibrated(rows(100, 60, sources=5)).reports["full_synthetic"].sources

    assert [one.source for one in sources] == [f"{kind} {n}" for kind in ("camera", "generator") for n in range(5)]
    assert sum(one.n for one in sources) == 160
    assert sources[0].mean_score < 0.5 < sources[-1].mean_score


def test_the_same_clips_give_the_same_calibration_however_many_are_read_at_a_time() -> None:
    clips = rows(100, 60)

    alone = recalibrate(clips, Reader(clips), weights_sha256=WEIGHTS).reports
    together = recalibrate(clips, Reader(clips), weights_sha256=WEIGHTS, jobs=4).reports

    assert alone == together


def test_a_source_that_is_unlike_the_others_shows_only_when_it_is_held_out() -> None:
    # Real clips of one camera of six score like synthetic ones: thresholds that know it rise above, others do not.
    rng = np.random.default_rng(9)
    real, synthetic = rng.normal(-1, 0.5, 300), rng.normal(2, 0.5, 100)
    real[:50] = rng.normal(2, 0.5, 50)
    cameras = [f"camera {index // 50}" for index in range(300)]
    generators = [f"generator {index % 6}" for index in range(100)]

    by_source = cross_validate(real, synthetic, real_sources=cameras, synthetic_sources=generators, fprs=[0.05])
    by_clip = cross_validate(real, synthetic, real_sources=["one"] * 300, synthetic_sources=generators, fprs=[0.05])

    assert by_source.by_source == (True, True)
    assert by_clip.by_source == (False, True)
    assert by_source.points[0].found > 0.1 > by_clip.points[0].found


def test_held_out_clips_pass_about_as_often_as_promised() -> None:
    # 1000 clips alike: the share that passes is within 4 σ = 0.028 of the promised 0.05.
    rng = np.random.default_rng(10)
    names = [str(index) for index in range(1000)]

    (point,) = cross_validate(
        rng.normal(0, 1, 1000), rng.normal(3, 1, 1000), real_sources=names, synthetic_sources=names, fprs=[0.05]
    ).points

    assert abs(point.found - 0.05) < 0.028
    assert point.found_ci95[0] < 0.05 < point.found_ci95[1]


def test_the_thresholds_in_force_so_far_are_judged_on_the_same_clips() -> None:
    clips = rows(310, 60)
    strict = recalibrated(clips).reports["full_synthetic"].head

    report = recalibrate(clips, Reader(clips), weights_sha256=WEIGHTS, shipped={"full_synthetic": strict})

    before = report.reports["full_synthetic"].before
    assert before is not None
    assert [point.found for point in before.points] == [14 / 310, 2 / 310]  # (14 + 1) / (310 + 1) < 0.05


def fill(folder: Path, *names: str) -> Path:
    for index, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(bytes([index]))
    return folder


def test_folders_below_a_label_name_the_source(tmp_path: Path) -> None:
    fill(tmp_path, "real/phone/a.mp4", "real/b.MP4", "ai/pika/x/c.mp4", "real/notes.txt", "real/.hidden.mp4")

    found = {(one.path.name, one.label, one.source) for one in labelled_clips(tmp_path, suffixes=SUFFIXES)}

    assert found == {("a.mp4", "real", "phone"), ("b.MP4", "real", "real"), ("c.mp4", "ai", "pika")}


def test_copies_of_a_file_count_once(tmp_path: Path) -> None:
    fill(tmp_path, "real/a.mp4", "ai/c.mp4")
    (tmp_path / "real/copy.mp4").write_bytes((tmp_path / "real/a.mp4").read_bytes())

    assert len(labelled_clips(tmp_path, suffixes=SUFFIXES)) == 2


def test_near_duplicates_of_an_index_count_once(tmp_path: Path) -> None:
    fill(tmp_path, "a.mp4", "b.mp4", "c.mp4")
    (tmp_path / "index.csv").write_text("file,label,group\na.mp4,real,1\nb.mp4,real,1\nc.mp4,ai,1\n")

    assert [one.path.name for one in labelled_clips(tmp_path, suffixes=SUFFIXES)] == ["a.mp4", "c.mp4"]


def test_one_file_under_both_labels_is_refused(tmp_path: Path) -> None:
    fill(tmp_path, "real/a.mp4", "ai/b.mp4")
    (tmp_path / "ai/a.mp4").write_bytes((tmp_path / "real/a.mp4").read_bytes())

    with pytest.raises(SettingsInvalid, match=r"is labelled real, and .*the same file, ai"):
        labelled_clips(tmp_path, suffixes=SUFFIXES)


@pytest.mark.parametrize("names", [[], ["real/a.mp4"], ["ai/a.mp4"], ["a.mp4"]])
def test_a_folder_without_both_labels_is_refused(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(SettingsInvalid, match=r"no clip labelled .*expected an index.csv"):
        labelled_clips(fill(tmp_path, *names), suffixes=SUFFIXES)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="no such folder"):
        labelled_clips(tmp_path / "none", suffixes=SUFFIXES)
