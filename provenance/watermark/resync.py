"""Find how a picture was scaled, turned and cut, from the pilots alone."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .fourier import fast_length, from_spectrum, half_spectrum
from .geometry import Geometry, lay_on_grid, tilt
from .layout import TILE, Layout
from .sharpen import FINE, sharpen
from .tile import at_bins

STEP = 0.004
"""Relative size and radians between hypotheses: at the outermost pilot a quarter of a spectral line's width."""
SCALES = 0.5, 2.0
"""Seen pixels to marked pixels: 0.8 for a crop to 80 %, 1.67 for a picture in a picture of 60 %."""
STRETCHES = 0.6, 1.7
"""The same, for each axis on its own (4:3 squeezed from 16:9 is 0.75), without rotation."""
NOISE_BOX = 15
"""Spectral lines; the side of the square that a line's power is compared with."""
POWER_CUT = 12.0
"""Lines above this times their neighbourhood are edges of the picture as likely as pilots."""
PEAKS = 6
"""Of each kind of hypothesis."""
APART = 6
"""Steps between two peaks that count as two."""
REGISTERED = 8
"""Hypotheses, best first, whose phases are compared; each costs 5 ms, and 10 ms more if it is among the sharpened."""
SHARPENED = 6
TILTS: tuple[float, ...] = tuple(0.07 * step for step in range(-6, 7))
"""Growth of the scale across a picture, and down: at 0.035 beside the truth, tiles at the edge still fit by phase."""
TILTS_TRIED = 4
SAME = 0.003
"""Two matrices closer than this are one hypothesis."""
PLAUSIBLE_Z = 7.0
"""Without a mark, the best of all shifts, fits and signs reaches 7.4 (28 searches of `people_480p` and `coffee_720p`,
one of seven above 7); readable marks reach more.
It only saves time: a geometry above it still has to prove itself by its payload."""
OVERSAMPLING = 4


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Power over its neighbourhood: unit mean where there is no mark."""

    power: NDArray[np.float32]
    """(rows, columns): fy from -1/2 up, fx from 0 to 1/2, cycles a canonical pixel."""
    per_cycle: tuple[float, float]
    """Columns and rows that one cycle a pixel spans."""

    def at(self, fx: NDArray[np.float32], fy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Interpolate; a negative fx is its opposite frequency (the plane is real)."""
        side = np.where(fx < 0, np.float32(-1), np.float32(1))
        x = (fx * side * self.per_cycle[0]).astype(np.float32)
        y = (fy * side * self.per_cycle[1] + self.power.shape[0] // 2).astype(np.float32)
        found = cv2.remap(self.power, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, dtype=np.float32)


def spectrum_of(plane: NDArray[np.float32]) -> Spectrum:
    """Return the levelled power spectrum of a plane, twice oversampled.

    No window: levelled planes have no strong lines whose side lobes could hurt, and a window halves the pilots'
    lead (measured: 9 against 18 standard deviations on a hard clip).
    """
    height, width = plane.shape
    rows, columns = fast_length(2 * height), fast_length(2 * width)
    half = np.fft.fftshift(half_spectrum(plane, shape=(rows, columns)), axes=0)
    power = (half.real**2 + half.imag**2).astype(np.float32)
    level = cv2.blur(power, (NOISE_BOX, NOISE_BOX), borderType=cv2.BORDER_REFLECT)
    return Spectrum(np.minimum(power / (level + np.float32(1e-12)), np.float32(POWER_CUT)), (columns, rows))


def candidates(plane: NDArray[np.float32], layout: Layout) -> list[Geometry]:
    """Return plausible geometries, best first, all but which tile of the table comes first; often none."""
    registered = [(z, found) for z, found in _upright_and_turned(plane, layout)]
    return _plausible(plane, layout, registered)


def tilted_candidates(plane: NDArray[np.float32], layout: Layout) -> list[Geometry]:
    """Return plausible geometries of a picture that was filmed from the side, best first; often none.

    Each of 169 tilts is undone on a plane of half the size and the pilots are looked for in a coarse spectrum; the
    best four go through the whole search.
    """
    height, width = plane.shape
    small = cv2.resize(plane, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    scored: list[tuple[float, float, float]] = []
    for across in TILTS:
        for down in TILTS:
            if across or down:
                scored.append((_coarse_score(np.asarray(small, dtype=np.float32), layout, across, down), across, down))
    scored.sort(reverse=True)
    registered: list[tuple[float, Geometry]] = []
    for _, across, down in scored[:TILTS_TRIED]:
        untilt = tilt(across, down, width=width, height=height)
        canvas, row, column = lay_on_grid(plane, untilt)
        on_canvas = untilt.moved(-column * TILE, -row * TILE)
        registered += [(z, found.after(on_canvas)) for z, found in _upright_and_turned(canvas, layout)]
    return _plausible(plane, layout, registered)


def _upright_and_turned(plane: NDArray[np.float32], layout: Layout) -> list[tuple[float, Geometry]]:
    """Find affine geometries by the power of the pilots, and where the grid lies by their phases."""
    spectrum, pilots = spectrum_of(plane), layout.pilot_bins / TILE  # (48, 2) cycles a marked pixel
    rough = _turns(spectrum, pilots) + _stretches(spectrum, pilots)
    rough.sort(key=lambda scored: -scored[0])
    matrices: list[NDArray[np.float64]] = []
    for _, matrix in rough:
        fine = _refine(spectrum, pilots, matrix)
        if len(matrices) < REGISTERED and all(np.abs(fine - other).max() > SAME for other in matrices):
            matrices.append(fine)
    return [scored for matrix in matrices for scored in _register(plane, layout, matrix)]


def _plausible(plane: NDArray[np.float32], layout: Layout, registered: list[tuple[float, Geometry]]) -> list[Geometry]:
    registered = sorted(registered, key=lambda scored: -scored[0])
    sharp = [sharpen(plane, layout, geometry) for _, geometry in registered[:SHARPENED]]
    sharp.sort(key=lambda scored: -scored[0])
    return [geometry for z, geometry in sharp if z >= PLAUSIBLE_Z]


def _coarse_score(small: NDArray[np.float32], layout: Layout, across: float, down: float) -> float:
    """Return how much the best scale and rotation of a tilt stands out, the pilots' lines taken three times as wide."""
    untilt = tilt(across, down, width=small.shape[1], height=small.shape[0])
    canvas, _, _ = lay_on_grid(small, untilt, precise=False)
    half = np.fft.fftshift(half_spectrum(canvas), axes=0)
    power = (half.real**2 + half.imag**2).astype(np.float32)
    level = cv2.blur(power, (NOISE_BOX, NOISE_BOX), borderType=cv2.BORDER_REFLECT)
    power = cv2.blur(np.minimum(power / (level + np.float32(1e-12)), np.float32(POWER_CUT)), (3, 3))
    spectrum = Spectrum(np.asarray(power, dtype=np.float32), (canvas.shape[1], canvas.shape[0]))
    pilots = layout.pilot_bins / (TILE / 2)
    return max(score for score, _ in _turns(spectrum, pilots, step=2 * STEP, count=1))


def _turns(
    spectrum: Spectrum, pilots: NDArray[np.float64], *, step: float = STEP, count: int = PEAKS
) -> list[tuple[float, NDArray[np.float64]]]:
    """Score every scale, rotation and mirroring at once: in log-polar coordinates they are shifts of the spectrum."""
    angles = round(math.pi / step)
    low, high = math.log(SCALES[0]), math.log(SCALES[1])
    steps = round((high - low) / step)
    radius = np.log(np.hypot(pilots[:, 0], pilots[:, 1]))
    first = radius.min() + low
    columns = round((radius.max() - radius.min()) / step) + steps + 2
    theta = np.arange(angles, dtype=np.float64)[:, None] * (math.pi / angles)
    r = np.exp(first + np.arange(columns, dtype=np.float64) * step)[None, :]
    polar = spectrum.at((r * np.cos(theta)).astype(np.float32), (r * np.sin(theta)).astype(np.float32))
    polar = np.concatenate([polar, polar])  # a turn by 180° is the same spectrum
    column = np.rint((radius - radius.min()) / step).astype(int)
    found: list[tuple[float, NDArray[np.float64]]] = []
    for mirror in (1.0, -1.0):
        angle = np.arctan2(pilots[:, 1], mirror * pilots[:, 0]) % math.pi
        row = np.rint(angle * angles / math.pi).astype(int) % angles
        score = np.zeros((angles, steps), dtype=np.float32)
        for i, j in zip(row, column, strict=True):
            score += polar[i : i + angles, j : j + steps]
        for value, i, j in _peaks(score, wrap=True, count=count):
            alpha, scale = i * math.pi / angles, math.exp(low + j * step)
            turn = np.array([[math.cos(alpha), -math.sin(alpha)], [math.sin(alpha), math.cos(alpha)]])
            found.append((value, (scale * turn @ np.diag([mirror, 1.0])).T))
    return found


def _stretches(spectrum: Spectrum, pilots: NDArray[np.float64]) -> list[tuple[float, NDArray[np.float64]]]:
    """Score every pair of horizontal and vertical scales, upright: shifts in doubly logarithmic coordinates."""
    low, high = math.log(STRETCHES[0]), math.log(STRETCHES[1])
    steps = round((high - low) / STEP)
    logs = np.log(np.abs(pilots))
    first = logs.min(axis=0) + low
    sizes = np.rint((logs.max(axis=0) - logs.min(axis=0)) / STEP).astype(int) + steps + 2
    shape = int(sizes[1]), int(sizes[0])
    steps_x, steps_y = (np.arange(size, dtype=np.float64) * STEP for size in sizes)
    fx = np.broadcast_to(np.exp(first[0] + steps_x)[None, :], shape).astype(np.float32)
    fy = np.broadcast_to(np.exp(first[1] + steps_y)[:, None], shape).astype(np.float32)
    sides = {sign: spectrum.at(fx, np.float32(sign) * fy) for sign in (1, -1)}
    at = np.rint((logs - logs.min(axis=0)) / STEP).astype(int)
    found: list[tuple[float, NDArray[np.float64]]] = []
    for mirror in (1, -1):
        score = np.zeros((steps, steps), dtype=np.float32)
        for (i, j), (u, v) in zip(at, pilots, strict=True):
            side = sides[mirror * (1 if u * v > 0 else -1)]
            score += side[j : j + steps, i : i + steps]
        for value, j, i in _peaks(score, wrap=False):
            found.append((value, np.diag([mirror * math.exp(low + i * STEP), math.exp(low + j * STEP)])))
    return found


def _peaks(score: NDArray[np.float32], *, wrap: bool, count: int = PEAKS) -> list[tuple[float, int, int]]:
    """Return the highest points, none within six steps of a higher one."""
    field, found = score.copy(), list[tuple[float, int, int]]()
    for _ in range(count):
        row, column = (int(i) for i in np.unravel_index(int(field.argmax()), field.shape))
        found.append((float(field[row, column]), row, column))
        rows = np.arange(row - APART, row + APART + 1)
        rows = rows % len(field) if wrap else rows[(rows >= 0) & (rows < len(field))]
        field[rows, max(0, column - APART) : column + APART + 1] = -np.inf
    return found


def _refine(spectrum: Spectrum, pilots: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Climb to the affine matrix whose pilots meet the most power; steps of 0.4 % shrink to 0.03 %."""
    moves = np.stack(np.meshgrid(*[[-1.0, 0.0, 1.0]] * 4, indexing="ij"), axis=-1).reshape(-1, 2, 2)  # (81, 2, 2)
    for step in (0.004, 0.002, 0.001, 0.0005, 0.00025):
        for _ in range(3):
            tried = matrix @ (np.eye(2) + step * moves)
            seen = (pilots @ tried).astype(np.float32)  # f_seen = matrixᵀ f_marked: (81, 48, 2)
            score = spectrum.at(seen[..., 0], seen[..., 1]).sum(axis=1)
            best = int(score.argmax())
            if score[best] <= score[len(moves) // 2]:
                break
            matrix = tried[best]
    return matrix


def _register(plane: NDArray[np.float32], layout: Layout, matrix: NDArray[np.float64]) -> list[tuple[float, Geometry]]:
    """Find where the grid lies, to a quarter pixel, for a matrix and for its half turn (both have this spectrum).

    The plane is laid on the grid and all tiles are added: only the pilots repeat, so only they add up. Their phases
    give the shift (phase correlation on a 4 times finer grid).
    """
    start, half_turn = Geometry.of(matrix), Geometry.of(-matrix)
    canvas, _, _ = lay_on_grid(plane, start, precise=False)
    rows, columns = canvas.shape[0] // TILE, canvas.shape[1] // TILE
    tile = canvas[: rows * TILE, : columns * TILE].reshape(rows, TILE, columns, TILE).sum(axis=(0, 2))
    seen = at_bins(half_spectrum(tile), layout.pilot_bins)
    seen /= np.sqrt(np.abs(seen)) + np.float32(1e-12)
    return [_phase_correlate(seen, layout, start), _phase_correlate(np.conj(seen), layout, half_turn)]


def _phase_correlate(seen: NDArray[np.complex64], layout: Layout, geometry: Geometry) -> tuple[float, Geometry]:
    """Return the pilots' z at the best shift, and the geometry with that shift."""
    side = TILE * OVERSAMPLING
    wanted = layout.pilot_values / np.abs(layout.pilot_values)
    turned = seen * np.conj(wanted)
    fine = np.hypot(layout.pilot_bins[:, 0], layout.pilot_bins[:, 1]) >= FINE
    sums: list[NDArray[np.float32]] = []
    for part in (fine, ~fine):  # either may be turned over where somebody took too much of the mark away
        cross = np.zeros((side, side), dtype=np.complex64)
        cross[layout.pilot_bins[part, 1], layout.pilot_bins[part, 0]] = turned[part]
        sums.append(np.abs(from_spectrum(cross)))
    match = sums[0] + sums[1]
    row, column = np.unravel_index(int(match.argmax()), match.shape)
    z = float(match[row, column]) / math.sqrt(0.5 * float(np.sum(np.abs(seen) ** 2)) + 1e-12)
    # seen(x) = marked(x - d) has the phase exp(-2πi f·d): the match peaks at x = d, so the grid's corner lies there.
    return z, geometry.moved(-column / OVERSAMPLING, -row / OVERSAMPLING)
