"""The secret of an installation, and the streams of randomness that every choice of the mark comes from."""

import hashlib
import hmac
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

SECRET_BYTES = 32
DOMAIN = b"sealreel.1/"


@dataclass(frozen=True, slots=True)
class WatermarkKey:
    """What embedding and reading share. Symmetric: whoever holds it can forge a mark, so it never leaves its owner."""

    key_id: int
    """1–15: the `version` of every payload that this key embeds."""
    secret: bytes = field(repr=False)
    """32 random bytes."""

    def __post_init__(self) -> None:
        if not 1 <= self.key_id <= 15:
            raise ValueError(f"key_id is 1 to 15, got {self.key_id}")
        if len(self.secret) != SECRET_BYTES:
            raise ValueError(f"secret is {SECRET_BYTES} bytes, got {len(self.secret)}")


def keyed_words(key: WatermarkKey, label: str, count: int) -> npt.NDArray[np.uint64]:
    """Return `count` pseudo-random 64-bit words that belong to this key and label.

    Philox-4x64 (Salmon et al., SC'11) keyed with the first 16 bytes of HMAC-SHA256(secret, label). Only raw words
    are drawn: numpy may change its distributions from version to version (NEP 19), and a mark must stay readable.
    """
    digest = hmac.new(key.secret, DOMAIN + label.encode(), hashlib.sha256).digest()
    return np.random.Philox(key=int.from_bytes(digest[:16], "little")).random_raw(count)


def keyed_signs(key: WatermarkKey, label: str, count: int) -> npt.NDArray[np.float32]:
    """Return `count` fair signs, each -1 or +1."""
    words = keyed_words(key, label, -(-count // 64))
    bits = np.unpackbits(words.astype("<u8").view(np.uint8), bitorder="little")[:count]
    return (1.0 - 2.0 * bits).astype(np.float32)


def keyed_phases(key: WatermarkKey, label: str, count: int) -> npt.NDArray[np.complex64]:
    """Return `count` points of the unit circle, uniform in angle."""
    angles = keyed_words(key, label, count) / 2.0**64 * (2.0 * np.pi)
    return np.exp(1j * angles).astype(np.complex64)


def keyed_order(key: WatermarkKey, label: str, count: int) -> npt.NDArray[np.intp]:
    """Return a permutation of `range(count)`."""
    return np.argsort(keyed_words(key, label, count), kind="stable")
