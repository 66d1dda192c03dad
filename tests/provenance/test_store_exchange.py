"""Export and import: what one store says, another believes only if it is well formed."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from sealreel.errors import StoreError
from sealreel.provenance import Fingerprint, Payload, Record
from sealreel.provenance.store import open_store
from sealreel.provenance.store.exchange import read_lines, same_record, write_line


def a_record(number: int = 1, *, manifest: bytes = b"jumb") -> Record:
    from datetime import UTC, datetime

    return Record(
        payload=Payload(record_id=number),
        method="sealreel.1",
        manifest=manifest,
        manifest_id="urn:c2pa:1",
        fingerprint=Fingerprint(hashes=(1, 2**64 - 1), duration_ms=2000, sketches=(b"\x01" * 8,), rows=8, columns=8),
        sha256="0" * 64,
        created_at=datetime(2026, 11, 22, 8, tzinfo=UTC),
        media_type="video/mp4",
        file_name="clip.mp4",
        file_path="/home/me/clip.mp4",
        generator="mark",
        digital_source_type="trainedAlgorithmicMedia",
        prompt_sha256=None,
    )


def a_line(**changes: Any) -> str:
    stream = io.StringIO()
    write_line(a_record(), stream)
    line: dict[str, Any] = json.loads(stream.getvalue())
    line.update(changes)
    return json.dumps(line) + "\n"


@pytest.fixture
def full(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path / 'full.sqlite'}"
    with open_store(url) as store:
        for number in range(450):  # more than two batches
            store.add_pending(a_record(number))
            store.confirm(Payload(record_id=number))
    return url


def test_a_store_moves_whole(tmp_path: Path, full: str) -> None:
    stream = io.StringIO()
    with open_store(full) as store:
        exported = store.export(stream)
    stream.seek(0)

    with open_store(f"sqlite:///{tmp_path / 'new.sqlite'}") as new:
        imported = new.import_(stream)

        assert (exported, imported.added, new.count()) == (450, 450, 450)


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'new.sqlite'}") as store:
        counts = [store.import_(io.StringIO(a_line())) for _ in range(2)]

    assert [(count.added, count.known) for count in counts] == [(1, 0), (0, 1)]


def test_an_import_never_overwrites(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'new.sqlite'}") as store:
        store.import_(io.StringIO(a_line()))
        imported = store.import_(io.StringIO(a_line(manifest="AAAA")))
        found = store.find(Payload(record_id=1))

    assert imported.refused == (Payload(record_id=1),)
    assert found is not None
    assert found.manifest == b"jumb"


def test_pending_records_stay_home(tmp_path: Path) -> None:
    stream = io.StringIO()
    with open_store(f"sqlite:///{tmp_path / 'new.sqlite'}") as store:
        store.add_pending(a_record())

        assert store.export(stream) == 0


def test_a_local_path_is_not_exported() -> None:
    assert "/home/me" not in a_line()


def test_a_record_reads_back_as_the_same() -> None:
    (record,) = read_lines(io.StringIO(a_line()))

    assert same_record(record, a_record())


def test_the_good_lines_before_a_bad_one_count(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'new.sqlite'}") as store:
        with pytest.raises(StoreError, match="line 3"):
            store.import_(io.StringIO(a_line() + "\n" + "{}\n"))

        assert store.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"schema": "sealreel.export/2"},
        {"payload": "xyz"},
        {"payload": 5},
        {"sha256": "0" * 63 + "G"},
        {"file_name": "../../etc/passwd"},
        {"file_name": "a\x1b[31mb"},
        {"file_name": "\ud800"},
        {"file_name": "x" * 5000},
        {"created_at": "2026-11-22T08:00:00"},
        {"created_at": "0001-01-01T00:00:00+14:00"},
        {"created_at": "soon"},
        {"manifest": "not base64!"},
        {"manifest": None},
        {"handle": -1},
        {"handle": True},
        {"handle": 2**63},
        {"media_type": "text/html; <script>"},
        {"method": "'; DROP TABLE records"},
        {"fingerprint": []},
        {"fingerprint": {"hashes": ["g" * 16], "sketches": [], "rows": 0, "columns": 0, "duration_ms": 0}},
        {"fingerprint": {"hashes": ["0" * 16] * 65, "sketches": [], "rows": 0, "columns": 0, "duration_ms": 0}},
        {"fingerprint": {"hashes": [], "sketches": ["00"], "rows": 8, "columns": 8, "duration_ms": 0}},
        {"fingerprint": {"hashes": [], "sketches": [], "rows": 10**9, "columns": 10**9, "duration_ms": 0}},
    ],
    ids=str,
)
def test_a_line_that_is_no_record_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(StoreError, match="line 1"):
        list(read_lines(io.StringIO(a_line(**changes))))


@pytest.mark.parametrize("line", ["[" * 100_000, "null", "5", '"text"', "{", "[]", "9" * 10_000, "NaN"])
def test_json_that_is_no_object_is_refused(line: str) -> None:
    with pytest.raises(StoreError, match="line 1"):
        list(read_lines(io.StringIO(line)))


def test_a_line_without_end_is_not_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sealreel.provenance.store.exchange.MAX_LINE_CHARACTERS", 1000)

    with pytest.raises(StoreError, match="longer"):
        list(read_lines(io.StringIO(" " * 2000)))


def test_bytes_that_are_no_text_are_refused() -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"\xff\xfe\x00"), encoding="utf-8")

    with pytest.raises(StoreError, match="UTF-8"):
        list(read_lines(stream))


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    name=st.sampled_from(sorted(json.loads(a_line()))),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
        lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
        max_leaves=8,
    ),
)
def test_any_value_in_any_field_is_a_record_or_refused(name: str, value: object) -> None:
    try:
        (record,) = read_lines(io.StringIO(a_line(**{name: value})))
    except StoreError:
        return
    write_line(record, io.StringIO())
