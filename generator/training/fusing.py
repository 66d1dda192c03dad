"""torch.compile at arm's length: what it cannot fuse runs as it is written, only slower."""

# pyright: reportUnknownMemberType=false
# torch declares compile without types.

from collections.abc import Callable
from typing import Any, Protocol


class Compiled(Protocol):
    """What may have been compiled, and can give it up."""

    @property
    def compiled(self) -> bool:
        """Whether it is."""
        ...

    def settle(self) -> None:
        """From now on run as written."""
        ...


class Fused:
    """A function of tensors that is compiled on its first call, once for each shape."""

    def __init__(self, function: Callable[..., Any], *, compiled: bool) -> None:
        self._plain = function
        self._used = function
        self._compiled = compiled
        if compiled:
            import torch

            self._used: Callable[..., Any] = torch.compile(function, dynamic=False)

    def __call__(self, *arguments: Any) -> Any:
        """Call it, fused where that works."""
        return self._used(*arguments)

    @property
    def compiled(self) -> bool:
        """Whether it is still compiled."""
        return self._compiled

    def settle(self) -> None:
        """From now on run it as it is written."""
        self._used = self._plain
        self._compiled = False
