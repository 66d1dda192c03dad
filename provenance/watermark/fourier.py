"""The Fourier transforms that the mark needs, in single precision, with types."""

# scipy ships no type information; this file is the border, so its names are unknown here and nowhere else.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownVariableType=false

from typing import cast

import numpy as np
import scipy.fft
from numpy.typing import NDArray


def half_spectrum(planes: NDArray[np.float32], *, shape: tuple[int, int] | None = None) -> NDArray[np.complex64]:
    """Return the spectrum of real planes over the last two axes, fx >= 0 only, after zero padding to `shape`."""
    return cast(NDArray[np.complex64], scipy.fft.rfft2(planes, s=shape))


def from_spectrum(spectra: NDArray[np.complex64]) -> NDArray[np.float32]:
    """Return the real part of the sum of waves, without any factor, over the last two axes."""
    waves = cast(NDArray[np.complex64], scipy.fft.ifft2(spectra, norm="forward"))
    return np.ascontiguousarray(waves.real)


class Correlator:
    """A real table that many things are correlated with, circularly over the first two axes."""

    def __init__(self, table: NDArray[np.float32]) -> None:
        """Transform the table, once."""
        self._spectrum = cast(NDArray[np.complex64], scipy.fft.fft2(table.astype(np.complex64), axes=(0, 1)))

    def correlate(self, seen: NDArray[np.complex64]) -> NDArray[np.complex64]:
        """Return sum over m of seen[m] · table[m + d] for every d."""
        turned = np.conj(cast(NDArray[np.complex64], scipy.fft.fft2(np.conj(seen), axes=(0, 1))))
        return cast(NDArray[np.complex64], scipy.fft.ifft2(turned * self._spectrum, axes=(0, 1)))


def fast_length(at_least: int) -> int:
    """Return the next length that transforms fast."""
    return cast(int, scipy.fft.next_fast_len(at_least, real=True))
