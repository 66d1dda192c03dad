"""What the tiles of a plane carry: weighed by their pilots, and added up over parts of a clip."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .geometry import Geometry, lay_on_grid
from .layout import Layout
from .scramble import Spectra, at_nonces
from .tile import at_bins, tile_spectra

NEIGHBOURS, NEIGHBOURHOOD = 3, 3.0
"""Tiles each way, and cycles a tile (sigma) up and down, that are asked together: one tile's 48 pilots are too few to
tell. Chosen on `people_480p` and `coffee_720p`, hard encodes and equalised marks alike."""
STEPPED = 48
"""Nonces of each part of a clip that are tried against those of the others."""


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """What the tiles of one plane show at the frequencies of a layout."""

    data: Spectra
    """(rows, columns, bins)."""
    pilots: NDArray[np.float32]
    """(rows, columns, 48): how well each pilot's phase agrees with the key, relative to its size over all tiles; 1 for
    perfectly, below 0 where it is turned over."""
    first: tuple[int, int]
    """Row and column of the first tile in the marked plane."""

    def likeliest(self, layout: Layout) -> Spectra:
        """Return the sums of all tiles under the likeliest nonces, (nonces, bins), the likeliest first."""
        return at_nonces(self.data, layout, first=self.first)

    def weighed(self, layout: Layout) -> "Tiles":
        """Return them weighted by how much mark they show at each frequency, judged by the pilots alone.

        Maximal ratio combining with equal noise: what a tile shows at a frequency counts as much as its share g of the
        signal, with its sign. Bars, captions and what stands around a picture in a picture show none; where somebody
        took away more than there was, the mark is turned over, in some places and at some frequencies and not in
        others. The sum is divided by that of g², so that it is as large as without weights.
        """
        near = cv2.blur(self.pilots, (NEIGHBOURS, NEIGHBOURS), borderType=cv2.BORDER_REPLICATE)
        gain = np.einsum("rcp,pb->rcb", near, _nearness(layout))  # (rows, columns, bins)
        gain /= np.sum(gain * gain, axis=(0, 1)) + np.float32(1e-12)
        return Tiles(self.data * gain, self.pilots, self.first)


def _nearness(layout: Layout) -> NDArray[np.float32]:
    """Return how much each pilot says of each frequency, (48, bins), columns of sum 1."""
    pilots, bins = (np.hypot(at[:, 0], at[:, 1]) for at in (layout.pilot_bins, layout.data_bins))
    near = np.exp(-((pilots[:, None] - bins[None, :]) ** 2) / (2.0 * NEIGHBOURHOOD**2))
    return np.asarray(near / near.sum(axis=0), dtype=np.float32)


def tiles_of(plane: NDArray[np.float32], layout: Layout, geometry: Geometry) -> Tiles:
    """Lay a plane on the grid and look at its tiles."""
    canvas, row, column = lay_on_grid(plane, geometry)
    spectra = tile_spectra(canvas)
    seen = at_bins(spectra, layout.pilot_bins)  # (rows, columns, 48)
    wanted = layout.pilot_values / np.abs(layout.pilot_values)
    level = np.sqrt(np.mean(seen.real**2 + seen.imag**2, axis=(0, 1))) + np.float32(1e-12)  # (48,)
    agreement = (seen * np.conj(wanted)).real / level
    return Tiles(at_bins(spectra, layout.data_bins), agreement.astype(np.float32), (row, column))


def _energy(sums: Spectra, layout: Layout) -> NDArray[np.float32]:
    """Return the energy of each sum, every frequency weighted by its share of the mark over its power."""
    power = sums.real**2 + sums.imag**2
    share = np.abs(layout.data_values) ** 2 / (power.mean(axis=0) + np.float32(1e-12))
    # Not `@`: too small to gain from BLAS threads, which stall for minutes where several processes share the cores.
    return np.einsum("nb,b->n", power, share)


def in_step(parts: Sequence[Spectra], layout: Layout) -> Spectra:
    """Add up parts of a clip that may lie under different nonces, each (nonces, bins); returns (48, bins).

    Row n is the sum if the clearest part lies under its n-th likeliest nonce: every further part is added under the
    nonce that agrees with the sum so far. Chips are the same under every nonce, so the right ones agree; the payload
    signs play no part.
    """
    weight = np.abs(layout.data_values) ** 2
    parts = [part[:STEPPED] for part in parts]
    energies = [_energy(part, layout) for part in parts]
    contrast = [float(energy.max() / (np.median(energy) + 1e-12)) for energy in energies]
    order = sorted(range(len(parts)), key=lambda index: -contrast[index])
    total = parts[order[0]].copy()
    for index in order[1:]:
        level = np.mean(np.abs(total) ** 2, axis=0) + np.float32(1e-12)
        agreement = np.einsum("nb,mb->nm", total * (weight / level), np.conj(parts[index])).real  # (nonces, nonces)
        total += parts[index][agreement.argmax(axis=1)]
    return total
