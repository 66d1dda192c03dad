"""The stage as the camera sees it: where the camera goes, and where in the picture things then are."""

import random
from typing import Final, NamedTuple

import numpy as np

from .poses import COLUMN, Floats, PoseTable
from .scene import Scene
from .timelines import poses
from .timelines.easing import glide

CAMERA_HEIGHT: Final = 1.9
"""World units above the ground."""
_DISTANCE: Final = 6.0
"""From the camera to the middle of the stage, world units."""
_FOCAL: Final = 3.2
"""Half picture widths: what is 6 away and 1.9 from the middle touches the edge."""
HORIZON: Final = 0.3
"""Height of the horizon in the picture, -1 to 1."""
_FRAMED: Final = 0.96
"""Everything stays within this share of the picture, as a camera that stands still sees it."""
_MOVES_FOR: Final = 3.3
"""Seconds until a moving camera has come to rest."""


class View(NamedTuple):
    """The camera at each frame; every field is (frames,)."""

    x: Floats
    z: Floats
    yaw: Floats
    """Turned to the right, radians."""
    focal: Floats
    """In half picture widths."""


class Sight(NamedTuple):
    """Where slots are in the picture; every field is (frames, slots). The picture spans -1 to 1, v upwards."""

    u: Floats
    v: Floats
    scale: Floats
    """Half picture widths per world unit there."""
    depth: Floats
    """From the camera, world units."""


def view_of(scene: Scene, seconds: Floats) -> View:
    """Return the camera's way; it moves from the first moment and rests from 3.3 s on."""
    fit = _fit(scene)
    gone = glide(seconds, 0.0, _MOVES_FOR, 1.35)
    still = np.zeros_like(gone)
    side = 1 if random.Random(scene.seed ^ 0xCA3).random() < 0.5 else -1
    x, z, yaw, focal = still, still - _DISTANCE, still, still + _FOCAL
    match scene.camera:
        case "static":
            pass
        case "pan_left" | "pan_right":
            turned = 0.26 * (gone - 0.5)
            yaw = turned if scene.camera == "pan_right" else -turned
            focal = still + 0.93 * _FOCAL
        case "zoom_in":
            focal = _FOCAL * (0.72 + 0.36 * gone)
        case "zoom_out":
            focal = _FOCAL * (1.08 - 0.36 * gone)
        case "orbit":
            yaw = side * 0.9 * (gone - 0.5)
            x, z = -_DISTANCE * np.sin(yaw), -_DISTANCE * np.cos(yaw)
            focal = still + 0.93 * _FOCAL
        case "dolly_in":
            z = -_DISTANCE - 2.6 + 3.2 * gone
            focal = still + 0.88 * _FOCAL
    return View(x=x, z=z, yaw=yaw, focal=focal * fit)


def sight_of(view: View, table: PoseTable) -> Sight:
    """Project the slots of `table`."""
    x = table.values[:, :, COLUMN["x"]] - view.x[:, None]
    z = table.values[:, :, COLUMN["z"]] - view.z[:, None]
    cos, sin = np.cos(view.yaw)[:, None], np.sin(view.yaw)[:, None]
    across, depth = x * cos - z * sin, np.maximum(x * sin + z * cos, 0.5)
    scale = view.focal[:, None] / depth
    return Sight(
        u=scale * across,
        v=HORIZON + scale * (table.values[:, :, COLUMN["y"]] - CAMERA_HEIGHT),
        scale=scale,
        depth=depth,
    )


def _fit(scene: Scene) -> float:
    """Return by how much the lens must widen so that everything that will ever happen is in the picture."""
    table = poses(scene, np.array([0.0, 0.5, 1.0, 1.4, 1.8, 2.4, 3.2], dtype=np.float32))
    values = table.values[:, : len(scene.things)]
    half_widths = np.array([thing.half_width for thing in scene.things])
    half_heights = np.array([thing.half_height for thing in scene.things])
    scale = _FOCAL / (_DISTANCE + values[:, :, COLUMN["z"]])
    wide = scale * (np.abs(values[:, :, COLUMN["x"]]) + half_widths)
    # Never mind the ground below: feet are far from the lower edge.
    high = scale * (values[:, :, COLUMN["y"]] + half_heights - CAMERA_HEIGHT)
    return float(min(1.0, _FRAMED / wide.max(), max((_FRAMED - HORIZON) / max(high.max(), 0.01), 0.7)))
