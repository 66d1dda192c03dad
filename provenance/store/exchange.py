"""Records as JSON lines, `sealreel.export/1`: to move them between stores, and to keep a copy.

A line comes from anywhere: its length is bounded before it is parsed, every field is checked before it is used.
"""

import base64
import binascii
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import IO, Any, TypeVar

from ...errors import StoreError
from ..fingerprints import Fingerprint
from ..payload import Payload
from ..record import Record

T = TypeVar("T")

SCHEMA = "sealreel.export/1"
MAX_LINE_CHARACTERS = 48 * 2**20
MAX_MANIFEST_BYTES = 32 * 2**20
MAX_GLIMPSES = 64
MAX_TEXT_CHARACTERS = 1024


def write_line(record: Record, stream: IO[str]) -> None:
    """Write one record; where its file lies on this machine stays here."""
    line = {
        "schema": SCHEMA,
        "payload": str(record.payload),
        "method": record.method,
        "handle": record.handle,
        "manifest": base64.b64encode(record.manifest).decode(),
        "manifest_id": record.manifest_id,
        "fingerprint": {
            "hashes": [f"{value:016x}" for value in record.fingerprint.hashes],
            "sketches": [sketch.hex() for sketch in record.fingerprint.sketches],
            "rows": record.fingerprint.rows,
            "columns": record.fingerprint.columns,
            "duration_ms": record.fingerprint.duration_ms,
        },
        "sha256": record.sha256,
        "created_at": record.created_at.astimezone(UTC).isoformat(),
        "confirmed_at": None if record.confirmed_at is None else record.confirmed_at.astimezone(UTC).isoformat(),
        "media_type": record.media_type,
        "file_name": record.file_name,
        "generator": record.generator,
        "digital_source_type": record.digital_source_type,
        "prompt_sha256": record.prompt_sha256,
    }
    stream.write(json.dumps(line, separators=(",", ":")) + "\n")


def read_lines(stream: IO[str]) -> Iterator[Record]:
    """Yield the records of an export; empty lines are skipped.

    Raises:
        StoreError: A line is too long, not JSON, or not a record; the message names the line.
    """
    number = 0
    while True:
        number += 1
        try:
            line = stream.readline(MAX_LINE_CHARACTERS + 1)
        except UnicodeDecodeError as error:
            raise StoreError(f"line {number}: not UTF-8 text; expected lines of {SCHEMA}") from error
        if not line:
            return
        if len(line) > MAX_LINE_CHARACTERS:
            raise StoreError(f"line {number}: longer than {MAX_LINE_CHARACTERS} characters; expected lines of {SCHEMA}")
        if line.strip():
            yield _read(line, number)


def same_record(ours: Record, theirs: Record) -> bool:
    """Return whether two records say the same about a file; where it lies and when it was confirmed may differ."""
    return _shared(ours) == _shared(theirs)


def _shared(record: Record) -> Record:
    return replace(record, file_path="", confirmed_at=None, state="confirmed")


def _read(line: str, number: int) -> Record:
    try:
        return _record(json.loads(line))
    except (ValueError, RecursionError) as error:  # JSONDecodeError is a ValueError
        raise StoreError(f"line {number}: {str(error)[:200]}; expected lines of {SCHEMA}") from error


def _record(line: Any) -> Record:
    fields = _Fields(line, "a record")
    schema = fields.text("schema")
    if schema != SCHEMA:
        raise ValueError(f"schema is {schema!r}")
    confirmed_at = fields.maybe("confirmed_at", fields.moment)
    created_at = fields.moment("created_at")
    return Record(
        payload=Payload.parse(fields.text("payload")),
        method=fields.text("method", pattern=r"[A-Za-z0-9_.-]{1,64}"),
        handle=fields.maybe("handle", fields.number),
        manifest=fields.blob("manifest"),
        manifest_id=fields.text("manifest_id"),
        fingerprint=_fingerprint(_Fields(fields.value("fingerprint"), "fingerprint")),
        sha256=fields.text("sha256"),
        created_at=created_at,
        media_type=fields.text("media_type", pattern=r"[a-z0-9.+-]{1,63}/[a-z0-9.+-]{1,63}"),
        file_name=_file_name(fields.text("file_name")),
        file_path="",
        generator=fields.text("generator"),
        digital_source_type=fields.text("digital_source_type"),
        prompt_sha256=fields.maybe("prompt_sha256", lambda name: fields.text(name, pattern="[0-9a-f]{64}")),
        state="confirmed",
        confirmed_at=created_at if confirmed_at is None else confirmed_at,
    )


def _fingerprint(fields: "_Fields") -> Fingerprint:
    return Fingerprint(
        hashes=tuple(int(text, 16) for text in fields.texts("hashes", pattern="[0-9a-f]{16}")),
        sketches=tuple(bytes.fromhex(text) for text in fields.texts("sketches", pattern="(?:[0-9a-f]{2}){0,256}")),
        rows=fields.number("rows"),
        columns=fields.number("columns"),
        duration_ms=fields.number("duration_ms"),
    )


def _file_name(text: str) -> str:
    if not text or "/" in text or "\\" in text or text in (".", ".."):
        raise ValueError(f"file_name is a name without a directory, got {text[:80]!r}")
    return text


class _Fields:
    """A JSON object whose values are taken out one by one, each as what it must be."""

    def __init__(self, value: Any, what: str) -> None:
        if not isinstance(value, dict):
            raise ValueError(f"{what} is an object, got {type(value).__name__}")  # noqa: TRY004 - a bad value of a file
        self._values: dict[str, Any] = value  # pyright: ignore[reportUnknownMemberType] - JSON has any value

    def value(self, name: str) -> Any:
        if name not in self._values:
            raise ValueError(f"{name!r} is missing")
        return self._values[name]

    def maybe(self, name: str, read: Callable[[str], T]) -> T | None:
        return None if self.value(name) is None else read(name)

    def text(self, name: str, *, pattern: str | None = None) -> str:
        return _text(self.value(name), name, pattern)

    def texts(self, name: str, *, pattern: str) -> list[str]:
        values: Any = self.value(name)
        if not isinstance(values, list) or len(values) > MAX_GLIMPSES:  # pyright: ignore[reportUnknownArgumentType]
            raise ValueError(f"{name!r} is a list of at most {MAX_GLIMPSES} texts")
        return [_text(value, name, pattern) for value in values]  # pyright: ignore[reportUnknownVariableType]

    def number(self, name: str) -> int:
        value = self.value(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
            raise ValueError(f"{name!r} is a whole number from 0 to 2^63 - 1")
        return value

    def moment(self, name: str) -> datetime:
        moment = datetime.fromisoformat(self.text(name))
        if moment.tzinfo is None:
            raise ValueError(f"{name!r} has no time zone")
        try:
            return moment.astimezone(UTC)
        except OverflowError as error:
            raise ValueError(f"{name!r} is out of range") from error

    def blob(self, name: str) -> bytes:
        value = self.value(name)
        if not isinstance(value, str) or len(value) > MAX_MANIFEST_BYTES * 4 // 3 + 4:
            raise ValueError(f"{name!r} is base64 text of at most {MAX_MANIFEST_BYTES} bytes")
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise ValueError(f"{name!r} is not base64: {error}") from error


def _text(value: Any, name: str, pattern: str | None) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT_CHARACTERS:
        raise ValueError(f"{name!r} is a text of at most {MAX_TEXT_CHARACTERS} characters")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise ValueError(f"{name!r} holds control characters")
    if pattern is not None and re.fullmatch(pattern, value) is None:
        raise ValueError(f"{name!r} looks wrong: {value[:80]!r}")
    return value
