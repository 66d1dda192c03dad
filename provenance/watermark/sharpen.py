"""Bring a nearly known geometry to a fraction of a pixel everywhere, by the phases of the pilots in every tile."""

import math

import numpy as np
from numpy.typing import NDArray

from .geometry import Geometry, lay_on_grid
from .layout import TILE, Layout
from .tile import at_bins, tile_spectra

ROUNDS = 2
"""Times that the plane is laid on the grid anew."""
STEPS = 6
"""Newton steps in between."""
DAMPING = 1e-3
"""Keeps a step finite where a direction is hardly seen: a strip one tile high."""


def sharpen(plane: NDArray[np.float32], layout: Layout, geometry: Geometry) -> tuple[float, Geometry]:
    """Climb to the affine geometry under which the pilots of all tiles add up most; returns their z and it.

    A tile at x whose content lies d(x) = E x + t away from the grid shows pilot k turned by -2π f_k·d(x). The sum over
    tiles and pilots of Re(seen · conj(wanted) · exp(2πi f·d)) is maximised over the six numbers of E and t by Newton
    steps. It uses the pilots' keyed phases only, never the payload's signs.
    """
    z = 0.0
    for _ in range(ROUNDS):
        canvas, row, column = lay_on_grid(plane, geometry)
        seen = at_bins(tile_spectra(canvas), layout.pilot_bins)  # (rows, columns, 48)
        z, drift, offset = _fit(seen, layout)
        # In grid coordinates, x counts from the middle of the canvas; bring the fit back to marked coordinates.
        middle = np.array([column + canvas.shape[1] / TILE / 2, row + canvas.shape[0] / TILE / 2]) * TILE
        turn = np.eye(2) - drift
        matrix = turn @ geometry.as_array()
        shift = turn @ np.asarray(geometry.shift) + drift @ middle - offset
        geometry = Geometry.of(matrix, shift)
    return z, geometry


def _fit(seen: NDArray[np.complex64], layout: Layout) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return the pilots' z at the best d(x) = E x + t, E (2, 2), and t (2,), x from the middle of the canvas."""
    rows, columns, _ = seen.shape
    wanted = layout.pilot_values / np.abs(layout.pilot_values)
    level = np.sqrt(np.mean(seen.real**2 + seen.imag**2, axis=(0, 1))) + 1e-12
    aligned = (seen * np.conj(wanted) / level).reshape(-1, wanted.size).astype(np.complex128)  # (tiles, 48)
    y, x = (
        (np.arange(rows, dtype=np.float64) + 0.5 - rows / 2),
        (np.arange(columns, dtype=np.float64) + 0.5 - columns / 2),
    )
    place = np.stack([np.tile(x, rows), np.repeat(y, columns), np.ones(rows * columns)], axis=1)  # (tiles, 3)
    wave = 2.0 * math.pi * layout.pilot_bins  # cycles a tile, as places are counted in tiles
    fit: NDArray[np.float64] = np.zeros((2, 3), dtype=np.float64)  # d(x) = fit · (x, y, 1), in tiles
    for _ in range(STEPS):
        turned = aligned * np.exp(1j * (place @ fit.T) @ wave.T)  # (tiles, 48)
        slope = -(wave.T @ turned.imag.T @ place).ravel()  # (2, 3), flat
        weight = np.maximum(turned.real.sum(axis=0), 0.0) / len(place)  # per pilot: the mean keeps it positive
        bend = np.asarray(np.kron((wave.T * weight) @ wave, place.T @ place), dtype=np.float64)  # (6, 6)
        damped = bend + np.eye(6) * (1e-9 + DAMPING * float(np.trace(bend)))
        fit += np.asarray(np.linalg.solve(damped, slope), dtype=np.float64).reshape(2, 3)
    turned = aligned * np.exp(1j * (place @ fit.T) @ wave.T)
    z = float(turned.real.sum()) / math.sqrt(0.5 * float(np.sum(np.abs(turned) ** 2)) + 1e-12)
    return z, fit[:, :2], fit[:, 2] * TILE
