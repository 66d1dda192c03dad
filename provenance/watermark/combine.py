"""Add up what the tiles of a plane carry: unscrambled, at each place of the table where they may lie."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .fourier import correlate_circularly
from .geometry import Geometry, lay_on_grid
from .layout import TABLE, Layout
from .nonce import NONCES, SIDE
from .tile import at_bins, tile_spectra

Spectra = NDArray[np.complex64]

LEAST_WEIGHT = 0.05
"""Of a tile that shows no pilots, against the one that shows most: doubt is not proof of absence."""
NEIGHBOURS = 3
"""Tiles each way that are asked together: one tile's 48 pilots are too few to tell."""


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """What the tiles of one plane show at the frequencies of a layout."""

    data: Spectra
    """(rows, columns, bins)."""
    pilots: NDArray[np.float32]
    """(rows, columns): how well the pilots' phases agree with the key, relative to their size; 1 for perfectly."""
    first: tuple[int, int]
    """Row and column of the first tile in the marked plane."""

    def weighed(self) -> "Tiles":
        """Return them weighted by how much mark they show, judged by the pilots alone.

        Maximal ratio combining with equal noise: a tile counts as much as its share of signal. Bars, captions and
        what stands around a picture in a picture show none.
        """
        near = cv2.blur(self.pilots, (NEIGHBOURS, NEIGHBOURS), borderType=cv2.BORDER_REPLICATE)
        weight = np.maximum(near / (float(near.max()) + 1e-9), LEAST_WEIGHT).astype(np.float32)
        return Tiles(self.data * weight[:, :, None], self.pilots, self.first)


def tiles_of(plane: NDArray[np.float32], layout: Layout, geometry: Geometry) -> Tiles:
    """Lay a plane on the grid and look at its tiles."""
    canvas, row, column = lay_on_grid(plane, geometry)
    spectra = tile_spectra(canvas)
    seen = at_bins(spectra, layout.pilot_bins)  # (rows, columns, 48)
    wanted = layout.pilot_values / np.abs(layout.pilot_values)
    level = np.sqrt(np.mean(seen.real**2 + seen.imag**2)) + np.float32(1e-12)
    agreement = (seen * np.conj(wanted)).real.mean(axis=-1) / level
    return Tiles(at_bins(spectra, layout.data_bins), agreement.astype(np.float32), (row, column))


def at_nonces(tiles: Tiles, layout: Layout) -> Spectra:
    """Return the sum over tiles under each nonce, (16, bins), where the first tile's place in the picture is known."""
    rows, columns, _ = tiles.data.shape
    sums: list[Spectra] = []
    for row, column in NONCES:
        down = (tiles.first[0] + row + np.arange(rows, dtype=np.intp)) % TABLE
        across = (tiles.first[1] + column + np.arange(columns, dtype=np.intp)) % TABLE
        sums.append(np.einsum("rcb,rcb->b", tiles.data, layout.scramble[np.ix_(down, across)]))
    return np.stack(sums).astype(np.complex64)


def at_likely_places(tiles: Tiles, layout: Layout, *, count: int) -> tuple[Spectra, tuple[tuple[int, int], ...]]:
    """Do the same where it is not known which tile of the table comes first.

    The sum over tiles at each of the 1,024 places is a circular correlation of the spectra with the table, so two
    FFTs give all of them; the right place adds up in step and has the most energy. The payload signs play no part.

    Returns:
        The sums at the `count` most energetic places, (count, bins), and by how many tiles (down, across) the
        marked plane must be moved for the first tile to lie there; nonces are places too, so this is modulo 8.
    """
    seen = np.zeros_like(layout.scramble, dtype=np.complex64)  # (32, 32, bins)
    rows, columns, _ = tiles.data.shape
    seen[:rows, :columns] = tiles.data
    sums = correlate_circularly(seen, layout.scramble.astype(np.complex64))
    power = sums.real**2 + sums.imag**2
    energy = (power * (np.abs(layout.data_values) ** 2 / power.mean(axis=(0, 1)))).sum(axis=-1)
    best = [(i // TABLE, i % TABLE) for i in np.argsort(energy, axis=None)[::-1][:count].tolist()]
    step = TABLE // SIDE
    moves = tuple(((r - tiles.first[0]) % step, (c - tiles.first[1]) % step) for r, c in best)
    return np.stack([sums[place] for place in best]).astype(np.complex64), moves


def in_step(parts: Sequence[Spectra], layout: Layout) -> Spectra:
    """Add up parts of a clip that may lie under different nonces, each (16, bins); returns (16, bins).

    Row n is the sum if the clearest part lies under nonce n: every further part is added under the nonce that agrees
    with the sum so far. Chips are the same under every nonce, so the right ones agree; the payload signs play no part.
    """
    weight = np.abs(layout.data_values) ** 2
    energies = [(np.abs(part) ** 2 * weight).sum(axis=1) for part in parts]
    contrast = [float(energy.max() / (np.median(energy) + 1e-12)) for energy in energies]
    order = sorted(range(len(parts)), key=lambda index: -contrast[index])
    total = parts[order[0]].copy()
    rows = np.arange(len(total))
    for index in order[1:]:
        level = np.mean(np.abs(total) ** 2, axis=0) + np.float32(1e-12)
        agreement = ((total * (weight / level)) @ np.conj(parts[index]).T).real  # (16, 16)
        total[rows] += parts[index][agreement.argmax(axis=1)]
    return total
