"""Connections, locks, schema versions, and the database's errors in our words."""

import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ...errors import MissingExtra, StoreCorrupt, StoreError, StoreLocked, StoreVersionUnknown
from .schema import HEAD, VERSION_TABLE

WRITES = "sealreel_writes"
_MIGRATIONS = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 0x5EA1_4EE1  # PostgreSQL: any number that only we use


def connect(url: str, *, path: Path | None, busy_seconds: float) -> Engine:
    """Return an engine whose schema is up to date. Raises as `opening.open_store`."""
    name = str(path) if path is not None else url.rpartition("@")[2]
    if path is not None:
        _prepare_file(path, busy_seconds)
    engine = _engine(url if path is None else "sqlite://", path, busy_seconds)
    try:
        with translated(name):
            _bring_up_to_date(engine, name, shared=path is None)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def translated(name: str) -> Generator[None]:
    """Turn the database's errors into ours; `name` is the store's, for the message."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise _ours(error, name) from error
    except ValueError as error:  # SQLAlchemy reading a date that is none
        raise StoreCorrupt(f"{name}: holds an impossible value: {error}") from error


def _ours(error: Exception, name: str) -> StoreError:
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    lower = said.lower()
    if "locked" in lower or "busy" in lower or "lock timeout" in lower:
        return StoreLocked(f"{name}: held by another process for too long ({said}); try again when it is done")
    if "unique constraint" in lower or "duplicate key" in lower:
        return StoreError(f"{name}: a record of this payload is there already")
    bad = ("not a database", "malformed", "no such table", "no such column", "corrupt", "decode")
    if any(word in lower for word in bad):
        return StoreCorrupt(
            f"{name}: not a store that Sealreel can read ({said}); restore a copy, or move the file away"
        )
    return StoreError(f"{name}: {said}")


def _prepare_file(path: Path, busy_seconds: float) -> None:
    """Make directory and file for the owner alone, and switch on write-ahead logging, which lasts with the file."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        if not path.is_file():
            raise StoreError(f"{path}: {error.strerror}; expected a directory that can be written") from error
    with translated(str(path)):
        connection = sqlite3.connect(path, timeout=busy_seconds)
        try:
            _use_write_ahead_log(connection, time.monotonic() + busy_seconds)
        finally:
            connection.close()


def _use_write_ahead_log(connection: sqlite3.Connection, deadline: float) -> None:
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            # SQLite does not wait for its busy time here while two processes make one file.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _engine(url: str, path: Path | None, busy_seconds: float) -> Engine:
    if path is None:
        return _server_engine(url)

    def open_file() -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=busy_seconds, check_same_thread=False)
        connection.isolation_level = None  # we say BEGIN ourselves, so that DDL is part of the transaction
        connection.execute("PRAGMA synchronous=FULL")
        return connection

    engine = create_engine(url, creator=open_file, poolclass=NullPool)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    """Take the write lock at once where we are going to write: waiting works there, upgrading a lock does not."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _server_engine(url: str) -> Engine:
    try:
        return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise MissingExtra("a store on PostgreSQL needs its driver: pip install 'sealreel[serve]'") from error
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StoreError(f"the store's URL cannot be read: {error}") from error


def _bring_up_to_date(engine: Engine, name: str, *, shared: bool) -> None:
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    with engine.execution_options(**{WRITES: True}).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        revision = _revision(connection)
        if revision == HEAD:  # another process was faster
            return
        if revision is None and not shared and inspect(connection).get_table_names():
            raise StoreCorrupt(f"{name}: a database of another program; give the store a file of its own")
        _migrate(connection, name, revision)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: Any = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - a constant
    return None if found is None else str(found)


def _migrate(connection: Connection, name: str, revision: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreVersionUnknown(
            f"{name}: its schema is version {revision[:40]!r}, newer than this Sealreel's {HEAD!r}; "
            "install a newer Sealreel"
        )
    command.upgrade(config, "head")
