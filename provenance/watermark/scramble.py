"""The signs that make every tile different, and taking them off again under the nonces that are likeliest."""

import numpy as np
from numpy.typing import NDArray

from .fourier import Correlator
from .layout import GROUPS, NONCES, PLACES, SCRAMBLINGS, TABLE, WEAVES, Layout

Spectra = NDArray[np.complex64]

LIKELY = 160
"""Nonces that are read where the tiles' places are known; each is paid for. At the least signal that can be read at all
the right one of 4,096 has an energy 3.6 standard deviations above the others' mean."""
LIKELY_PLACED = 512
"""Nonces and places that are read where they are not."""
BLOCK = 2
"""Tiles down and across."""
SHORTEST, LONGEST = 4, 11
"""Tiles of a marked picture along a side: 4 on the short one, 10 on the long one of a cinema's 2.39:1."""


def signs_of(layout: Layout, nonce: int, tiles: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return the scrambling signs of tiles at rows and columns (tiles, 2) of the marked picture, (tiles, bins)."""
    weave, place = np.divmod(layout.scrambling_of[nonce], len(PLACES))  # (groups,)
    entries = (tiles @ layout.weaves[weave].transpose(0, 2, 1) + PLACES[place][:, None]) % TABLE  # (groups, tiles, 2)
    entries = entries[layout.group_of_bin]  # (bins, tiles, 2)
    bins = np.arange(len(entries))[:, None]
    return np.ascontiguousarray(layout.scramble[entries[..., 0], entries[..., 1], bins].T)


def at_nonces(seen: Spectra, layout: Layout, *, first: tuple[int, int] = (0, 0), count: int = LIKELY) -> Spectra:
    """Return the sum over tiles under the likeliest nonces, (count, bins), where the first tile's place is known.

    Under the right one of the 4,096 nonces the tiles add up in step and have the most energy. The payload signs play
    no part in that choice. A nonce is a choice of scramblings, so the tiles are added under each scrambling, and the
    energies of groups under those that the nonce gives them are added.

    Args:
        seen: Of each tile, (rows, columns, bins).
        first: Row and column of the first tile in the marked picture.
    """
    rows, columns, bins = seen.shape
    sums = _at_scramblings(seen.reshape(-1, bins), layout, grid_of(rows, columns) + np.array(first))
    energies = _by_group(sums, layout)  # (scramblings, groups)
    likely = _most(_of_nonces(energies, layout), count)
    return sums[layout.scrambling_of[likely][:, layout.group_of_bin], np.arange(bins)]


def at_likely_places(
    seen: Spectra, layout: Layout, *, count: int = LIKELY_PLACED
) -> tuple[Spectra, tuple[tuple[int, int], ...]]:
    """Do the same where it is not known which tile of the picture comes first.

    For each weave, the sum over tiles at each of the 1,024 entries that the first one may use is a circular correlation
    of the spectra with the table, so two FFTs give all of them.

    Returns:
        The sums at the `count` most energetic of all nonces and places, (count, bins), and for each the row and column
        of the first tile in the marked picture.
    """
    rows, columns, bins = seen.shape
    grid, flat = grid_of(rows, columns), seen.reshape(-1, bins)
    correlator = Correlator(layout.scramble)
    energies = np.empty((WEAVES, TABLE * TABLE, GROUPS), dtype=np.float32)
    for weave in range(WEAVES):
        at = (grid @ layout.weaves[weave].T) % TABLE
        spread = np.zeros((TABLE, TABLE, bins), dtype=np.complex64)
        spread[at[:, 0], at[:, 1]] = flat
        energies[weave] = _by_group(correlator.correlate(spread).reshape(-1, bins), layout)
    moves = np.stack(np.meshgrid(_firsts(rows), _firsts(columns), indexing="ij"), axis=-1).reshape(-1, 2)
    of_moves = np.empty((len(moves), NONCES), dtype=np.float32)
    for number, move in enumerate(moves):
        entries = ((layout.weaves @ move)[:, None] + PLACES) % TABLE  # (weaves, places, 2)
        here = energies[np.arange(WEAVES)[:, None], entries[..., 0] * TABLE + entries[..., 1]]
        of_moves[number] = _of_nonces(here.reshape(SCRAMBLINGS, GROUPS), layout)
    found = [divmod(int(index), NONCES) for index in _most(of_moves.ravel(), count)]
    sums = [np.einsum("tb,tb->b", signs_of(layout, nonce, grid + moves[number]), flat) for number, nonce in found]
    return np.stack(sums), tuple((int(moves[number][0]), int(moves[number][1])) for number, _ in found)


def nonces_by_blocks(seen: Spectra, layout: Layout, *, first: tuple[int, int] = (0, 0), count: int) -> NDArray[np.intp]:
    """Return the likeliest nonces where blocks of 2 × 2 tiles may carry the mark with different signs, best first.

    The energies of the blocks' sums are added, so that no sign between blocks plays a part.
    """
    rows, columns, bins = seen.shape
    energies = np.zeros((SCRAMBLINGS, GROUPS), dtype=np.float32)
    for row in range(0, rows, BLOCK):
        for column in range(0, columns, BLOCK):
            block = seen[row : row + BLOCK, column : column + BLOCK]
            tiles = grid_of(*block.shape[:2]) + np.array([row + first[0], column + first[1]])
            energies += _by_group(_at_scramblings(block.reshape(-1, bins), layout, tiles), layout)
    return _most(_of_nonces(energies, layout), count)


def _at_scramblings(seen: Spectra, layout: Layout, tiles: NDArray[np.intp]) -> Spectra:
    """Return the sum of tiles, (tiles, bins), under each scrambling in all bins, (1024, bins)."""
    bins = seen.shape[1]
    entries = tiles @ layout.weaves.transpose(0, 2, 1)  # (64, tiles, 2)
    table = layout.scramble.reshape(-1, bins)
    real, imaginary = np.ascontiguousarray(seen.real), np.ascontiguousarray(seen.imag)  # three times as fast apart
    sums = np.empty((SCRAMBLINGS, bins), dtype=np.complex64)
    for weave in range(WEAVES):
        at = (entries[weave] + PLACES[:, None]) % TABLE  # (16, tiles, 2)
        signs = table[at[..., 0] * TABLE + at[..., 1]]  # (16, tiles, bins)
        part = slice(weave * len(PLACES), (weave + 1) * len(PLACES))
        np.einsum("ptb,tb->pb", signs, real, out=sums.real[part])
        np.einsum("ptb,tb->pb", signs, imaginary, out=sums.imag[part])
    return sums


def _by_group(sums: Spectra, layout: Layout) -> NDArray[np.float32]:
    """Return the energy of each group of waves, (rows, groups): every wave by its share of the mark over its power."""
    power = sums.real**2 + sums.imag**2
    power *= np.abs(layout.data_values) ** 2 / (power.mean(axis=0) + np.float32(1e-12))
    return np.add.reduceat(power, np.searchsorted(layout.group_of_bin, np.arange(GROUPS)), axis=1)


def _of_nonces(energies: NDArray[np.float32], layout: Layout) -> NDArray[np.float32]:
    """Return the energy under each nonce, (nonces,), given those of the groups, (scramblings, groups)."""
    return np.take(energies.ravel(), layout.scrambling_of * GROUPS + np.arange(GROUPS)).sum(axis=1)


def _most(energies: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """Return the places of the largest, the largest first."""
    largest = np.argpartition(energies, -count)[-count:]
    return largest[np.argsort(energies[largest])[::-1]]


def _firsts(seen: int) -> NDArray[np.intp]:
    """Return where the first of so many seen tiles can lie on one side of a marked picture.

    Before it, where all of a marked picture is part of another one; else behind, as long as both end together.
    """
    return np.arange(min(0, SHORTEST - seen), max(0, LONGEST - seen) + 1)


def grid_of(rows: int, columns: int) -> NDArray[np.intp]:
    """Return row and column of each tile, row by row, (rows × columns, 2)."""
    return np.argwhere(np.ones((rows, columns), dtype=np.bool_))
