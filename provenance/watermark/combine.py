"""Add up what the tiles of a plane carry: unscrambled, at each place of the table where they may lie."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .fourier import correlate_circularly
from .geometry import Geometry, lay_on_grid
from .layout import TABLE, WEAVES, Layout
from .nonce import NONCES, PLACES, STEP
from .tile import at_bins, tile_spectra

Spectra = NDArray[np.complex64]

LIKELY = 48
"""Nonces, or places, that are read; each is paid for. At the least signal that can be read at all the right one of
1,024 has an energy 3.6 standard deviations above the others' mean."""
PLACES_KEPT = 8
"""Of each weave."""
NEIGHBOURS, NEIGHBOURHOOD = 3, 3.0
"""Tiles each way, and cycles a tile (sigma) up and down, that are asked together: one tile's 48 pilots are too few to
tell. Chosen on `people_480p` and `coffee_720p`, hard encodes and equalised marks alike."""
CROSSINGS = (10.0, 13.0, 15.0)
"""Cycles a tile from which a mark may be turned over while it is as it was below. Chosen on `people_480p` and
`coffee_720p`, equalised once to twice: such a change passes from too little to too much between 9 and 17."""


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


def at_nonces(tiles: Tiles, layout: Layout, *, count: int = LIKELY) -> Spectra:
    """Return the sum over tiles under the likeliest nonces, (count, bins), where the first tile's place is known.

    Under the right one of the 1,024 nonces the tiles add up in step and have the most energy. The payload signs play
    no part in that choice.
    """
    rows, columns, bins = tiles.data.shape
    places = _grid(rows, columns) + np.array(tiles.first)  # (tiles, 2)
    entries = places @ layout.weaves.transpose(0, 2, 1)  # (64, tiles, 2)
    table, seen = layout.scramble.reshape(-1, bins), tiles.data.reshape(-1, bins)
    real, imaginary = np.ascontiguousarray(seen.real), np.ascontiguousarray(seen.imag)  # three times as fast apart
    sums = np.empty((NONCES, bins), dtype=np.complex64)
    for weave in range(WEAVES):
        at = (entries[weave] + PLACES[:, None]) % TABLE  # (16, tiles, 2)
        signs = table[at[..., 0] * TABLE + at[..., 1]]  # (16, tiles, bins)
        part = slice(weave * len(PLACES), (weave + 1) * len(PLACES))
        np.einsum("ptb,tb->pb", signs, real, out=sums.real[part])
        np.einsum("ptb,tb->pb", signs, imaginary, out=sums.imag[part])
    energy = _energy(sums, layout)
    return sums[np.argsort(energy)[::-1][:count]]


def crossed(spectra: Spectra, layout: Layout) -> Spectra:
    """Return the spectra with their higher frequencies turned over, from each of the crossings up; (3 × rows, bins).

    For a mark of which too much was taken away at some frequencies, where no pilots are left that would tell.
    """
    radius = np.hypot(layout.data_bins[:, 0], layout.data_bins[:, 1])
    return np.concatenate([np.where(radius < crossing, spectra, -spectra) for crossing in CROSSINGS])


def at_likely_places(
    tiles: Tiles, layout: Layout, *, count: int = LIKELY
) -> tuple[Spectra, tuple[tuple[int, int], ...]]:
    """Do the same where it is not known which tile of the picture comes first.

    For each weave, the sum over tiles at each of the 1,024 places is a circular correlation of the spectra with the
    table, so two FFTs give all of them.

    Returns:
        The sums at the `count` most energetic of all weaves and places, (count, bins), and by how many tiles (down,
        across) the marked plane must be moved for the first tile to lie where it did; modulo 8, as nonces are places
        too.
    """
    rows, columns, bins = tiles.data.shape
    places, table = _grid(rows, columns), layout.scramble.astype(np.complex64)
    best: list[tuple[float, NDArray[np.complex64], tuple[int, int]]] = []
    for weave in layout.weaves:
        entries = (places @ weave.T) % TABLE
        seen = np.zeros_like(table)  # (32, 32, bins)
        seen[entries[:, 0], entries[:, 1]] = tiles.data.reshape(-1, bins)
        sums = correlate_circularly(seen, table).reshape(-1, bins)
        energy = _energy(sums, layout)
        for i in np.argpartition(energy, -PLACES_KEPT)[-PLACES_KEPT:].tolist():
            place = _undone(weave) @ divmod(i, TABLE)  # of the first tile seen, in tiles of the picture
            move = (int(place[0]) - tiles.first[0]) % STEP, (int(place[1]) - tiles.first[1]) % STEP
            best.append((float(energy[i]), sums[i].copy(), move))
    best.sort(key=lambda one: -one[0])
    return np.stack([spectrum for _, spectrum, _ in best[:count]]), tuple(move for _, _, move in best[:count])


def _grid(rows: int, columns: int) -> NDArray[np.intp]:
    """Return row and column of each tile, row by row, (rows × columns, 2)."""
    return np.argwhere(np.ones((rows, columns), dtype=np.bool_))


def _energy(sums: Spectra, layout: Layout) -> NDArray[np.float32]:
    """Return the energy of each sum, every frequency weighted by its share of the mark over its power."""
    power = sums.real**2 + sums.imag**2
    share = np.abs(layout.data_values) ** 2 / (power.mean(axis=0) + np.float32(1e-12))
    # Not `@`: too small to gain from BLAS threads, which stall for minutes where several processes share the cores.
    return np.einsum("nb,b->n", power, share)


def _undone(weave: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the inverse of a (2, 2) matrix modulo the table's size."""
    (a, b), (c, d) = weave.tolist()
    inverse = pow(a * d - b * c, -1, TABLE)
    return np.array([[d, -b], [-c, a]], dtype=np.intp) * inverse % TABLE


def in_step(parts: Sequence[Spectra], layout: Layout) -> Spectra:
    """Add up parts of a clip that may lie under different nonces, each (nonces, bins); returns (nonces, bins).

    Row n is the sum if the clearest part lies under its n-th likeliest nonce: every further part is added under the
    nonce that agrees with the sum so far. Chips are the same under every nonce, so the right ones agree; the payload
    signs play no part.
    """
    weight = np.abs(layout.data_values) ** 2
    energies = [_energy(part, layout) for part in parts]
    contrast = [float(energy.max() / (np.median(energy) + 1e-12)) for energy in energies]
    order = sorted(range(len(parts)), key=lambda index: -contrast[index])
    total = parts[order[0]].copy()
    for index in order[1:]:
        level = np.mean(np.abs(total) ** 2, axis=0) + np.float32(1e-12)
        agreement = np.einsum("nb,mb->nm", total * (weight / level), np.conj(parts[index])).real  # (nonces, nonces)
        total += parts[index][agreement.argmax(axis=1)]
    return total
