"""Watermarking methods behind one interface: ours, the peers to compare with, and what others register."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ...media import Clip, Limits, Picture
from ..extraction import Extraction
from ..payload import PAYLOAD_BITS, Payload
from .embed import embed
from .extract import extract
from .keys import WatermarkKey
from .registry import method_names, registrations
from .terms import ACCEPT_LOG10_P, METHOD, METHOD_NAMES, Strength


class Method(Protocol):
    """A way to carry a payload in pixels. `docs/watermark-methods.md` says how to bring one of your own."""

    @property
    def name(self) -> str:
        """One of `registry.method_names()`; stands in manifests and records."""
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
        """Yield the pictures with the payload in them: all of them, in order, holding few at a time.

        Size, bit depth, time stamps and the types of the planes stay as they are. The same input gives the same
        output.

        Raises:
            NoMarkPossible: The pictures are too small to carry the payload.
        """
        ...

    def extract(
        self,
        clip: Clip,
        keys: Sequence[WatermarkKey],
        *,
        known: Sequence[Payload] = ...,
        limits: Limits = ...,
        stop_at_log10_p: float | None = ...,
    ) -> Extraction:
        """Look for a payload in a file. Finding nothing is an answer, whatever the pictures.

        Args:
            keys: Those at hand; a method without keys ignores them.
            known: Payloads asked for by name. A method that proves presence may answer `present` for one of them
                where its bits cannot be read; each of them is paid for in the p-value. Others ignore them.
            limits: How much an untrusted file may ask for.
            stop_at_log10_p: Stop reading as soon as a payload is this sure; None reads to the end.
        """
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
        known: Sequence[Payload] = (),
        limits: Limits = Limits(),
        stop_at_log10_p: float | None = ACCEPT_LOG10_P,
    ) -> Extraction:
        """See `extract.extract`."""
        return extract(clip, keys, known=known, limits=limits, stop_at_log10_p=stop_at_log10_p)


def read_back(
    method: Method,
    clip: Clip,
    key: WatermarkKey,
    *,
    limits: Limits = Limits(),
) -> Extraction:
    """Look for the mark in a file that was marked and written just now, until it is sure.

    It was neither turned nor cut since, and our own method is told so: searching for that takes seconds where a mark
    is too faint to be read.
    """
    if isinstance(method, SpreadSpectrum):
        return extract(clip, (key,), limits=limits, as_written=True)
    return method.extract(clip, (key,), limits=limits, stop_at_log10_p=ACCEPT_LOG10_P)


def load_method(name: str = METHOD) -> Method:
    """Return a method by name.

    Raises:
        ValueError: No method has this name.
        MissingExtra: It is a peer and its package is not installed; the message holds the pip command.
        ModelUnavailable: It is a peer and its weights are not where they should be.
        MethodUnusable: It is registered by another distribution, and cannot be loaded or is no method.
    """
    if name == METHOD:
        return SpreadSpectrum()
    if name in METHOD_NAMES:
        from .peers import load_peer

        return load_peer(name)
    offered = tuple(one for one in registrations() if one.name.lower() == name.lower())
    if any(one.name == name for one in offered):
        from .registered import load_registered

        return load_registered(offered)
    raise ValueError(f"no watermarking method {name!r}; there are {', '.join(method_names())}")
