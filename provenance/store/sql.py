"""The store over SQLAlchemy: an SQLite file, or a PostgreSQL server."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import numpy as np
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from ...errors import StoreError
from ..fingerprints import Fingerprint, best_half, views
from ..payload import Payload
from ..record import Record
from .database import WRITES, connect, translated
from .exchange import read_lines, same_record, write_line
from .schema import Row, to_record, to_row, without_zone
from .store import Imported, Near, Store
from .sweep import fate
from .writer import this_writer

_BATCH = 200
_SCAN_BATCH = 5000


class SqlStore(Store):
    """Every method is one short transaction; nothing is held open between two calls."""

    def __init__(self, url: str, *, path: Path | None, busy_seconds: float) -> None:
        """Open; see `opening.open_store`."""
        self._name = str(path) if path is not None else url.rpartition("@")[2]
        self._engine = connect(url, path=path, busy_seconds=busy_seconds)
        self._writing = self._engine.execution_options(**{WRITES: True})

    def close(self) -> None:
        self._engine.dispose()

    def add_pending(self, record: Record) -> None:
        row = to_row(replace(record, state="pending", confirmed_at=None), writer=this_writer())
        with translated(self._name), Session(self._writing) as session, session.begin():
            session.add(row)

    def confirm(self, payload: Payload) -> None:
        statement = (
            update(Row)
            .where(Row.payload == str(payload), Row.state == "pending")
            .values(state="confirmed", confirmed_at=without_zone(datetime.now(UTC)))
        )
        if self._change(statement) == 0 and self.find(payload) is None:
            raise StoreError(f"{self._name}: there is no record {payload} to confirm")

    def find(self, payload: Payload) -> Record | None:
        found = self._select(Row.payload == str(payload))
        return found[0] if found else None

    def find_handle(self, method: str, handle: int) -> tuple[Record, ...]:
        if not 0 <= handle < 2**63:
            return ()
        return self._select((Row.method == method) & (Row.handle == handle))

    def payloads(self, method: str, *, limit: int) -> tuple[Payload, ...]:
        # "No handle" fixes both columns of an index, so that SQLite walks it in order instead of sorting every record.
        chosen = (Row.method == method) & Row.handle.is_(None)
        statement = select(Row.payload).where(chosen).order_by(Row.id.desc()).limit(limit)
        with translated(self._name), self._engine.connect() as connection:
            return tuple(Payload.parse(text) for text in connection.execute(statement).scalars())

    def records(self, *, limit: int | None = None, skip: int = 0) -> Iterator[Record]:
        left = limit
        before: int | None = None
        while left is None or left > 0:
            batch = self._batch(before, skip, _BATCH if left is None else min(_BATCH, left))
            if not batch:
                return
            yield from (to_record(row) for row in batch)
            before, skip = batch[-1].id, 0
            left = None if left is None else left - len(batch)

    def count(self) -> int:
        with translated(self._name), Session(self._engine) as session:
            return session.scalar(select(func.count()).select_from(Row)) or 0

    def delete(self, payload: Payload) -> bool:
        return self._change(delete(Row).where(Row.payload == str(payload))) > 0

    def nearest(self, fingerprint: Fingerprint) -> Near | None:
        if not fingerprint.hashes:
            return None
        while True:
            best = self._scan(views(fingerprint))
            if best is None:
                return None
            found = self._select(Row.id == best[1])
            if found:  # else deleted since the scan: look again
                return Near(found[0], best[0])

    def export(self, stream: IO[str]) -> int:
        count, last = 0, 0
        while batch := self._after(last):
            for row in batch:
                write_line(to_record(row), stream)
            last = batch[-1].id
            count += len(batch)
        return count

    def import_(self, stream: IO[str]) -> Imported:
        added = known = 0
        refused: list[Payload] = []
        batch: list[Record] = []

        def flush() -> None:
            nonlocal added, known
            if not batch:
                return
            new, old, bad = self._add_confirmed(batch)
            added, known = added + new, known + old
            refused.extend(bad)
            batch.clear()

        try:
            for record in read_lines(stream):
                batch.append(record)
                if len(batch) == _BATCH:
                    flush()
        finally:
            flush()  # the good lines before a bad one count
        return Imported(added=added, known=known, refused=tuple(refused))

    def sweep(self) -> int:
        with translated(self._name), Session(self._engine) as session:
            pending = [
                (row.id, row.file_path, row.sha256, row.created_at.replace(tzinfo=UTC), row.writer)
                for row in session.scalars(select(Row).where(Row.state == "pending"))
            ]
        dropped = 0
        for number, file_path, sha256, created_at, writer in pending:
            decision = fate(Path(file_path), sha256, created_at=created_at, writer=writer)
            still = (Row.id == number) & (Row.state == "pending")
            if decision == "appeared":
                now = without_zone(datetime.now(UTC))
                self._change(update(Row).where(still).values(state="confirmed", confirmed_at=now))
            elif decision == "gone":
                dropped += self._change(delete(Row).where(still))
        return dropped

    def _select(self, where: ColumnElement[bool]) -> tuple[Record, ...]:
        with translated(self._name), Session(self._engine) as session:
            rows = session.scalars(select(Row).where(where).order_by(Row.id.desc()).limit(_BATCH)).all()
            return tuple(to_record(row) for row in rows)

    def _batch(self, before: int | None, skip: int, size: int) -> list[Row]:
        statement = select(Row).order_by(Row.id.desc()).offset(skip).limit(size)
        if before is not None:
            statement = statement.where(Row.id < before)
        return self._rows(statement)

    def _after(self, last: int) -> list[Row]:
        chosen = (Row.id > last) & (Row.state == "confirmed")
        return self._rows(select(Row).where(chosen).order_by(Row.id).limit(_BATCH))

    def _rows(self, statement: Any) -> list[Row]:
        with translated(self._name), Session(self._engine) as session:
            rows = list(session.scalars(statement))
            session.expunge_all()
            return rows

    def _change(self, statement: Any) -> int:
        with translated(self._name), self._writing.begin() as connection:
            return int(connection.execute(statement).rowcount)

    def _add_confirmed(self, records: list[Record]) -> tuple[int, int, list[Payload]]:
        """Return how many were new, how many were known, and which payloads name something else here."""
        new = known = 0
        refused: list[Payload] = []
        with translated(self._name), Session(self._writing) as session, session.begin():
            for record in records:
                there = session.scalar(select(Row).where(Row.payload == str(record.payload)))
                if there is None:
                    session.add(to_row(record, writer=this_writer()))
                    session.flush()
                    new += 1
                elif same_record(to_record(there), record):
                    known += 1
                else:
                    refused.append(record.payload)
        return new, known, refused

    def _scan(self, query: np.ndarray[Any, np.dtype[np.uint64]]) -> tuple[float, int] | None:
        """Return the smallest distance and the row that has it. Time: records × their glimpses × 8 × ours."""
        best: tuple[float, int] | None = None
        last = 0
        while True:
            statement = (
                select(Row.id, Row.hashes)
                .where((Row.id > last) & (Row.state == "confirmed"))
                .order_by(Row.id)
                .limit(_SCAN_BATCH)
            )
            with translated(self._name), self._engine.connect() as connection:
                rows = connection.execute(statement).all()
            if not rows:
                return best
            last = rows[-1][0]
            found = _closest(query, [(number, hashes) for number, hashes in rows if hashes])
            if found is not None and (best is None or found < best):
                best = found


def _closest(query: np.ndarray[Any, np.dtype[np.uint64]], rows: list[tuple[int, bytes]]) -> tuple[float, int] | None:
    """Compare (8 views, our glimpses) with the hashes of many rows at once; as `fingerprint.distance`, exactly."""
    if not rows:
        return None
    stored = np.frombuffer(b"".join(hashes for _, hashes in rows), ">u8").astype(np.uint64)
    starts = np.cumsum([0, *(len(hashes) // 8 for _, hashes in rows[:-1])])
    smallest = np.empty((len(rows), *query.shape), np.uint8)  # (rows, 8 views, our glimpses)
    for view in range(query.shape[0]):
        for glimpse in range(query.shape[1]):
            differing = np.bitwise_count(stored ^ query[view, glimpse])
            smallest[:, view, glimpse] = np.minimum.reduceat(differing, starts)
    distances = best_half(smallest).min(1) / 64
    place = int(distances.argmin())
    return float(distances[place]), rows[place][0]
