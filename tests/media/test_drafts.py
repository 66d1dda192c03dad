"""A file gets its final name when it is whole, and only then."""

import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sealreel.errors import OutputExists, OutputUnwritable, SameFile
from sealreel.media import check_output, scratch, sweep_drafts, unfinished

HOLD_A_DRAFT = """
import sys, time
from pathlib import Path
from sealreel.media import unfinished
with unfinished(Path(sys.argv[1])) as draft:
    draft.write_bytes(b"half of it")
    print("held", flush=True)
    time.sleep(600)
"""


def files_in(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def draft_and_raise(final: Path, error: type[BaseException], *, force: bool = False) -> None:
    with unfinished(final, force=force) as draft:
        draft.write_bytes(b"half")
        raise error


def test_a_whole_file_gets_its_name_and_nothing_else_is_left(tmp_path: Path) -> None:
    with unfinished(tmp_path / "out.mp4") as draft:
        assert draft.parent == tmp_path
        assert draft.suffix == ".mp4"
        draft.write_bytes(b"whole")
        assert "out.mp4" not in files_in(tmp_path)

    assert files_in(tmp_path) == ["out.mp4"]
    assert (tmp_path / "out.mp4").read_bytes() == b"whole"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_goes_wrong_nothing_is_left(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error):
        draft_and_raise(tmp_path / "out.mp4", error)

    assert files_in(tmp_path) == []


def test_a_failure_leaves_the_old_file_alone(tmp_path: Path) -> None:
    final = tmp_path / "out.mp4"
    final.write_bytes(b"old")

    with pytest.raises(ZeroDivisionError):
        draft_and_raise(final, ZeroDivisionError, force=True)

    assert final.read_bytes() == b"old"
    assert files_in(tmp_path) == ["out.mp4"]


def test_an_existing_file_is_replaced_only_by_force(tmp_path: Path) -> None:
    final = tmp_path / "out.mp4"
    final.write_bytes(b"old")

    with pytest.raises(OutputExists, match="--force"), unfinished(final):
        pass
    with unfinished(final, force=True) as draft:
        draft.write_bytes(b"new")

    assert final.read_bytes() == b"new"


def test_a_file_that_appears_meanwhile_is_left_alone(tmp_path: Path) -> None:
    final = tmp_path / "out.mp4"

    with pytest.raises(OutputExists, match="appeared"), unfinished(final):
        final.write_bytes(b"theirs")

    assert final.read_bytes() == b"theirs"
    assert files_in(tmp_path) == ["out.mp4"]


def test_of_many_writers_one_wins_whole(tmp_path: Path) -> None:
    def write(number: int) -> int | None:
        try:
            with unfinished(tmp_path / "out.mp4") as draft:
                draft.write_bytes(bytes([number]) * 5000)
        except OutputExists:
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        winners = [number for number in pool.map(write, range(8)) if number is not None]

    assert len(winners) == 1
    assert (tmp_path / "out.mp4").read_bytes() == bytes(winners) * 5000
    assert files_in(tmp_path) == ["out.mp4"]


def test_permissions_are_the_users_own(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with unfinished(tmp_path / "out.mp4") as draft:
            draft.write_bytes(b"whole")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "out.mp4").stat().st_mode) == 0o640


def test_a_scratch_file_is_always_removed(tmp_path: Path) -> None:
    with scratch(tmp_path / "out.png") as draft:
        draft.write_bytes(b"for a while")
        assert draft.suffix == ".png"

    assert files_in(tmp_path) == []


def test_the_draft_of_a_killed_process_is_swept_and_a_live_one_kept(tmp_path: Path) -> None:
    final = tmp_path / "out.mp4"
    process = subprocess.Popen([sys.executable, "-c", HOLD_A_DRAFT, str(final)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        assert sweep_drafts(tmp_path) == 0
        assert len(files_in(tmp_path)) == 1
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()

    assert len(files_in(tmp_path)) == 1
    assert sweep_drafts(tmp_path) == 1
    assert files_in(tmp_path) == []


def test_a_sweep_touches_drafts_alone(tmp_path: Path) -> None:
    (tmp_path / "out.mp4").write_bytes(b"a")
    (tmp_path / ".hidden.mp4").write_bytes(b"b")
    (tmp_path / ".out.mp4.0123456789abcdef.sealreel-draft.mp4").write_bytes(b"c")
    (tmp_path / ".loop.sealreel-draft.mp4").symlink_to(tmp_path / "out.mp4")

    assert sweep_drafts(tmp_path) == 1
    assert files_in(tmp_path) == [".hidden.mp4", ".loop.sealreel-draft.mp4", "out.mp4"]


def test_a_very_long_name_can_be_drafted(tmp_path: Path) -> None:
    final = tmp_path / ("n" * 250 + ".mp4")

    with unfinished(final) as draft:
        draft.write_bytes(b"whole")

    assert final.read_bytes() == b"whole"


def test_input_and_output_in_one_are_refused_by_any_name(tmp_path: Path) -> None:
    source = tmp_path / "in.mp4"
    source.write_bytes(b"video")
    (tmp_path / "link.mp4").symlink_to(source)
    (tmp_path / "hard.mp4").hardlink_to(source)

    for name in ("in.mp4", "link.mp4", "hard.mp4", "../" + tmp_path.name + "/in.mp4"):
        with pytest.raises(SameFile):
            check_output(tmp_path / name, source=source, force=True)
    assert source.read_bytes() == b"video"


def test_an_output_that_cannot_be_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "dir.mp4").mkdir()
    os.mkfifo(tmp_path / "pipe.mp4")
    (tmp_path / "old.mp4").write_bytes(b"old")

    with pytest.raises(OutputUnwritable, match="directory"):
        check_output(tmp_path / "dir.mp4", force=True)
    with pytest.raises(OutputUnwritable, match="not a regular file"):
        check_output(tmp_path / "pipe.mp4", force=True)
    with pytest.raises(OutputUnwritable, match="no such directory"):
        check_output(tmp_path / "missing" / "out.mp4")
    with pytest.raises(OutputExists):
        check_output(tmp_path / "old.mp4")
    check_output(tmp_path / "old.mp4", force=True)
    check_output(tmp_path / "new.mp4")


def test_a_read_only_directory_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    if os.access(tmp_path, os.W_OK):
        pytest.skip("this user may write everywhere")
    try:
        with pytest.raises(OutputUnwritable, match="permission"):
            check_output(tmp_path / "out.mp4")
    finally:
        tmp_path.chmod(0o700)
