"""The store: what goes in comes out, whatever happened to the process or the file."""

import hashlib
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event

import sealreel.provenance.store as store_folder
from sealreel.errors import StoreCorrupt, StoreError, StoreLocked, StoreVersionUnknown
from sealreel.provenance import Fingerprint, Payload, Record
from sealreel.provenance.store import open_store, store_exists
from sealreel.provenance.store.schema import HEAD, VERSION_TABLE

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)


def a_record(number: int = 1, **changes: Any) -> Record:
    record = Record(
        payload=Payload(record_id=number),
        method="sealreel.1",
        manifest=b"\x00jumb" * 50,
        manifest_id=f"urn:c2pa:{number}",
        fingerprint=Fingerprint(
            hashes=(number, 2**64 - 1), duration_ms=2000, sketches=(b"\x01" * 8, b"\xfe" * 8), rows=8, columns=8
        ),
        sha256=hashlib.sha256(b"%d" % number).hexdigest(),
        created_at=NOW,
        media_type="video/mp4",
        file_name="clip.mp4",
        file_path="/nowhere/clip.mp4",
        generator="mark",
        digital_source_type="trainedAlgorithmicMedia",
        prompt_sha256=None,
    )
    return replace(record, **changes)


def url_of(directory: Path) -> str:
    return f"sqlite:///{directory / 'records.sqlite'}"


def test_a_record_comes_back_as_it_went_in(tmp_path: Path) -> None:
    record = a_record(handle=7, prompt_sha256="ab" * 32)

    with open_store(url_of(tmp_path)) as store:
        store.add_pending(record)

        assert store.find(record.payload) == record


def test_a_payload_of_all_ones_comes_back(tmp_path: Path) -> None:
    record = a_record(2**60 - 1, payload=Payload(record_id=2**60 - 1, version=15))

    with open_store(url_of(tmp_path)) as store:
        store.add_pending(record)

        assert store.find(record.payload) == record


def test_an_unknown_payload_is_none(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path)) as store:
        assert store.find(Payload(record_id=5)) is None


def test_a_record_is_pending_until_it_is_confirmed(tmp_path: Path) -> None:
    record = a_record()
    with open_store(url_of(tmp_path)) as store:
        store.add_pending(record)
        store.confirm(record.payload)

        found = store.find(record.payload)

    assert found is not None
    assert found.state == "confirmed"
    assert found.confirmed_at is not None


def test_confirming_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path)) as store, pytest.raises(StoreError, match="no record"):
        store.confirm(Payload(record_id=5))


def test_a_payload_is_taken_once(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path)) as store:
        store.add_pending(a_record())

        with pytest.raises(StoreError, match="there already"):
            store.add_pending(a_record(manifest_id="urn:c2pa:other"))


def test_a_handle_leads_to_every_record_that_it_may_mean(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path)) as store:
        for number in (1, 2):
            store.add_pending(a_record(number, method="rivaGan", handle=99))
        store.add_pending(a_record(3, method="dwtDct", handle=99))

        found = store.find_handle("rivaGan", 99)

    assert [record.payload.record_id for record in found] == [2, 1]


def test_records_come_newest_first_and_in_pages(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path)) as store:
        for number in range(5):
            store.add_pending(a_record(number))

        numbers = [record.payload.record_id for record in store.records(limit=3, skip=1)]

    assert numbers == [3, 2, 1]


def test_a_deleted_record_is_gone(tmp_path: Path) -> None:
    record = a_record()
    with open_store(url_of(tmp_path)) as store:
        store.add_pending(record)

        assert [store.delete(record.payload), store.delete(record.payload), store.count()] == [True, False, 0]


def test_the_nearest_record_is_the_one_that_looks_alike(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path)) as store:
        for number, value in enumerate((0x0123456789ABCDEF, 0xFEDCBA9876543210, 0x00FF00FF0F0F1234)):
            store.add_pending(a_record(number, fingerprint=Fingerprint(hashes=(value,), duration_ms=0)))
            store.confirm(Payload(record_id=number))

        near = store.nearest(Fingerprint(hashes=(0xFEDCBA9876543211,), duration_ms=0))

    assert near is not None
    assert (near.record.payload.record_id, near.distance) == (1, 1 / 64)


def test_a_pending_record_is_nobody_s_neighbour(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path)) as store:
        store.add_pending(a_record())

        assert store.nearest(a_record().fingerprint) is None


def test_the_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path / "new")):
        pass

    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new", tmp_path / "new" / "records.sqlite")]
    assert modes == [0o700, 0o600]


def test_the_newest_migration_is_the_one_that_the_code_knows() -> None:
    scripts = ScriptDirectory(str(Path(store_folder.__file__).parent / "migrations"))

    assert scripts.get_current_head() == HEAD


def test_asking_whether_a_store_exists_makes_none(tmp_path: Path) -> None:
    assert not store_exists(url_of(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_store_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path)):
        pass
    with sqlite3.connect(tmp_path / "records.sqlite") as database:
        database.execute(f"UPDATE {VERSION_TABLE} SET version_num = 'r9999'")
    database.close()

    with pytest.raises(StoreVersionUnknown, match="newer"):
        open_store(url_of(tmp_path))


def test_a_text_file_is_not_a_store(tmp_path: Path) -> None:
    (tmp_path / "records.sqlite").write_text("this is not a database, and long enough to be looked at " * 40)

    with pytest.raises(StoreCorrupt, match="not a database"):
        open_store(url_of(tmp_path))


def test_another_program_s_database_is_left_alone(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "records.sqlite")
    database.execute("CREATE TABLE bookmarks (id INTEGER)")
    database.close()

    with pytest.raises(StoreCorrupt, match="another program"):
        open_store(url_of(tmp_path))


def test_a_damaged_store_says_so(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path)) as store:
        for number in range(200):
            store.add_pending(a_record(number))
    file = tmp_path / "records.sqlite"
    content = bytearray(file.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    file.write_bytes(content)

    with pytest.raises(StoreCorrupt), open_store(url_of(tmp_path)) as store:
        list(store.records())


def test_an_impossible_value_in_a_row_is_corruption(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path)) as store:
        store.add_pending(a_record())
        database = sqlite3.connect(tmp_path / "records.sqlite")
        database.execute("UPDATE records SET created_at = 'yesterday'")
        database.commit()
        database.close()

        with pytest.raises(StoreCorrupt):
            store.find(a_record().payload)


def test_a_held_store_is_locked_not_broken(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path), busy_seconds=0.1) as store:
        holder = sqlite3.connect(tmp_path / "records.sqlite", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreLocked, match="another process"):
            store.add_pending(a_record())
        holder.close()


def test_a_store_cannot_lie_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="directory"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'records.sqlite'}")


@pytest.mark.parametrize(
    "url", ["records.sqlite", "mysql://host/db", "sqlite://", "sqlite:///", "sqlite:///:memory:", ""]
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(StoreError, match="expected"):
        open_store(url)


def test_a_password_is_not_repeated() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("mysql://me:hunter2@host/db")

    assert "hunter2" not in str(caught.value)


def test_importing_provenance_loads_no_database() -> None:
    code = "import sys, sealreel.provenance.store; sys.exit(any(m in sys.modules for m in ('sqlalchemy', 'alembic')))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def dead_writer() -> int:
    """Return the number of a process that ran a moment ago."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def leave_pending(tmp_path: Path, record: Record, *, writer: str) -> None:
    with open_store(url_of(tmp_path)) as store:
        store.add_pending(record)
    database = sqlite3.connect(tmp_path / "records.sqlite")
    machine = database.execute("SELECT writer FROM records").fetchone()[0].split(" ")[0]
    database.execute("UPDATE records SET writer = ?", (writer.replace("HERE", machine),))
    database.commit()
    database.close()


def test_a_sweep_drops_what_a_dead_writer_never_finished(tmp_path: Path) -> None:
    record = a_record(file_path=str(tmp_path / "clip.mp4"))
    leave_pending(tmp_path, record, writer=f"HERE {dead_writer()} 1")

    with open_store(url_of(tmp_path)) as store:
        assert [store.sweep(), store.count()] == [1, 0]


def test_a_sweep_confirms_what_a_dead_writer_had_finished(tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"1")
    record = a_record(1, file_path=str(file))
    leave_pending(tmp_path, record, writer=f"HERE {dead_writer()} 1")

    with open_store(url_of(tmp_path)) as store:
        swept = store.sweep()
        found = store.find(record.payload)

    assert swept == 0
    assert found is not None
    assert found.state == "confirmed"


def test_a_sweep_drops_a_record_whose_name_another_file_has(tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").write_bytes(b"something else")
    leave_pending(tmp_path, a_record(file_path=str(tmp_path / "clip.mp4")), writer=f"HERE {dead_writer()} 1")

    with open_store(url_of(tmp_path)) as store:
        assert store.sweep() == 1


def test_a_sweep_leaves_a_living_writer_alone(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path)) as store:
        store.add_pending(a_record(file_path=str(tmp_path / "clip.mp4")))

        assert [store.sweep(), store.count()] == [0, 1]


def test_a_process_number_given_to_another_is_not_the_writer(tmp_path: Path) -> None:
    record = a_record(file_path=str(tmp_path / "clip.mp4"))
    leave_pending(tmp_path, record, writer=f"HERE {os.getpid()} 12")

    with open_store(url_of(tmp_path)) as store:
        assert store.sweep() == 1


@pytest.mark.parametrize(("age", "dropped"), [(timedelta(hours=1), 0), (timedelta(hours=30), 1)])
def test_another_machine_s_writer_gets_a_day(tmp_path: Path, age: timedelta, dropped: int) -> None:
    record = a_record(file_path=str(tmp_path / "clip.mp4"), created_at=datetime.now(UTC) - age)
    leave_pending(tmp_path, record, writer="elsewhere/boot/pid 1 1")

    with open_store(url_of(tmp_path)) as store:
        assert store.sweep() == dropped


def test_four_processes_open_a_new_store_and_write_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[3]); from test_store import a_record\n"
        "from sealreel.provenance.store import open_store\n"
        "with open_store(sys.argv[1]) as store:\n"
        "    for number in range(25):\n"
        "        store.add_pending(a_record(int(sys.argv[2]) * 1000 + number))\n"
        "        store.confirm(a_record(int(sys.argv[2]) * 1000 + number).payload)\n"
    )
    here = str(Path(__file__).parent)
    writers = [subprocess.Popen([sys.executable, "-c", code, url_of(tmp_path), str(n), here]) for n in range(4)]

    codes = [writer.wait(timeout=120) for writer in writers]

    with open_store(url_of(tmp_path)) as store:
        assert (codes, store.count()) == ([0] * 4, 100)
        assert {record.state for record in store.records()} == {"confirmed"}


def test_payloads_come_newest_first_of_one_method_and_no_more_than_asked(tmp_path: Path) -> None:
    with open_store(url_of(tmp_path)) as store:
        for number in (1, 2, 3):
            store.add_pending(a_record(number))
        store.add_pending(a_record(4, method="dwtDct"))
        store.add_pending(a_record(5, method="rivaGan", handle=5))

        assert store.payloads("sealreel.1", limit=2) == (Payload(record_id=3), Payload(record_id=2))
        assert store.payloads("rivaGan", limit=2) == ()


def test_listing_payloads_sorts_nothing(tmp_path: Path) -> None:
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    with open_store(url_of(tmp_path)) as store:
        store.add_pending(a_record())
        event.listen(Engine, "before_cursor_execute", note)
        store.payloads("sealreel.1", limit=10)
        event.remove(Engine, "before_cursor_execute", note)
    with closing(sqlite3.connect(tmp_path / "records.sqlite")) as database:
        steps = database.execute(f"EXPLAIN QUERY PLAN {asked[-1]}", ("sealreel.1", 10, 0)).fetchall()

    assert all("TEMP B-TREE" not in str(step) for step in steps)
