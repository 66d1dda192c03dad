"""The table of records, and the way between its rows and the noun `Record`."""

from datetime import UTC, datetime

import numpy as np
from sqlalchemy import BigInteger, DateTime, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ...errors import StoreCorrupt
from ..fingerprints import Fingerprint
from ..payload import Payload
from ..record import Record

HEAD = "r0001"
"""The newest revision in `migrations/versions`; a test holds them together."""
VERSION_TABLE = "sealreel_schema"


class Base(DeclarativeBase):
    """Root of the mapped classes."""


class Row(Base):
    """One record. Times are UTC without a zone, as SQLite has none; the payload is text, as no database holds u64."""

    __tablename__ = "records"
    __table_args__ = (Index("ix_records_handle", "method", "handle"), Index("ix_records_state", "state"))

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    payload: Mapped[str] = mapped_column(String(16), unique=True)
    method: Mapped[str] = mapped_column(String(64))
    handle: Mapped[int | None] = mapped_column(BigInteger)
    manifest_id: Mapped[str] = mapped_column(Text)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
    sketch_rows: Mapped[int]
    sketch_columns: Mapped[int]
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime)
    media_type: Mapped[str] = mapped_column(String(128))
    file_name: Mapped[str] = mapped_column(Text)
    file_path: Mapped[str] = mapped_column(Text)
    generator: Mapped[str] = mapped_column(Text)
    digital_source_type: Mapped[str] = mapped_column(Text)
    prompt_sha256: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    writer: Mapped[str] = mapped_column(Text)
    """Which process wrote it: see `writer.py`."""
    sketches: Mapped[bytes] = mapped_column(LargeBinary)
    manifest: Mapped[bytes] = mapped_column(LargeBinary)


def to_row(record: Record, *, writer: str) -> Row:
    """Return the row of a record."""
    fingerprint = record.fingerprint
    return Row(
        payload=str(record.payload),
        method=record.method,
        handle=record.handle,
        manifest=record.manifest,
        manifest_id=record.manifest_id,
        hashes=np.array(fingerprint.hashes, ">u8").tobytes(),
        sketches=b"".join(fingerprint.sketches),
        sketch_rows=fingerprint.rows,
        sketch_columns=fingerprint.columns,
        duration_ms=fingerprint.duration_ms,
        sha256=record.sha256,
        created_at=without_zone(record.created_at),
        confirmed_at=None if record.confirmed_at is None else without_zone(record.confirmed_at),
        media_type=record.media_type,
        file_name=record.file_name,
        file_path=record.file_path,
        generator=record.generator,
        digital_source_type=record.digital_source_type,
        prompt_sha256=record.prompt_sha256,
        state=record.state,
        writer=writer,
    )


def to_record(row: Row) -> Record:
    """Return the record of a row.

    Raises:
        StoreCorrupt: The row holds what no record can.
    """
    try:
        return Record(
            payload=Payload.parse(row.payload),
            method=row.method,
            manifest=row.manifest,
            manifest_id=row.manifest_id,
            fingerprint=_fingerprint(row),
            sha256=row.sha256,
            created_at=row.created_at.replace(tzinfo=UTC),
            media_type=row.media_type,
            file_name=row.file_name,
            file_path=row.file_path,
            generator=row.generator,
            digital_source_type=row.digital_source_type,
            prompt_sha256=row.prompt_sha256,
            state="confirmed" if row.state == "confirmed" else "pending",
            handle=row.handle,
            confirmed_at=None if row.confirmed_at is None else row.confirmed_at.replace(tzinfo=UTC),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise StoreCorrupt(f"record {row.id} of the store holds an impossible value: {error}") from error


def without_zone(moment: datetime) -> datetime:
    """Return the UTC time as the table holds it."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def _fingerprint(row: Row) -> Fingerprint:
    size = (row.sketch_rows * row.sketch_columns + 7) // 8
    sketches = [row.sketches[start : start + size] for start in range(0, len(row.sketches), size or 1)]
    return Fingerprint(
        hashes=tuple(int(value) for value in np.frombuffer(row.hashes, ">u8")),
        duration_ms=row.duration_ms,
        sketches=tuple(sketches),
        rows=row.sketch_rows,
        columns=row.sketch_columns,
    )
