"""Watermarking methods behind one interface: ours, and peers to compare with."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ...media import Clip, Limits, Picture
from ..extraction import Extraction
from ..payload import PAYLOAD_BITS, Payload
from .embed import embed
from .extract import extract
from .keys import WatermarkKey
from .terms import ACCEPT_LOG10_P, METHOD, METHOD_NAMES, Strength


class Method(Protocol):
    """A way to carry a payload in pixels."""

    @property
    def name(self) -> str:
        """One of `METHOD_NAMES`."""
        ...

    @property
    def capacity_bits(self) -> int:
        """64 holds the payload; less holds a handle, the payload's low bits, that a store maps to the record."""
        ...

    @property
    def proves_presence(self) -> bool:
        """Whether extraction comes with a p-value; without one, a payload that was read may be noise."""
        ...

    def embed(
        self, pictures: Iterable[Picture], payload: Payload, key: WatermarkKey, *, strength: Strength = ...
    ) -> Iterator[Picture]:
        """Yield the pictures with the payload in them, in order, one at a time."""
        ...

    def extract(
        self,
        clip: Clip,
        keys: Sequence[WatermarkKey],
        *,
        limits: Limits = ...,
        stop_at_log10_p: float | None = ...,
    ) -> Extraction:
        """Look for a payload in a file."""
        ...


@dataclass(frozen=True, slots=True)
class SpreadSpectrum:
    """The method of this package: aperiodic keyed spread spectrum with pilots and a proven p-value."""

    name: str = METHOD
    capacity_bits: int = PAYLOAD_BITS
    proves_presence: bool = True

    def embed(
        self, pictures: Iterable[Picture], payload: Payload, key: WatermarkKey, *, strength: Strength = Strength()
    ) -> Iterator[Picture]:
        """See `embed.embed`."""
        return embed(pictures, payload, key, strength=strength)

    def extract(
        self,
        clip: Clip,
        keys: Sequence[WatermarkKey],
        *,
        limits: Limits = Limits(),
        stop_at_log10_p: float | None = ACCEPT_LOG10_P,
    ) -> Extraction:
        """See `extract.extract`."""
        return extract(clip, keys, limits=limits, stop_at_log10_p=stop_at_log10_p)


def load_method(name: str = METHOD) -> Method:
    """Return a method by name.

    Raises:
        ValueError: No method has this name.
        MissingExtra: It is a peer method and the extra `peers` is not installed.
    """
    if name == METHOD:
        return SpreadSpectrum()
    if name in METHOD_NAMES:
        from .peers import load_peer

        return load_peer(name)
    raise ValueError(f"no watermarking method {name!r}; there are {', '.join(METHOD_NAMES)}")
