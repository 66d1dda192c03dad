"""The 64 bits that a watermark carries."""

import secrets
from dataclasses import dataclass

VERSION_BITS = 4
RECORD_BITS = 60
PAYLOAD_BITS = VERSION_BITS + RECORD_BITS


@dataclass(frozen=True, slots=True)
class Payload:
    """What ties pixels to a record: which key generation, and which record. Nothing about a person."""

    record_id: int
    """60 random bits: the record's name in the store."""
    version: int = 1
    """4 bits: payload version and id of the watermark key that embedded it; 0 is not used."""

    def __post_init__(self) -> None:
        if not 0 <= self.record_id < 2**RECORD_BITS:
            raise ValueError(f"record_id must fit {RECORD_BITS} bits, got {self.record_id}")
        if not 0 <= self.version < 2**VERSION_BITS:
            raise ValueError(f"version must fit {VERSION_BITS} bits, got {self.version}")

    @classmethod
    def random(cls, version: int = 1) -> "Payload":
        """Draw a new record id; two of a million draws are equal with a chance of about 4e-7 (birthday bound)."""
        return cls(record_id=secrets.randbits(RECORD_BITS), version=version)

    def to_int(self) -> int:
        """Return the 64-bit number: version in the high bits."""
        return self.version << RECORD_BITS | self.record_id

    @classmethod
    def from_int(cls, number: int) -> "Payload":
        """Read `to_int` back.

        Raises:
            ValueError: The number does not fit 64 bits.
        """
        if not 0 <= number < 2**PAYLOAD_BITS:
            raise ValueError(f"a payload is {PAYLOAD_BITS} bits, got {number}")
        return cls(record_id=number & (2**RECORD_BITS - 1), version=number >> RECORD_BITS)

    def to_bits(self) -> tuple[int, ...]:
        """Return 64 zeros and ones, most significant first."""
        number = self.to_int()
        return tuple(number >> shift & 1 for shift in range(PAYLOAD_BITS - 1, -1, -1))

    @classmethod
    def from_bits(cls, bits: tuple[int, ...]) -> "Payload":
        """Read `to_bits` back.

        Raises:
            ValueError: Not 64 values, or one of them is neither 0 nor 1.
        """
        if len(bits) != PAYLOAD_BITS or any(bit not in (0, 1) for bit in bits):
            raise ValueError(f"a payload is {PAYLOAD_BITS} zeros and ones, got {len(bits)} values")
        return cls.from_int(int("".join(map(str, bits)), 2))

    def __str__(self) -> str:
        """Return the 16 hex digits that reports, manifests and stores use."""
        return f"{self.to_int():016x}"

    @classmethod
    def parse(cls, text: str) -> "Payload":
        """Read `str(payload)` back.

        Raises:
            ValueError: Not 16 hex digits.
        """
        if len(text) != PAYLOAD_BITS // 4 or not set(text.lower()) <= set("0123456789abcdef"):
            raise ValueError(f"a payload is written as 16 hex digits, got {text[:40]!r}")
        return cls.from_int(int(text, 16))
