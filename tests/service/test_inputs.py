"""Files, folders, globs and lists become files, each once."""

import io
import os
import sys
from pathlib import Path

import pytest

from sealreel.errors import SettingsInvalid
from sealreel.service.inputs import MARKABLE, gather


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with media, other files, hidden files and folders."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.mp4", "a.MOV", "notes.txt", ".hidden.mp4", "sub/c.webm", "sub/d.png", ".git/e.mp4"):
        Path(tmp_path, "album", name).parent.mkdir(parents=True, exist_ok=True)
        Path(tmp_path, "album", name).touch()
    return tmp_path / "album"


def names(named: list[str], **options: object) -> list[str]:
    return [one.name for one in gather(named, **options)]  # pyright: ignore[reportArgumentType]


def test_a_folder_is_searched_for_media_in_order(album: Path) -> None:
    assert names(["album"]) == ["album/a.MOV", "album/b.mp4", "album/sub/c.webm", "album/sub/d.png"]


def test_a_folder_to_mark_is_searched_for_what_can_be_written(album: Path) -> None:
    assert names(["album"], suffixes=MARKABLE) == ["album/a.MOV", "album/b.mp4", "album/sub/d.png"]


def test_a_glob_is_expanded_where_the_shell_did_not(album: Path) -> None:
    assert names(["album/**/*.png", "album/*.mp4"]) == ["album/sub/d.png", "album/b.mp4"]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(album: Path) -> None:
    Path("clip[1].mp4").touch()

    assert names(["clip[1].mp4"]) == ["clip[1].mp4"]


def test_a_file_named_outright_may_have_any_suffix(album: Path) -> None:
    assert names(["album/notes.txt"]) == ["album/notes.txt"]


def test_a_file_named_twice_counts_once(album: Path) -> None:
    Path("link.mp4").symlink_to(album / "b.mp4")

    assert names(["album/b.mp4", "./album/../album/b.mp4", "link.mp4", "album/*.mp4"]) == ["album/b.mp4"]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("missing.mp4", "no such file"),
        ("*.nothing", "no file matches"),
        ("empty", "no media in this folder"),
        ("x" * 300, "File name too long"),
        ("a\0b", "no such file"),
    ],
)
def test_what_is_missing_is_a_problem_of_that_input_alone(album: Path, name: str, problem: str) -> None:
    Path("empty").mkdir()

    first, second = gather([name, "album/b.mp4"])

    assert problem in str(first.problem)
    assert second.problem is None


def test_a_list_has_one_path_a_line(album: Path) -> None:
    Path("list").write_text("album/b.mp4\n\nalbum/sub\n")

    assert names([], from_list="list") == ["album/b.mp4", "album/sub/c.webm", "album/sub/d.png"]


def test_a_list_may_come_from_stdin_as_find_print0_writes_it(album: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = album / os.fsdecode(b"new\nline\xff.mp4")
    odd.touch()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(os.fsencode(odd) + b"\0album/b.mp4\0")))

    assert names([], from_list="-") == [str(odd), "album/b.mp4"]


def test_a_list_that_is_not_there_is_a_usage_error(album: Path) -> None:
    with pytest.raises(SettingsInvalid, match="--from-list nowhere: No such file"):
        gather([], from_list="nowhere")


def test_naming_nothing_is_a_usage_error() -> None:
    with pytest.raises(SettingsInvalid, match="no input"):
        gather([])
