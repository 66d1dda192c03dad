"""Which watermarking methods there are: those of this package, and those that other distributions register.

A distribution registers a method by an entry point of the group `sealreel.watermark_methods`. Looking for them reads
metadata only; a method's code is imported when it is asked for by name.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import Distribution, EntryPoint, EntryPoints, PackageNotFoundError, distribution, distributions

from .terms import METHOD_NAMES

GROUP = "sealreel.watermark_methods"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
"""Names stand in manifests, records and reports, and lower-cased in the name of a soft binding."""
_OURS = frozenset(name.lower() for name in METHOD_NAMES)


@dataclass(frozen=True, slots=True)
class Registration:
    """A method that a distribution offers; its code is not imported yet."""

    name: str
    entry_point: EntryPoint
    distribution: str
    """Its name and version, for messages: `acme-marks 1.2`."""


def method_names() -> tuple[str, ...]:
    """Return every name that `load_method` knows: those of this package first, then the registered ones, sorted."""
    return (*METHOD_NAMES, *sorted({one.name for one in registrations()}))


def registrations() -> tuple[Registration, ...]:
    """Return what other distributions register.

    A name of this package, one that begins with `sealreel.`, or one with other characters than letters, digits and
    `._-` is left out: nothing installed beside us takes over a method of ours. Distributions whose metadata cannot be
    read are passed over. What was found is remembered until `sys.path` changes.
    """
    return _registrations(tuple(sys.path))


@lru_cache(maxsize=4)
def _registrations(path: tuple[str, ...]) -> tuple[Registration, ...]:
    found: dict[tuple[str, str], Registration] = {}
    for candidate in distributions(path=list(path)):
        for one in _of(candidate):
            found.setdefault((one.name, one.distribution), one)
    return tuple(found.values())


def _of(candidate: Distribution) -> Iterator[Registration]:
    """Give what one distribution registers; nothing where it is broken or an older copy further down the path."""
    try:
        text = candidate.read_text("entry_points.txt") or ""
        if GROUP not in text or distribution(candidate.name).read_text("entry_points.txt") != text:
            return
        title = f"{candidate.name} {candidate.version}"
        entries = _parsed(candidate)
    except (OSError, ValueError, TypeError, KeyError, PackageNotFoundError):
        return
    for entry in entries:
        lowered = entry.name.lower()
        if _NAME.fullmatch(entry.name) and lowered not in _OURS and not lowered.startswith("sealreel."):
            yield Registration(name=entry.name, entry_point=entry, distribution=title)


def _parsed(candidate: Distribution) -> EntryPoints:
    """Return the entry points of our group. Raises ValueError or TypeError where the file is malformed."""
    return candidate.entry_points.select(group=GROUP)
