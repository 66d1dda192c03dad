"""Everything that is done to marked files, in three lists: ordinary handling (A), rough (B), and ruin (C)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from . import geometry, photometry, timing
from .codecs import Codec, av1, h264, h264_rgb, h265, vp9
from .footage import Footage, read_footage, write_footage

Tier = Literal["A", "B", "C"]
Group = Literal["codec", "colour", "geometry", "time", "combination", "picture"]
OnPicture = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
OnFootage = Callable[[Footage], Footage]

FRAMES = 32
"""Pictures that an attacked file holds, about a second: what a short post or a cut leaves."""
ALL_FRAMES = 90
"""What attacks on time see, about three seconds."""
AFTERWARDS = h264(23)
"""Changed pictures are encoded as a service would; nobody passes on raw pictures."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One thing that is done to a marked file."""

    name: str
    tier: Tier
    group: Group
    change: OnFootage | None = None
    codecs: tuple[Codec, ...] = (AFTERWARDS,)
    """One encode after the other; none: the pictures are written by `still`."""
    frames: int = FRAMES
    still: Literal[".png", ".jpg", ".gif"] | None = None
    """The last picture format, where the result is no video."""

    def apply(self, marked: Path, directory: Path) -> Path:
        """Do it to a file; returns the attacked file, made in the directory."""
        footage = read_footage(marked, frames=self.frames)
        if self.change is not None:
            footage = self.change(footage)
        path = marked
        for number, codec in enumerate(self.codecs):
            path = write_footage(footage, directory / f"attacked-{number}{codec.suffix}", codec)
            if number + 1 < len(self.codecs):
                footage = read_footage(path, frames=self.frames)
        return path if self.still is None else _write_still(footage, directory / f"attacked{self.still}")


def on_each(change: OnPicture) -> OnFootage:
    """Do to every picture what is done to one."""
    return lambda footage: footage.of([change(frame) for frame in footage.frames])


def _write_still(footage: Footage, path: Path) -> Path:
    if path.suffix == ".gif":
        pictures = [Image.fromarray(frame).quantize(256) for frame in footage.frames]
        pictures[0].save(path, save_all=True, append_images=pictures[1:], duration=round(1000 / footage.rate), loop=0)
        return path
    quality = [cv2.IMWRITE_JPEG_QUALITY, 85] if path.suffix == ".jpg" else []
    cv2.imwrite(str(path), footage.frames[len(footage.frames) // 2][..., ::-1], quality)
    return path


def _gif(footage: Footage) -> Footage:
    """As GIFs are made: ten pictures a second, at most 480 pixels wide."""
    slower = timing.at_rate(footage, Fraction(10))
    share = min(1.0, 480 / footage.size[0])
    return slower.of([geometry.resized(frame, across=share, down=share) for frame in slower.frames])


def _noise(footage: Footage) -> Footage:
    return footage.of([photometry.noised(frame, sigma=10.0, seed=i) for i, frame in enumerate(footage.frames)])


def _cut_bright(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return photometry.brightened(geometry.cropped(rgb, share=0.71), factor=0.5)


def _codecs() -> list[Attack]:
    tiers: dict[Tier, tuple[Codec, ...]] = {
        "A": (
            *(h264(crf) for crf in (23, 28, 30, 33)),
            *(h264_rgb(crf) for crf in (23, 30)),
            *(h265(crf) for crf in (23, 30)),
            *(av1(crf) for crf in (35, 45)),
            *(vp9(crf) for crf in (32, 40)),
        ),
        "B": (h264(40), h264_rgb(40), h265(35), h265(40)),
        "C": (h264(50), h264_rgb(50), h265(50)),
    }
    singles = [Attack(codec.name, tier, "codec", codecs=(codec,)) for tier in tiers for codec in tiers[tier]]
    return [
        Attack("identity", "A", "codec", codecs=()),
        *singles,
        Attack("x264 28, then AV1 35", "A", "codec", codecs=(h264(28), av1(35))),
    ]


def _geometry() -> list[Attack]:
    def one(name: str, change: OnPicture, tier: Tier = "A") -> Attack:
        return Attack(name, tier, "geometry", on_each(change))

    sizes = ((0.25, "B"), (0.5, "A"), (0.55, "A"), (0.71, "A"), (1.5, "A"), (2.0, "A"))
    return [
        *(one(f"size × {s:g}", partial(geometry.resized, across=s, down=s), t) for s, t in sizes),  # pyright: ignore[reportArgumentType]
        *(one(f"crop to {s:.0%}", partial(geometry.cropped, share=s)) for s in (0.8, 0.71, 0.55)),
        one("phone crop 9:16", geometry.cropped_upright),
        *(one(f"rotate {d}°", partial(geometry.rotated, degrees=d)) for d in (2, 5, 10, 30, 45, 90, 180)),
        one("mirror", geometry.mirrored),
        one("squeeze to 3/4", partial(geometry.resized, across=0.75, down=1.0)),
        one("in picture 60 %", partial(geometry.in_picture, share=0.6)),
        one("letterbox", geometry.letterboxed),
        one("lower third", geometry.with_lower_third),
        one("perspective 3 %", partial(geometry.in_perspective, share=0.03)),
        one("perspective 10 %", partial(geometry.in_perspective, share=0.10), "B"),
        one("perspective 0.5", partial(geometry.distorted, distortion_scale=0.5), "C"),
    ]


def _colours() -> list[Attack]:
    def one(name: str, change: OnPicture) -> Attack:
        return Attack(name, "A", "colour", on_each(change))

    changes = (
        ("brightness", photometry.brightened),
        ("contrast", photometry.contrasted),
        ("saturation", photometry.saturated),
    )
    return [
        *(one(f"{name} × {f:g}", partial(change, factor=f)) for name, change in changes for f in (0.5, 1.5)),
        one("hue + 0.25", partial(photometry.hue_shifted, turn=0.25)),
        one("grayscale", photometry.greyed),
        one("JPEG 40", partial(photometry.through_jpeg, quality=40)),
        one("blur 9", partial(photometry.blurred, kernel=9)),
        one("median 5", partial(photometry.median_filtered, kernel=5)),
        Attack("noise 10", "A", "colour", _noise),
    ]


def _times() -> list[Attack]:
    def one(name: str, change: OnFootage) -> Attack:
        return Attack(name, "A", "time", change, frames=ALL_FRAMES)

    return [
        one(
            "speed × 0.5", lambda footage: timing.sped_up(timing.piece(footage, seconds=1, start_seconds=0), factor=0.5)
        ),
        one("speed × 2", partial(timing.sped_up, factor=2.0)),
        one("30 → 15 fps", timing.at_half_rate),
        one("drop 20 %", partial(timing.with_drops, share=0.2)),
        one("drop 50 %", partial(timing.with_drops, share=0.5)),
        one(
            "average 3", lambda footage: timing.averaged(timing.piece(footage, seconds=1.2, start_seconds=0), window=3)
        ),
        one("reorder 4", partial(timing.reordered, window=4, share=0.7)),
        *(
            one(f"1 s from {start:g} s", partial(timing.piece, seconds=1.0, start_seconds=start))
            for start in (0.4, 1.1, 1.7)
        ),
    ]


def _combinations() -> list[Attack]:
    tiers: tuple[tuple[int, Tier], ...] = ((23, "B"), (30, "B"), (40, "C"), (50, "C"))
    half = partial(geometry.resized, across=0.5, down=0.5)
    return [
        *(
            Attack(f"x264 {crf} + crop + dark", tier, "combination", on_each(_cut_bright), (h264(crf),))
            for crf, tier in tiers
        ),
        Attack("size × 0.5, x264 28", "B", "combination", on_each(half), (h264(28),)),
        Attack(
            "crop to 70 %, rescaled, x264 28",
            "B",
            "combination",
            on_each(lambda rgb: geometry.resized(geometry.cropped(rgb, share=0.7), across=1 / 0.7, down=1 / 0.7)),
            (h264(28),),
        ),
    ]


def _pictures() -> list[Attack]:
    return [
        Attack("GIF", "A", "picture", _gif, codecs=(), frames=ALL_FRAMES, still=".gif"),
        Attack("screenshot PNG", "A", "picture", codecs=(), still=".png"),
        Attack("screenshot JPEG 85", "A", "picture", codecs=(), still=".jpg"),
    ]


ATTACKS: tuple[Attack, ...] = (*_codecs(), *_geometry(), *_colours(), *_times(), *_combinations(), *_pictures())
"""Video Seal's validation list (facts: `get_validation_augs(is_video=True)`), and what platforms and people do."""


def _on_stills() -> Iterator[Attack]:
    """What can be done to a single picture, stored as JPEG 85 afterwards as image hosts do."""
    yield Attack("identity", "A", "picture", codecs=(), still=".png", frames=1)
    for quality in (90, 75, 60, 50):
        change = on_each(partial(photometry.through_jpeg, quality=quality))
        yield Attack(f"JPEG {quality}", "A", "picture", change, codecs=(), still=".png", frames=1)
    for attack in (*_geometry(), *_colours()):
        yield replace(attack, codecs=(), still=".jpg", frames=1)
    tiers: tuple[tuple[int, Tier], ...] = ((80, "B"), (60, "B"), (40, "C"))
    for quality, tier in tiers:
        change = on_each(lambda rgb, q=quality: photometry.through_jpeg(_cut_bright(rgb), quality=q))
        yield Attack(f"JPEG {quality} + crop + dark", tier, "combination", change, codecs=(), still=".png", frames=1)


STILL_ATTACKS: tuple[Attack, ...] = tuple(_on_stills())
"""The same for images: Video Seal's image list as far as it is not about time or video codecs."""


def attack_named(name: str) -> Attack:
    """Return one of `ATTACKS`.

    Raises:
        ValueError: None has this name.
    """
    for attack in ATTACKS:
        if attack.name == name:
            return attack
    raise ValueError(f"no attack {name!r}; there are {', '.join(attack.name for attack in ATTACKS)}")
