"""`sealreel verify` as a user types it, on real files."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sealreel.media import remux
from sealreel.service.answers import schema
from sealreel.service.demo import flip_a_byte

Run = Callable[..., Any]


@pytest.fixture(scope="session")
def stripped(studio: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marked file without its manifest."""
    path = tmp_path_factory.mktemp("stripped") / "stripped.mp4"
    remux(studio.marked, path)
    return path


@pytest.fixture(scope="session")
def changed(studio: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marked file with one byte changed."""
    path = tmp_path_factory.mktemp("changed") / "changed.mp4"
    flip_a_byte(studio.marked, path)
    return path


def valid(answer: dict[str, Any]) -> dict[str, Any]:
    jsonschema.Draft202012Validator(schema("verify")).validate(answer)  # pyright: ignore[reportUnknownMemberType]
    return answer


def test_an_own_file_is_verified(studio: Any) -> None:
    ran = studio.shell("verify", studio.marked, "--json")
    answer = valid(ran.answer)

    assert (ran.code, answer["verdict"], answer["manifest"]["state"]) == (0, "verified", "trusted")
    assert answer["sha256"] == studio.output["sha256"]


def test_the_mark_is_read_on_request(studio: Any) -> None:
    answer = valid(studio.shell("verify", studio.marked, "--watermark", "always", "--json").answer)

    assert answer["watermark"]["status"] == "decoded"
    assert answer["watermark"]["payload"] == studio.output["payload"]
    assert answer["watermark"]["p_value_log10"] <= -9


def test_another_installation_does_not_trust_the_signer(studio: Any, shell: Run) -> None:
    ran = shell("verify", studio.marked, "--json")

    assert (ran.code, valid(ran.answer)["verdict"]) == (5, "intact_untrusted")


@pytest.mark.parametrize("way", ["flag", "variable", "keys trust"])
def test_trusting_its_root_verifies_the_file_elsewhere(studio: Any, shell: Run, tmp_path: Path, way: str) -> None:
    root = tmp_path / "root.pem"
    root.write_text(studio.shell("keys", "show", "--root").out)
    if way == "keys trust":
        shell("keys", "trust", root)
    flags = ["--trust", root] if way == "flag" else []
    variables = {"SEALREEL_TRUST": str(root)} if way == "variable" else {}

    assert shell("verify", studio.marked, *flags, **variables).code == 0


def test_a_root_trusted_for_time_stamps_vouches_for_no_signer(studio: Any, shell: Run, tmp_path: Path) -> None:
    root = tmp_path / "root.pem"
    root.write_text(studio.shell("keys", "show", "--root").out)
    shell("keys", "trust", root, "--kind", "tsa")

    assert shell("verify", studio.marked).code == 5


def test_a_stripped_file_is_found_again_through_its_mark(studio: Any, stripped: Path) -> None:
    ran = studio.shell("verify", stripped, "--json")
    answer = valid(ran.answer)

    assert (ran.code, answer["verdict"]) == (6, "recovered")
    assert answer["recovered"]["found_by"] == "watermark"
    assert answer["recovered"]["record"]["payload"] == studio.output["payload"]


def test_a_changed_byte_is_caught(studio: Any, changed: Path) -> None:
    ran = studio.shell("verify", changed, "--json")

    assert (ran.code, valid(ran.answer)["verdict"]) == (1, "tampered")


def test_without_the_key_nothing_is_found(studio: Any, stripped: Path, shell: Run) -> None:
    ran = shell("verify", stripped)

    assert ran.code == 4
    assert "nothing found with the keys at hand" in ran.out
    assert "authentic" not in ran.out


def test_footage_without_provenance_is_called_that(studio: Any, stranger: Path) -> None:
    ran = studio.shell("verify", stranger, "--json")

    assert (ran.code, valid(ran.answer)["verdict"]) == (4, "no_provenance")


def test_the_worst_of_several_files_is_the_code(studio: Any, stripped: Path, changed: Path, stranger: Path) -> None:
    ran = studio.shell("verify", studio.marked, stripped, changed, stranger, "missing.mp4", "--json")

    assert [answer["verdict"] for answer in map(valid, ran.answers)] == [
        "verified", "recovered", "tampered", "no_provenance", "error",
    ]  # fmt: skip
    assert ran.code == 3
    assert "5 files: 1 error, 1 no_provenance, 1 recovered, 1 tampered, 1 verified" in ran.err


def test_fail_on_chooses_what_fails(studio: Any, stripped: Path) -> None:
    assert studio.shell("verify", stripped, "--fail-on", "tampered,invalid_credential").code == 0
    assert studio.shell("verify", stripped, "--fail-on", "recovered").code == 6
    assert studio.shell("verify", "missing.mp4", "--fail-on", "tampered").code == 3


def test_an_unknown_verdict_to_fail_on_is_a_usage_error(studio: Any) -> None:
    ran = studio.shell("verify", studio.marked, "--fail-on", "fake")

    assert ran.code == 2
    assert "expected one of verified, intact_untrusted" in ran.err


def test_quiet_says_it_with_the_code_alone(studio: Any, changed: Path) -> None:
    ran = studio.shell("verify", changed, "--quiet")

    assert (ran.code, ran.out, ran.err) == (1, "", "")


def test_the_report_is_short_and_says_what_counts(studio: Any) -> None:
    out = studio.shell("verify", studio.marked).out

    assert f"{studio.marked}: verified" in out
    assert "signed by “Sealreel local" in out
    assert len(out.splitlines()) < 15


def test_a_folder_is_verified_file_by_file(studio: Any, tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    shutil.copy(studio.marked, tmp_path / "in" / "a.mp4")
    shutil.copy(studio.marked, tmp_path / "in" / "sub" / "b.mp4")

    assert [Path(answer["file"]).name for answer in studio.shell("verify", tmp_path / "in", "--json").answers] == [
        "a.mp4", "b.mp4",
    ]  # fmt: skip


def test_a_list_on_stdin_names_the_files(studio: Any, stranger: Path) -> None:
    ran = studio.shell("verify", "--from-list", "-", "--json", stdin=f"{studio.marked}\n{stranger}\n")

    assert [answer["verdict"] for answer in ran.answers] == ["verified", "no_provenance"]


def test_records_of_another_store_are_found_when_it_is_named(studio: Any, stripped: Path, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path}/other.sqlite"
    lines = studio.shell("store", "export", "-").out
    studio.shell("store", "import", "-", "--store", other, stdin=lines)
    studio.shell("verify", stripped, "--store", f"sqlite:///{tmp_path}/none.sqlite")

    assert studio.shell("verify", stripped, "--store", other).code == 6


def test_a_mark_without_a_record_is_no_provenance(studio: Any, stripped: Path, tmp_path: Path) -> None:
    ran = studio.shell("verify", stripped, "--store", f"sqlite:///{tmp_path}/empty.sqlite", "--json")

    assert (ran.code, ran.answer["verdict"]) == (4, "no_provenance")
    assert "watermark.unknown_record" in {reason["code"] for reason in ran.answer["reasons"]}


def test_verify_writes_nothing(studio: Any, shell: Any, tmp_path: Path) -> None:
    before = {path for path in tmp_path.rglob("*") if path != shell.home}

    shell("verify", studio.marked, "--watermark", "always")

    assert {path for path in tmp_path.rglob("*") if not path.is_relative_to(shell.home)} == before


def test_a_sidecar_serves_one_file(studio: Any, tmp_path: Path) -> None:
    ran = studio.shell("verify", studio.marked, studio.original, "--sidecar", tmp_path / "a.c2pa")

    assert ran.code == 2
    assert "one file, 2 were named" in ran.err


def test_every_line_of_json_stands_alone(studio: Any, stripped: Path) -> None:
    out = studio.shell("verify", studio.marked, stripped, "missing.mp4", "--json").out

    assert len([json.loads(line) for line in out.splitlines()]) == 3


def test_the_unmarked_original_is_found_by_its_content(studio: Any) -> None:
    ran = studio.shell("verify", studio.original, "--json")

    assert (ran.code, ran.answer["recovered"]["found_by"]) == (6, "fingerprint")


def test_a_file_may_come_on_stdin(studio: Any) -> None:
    environment = {**os.environ, **studio.shell.environment}
    with studio.marked.open("rb") as stdin:
        ran = subprocess.run(
            [sys.executable, "-m", "sealreel.service.cli", "verify", "-", "--json"],
            env=environment,
            stdin=stdin,
            capture_output=True,
            check=True,
        )

    assert (json.loads(ran.stdout)["file"], json.loads(ran.stdout)["verdict"]) == ("-", "verified")
