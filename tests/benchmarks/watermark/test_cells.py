"""Finished rows survive a crash, and several processes may add to them."""

import subprocess
import sys
from pathlib import Path

import pytest

from sealreel.benchmarks.watermark.cells import Cells, cell_key, code_version, file_sha256

ADD_MANY = """
import sys
from pathlib import Path
from sealreel.benchmarks.watermark.cells import Cells
cells = Cells(Path(sys.argv[1]))
for index in range(200):
    cells.put(f"{sys.argv[2]} {index}", {"text": "x" * index})
"""


def test_a_row_is_there_in_the_next_run(tmp_path: Path) -> None:
    Cells(tmp_path / "cells.jsonl").put("a", {"z": 12.5, "status": None})

    assert Cells(tmp_path / "cells.jsonl").get("a") == {"z": 12.5, "status": None}


def test_a_key_without_a_row_is_none(tmp_path: Path) -> None:
    assert Cells(tmp_path / "cells.jsonl").get("a") is None


def test_the_newest_row_of_a_key_counts(tmp_path: Path) -> None:
    cells = Cells(tmp_path / "cells.jsonl")
    cells.put("a", {"z": 1})
    cells.put("a", {"z": 2})

    assert Cells(tmp_path / "cells.jsonl").get("a") == {"z": 2}


def test_a_torn_row_costs_neither_its_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "cells.jsonl"
    Cells(path).put("a", {"z": 1})
    with path.open("a") as file:
        file.write('\n{"key": "b", "row": {"z"')
    Cells(path).put("c", {"z": 3})

    cells = Cells(path)

    assert [cells.get(key) for key in "abc"] == [{"z": 1}, None, {"z": 3}]


def test_lines_that_are_no_rows_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "cells.jsonl"
    path.write_bytes(b'[1]\n{"key": 5, "row": {}}\n"text"\n\xff\xfe\n{"key": "a", "row": {"z": 1}}\n')

    assert len(Cells(path)) == 1


def test_a_row_of_another_process_is_seen(tmp_path: Path) -> None:
    here, there = Cells(tmp_path / "cells.jsonl"), Cells(tmp_path / "cells.jsonl")
    there.put("a", {"z": 1})

    assert here.get("a") == {"z": 1}


def test_two_processes_add_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "cells.jsonl"
    writers = [subprocess.Popen([sys.executable, "-c", ADD_MANY, str(path), name]) for name in "ab"]

    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert len(Cells(path)) == 400


def test_infinity_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        Cells(tmp_path / "cells.jsonl").put("a", {"psnr": float("inf")})


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="not a folder"):
        Cells(tmp_path / "no" / "cells.jsonl")


def test_a_key_does_not_depend_on_the_order_of_its_parts() -> None:
    assert cell_key("robustness", clip="a", frames=8) == cell_key("robustness", frames=8, clip="a")
    assert cell_key("robustness", clip="a", frames=8) != cell_key("robustness", clip="a", frames=9)


def test_the_version_of_the_code_depends_on_the_sources_named() -> None:
    assert code_version() == code_version()
    assert code_version() != code_version("benchmarks/watermark/cells.py")


def test_an_unknown_source_is_refused() -> None:
    with pytest.raises(ValueError, match="no such source"):
        code_version("benchmarks/nothing.py")


def test_a_file_is_known_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")

    assert file_sha256(tmp_path / "a").startswith("e3b0c44298fc1c14")
