"""Games as they look when recorded: a maze in three dimensions by ray casting, and a scrolling world of tiles."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from ...detector.canon import RATE, Frames
from .drawings import FRAMES, HEIGHT, WIDTH

Rgb = NDArray[np.uint8]
Floats = NDArray[np.float64]

_CELLS = 24
"""Along a side of the maze."""
_TEXELS = 32
"""Along a side of a texture: coarse and sharp, as games have them."""
_TILE = 16
"""Pixels of a tile of the scrolling world, drawn at half size and doubled without smoothing."""


def maze(rng: np.random.Generator) -> Frames:
    """Walk through a maze of textured walls with a display in front; one ray a column (Lode's grid traversal)."""
    walls = rng.random((_CELLS, _CELLS)) < 0.22
    walls[[0, -1], :] = walls[:, [0, -1]] = True
    x, y = rng.uniform(8, 16, 2)
    walls[int(y) - 2 : int(y) + 3, int(x) - 2 : int(x) + 3] = False
    textures = np.stack([_texture(rng) for _ in range(3)])
    heading, turn, pace = rng.uniform(0, 2 * math.pi), rng.uniform(-0.9, 0.9), rng.uniform(0.2, 1.2)
    taken: list[Rgb] = []
    for number in range(FRAMES):
        seconds = number / RATE
        angle = heading + turn * seconds
        frame = _seen(walls, textures, (x, y), angle)
        ahead = x + math.cos(angle) * pace / RATE, y + math.sin(angle) * pace / RATE
        if not walls[int(ahead[1]), int(ahead[0])]:
            x, y = ahead
        taken.append(_display(frame, health=100 - 2 * number, walls=walls, at=(x, y)))
    return np.stack(taken)


def _texture(rng: np.random.Generator) -> Rgb:
    """Bricks: a base colour, mortar lines, and noise by texel."""
    noise = rng.normal(0, 14, (_TEXELS, _TEXELS, 1))
    base = np.broadcast_to(rng.integers(70, 200, 3), (_TEXELS, _TEXELS, 3)) + noise
    base[:: _TEXELS // 4] *= 0.55
    base[:, :: _TEXELS // 2] *= 0.55
    return np.clip(base, 0, 255).astype(np.uint8)


def _seen(walls: NDArray[np.bool_], textures: Rgb, at: tuple[float, float], heading: float) -> Rgb:
    """Cast a ray a column through the grid until it meets a wall, and stretch the texture to the wall's height."""
    across = np.linspace(-0.66, 0.66, WIDTH)  # tangent of half a field of view of 67°
    ray_x = math.cos(heading) - math.sin(heading) * across
    ray_y = math.sin(heading) + math.cos(heading) * across
    distance, where, sideways = _hits(walls, at, ray_x, ray_y)
    tall = HEIGHT / np.maximum(distance, 0.05)  # (columns,)
    row = np.arange(HEIGHT)[:, None]
    texel_y = ((row - HEIGHT / 2) / tall + 0.5) * _TEXELS  # (rows, columns)
    is_wall = (texel_y >= 0) & (texel_y < _TEXELS)
    texel_x = np.broadcast_to((where * _TEXELS).astype(np.intp) % _TEXELS, is_wall.shape)
    kind = np.broadcast_to(np.where(sideways, 0, 1), is_wall.shape)
    picture = np.where(row[..., None] < HEIGHT / 2, (70, 80, 105), (60, 54, 50)) * np.ones((1, WIDTH, 1))
    shade = np.clip(1.3 / (1 + 0.25 * distance), 0.15, 1.0)[None, :, None]
    wall = textures[kind, np.clip(texel_y, 0, _TEXELS - 1).astype(np.intp), texel_x] * shade
    return np.where(is_wall[..., None], wall, picture).astype(np.uint8)


def _hits(
    walls: NDArray[np.bool_], at: tuple[float, float], ray_x: Floats, ray_y: Floats
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return for each ray how far the wall is, where along the wall it hits (0 to 1), and whether from the side."""
    cell_x, cell_y = np.full(WIDTH, int(at[0])), np.full(WIDTH, int(at[1]))
    step_x, step_y = np.where(ray_x < 0, -1, 1), np.where(ray_y < 0, -1, 1)
    per_x, per_y = 1 / np.maximum(np.abs(ray_x), 1e-9), 1 / np.maximum(np.abs(ray_y), 1e-9)
    next_x = np.where(ray_x < 0, at[0] - cell_x, cell_x + 1 - at[0]) * per_x
    next_y = np.where(ray_y < 0, at[1] - cell_y, cell_y + 1 - at[1]) * per_y
    sideways = np.zeros(WIDTH, dtype=bool)
    for _ in range(2 * _CELLS):
        free = ~walls[cell_y, cell_x]
        along_x = free & (next_x < next_y)
        along_y = free & ~along_x
        cell_x, next_x = cell_x + step_x * along_x, next_x + per_x * along_x
        cell_y, next_y = cell_y + step_y * along_y, next_y + per_y * along_y
        sideways = np.where(free, along_x, sideways)
    distance = np.where(sideways, next_x - per_x, next_y - per_y)
    where = np.where(sideways, at[1] + distance * ray_y, at[0] + distance * ray_x) % 1.0
    return distance, where, sideways


def _display(frame: Rgb, *, health: int, walls: NDArray[np.bool_], at: tuple[float, float]) -> Rgb:
    """Lay over what every such game shows: a cross, numbers, a bar, a map."""
    frame = np.ascontiguousarray(frame)
    centre = WIDTH // 2, HEIGHT // 2
    cv2.drawMarker(frame, centre, (230, 250, 230), cv2.MARKER_CROSS, 12, 1)
    cv2.rectangle(frame, (90, HEIGHT - 62), (90 + 2 * health, HEIGHT - 52), (200, 40, 40), -1)
    for text, place in ((f"{health}", (90, HEIGHT - 70)), (f"AMMO {health // 3}", (WIDTH - 170, HEIGHT - 52))):
        cv2.putText(frame, text, place, cv2.FONT_HERSHEY_DUPLEX, 0.5, (240, 230, 120), 1, cv2.LINE_AA)
    plan = np.where(walls[..., None], (200, 200, 210), (30, 30, 36)).astype(np.uint8)
    plan[int(at[1]), int(at[0])] = (255, 80, 60)
    small = cv2.resize(plan, (72, 72), interpolation=cv2.INTER_NEAREST)
    frame[50:122, WIDTH - 150 : WIDTH - 78] = small
    return frame


def tiles(rng: np.random.Generator) -> Frames:
    """Scroll a world of tiles past a figure that jumps: large square pixels, few colours."""
    columns, rows = 4 * WIDTH // (2 * _TILE), HEIGHT // (2 * _TILE)
    ground = np.clip(rows - 3 + np.cumsum(rng.integers(-1, 2, columns)) // 2, rows // 2, rows - 1)
    art = [_tile(rng) for _ in range(3)]
    world = np.full((rows * _TILE, columns * _TILE, 3), rng.integers(90, 230, 3), dtype=np.uint8)
    for column, top in enumerate(ground):
        for row in range(int(top), rows):
            place = np.s_[row * _TILE : (row + 1) * _TILE, column * _TILE : (column + 1) * _TILE]
            world[place] = art[0] if row == top else art[1]
        if rng.random() < 0.15:
            world[np.s_[2 * _TILE : 3 * _TILE, column * _TILE : (column + 1) * _TILE]] = art[2]
    figure, speed = _tile(rng), int(rng.integers(4, 14))
    taken: list[Rgb] = []
    for number in range(FRAMES):
        left = number * speed
        seen = world[: HEIGHT // 2, left : left + WIDTH // 2].copy()
        jump = abs(math.sin(number * 0.55)) * 2.5 * _TILE
        top = max(0, round(int(ground[(left + 6 * _TILE) // _TILE]) * _TILE - _TILE - jump))
        seen[top : top + _TILE, 6 * _TILE : 7 * _TILE] = figure[: seen.shape[0] - top]
        cv2.putText(seen, f"{number * 50:06d}", (50, 44), cv2.FONT_HERSHEY_PLAIN, 0.8, (255, 255, 255), 1)
        taken.append(np.repeat(np.repeat(seen, 2, axis=0), 2, axis=1))
    return np.stack(taken)


def _tile(rng: np.random.Generator) -> Rgb:
    """Sixteen by sixteen pixels of four colours, mirrored as drawn sprites mostly are."""
    palette = rng.integers(20, 255, (4, 3), dtype=np.uint8)
    half = rng.integers(0, 4, (_TILE, _TILE // 2))
    return palette[np.concatenate([half, half[:, ::-1]], axis=1)]
