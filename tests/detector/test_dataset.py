"""Labelled folders, hostile ones included."""

from pathlib import Path

import pytest

from sealreel.detector.training.dataset import read_clip_frames, read_dataset
from sealreel.errors import SettingsInvalid, UnreadableMedia


def index(folder: Path, *lines: str, header: str = "file,label,head,source,use") -> Path:
    (folder / "a.mp4").write_bytes(b"")
    (folder / "index.csv").write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return folder


def test_columns_that_are_missing_are_filled_in(tmp_path: Path) -> None:
    (row,) = read_dataset(index(tmp_path, "a.mp4,ai", header="file,label"))

    assert (row.head, row.source, row.group, row.use) == ("full_synthetic", "ai", "a.mp4", "train")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("../a.mp4,real,,camera,train", "no file of this folder"),
        ("/etc/passwd,real,,camera,train", "no file of this folder"),
        ("b.mp4,real,,camera,train", "no file of this folder"),
        ("a.mp4,fake,,camera,train", "label 'fake'"),
        ("a.mp4,real,full_synthetic,camera,train", "head 'full_synthetic'"),
        ("a.mp4,ai,whole,maker,train", "head 'whole'"),
        ("a.mp4,ai,,maker,test", "use 'test'"),
    ],
)
def test_a_line_that_cannot_be_understood_is_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(SettingsInvalid, match=r"line 2.*" + said):
        read_dataset(index(tmp_path, line))


def test_a_folder_without_an_index_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="columns file and label"):
        read_dataset(tmp_path)


def test_an_empty_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="no clips are listed"):
        read_dataset(index(tmp_path))


def test_a_number_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="original_fps 'fast'"):
        read_dataset(index(tmp_path, "a.mp4,real,fast", header="file,label,original_fps"))


def test_a_clip_that_does_not_decode_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(b"no video")

    with pytest.raises(UnreadableMedia, match="expected a video"):
        read_clip_frames(tmp_path / "a.mp4")
