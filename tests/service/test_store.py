"""`sealreel store` as a user types it."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sealreel.provenance import Fingerprint, Payload, Record
from sealreel.provenance.store import Store, open_store

Run = Callable[..., Any]
PAYLOAD = Payload(record_id=7)


def record(payload: Payload = PAYLOAD, *, name: str = "a.mp4") -> Record:
    return Record(
        payload=payload,
        method="sealreel.1",
        manifest=b"jumbf",
        manifest_id="urn:c2pa:1",
        fingerprint=Fingerprint(hashes=(1, 2), duration_ms=1000),
        sha256="0" * 64,
        created_at=datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
        media_type="video/mp4",
        file_name=name,
        file_path=f"/tmp/{name}",
        generator="mark",
        digital_source_type="trainedAlgorithmicMedia",
        prompt_sha256=None,
    )


@pytest.fixture
def stored(shell: Any) -> Iterator[Store]:
    """The installation's store with one confirmed record."""
    folder = shell.home / "data"
    folder.mkdir(parents=True)
    with open_store(f"sqlite:///{folder}/records.sqlite") as store:
        store.add_pending(record())
        store.confirm(PAYLOAD)
        yield store


def test_a_fresh_installation_has_no_records_and_makes_no_store(shell: Any) -> None:
    ran = shell("store", "list", "--json")

    assert (ran.code, ran.answers) == (0, [])
    assert not (shell.home / "data").exists()


def test_records_are_listed_one_a_line(shell: Run, stored: Store) -> None:
    assert shell("store", "list", "--json").answer["payload"] == str(PAYLOAD)
    assert shell("store", "list").out == f"{PAYLOAD}  2026-11-22 08:00  confirmed  a.mp4\n"


def test_a_hostile_file_name_is_escaped(shell: Run, stored: Store) -> None:
    stored.add_pending(record(Payload(record_id=8), name="\x1b[2J.mp4"))

    assert "\\u{1b}[2J.mp4" in shell("store", "list").out


def test_a_record_is_shown_and_its_manifest_written(shell: Run, stored: Store, tmp_path: Path) -> None:
    ran = shell("store", "show", PAYLOAD, "--manifest", tmp_path / "m.c2pa")

    assert f"payload              {PAYLOAD}" in ran.out
    assert (tmp_path / "m.c2pa").read_bytes() == b"jumbf"


def test_an_existing_manifest_file_is_kept(shell: Run, stored: Store, tmp_path: Path) -> None:
    (tmp_path / "m.c2pa").write_bytes(b"mine")

    assert shell("store", "show", PAYLOAD, "--manifest", tmp_path / "m.c2pa").code == 3
    assert (tmp_path / "m.c2pa").read_bytes() == b"mine"


def test_an_unknown_record_is_an_error(shell: Run, stored: Store) -> None:
    ran = shell("store", "show", "1000000000000001", "--json")

    assert (ran.code, ran.answer["schema"]) == (3, "sealreel.error/1")
    assert "no such record" in ran.err


@pytest.mark.parametrize("verb", ["show", "delete"])
def test_what_is_no_payload_is_a_usage_error(shell: Run, stored: Store, verb: str) -> None:
    ran = shell("store", verb, "a.mp4")

    assert ran.code == 2
    assert "16 hex digits" in ran.err


def test_records_move_to_another_store(shell: Run, stored: Store, tmp_path: Path) -> None:
    other = f"sqlite:///{tmp_path}/other.sqlite"
    shell("store", "export", tmp_path / "records.jsonl")

    answer = shell("store", "import", tmp_path / "records.jsonl", "--store", other, "--json").answer

    assert answer == {"schema": "sealreel.store/1", "action": "import", "added": 1, "known": 0, "refused": []}
    assert shell("store", "show", PAYLOAD, "--store", other).code == 0


def test_an_export_streams_through_stdout_and_stdin(shell: Run, stored: Store, tmp_path: Path) -> None:
    lines = shell("store", "export", "-").out

    assert json.loads(lines)["payload"] == str(PAYLOAD)
    assert (
        "1 records added" in shell("store", "import", "-", "--store", f"sqlite:///{tmp_path}/o.sqlite", stdin=lines).out
    )


def test_another_record_under_the_same_payload_is_refused(shell: Run, stored: Store, tmp_path: Path) -> None:
    line = json.loads(shell("store", "export", "-").out) | {"sha256": "1" * 64}

    ran = shell("store", "import", "-", stdin=json.dumps(line))

    assert ran.code == 3
    assert str(PAYLOAD) in ran.err
    assert shell("store", "show", PAYLOAD, "--json").answer["sha256"] == "0" * 64


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": "other"}', "\x00"])
def test_what_is_no_export_is_refused_with_its_line(shell: Run, stored: Store, text: str) -> None:
    ran = shell("store", "import", "-", stdin=text)

    assert ran.code == 3
    assert "line 1" in ran.err


def test_a_deleted_record_is_gone(shell: Run, stored: Store) -> None:
    assert shell("store", "delete", PAYLOAD, "--json").answer["action"] == "delete"
    assert shell("store", "delete", PAYLOAD).code == 3


def test_a_mistyped_store_is_not_made(shell: Run, tmp_path: Path) -> None:
    ran = shell("store", "show", PAYLOAD, "--store", f"sqlite:///{tmp_path}/typo.sqlite")

    assert ran.code == 3
    assert "there is no store" in ran.err
    assert not (tmp_path / "typo.sqlite").exists()


@pytest.mark.parametrize("url", ["mysql://h/db", "nonsense", "sqlite://", "sqlite:///:memory:"])
def test_an_address_of_no_store_says_what_is_accepted(shell: Run, url: str) -> None:
    ran = shell("store", "list", "--store", url)

    assert ran.code == 3
    assert "expected sqlite:///" in ran.err


def test_a_corrupt_store_is_called_that(shell: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.sqlite").write_bytes(b"not a database" * 100)

    ran = shell("store", "list", "--store", f"sqlite:///{tmp_path}/bad.sqlite")

    assert ran.code == 3
    assert "bad.sqlite" in ran.err
    assert (tmp_path / "bad.sqlite").read_bytes() == b"not a database" * 100
