"""What a store can do; the one that does it is `sql.SqlStore`, behind this door so that SQLAlchemy loads late."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from ..fingerprints import Fingerprint
from ..payload import Payload
from ..record import Record


@dataclass(frozen=True, slots=True)
class Near:
    """A stored record and how far its fingerprint is."""

    record: Record
    distance: float
    """By `fingerprint.distance`: 0 = equal, about 0.5 = unrelated."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    added: int
    known: int
    """Equal records that were there already."""
    refused: tuple[Payload, ...]
    """Payloads that name a different record here; ours were kept."""


class Store(ABC):
    """Records by payload. A context manager: leaving it lets go of the database.

    Every method raises `StoreLocked` if others hold the database for longer than the busy time, `StoreCorrupt` if
    its content is not ours, `StoreError` for a full disk, a lost server and the like.
    """

    @abstractmethod
    def add_pending(self, record: Record) -> None:
        """Write a record before its file gets its final name.

        Raises:
            StoreError: The payload is taken.
        """

    @abstractmethod
    def confirm(self, payload: Payload) -> None:
        """Say that the file has its final name.

        Raises:
            StoreError: There is no such record.
        """

    @abstractmethod
    def find(self, payload: Payload) -> Record | None:
        """Return the record of a payload."""

    @abstractmethod
    def find_handle(self, method: str, handle: int) -> tuple[Record, ...]:
        """Return the records that a short handle may mean, newest first; a short handle can repeat."""

    @abstractmethod
    def payloads(self, method: str, *, limit: int) -> tuple[Payload, ...]:
        """Return the payloads that a method with room for all 64 bits carries, newest first, without their records."""

    @abstractmethod
    def nearest(self, fingerprint: Fingerprint) -> Near | None:
        """Return the confirmed record whose content looks most alike; None for an empty store or fingerprint.

        An exact scan, O(records) in time: about a second for 100,000 clips of 16 glimpses; memory is flat.
        """

    @abstractmethod
    def records(self, *, limit: int | None = None, skip: int = 0) -> Iterator[Record]:
        """Yield records, newest first, without holding the database between them."""

    @abstractmethod
    def count(self) -> int:
        """Return how many records there are."""

    @abstractmethod
    def delete(self, payload: Payload) -> bool:
        """Forget a record; return whether it was there."""

    @abstractmethod
    def export(self, stream: IO[str]) -> int:
        """Write every confirmed record as a JSON line, oldest first; return how many."""

    @abstractmethod
    def import_(self, stream: IO[str]) -> Imported:
        """Read `export` back; a different record with the same payload is refused, never overwritten.

        Raises:
            StoreError: A line is not an exported record. Those before it stay imported; doing it again is harmless.
        """

    @abstractmethod
    def sweep(self) -> int:
        """Settle what crashed writers left: confirm pending records whose file is there, drop the others.

        Returns:
            How many were dropped.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the database."""

    def __enter__(self) -> Self:
        """Use as a context manager."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the database."""
        self.close()
