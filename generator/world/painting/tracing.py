"""The painter's own functions, written down as C: run once with symbols instead of planes, they leave straight lines
of arithmetic that one GPU kernel can do for every pixel, in registers.

`torch.compile` does the same for any program, but takes minutes for these; this takes a second. Every operation that
painters use is known here; an unknown one raises, and a test compares the result with the painters' own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import torch

Operand: TypeAlias = "Symbol | float | int"


class Program:
    """Lines of C so far; equal expressions are written once."""

    def __init__(self) -> None:
        self._known: dict[str, Symbol] = {}

    def write(self, expression: str) -> Symbol:
        """Return the value of `expression`, computed here unless it was before."""
        if expression not in self._known:
            self._known[expression] = Symbol(self, f"t{len(self._known)}")
        return self._known[expression]

    def lines(self, results: list[Symbol]) -> list[str]:
        """Return what must be computed for `results`, in order."""
        needed = {result.name for result in results}
        kept: list[str] = []
        for expression, symbol in reversed(self._known.items()):
            if symbol.name in needed:
                needed.update(re.findall(r"\bt\d+\b", expression))
                kept.append(f"const float {symbol.name} = {expression};")
        return kept[::-1]

    def input(self, name: str) -> Symbol:
        """Return a value that is there before the first line."""
        return Symbol(self, name)


class Symbol:
    """One number of one pixel: stands in for a tensor in the painters' functions."""

    __slots__ = ("name", "program")

    def __init__(self, program: Program, name: str) -> None:
        self.program, self.name = program, name

    def __add__(self, other: Operand) -> Symbol:
        return self._infix("+", other)

    def __radd__(self, other: Operand) -> Symbol:
        return self._infix("+", other, swapped=True)

    def __sub__(self, other: Operand) -> Symbol:
        return self._infix("-", other)

    def __rsub__(self, other: Operand) -> Symbol:
        return self._infix("-", other, swapped=True)

    def __mul__(self, other: Operand) -> Symbol:
        return self._infix("*", other)

    def __rmul__(self, other: Operand) -> Symbol:
        return self._infix("*", other, swapped=True)

    def __truediv__(self, other: Operand) -> Symbol:
        return self._infix("/", other)

    def __rtruediv__(self, other: Operand) -> Symbol:
        return self._infix("/", other, swapped=True)

    def __neg__(self) -> Symbol:
        return self.program.write(f"-{self.name}")

    def __gt__(self, other: Operand) -> Symbol:
        return self.program.write(f"{self.name} > {_text(other)} ? 1.0f : 0.0f")

    def __lt__(self, other: Operand) -> Symbol:
        return self.program.write(f"{self.name} < {_text(other)} ? 1.0f : 0.0f")

    def __pow__(self, power: int) -> Symbol:
        """Multiply by squares, for whole powers of at least 1."""
        if power == 1:
            return self
        half = self ** (power // 2)
        return half * half * self if power % 2 else half * half

    def clamp(self, low: Operand | None = None, high: Operand | None = None, **names: Operand) -> Symbol:
        """As torch's, with `min` and `max` by place or by name."""
        low, high = names.get("min", low), names.get("max", high)
        text = self.name
        if low is not None:
            text = f"fmaxf({text}, {_text(low)})"
        if high is not None:
            text = f"fminf({text}, {_text(high)})"
        return self.program.write(text)

    def abs(self) -> Symbol:
        """As torch's."""
        return self.program.write(f"fabsf({self.name})")

    def sqrt(self) -> Symbol:
        """As torch's."""
        return self.program.write(f"sqrtf({self.name})")

    def float(self) -> Symbol:
        """Truth is 1 or 0 already."""
        return self

    def _infix(self, sign: str, other: Operand, *, swapped: bool = False) -> Symbol:
        first, second = (_text(other), self.name) if swapped else (self.name, _text(other))
        return self.program.write(f"{first} {sign} {second}")

    @classmethod
    def __torch_function__(
        cls, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Symbol:
        """Write down what torch would compute."""
        if func not in _C or kwargs:
            raise NotImplementedError(f"no C is known for {func.__name__} with {kwargs or 'these arguments'}")
        program = next(arg.program for arg in args if isinstance(arg, Symbol))
        return program.write(_C[func].format(*(_text(arg) for arg in args)))


class SymbolRow:
    """Stands in for a table of fields, (n, fields): one of its columns at a time, (n, 1, 1)."""

    def __init__(self, program: Program, parts: tuple[tuple[str, int], ...]) -> None:
        self.program = program
        self.parts = parts
        """C arrays that follow one another in a row, and how long each is."""

    def __getitem__(self, index: tuple[Any, ...]) -> Symbol:
        column = next(part for part in index if isinstance(part, int))
        for name, length in self.parts:
            if column < length:
                return self.program.input(f"{name}[{column}]")
            column -= length
        raise IndexError(f"column {index} of a row of {self.parts}")


def _text(value: Operand) -> str:
    return value.name if isinstance(value, Symbol) else f"{float(value)!r}f"


_C: Final[dict[Callable[..., Any], str]] = {
    torch.sqrt: "sqrtf({0})",
    torch.sin: "sinf({0})",
    torch.cos: "cosf({0})",
    torch.exp: "expf({0})",
    torch.floor: "floorf({0})",
    torch.frac: "{0} - truncf({0})",
    torch.sign: "({0} > 0.0f ? 1.0f : 0.0f) - ({0} < 0.0f ? 1.0f : 0.0f)",
    torch.atan2: "atan2f({0}, {1})",
    torch.minimum: "fminf({0}, {1})",
    torch.maximum: "fmaxf({0}, {1})",
    torch.remainder: "{0} - {1} * floorf({0} / {1})",
    torch.lerp: "{0} + {2} * ({1} - {0})",
    torch.where: "{0} != 0.0f ? {1} : {2}",
}
"""What torch's functions are in C; {0} is the first argument."""
