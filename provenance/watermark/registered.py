"""A method of another distribution, held to what a method must do while it runs."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from ...errors import MethodUnusable, SealreelError
from ...media import Clip, Limits, Picture
from ..extraction import Extraction
from ..payload import PAYLOAD_BITS, Payload
from .keys import WatermarkKey
from .method import Method
from .registry import Registration
from .terms import ACCEPT_LOG10_P, Strength

_WANTED = ("name", "capacity_bits", "proves_presence", "embed", "extract")


@dataclass(frozen=True, slots=True)
class RegisteredMethod:
    """What a distribution registered; failures name the distribution, and pictures are counted and compared."""

    inner: Method
    distribution: str
    """Its name and version."""
    name: str
    capacity_bits: int
    proves_presence: bool

    def embed(
        self, pictures: Iterable[Picture], payload: Payload, key: WatermarkKey, *, strength: Strength = Strength()
    ) -> Iterator[Picture]:
        """Yield what the method yields, as long as that is one picture for each, in order and of the same form.

        Raises:
            MethodUnusable: The method fails, or gives other pictures than it must.
        """
        source = _Source(pictures)
        incoming = iter(source)
        try:
            for picture in self.inner.embed(incoming, payload, key, strength=strength):
                self._check(picture, source)
                yield picture
        except SealreelError:
            raise
        except Exception as error:
            if error is source.failure:
                raise
            raise self._broken("embed", f"failed: {type(error).__name__}: {error}") from error
        if source.forms:
            raise self._broken("embed", f"kept {len(source.forms)} pictures back")
        if next(incoming, None) is not None:
            raise self._broken("embed", "left pictures unread")

    def extract(
        self,
        clip: Clip,
        keys: Sequence[WatermarkKey],
        *,
        known: Sequence[Payload] = (),
        limits: Limits = Limits(),
        stop_at_log10_p: float | None = ACCEPT_LOG10_P,
    ) -> Extraction:
        """Return what the method found, so far as it may claim it: without `proves_presence` there is no p-value.

        Raises:
            MethodUnusable: The method fails, or answers with something else.
        """
        try:
            found = cast(
                "object", self.inner.extract(clip, keys, known=known, limits=limits, stop_at_log10_p=stop_at_log10_p)
            )
        except SealreelError:
            raise
        except Exception as error:
            raise self._broken("extract", f"failed: {type(error).__name__}: {error}") from error
        if not isinstance(found, Extraction):
            raise self._broken("extract", f"returned {type(found).__name__}, expected an Extraction")
        return self._as_far_as_proven(found)

    def _check(self, picture: Picture, source: "_Source") -> None:
        if not source.forms or source.forms.popleft() != _form(picture):
            raise self._broken("embed", "gave a picture that is not the next one, or has another form")

    def _as_far_as_proven(self, found: Extraction) -> Extraction:
        if self.proves_presence:
            proven = found.p_value_log10 is not None and found.p_value_log10 <= ACCEPT_LOG10_P
            believed = proven or found.status not in ("decoded", "present")
        else:
            believed = found.status != "present"
            segments = tuple(replace(segment, p_value_log10=None) for segment in found.segments)
            found = replace(found, p_value_log10=None, segments=segments)
        if not believed:
            found = replace(found, status="not_found", payload=None, handle=None, segments=())
        return replace(found, method=self.name, capacity_bits=self.capacity_bits)

    def _broken(self, verb: str, what: str) -> MethodUnusable:
        return MethodUnusable(f"watermark method {self.name!r} of {self.distribution}: {verb} {what}")


def load_registered(offered: Sequence[Registration]) -> RegisteredMethod:
    """Import the method that was registered under one name.

    Args:
        offered: What is registered under it, at least one.

    Raises:
        MethodUnusable: Several distributions want the name, its code cannot be imported, or it is no method.
    """
    first = offered[0]
    if len(offered) > 1:
        rivals = " and ".join(sorted(one.distribution for one in offered))
        raise MethodUnusable(f"watermark method {first.name!r} is registered by {rivals}; uninstall all but one")
    place = f"watermark method {first.name!r} of {first.distribution} ({first.entry_point.value})"
    try:
        target: Any = first.entry_point.load()
        method: Any = target() if isinstance(target, type) or (_missing(target) and callable(target)) else target
    except (Exception, SystemExit) as error:
        raise MethodUnusable(f"{place} cannot be loaded: {type(error).__name__}: {error}") from error
    problem = _problem(method, first.name)
    if problem:
        raise MethodUnusable(f"{place} {problem}")
    return RegisteredMethod(
        inner=cast(Method, method),
        distribution=first.distribution,
        name=first.name,
        capacity_bits=method.capacity_bits,
        proves_presence=method.proves_presence,
    )


def _missing(target: object) -> tuple[str, ...]:
    return tuple(name for name in _WANTED if not hasattr(target, name))


def _problem(method: Any, name: str) -> str | None:
    """Say what keeps an object from being a method, if anything."""
    if missing := _missing(method):
        return f"is no method: it has no {', '.join(missing)}"
    if method.name != name:
        return f"calls itself {method.name!r}; it is registered as {name!r}"
    bits = method.capacity_bits
    if not isinstance(bits, int) or not 1 <= bits <= PAYLOAD_BITS:
        return f"has room for {bits!r} bits; expected 1 to {PAYLOAD_BITS}"
    if not isinstance(method.proves_presence, bool):
        return f"says {method.proves_presence!r} where it must say whether it proves presence"
    return None


@dataclass(slots=True)
class _Source:
    """The pictures on their way into a method: what form each has, and whether they themselves failed."""

    pictures: Iterable[Picture]
    forms: deque[tuple[object, ...]] = field(default_factory=deque[tuple[object, ...]])
    """Of pictures that went in and have not come out."""
    failure: BaseException | None = None

    def __iter__(self) -> Iterator[Picture]:
        try:
            for picture in self.pictures:
                self.forms.append(_form(picture))
                yield picture
        except Exception as error:
            self.failure = error
            raise


def _form(picture: Picture) -> tuple[object, ...]:
    planes = tuple((plane.shape, plane.dtype) for plane in (picture.luma, *picture.chroma))
    return planes, picture.bit_depth, picture.pts, picture.time_base, picture.duration
