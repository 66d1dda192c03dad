"""Scenes made ready for the painter: numbers only, so that they travel cheaply between processes and to a GPU."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from .light import COLOUR_RGB, lighting_of
from .poses import COLUMN, EFFECT, SLOTS, Floats, PoseTable
from .scene import CLIP_FPS, CLIP_FRAMES, Scene, Thing
from .stage import CAMERA_HEIGHT, HORIZON, Sight, View, sight_of, view_of
from .timelines import poses
from .vocabulary import BACKGROUNDS, KINDS, LIGHTS, MATERIALS, Kind

Drawn: TypeAlias = Kind | Literal["stream"]
"""What a slot can hold: the kinds, and what a jug pours."""
DRAWN: Final[tuple[Drawn, ...]] = (*KINDS, "stream")

ItemField: TypeAlias = Literal[
    "drawn",  # index in DRAWN, -1 for an empty slot
    "u", "v", "scale",  # centre in the picture (-1 to 1, v upwards), half picture widths per local unit
    "cos", "sin", "stretch_x", "stretch_y", "face",
    "red", "green", "blue", "red_2", "green_2", "blue_2",  # its colour; that of its liquid
    "shiny", "wooden", "glass",  # 1 where it is made so; else it is matte
    "state", "swing", "mouth", "level", "hit", "blink",
    "haze",  # how much of it the distance takes, 0 to 1
    "shadow_u", "shadow_v", "shadow_width", "shadow_height", "shadow",  # ellipse on the ground, and how dark
    "chance",  # 0 to 1, of its own
]  # fmt: skip
FrameField: TypeAlias = Literal[
    "camera_x", "camera_y", "camera_z", "yaw_cos", "yaw_sin", "focal", "horizon", "seconds",
    "background", "sunset", "overcast", "animated", "chance",
    "light_x", "light_y", "light_z", "key_red", "key_green", "key_blue",
    "ambient_red", "ambient_green", "ambient_blue", "haze_red", "haze_green", "haze_blue", "softness",
]  # fmt: skip
ITEM_FIELDS: Final[tuple[ItemField, ...]] = get_args(ItemField)
FRAME_FIELDS: Final[tuple[FrameField, ...]] = get_args(FrameField)
ITEM: Final[dict[ItemField, int]] = {field: column for column, field in enumerate(ITEM_FIELDS)}
FRAME: Final[dict[FrameField, int]] = {field: column for column, field in enumerate(FRAME_FIELDS)}


@dataclass(frozen=True, slots=True, eq=False)
class PackedScenes:
    """Clips as the painter takes them; about 33 kB each at 49 frames."""

    items: npt.NDArray[np.float32]
    """What to draw, (clips, frames, SLOTS, ITEM_FIELDS), the farthest first in every frame."""
    frames: npt.NDArray[np.float32]
    """Camera, place and light, (clips, frames, FRAME_FIELDS)."""

    def __post_init__(self) -> None:
        clips, frames = self.frames.shape[:2]
        if self.items.shape != (clips, frames, SLOTS, len(ITEM_FIELDS)):
            raise ValueError(f"items must be {(clips, frames, SLOTS, len(ITEM_FIELDS))}, got {self.items.shape}")

    def __len__(self) -> int:
        return len(self.items)

    def at(self, frames: slice | Sequence[int]) -> "PackedScenes":
        """Return the same clips with these frames only."""
        chosen = frames if isinstance(frames, slice) else list(frames)
        return replace(self, items=self.items[:, chosen], frames=self.frames[:, chosen])

    def clips(self, first: int, end: int) -> "PackedScenes":
        """Return the clips from `first` up to `end`."""
        return replace(self, items=self.items[first:end], frames=self.frames[first:end])


def pack(
    scenes: Sequence[Scene], *, start: Sequence[float], frames: int = CLIP_FRAMES, fps: float = CLIP_FPS
) -> PackedScenes:
    """Work out where everything is, in every frame.

    Args:
        scenes: What to show; at least one.
        start: Seconds into its action at which each scene's first frame is taken, 0 or more.
        frames: Frames of each clip.
        fps: Frames per second.

    Raises:
        ValueError: Not one start a scene.
    """
    if len(scenes) != len(start) or not scenes:
        raise ValueError(f"{len(scenes)} scenes and {len(start)} starts; expected one start a scene, and a scene")
    packed = [_pack_one(scene, begin, frames, fps) for scene, begin in zip(scenes, start, strict=True)]
    return PackedScenes(items=np.stack([items for items, _ in packed]), frames=np.stack([rows for _, rows in packed]))


def _pack_one(scene: Scene, start: float, frames: int, fps: float) -> tuple[Floats, Floats]:
    seconds = (start + np.arange(frames) / fps).astype(np.float32)
    table, view = poses(scene, seconds), view_of(scene, seconds)
    sight = sight_of(view, table)
    items = _items(scene, table, sight)
    far_first = np.argsort(-sight.depth, axis=1, kind="stable")
    return np.take_along_axis(items, far_first[:, :, None], axis=1), _frames(scene, view, seconds)


def _items(scene: Scene, table: PoseTable, sight: Sight) -> Floats:
    items = np.zeros((len(table.seconds), SLOTS, len(ITEM_FIELDS)), dtype=np.float32)

    def put(field: ItemField, value: Floats) -> None:
        items[:, :, ITEM[field]] = value

    pose = {field: table.values[:, :, column] for field, column in COLUMN.items()}
    put("u", sight.u)
    put("v", sight.v)
    put("scale", sight.scale * pose["size"])
    put("cos", np.cos(pose["angle"]))
    put("sin", np.sin(pose["angle"]))
    for field in ("stretch_x", "stretch_y", "face", "state", "swing", "mouth", "level", "hit", "blink"):
        put(field, pose[field])
    put("haze", np.clip((sight.depth - 6.0) * 0.045, 0, 0.35))
    items[:, :, ITEM["drawn"]] = -1
    for slot, thing in enumerate(scene.things):
        items[:, slot, ITEM["drawn"]] = DRAWN.index(thing.kind)
        _dress(
            items[:, slot], thing, liquid=COLOUR_RGB[scene.things[0].colour if _poured(scene, slot) else thing.colour]
        )
    stream = table.get(EFFECT, "shown") > 0
    items[stream, EFFECT, ITEM["drawn"]] = DRAWN.index("stream")
    items[:, EFFECT, ITEM["red_2"] : ITEM["blue_2"] + 1] = COLOUR_RGB[scene.things[0].colour]
    items[:, :, ITEM["chance"]] = np.modf(scene.seed * 0.6180339887 + np.arange(SLOTS) * 0.377)[0]
    _shadows(items, scene, table, sight)
    return items


def _poured(scene: Scene, slot: int) -> bool:
    """Return whether a slot is the cup that the jug's liquid is poured into."""
    return scene.action == "pour" and slot == 1


def _dress(rows: Floats, thing: Thing, *, liquid: tuple[float, float, float]) -> None:
    rows[:, ITEM["red"] : ITEM["blue"] + 1] = COLOUR_RGB[thing.colour]
    rows[:, ITEM["red_2"] : ITEM["blue_2"] + 1] = liquid
    for material in MATERIALS[1:]:
        rows[:, ITEM[material]] = float(thing.material == material)  # pyright: ignore[reportArgumentType]


def _shadows(items: Floats, scene: Scene, table: PoseTable, sight: Sight) -> None:
    """Lay a shadow on the ground under everything that stands or flies, farther and fainter the higher it is."""
    light = lighting_of(scene)
    side = 1 if scene.seed % 2 else -1
    for slot, thing in enumerate(scene.things):
        scale = sight.scale[:, slot]
        half_width = thing.half_width * table.get(slot, "size") / thing.factor
        half_height = thing.half_height * table.get(slot, "size") / thing.factor
        lift = np.maximum(table.get(slot, "y") - half_height, 0)
        angle = np.abs(np.sin(table.get(slot, "angle"))) if thing.kind == "block" else 0.0
        reach = half_width * (1 - angle) + half_height * 1.3 * angle  # a block on its side is as wide as it was tall
        foot = HORIZON - sight.scale[:, slot] * CAMERA_HEIGHT
        slope = CAMERA_HEIGHT / sight.depth[:, slot]  # how much shorter the ground looks in depth than across
        items[:, slot, ITEM["shadow_u"]] = sight.u[:, slot] + side * scale * light.slant * (
            0.45 * half_height + 0.5 * lift
        )
        items[:, slot, ITEM["shadow_v"]] = foot + 0.01
        items[:, slot, ITEM["shadow_width"]] = scale * (reach * 1.12 + light.slant * 0.55 * half_height)
        items[:, slot, ITEM["shadow_height"]] = np.maximum(scale * reach * slope * 0.95, 0.012)
        items[:, slot, ITEM["shadow"]] = light.shadow / (1 + 0.8 * lift)


def _frames(scene: Scene, view: View, seconds: Floats) -> Floats:
    rows = np.zeros((len(seconds), len(FRAME_FIELDS)), dtype=np.float32)
    light = lighting_of(scene)
    side = 1 if scene.seed % 2 else -1
    values: dict[FrameField, Floats | float] = {
        "camera_x": view.x,
        "camera_y": CAMERA_HEIGHT,
        "camera_z": view.z,
        "yaw_cos": np.cos(view.yaw),
        "yaw_sin": np.sin(view.yaw),
        "focal": view.focal,
        "horizon": HORIZON,
        "seconds": seconds,
        "background": BACKGROUNDS.index(scene.background),
        "sunset": float(LIGHTS.index(scene.light) == 1),
        "overcast": float(LIGHTS.index(scene.light) == 2),
        "animated": float(scene.style == "animated"),
        "chance": float(np.modf(scene.seed * 0.7548776662)[0]),
        "light_x": side * light.direction[0],
        "light_y": light.direction[1],
        "light_z": light.direction[2],
        "softness": 0.18 if scene.style == "animated" else light.softness,
    }
    for name, colour in (("key", light.key), ("ambient", light.ambient), ("haze", light.haze)):
        for channel, value in zip(("red", "green", "blue"), colour, strict=True):
            values[f"{name}_{channel}"] = value  # pyright: ignore[reportArgumentType]
    for field, value in values.items():
        rows[:, FRAME[field]] = value
    return rows
