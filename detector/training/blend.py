# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# (OpenCV's stubs leave the types of some overloads open)
"""Faces blended with themselves: what a face swap leaves behind, without a swap.

The idea is that of self-blended images (Shiohara and Yamasaki, CVPR 2022): one picture of a face is changed a little,
in colour, sharpness and place, and laid over itself through a soft mask. Whoever learns to see the difference looks at
seams and mismatches, not at who is shown. Here it moves: strengths stay or drift slowly along the clip.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..canon import Frames, Rgb
from .faces import Boxes

Mask = NDArray[np.float32]
"""(MASK, MASK), 0 to 1, over the square that a face's region is brought to."""

MASK = 96
"""Pixels along a mask's side."""
ROOM = 0.35
"""Share of the box's size that the region reaches beyond each of its sides."""


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """What is done to the face that is laid on, alike along the clip."""

    gains: NDArray[np.float32]
    """(3,) factors of red, green, blue."""
    offsets: NDArray[np.float32]
    """(3,) levels added to them."""
    saturation: float
    detail: float
    """Share of the size that it is reduced to and back; 1 keeps it."""
    sharpening: float
    """Below 0 it is blurred."""
    lag_frames: int
    """From which later or earlier frame of the clip it is taken."""


def self_blend(frames: Frames, boxes: Boxes, rng: np.random.Generator) -> Frames:
    """Lay a changed copy of the clip's own face over it.

    Args:
        frames: (T, height, width, 3), sRGB.
        boxes: The face in each frame, as `faces_in` returns them.
        rng: All chance comes from it.

    Returns:
        The same shape; pixels outside the face's region are the same bytes.

    Raises:
        ValueError: Boxes that do not belong to the frames.
    """
    if boxes.shape != (len(frames), 4):
        raise ValueError(f"boxes must be ({len(frames)}, 4), one a frame, got {boxes.shape}")
    change, mask = _drawn_change(rng), _drawn_mask(rng)
    drift = _drift(len(frames), rng, strength=float(rng.uniform(0.0, 0.012)))  # shift x, shift y, size, turn
    place = rng.uniform((-0.03, -0.03, -0.05, -0.03), (0.03, 0.03, 0.05, 0.03))
    changed = _lagged(frames, boxes, change.lag_frames)
    result = np.empty_like(frames)
    for index, (target, box) in enumerate(zip(frames, boxes, strict=True)):
        source = _repainted(changed[index], change)
        result[index] = _laid_over(target, source, box, mask, place + drift[index])
    return result


def _drawn_change(rng: np.random.Generator) -> _Change:
    """Draw the changes; colour, detail or both are never too weak to be seen, or the label would be a lie."""
    kind = rng.choice(("colour", "detail", "both"), p=(0.3, 0.25, 0.45))
    colour = 1.0 if kind != "detail" else 0.2
    signs = rng.choice((-1.0, 1.0), size=3)
    return _Change(
        gains=(1 + colour * rng.uniform(-0.12, 0.12) + colour * signs * rng.uniform(0.02, 0.08, size=3)).astype("f4"),
        offsets=(colour * rng.uniform(-14, 14) + colour * signs * rng.uniform(0, 8, size=3)).astype("f4"),
        saturation=float(1 + colour * rng.uniform(-0.3, 0.3)),
        detail=float(rng.uniform(0.25, 0.7)) if kind != "colour" else 1.0,
        sharpening=float(rng.uniform(0.3, 1.2)) if rng.random() < 0.3 else 0.0,
        lag_frames=int(rng.choice((0, 0, 0, -2, -1, 1, 2))),
    )


def _drift(count: int, rng: np.random.Generator, *, strength: float) -> NDArray[np.float64]:
    """Return a slow random walk for each of the four numbers of a place, (count, 4)."""
    walk = np.cumsum(rng.normal(size=(count, 4)), axis=0) * strength
    return np.clip(walk, -0.05, 0.05)


def _drawn_mask(rng: np.random.Generator) -> Mask:
    """Draw what of the face is laid on: all of it, its lower half (a new mouth) or its upper; bent and soft."""
    part = rng.choice(("whole", "lower", "upper"), p=(0.6, 0.28, 0.12))
    middle, top, bottom = {"whole": (0.5, 0.2, 0.84), "lower": (0.5, 0.46, 0.84), "upper": (0.5, 0.2, 0.52)}[str(part)]
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radii = 1 + 0.07 * np.cumsum(rng.normal(size=24)).clip(-2, 2) * np.hanning(24)
    x = middle + 0.27 * rng.uniform(0.85, 1.12) * radii * np.cos(angles)
    y = (top + bottom) / 2 + (bottom - top) / 2 * rng.uniform(0.9, 1.08) * radii * np.sin(angles)
    points = np.stack([x, y], axis=1) * MASK
    outline = cv2.convexHull(points.astype(np.int32)) if rng.random() < 0.7 else points.astype(np.int32)
    mask = np.zeros((MASK, MASK), dtype=np.float32)
    cv2.fillPoly(mask, [np.asarray(outline, dtype=np.int32)], (1.0,))
    soft = cv2.GaussianBlur(_bent(mask, rng), (0, 0), float(rng.uniform(1.0, 6.0)))
    edge = cv2.GaussianBlur((np.asarray(soft) > 0.5).astype(np.float32), (0, 0), float(rng.uniform(0.8, 5.0)))
    share = rng.choice((0.5, 0.75, 1.0), p=(0.15, 0.25, 0.6))
    return (np.asarray(edge, dtype=np.float32) * np.float32(share)) * _rim()


def _bent(mask: Mask, rng: np.random.Generator) -> Mask:
    """Deform elastically: smooth random shifts of up to a twentieth of the side (Simard et al., ICDAR 2003)."""
    shifts = rng.normal(size=(6, 6, 2)).astype(np.float32) * 0.02 * MASK
    field = np.asarray(cv2.resize(shifts, (MASK, MASK), interpolation=cv2.INTER_CUBIC))
    y, x = np.mgrid[0:MASK, 0:MASK].astype(np.float32)
    return np.asarray(cv2.remap(mask, x + field[..., 0], y + field[..., 1], cv2.INTER_LINEAR), dtype=np.float32)


def _rim() -> Mask:
    """Return a window that is 0 at the region's border, so that no mask ends in a straight line there."""
    ramp = np.clip(np.minimum(np.arange(MASK), MASK - 1 - np.arange(MASK)) / (0.06 * MASK), 0, 1)
    return np.outer(ramp, ramp).astype(np.float32)


def _lagged(frames: Frames, boxes: Boxes, lag: int) -> Frames:
    """Return each frame as it was `lag` frames on, its face moved to where this frame's is."""
    if lag == 0:
        return frames
    count, height, width, _ = frames.shape
    result = np.empty_like(frames)
    for index in range(count):
        other = min(max(index + lag, 0), count - 1)
        size = float(boxes[index, 2] / boxes[other, 2])
        shift = boxes[index, :2] - size * boxes[other, :2]
        matrix = np.array([[size, 0, shift[0]], [0, size, shift[1]]])
        result[index] = cv2.warpAffine(frames[other], matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return result


def _repainted(rgb: Rgb, change: _Change) -> Rgb:
    """Change colour and sharpness of a frame."""
    grey = np.full((3, 3), 1 / 3)
    mix = np.diag(change.gains) @ (grey + change.saturation * (np.eye(3) - grey))
    painted = cv2.transform(rgb, np.concatenate([mix, change.offsets[:, None]], axis=1))
    height, width = rgb.shape[:2]
    if change.detail < 1:
        less = max(8, round(width * change.detail)), max(8, round(height * change.detail))
        painted = cv2.resize(cv2.resize(painted, less, interpolation=cv2.INTER_AREA), (width, height))
    if change.sharpening:
        soft = cv2.GaussianBlur(painted, (0, 0), 1.5)
        painted = cv2.addWeighted(painted, 1 + change.sharpening, soft, -change.sharpening, 0.0)
    return np.asarray(painted, dtype=np.uint8)


def _laid_over(target: Rgb, source: Rgb, box: Boxes, mask: Mask, place: NDArray[np.float64]) -> Rgb:
    """Blend the source into the target, in the box's region alone; `place` moves, sizes and turns it in box widths."""
    result = target.copy()
    height, width = target.shape[:2]
    left, top, wide, tall = (float(one) for one in box)
    x0, y0 = max(0, int(left - ROOM * wide)), max(0, int(top - ROOM * tall))
    x1, y1 = min(width, int(left + (1 + ROOM) * wide)), min(height, int(top + (1 + ROOM) * tall))
    if x1 - x0 < 8 or y1 - y0 < 8:
        return result
    full = 1 + 2 * ROOM
    steps = (full * wide / MASK, full * tall / MASK)
    to_region = np.array([[steps[0], 0, left - ROOM * wide - x0], [0, steps[1], top - ROOM * tall - y0]])
    cover = np.asarray(cv2.warpAffine(mask, to_region, (x1 - x0, y1 - y0)), dtype=np.float32)[:, :, None]
    centre = (left + wide / 2, top + tall / 2)
    moved = cv2.getRotationMatrix2D(centre, float(np.degrees(place[3])), float(1 + place[2]))
    moved[:, 2] += place[:2] * (wide, tall) - (x0, y0)
    face = cv2.warpAffine(source, moved, (x1 - x0, y1 - y0), borderMode=cv2.BORDER_REPLICATE)
    blended = np.asarray(face, dtype=np.float32) * cover + target[y0:y1, x0:x1] * (1 - cover)
    result[y0:y1, x0:x1] = np.round(blended).astype(np.uint8)
    return result
