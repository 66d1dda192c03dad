"""From a URL to a store that is ready to use."""

import re
from pathlib import Path
from urllib.parse import unquote

from ...errors import StoreError
from .store import Store

BUSY_SECONDS = 30.0
_SQLITE = re.compile(r"sqlite(?:\+pysqlite)?://(?P<path>.*)", re.DOTALL)


def open_store(url: str, *, busy_seconds: float | None = None) -> Store:
    """Open a store, making or upgrading its schema where needed; safe when two processes do so at once.

    Args:
        url: `sqlite:///relative/path`, `sqlite:////absolute/path` or `postgresql+psycopg://…`.
        busy_seconds: How long to wait for other writers before `StoreLocked`; 30 if None.

    Raises:
        StoreError: The URL means no store, or its directory cannot be written.
        StoreLocked: Others held it for longer than `busy_seconds`.
        StoreCorrupt: The file is not a database, or holds another program's tables.
        StoreVersionUnknown: A newer Sealreel wrote it.
        MissingExtra: The database driver is not installed.
    """
    path = sqlite_path(url)
    if path is None and not url.startswith(("postgresql://", "postgresql+psycopg://")):
        raise StoreError(f"{_without_password(url)!r} is not a store; {_ACCEPTED}")
    from .sql import SqlStore

    return SqlStore(url, path=path, busy_seconds=BUSY_SECONDS if busy_seconds is None else busy_seconds)


def store_exists(url: str) -> bool:
    """Return whether there is something to open, without making it; a server is taken to be there."""
    path = sqlite_path(url)
    return path is None or path.exists()


def sqlite_path(url: str) -> Path | None:
    """Return the file behind an SQLite URL; None for another kind of URL.

    Raises:
        StoreError: An SQLite URL without a file: a store in memory would forget everything.
    """
    match = _SQLITE.fullmatch(url)
    if match is None:
        return None
    rest = match["path"]
    if not rest.startswith("/") or len(rest) == 1 or rest[1:].startswith(":memory:") or "?" in rest or "\0" in rest:
        raise StoreError(f"{url!r} names no file; {_ACCEPTED}")
    return Path(unquote(rest[1:]))


def _without_password(url: str) -> str:
    return re.sub(r"(://[^/@:]*):[^/@]*@", r"\1:***@", url)[:200]


_ACCEPTED = "expected sqlite:///relative/path, sqlite:////absolute/path or postgresql+psycopg://USER@HOST/DATABASE"
