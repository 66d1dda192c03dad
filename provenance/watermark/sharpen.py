"""Bring a nearly known geometry to a fraction of a pixel everywhere, by the phases of the pilots in every tile."""

import math

import numpy as np
from numpy.typing import NDArray

from .geometry import Geometry, lay_on_grid
from .layout import TILE, Layout
from .tile import at_bins, tile_spectra

ROUNDS = 3
"""Times that the plane is laid on the grid anew."""
STEPS = 6
"""Newton steps in between."""
DAMPING = 1e-3
"""Of each direction's own curvature (Marquardt): keeps a step finite where two directions are hardly told apart."""
LONGEST_STEP = 1.0
"""Radians, root mean square over pilots and tiles; farther away the sum is no parabola (6 % of starts were lost)."""
FINE = 13.0
"""Cycles a tile; about half of the pilots are finer."""
AFFINE, PROJECTIVE = 6, 8
"""Numbers that are fitted: first without perspective, which many tiles are needed to see."""

Floats = NDArray[np.float64]


def sharpen(plane: NDArray[np.float32], layout: Layout, geometry: Geometry) -> tuple[float, Geometry]:
    """Climb to the projective geometry under which the pilots of all tiles add up most; returns their z and it.

    A tile at m (from the middle of the canvas, in tiles) whose content lies d(m) = E m + t + m (b·m) away from the
    grid shows pilot k turned by -2π f_k·d(m). The sum over tiles and pilots of Re(seen · conj(wanted) · exp(2πi f·d))
    is maximised over the eight numbers of E, t and b by Newton steps; m - d(m) is to first order the projective map
    ((1 - E) m - t) / (1 + b·m). It uses the pilots' keyed phases only, never the payload's signs.
    """
    z = 0.0
    for number in range(ROUNDS):
        canvas, row, column = lay_on_grid(plane, geometry)
        seen = at_bins(tile_spectra(canvas), layout.pilot_bins)  # (rows, columns, 48)
        z, fit = _fit(seen, layout, numbers=AFFINE if number == 0 else PROJECTIVE)
        rows, columns = seen.shape[:2]
        middle = np.array([column + columns / 2, row + rows / 2])
        to_tiles = np.array([[1 / TILE, 0.0, -middle[0]], [0.0, 1 / TILE, -middle[1]], [0.0, 0.0, 1.0]])
        change = np.eye(3)
        change[:2, :2] -= fit[:6].reshape(2, 3)[:, :2]
        change[:2, 2] = -fit[:6].reshape(2, 3)[:, 2]
        change[2, :2] = fit[6:]
        geometry = geometry.then(np.linalg.inv(to_tiles) @ change @ to_tiles)
    return z, geometry


def _fit(seen: NDArray[np.complex64], layout: Layout, *, numbers: int) -> tuple[float, Floats]:
    """Return the pilots' z at the best d(m), and its eight numbers: E and t row by row, then b."""
    rows, columns, _ = seen.shape
    wanted = layout.pilot_values / np.abs(layout.pilot_values)
    level = np.sqrt(np.mean(seen.real**2 + seen.imag**2, axis=(0, 1))) + 1e-12
    aligned = (seen * np.conj(wanted) / level).reshape(-1, wanted.size).astype(np.complex128)  # (tiles, 48)
    fine = np.hypot(layout.pilot_bins[:, 0], layout.pilot_bins[:, 1]) >= FINE
    for part in (fine, ~fine):  # either may be turned over where somebody took too much of the mark away
        aligned[:, part] *= -1.0 if aligned[:, part].real.sum() < 0.0 else 1.0
    slopes = _slopes(rows, columns, layout)  # (tiles, 48, 8)
    fit = np.zeros(PROJECTIVE, dtype=np.float64)
    for _ in range(STEPS):
        turned = aligned * np.exp(1j * (slopes @ fit))
        weight = np.maximum(turned.real.sum(axis=0), 0.0) / len(aligned)  # per pilot: the mean keeps it positive
        flat = slopes[:, :, :numbers].reshape(-1, numbers)
        slope = -turned.imag.ravel() @ flat
        bend = (flat * np.tile(weight, len(aligned))[:, None]).T @ flat
        damped = bend + np.diag(1e-9 + DAMPING * np.diag(bend))
        step = np.asarray(np.linalg.solve(damped, slope), dtype=np.float64)
        turn = math.sqrt(float(np.mean((flat @ step) ** 2)))
        fit[:numbers] += step * min(1.0, LONGEST_STEP / (turn + 1e-9))
    turned = aligned * np.exp(1j * (slopes @ fit))
    return float(turned.real.sum()) / math.sqrt(0.5 * float(np.sum(np.abs(turned) ** 2)) + 1e-12), fit


def _slopes(rows: int, columns: int, layout: Layout) -> Floats:
    """Return how fast each pilot turns in each tile with each of the eight numbers, (tiles, 48, 8), radians."""
    y, x = np.meshgrid(
        np.arange(rows, dtype=np.float64) + 0.5 - rows / 2,
        np.arange(columns, dtype=np.float64) + 0.5 - columns / 2,
        indexing="ij",
    )
    x, y, one, none = x.ravel(), y.ravel(), np.ones(x.size), np.zeros(x.size)
    moves_x = np.stack([x, y, one, none, none, none, x * x, x * y], axis=1)  # d_x of each number, (tiles, 8)
    moves_y = np.stack([none, none, none, x, y, one, x * y, y * y], axis=1)
    wave = 2.0 * math.pi * layout.pilot_bins  # cycles a tile, as places are counted in tiles
    return wave[None, :, 0, None] * moves_x[:, None, :] + wave[None, :, 1, None] * moves_y[:, None, :]
