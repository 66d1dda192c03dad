"""Who signs: a certificate chain, and something that turns bytes into a signature."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

Algorithm = Literal["es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"]
ALGORITHMS: tuple[str, ...] = get_args(Algorithm)


@dataclass(frozen=True, slots=True)
class Signer:
    """One signing identity; the key itself may sit in a file, a token or a cloud."""

    algorithm: Algorithm
    chain_pem: bytes
    """PEM certificates, the signing one first, each followed by its issuer; the root may be left out."""
    sign: Callable[[bytes], bytes]
    """Message → signature: r‖s or DER for es*, PSS with salt = hash length for ps*, raw for ed25519.

    Raises a `SigningError` where the key can't be used.
    """
    origin: str
    """Where the key is, for people: `local`, `pem`, `pkcs11`, `awskms`; never a secret."""

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise ValueError(f"algorithm must be one of {', '.join(ALGORITHMS)}, got {self.algorithm!r}")
