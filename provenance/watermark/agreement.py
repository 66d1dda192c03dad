"""Add up tiles by how they agree with each other: for marks of which somebody took away too much, here or there.

What an adversary takes away comes from an estimate, and an estimate takes too much of a mark in some places and
frequencies and too little in others. What is left is the mark with weights of both signs. All tiles carry the same
chips, so once the scrambling is undone the products of two tiles show the product of their weights, without the pilots
and without the payload signs, which cancel. The weights are the leading eigenvectors of the matrix of these products;
two of them, and their sum and difference, as the estimate's own errors are alike in all tiles too. Coarse and fine
waves have weights of their own, and which way round one goes with the other cannot be told before reading: both are
read.
"""

import numpy as np
from numpy.typing import NDArray

from .combine import Tiles
from .layout import Layout
from .scramble import Spectra, grid_of, nonces_by_blocks, signs_of

TRIED = 16
"""Nonces. In marks that were equalised once to two and a half times the right one was always the first."""
CUT = 12.0
"""Cycles a tile between coarse waves and fine ones. On `people_480p` and `coffee_720p`, pilots removed and equalised,
11 and 13 read alike; both read more than one set of weights for all waves (z of 14 to 24, not 10 to 17)."""


def agreeing(tiles: Tiles, layout: Layout) -> Spectra:
    """Return the sums of tiles under the likeliest nonces and the weights that the tiles show, (16 × 18, bins)."""
    rows, columns, bins = tiles.data.shape
    seen, grid = tiles.data.reshape(-1, bins), grid_of(rows, columns) + np.array(tiles.first)
    share = np.abs(layout.data_values)
    fine = np.hypot(layout.data_bins[:, 0], layout.data_bins[:, 1]) >= CUT
    found = np.empty((TRIED, 3, 3, 2, bins), dtype=np.complex64)
    for number, nonce in enumerate(nonces_by_blocks(tiles.data, layout, first=tiles.first, count=TRIED).tolist()):
        plain = seen * signs_of(layout, nonce, grid)  # (tiles, bins)
        found[number][..., ~fine] = _sums(plain[:, ~fine], share[~fine])[:, None, None]
        found[number][..., fine] = _sums(plain[:, fine], share[fine])[None, :, None]
        found[number, :, :, 1, fine] *= -1
    return found.reshape(-1, bins)


def _sums(plain: Spectra, share: NDArray[np.float32]) -> Spectra:
    """Return the sums of tiles, (tiles, bins), under the leading weights, (3, bins)."""
    weighted = plain * (share / np.sqrt(np.mean(plain.real**2 + plain.imag**2, axis=0) + np.float32(1e-12)))
    size = np.sqrt(np.sum(weighted.real**2 + weighted.imag**2, axis=1)) + np.float32(1e-9)  # (tiles,)
    each = weighted / size[:, None]
    # Not `@`: too small to gain from BLAS threads, which stall for minutes where several processes share the cores.
    products = np.einsum("tb,ub->tu", each, np.conj(each)).real
    np.fill_diagonal(products, 0.0)
    second, first = np.linalg.eigh(products)[1][:, -2:].T
    weights = np.stack([first, (first + second) / np.sqrt(2.0), (first - second) / np.sqrt(2.0)]) / size
    return np.einsum("wt,tb->wb", weights, plain).astype(np.complex64)
