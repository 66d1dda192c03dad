"""What the measured processes of the mark's own speed do: one function a task, run by `process.run_task`."""

import cProfile
import math
import pstats
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np

from ...media import Encoding, Luma, Picture, form_of, generated_form, probe, read_luma, read_pictures, write_pictures
from ...provenance.payload import Payload
from ...provenance.watermark import WatermarkKey, extract_lumas, load_method
from ..material import GRAIN, loop_packets, moving_texture
from ..tasks import Numbers, main, timed

KEY = WatermarkKey(key_id=1, secret=bytes(range(32)))
PAYLOAD = Payload(record_id=0x0123_4567_89AB_CDE, version=1)
TEXTURE = "grainy texture"
"""In place of a path: pictures of `material.moving_texture`, 1920 × 1080 at 30 frames a second."""
TEXTURE_SIZE, TEXTURE_RATE = (1920, 1080), Fraction(30)
SEED_SECONDS = 10
"""Of pictures that are encoded; longer files repeat their packets."""
CROP_SHARE = 0.8
TURN_DEGREES = 5.0
PROFILED = {
    "whitening": ("whiten.py", "whiten"),
    "laying_on_grid": ("geometry.py", "lay_on_grid"),
    "tile_spectra": ("tile.py", "tile_spectra"),
    "reading_payload": ("decode.py", "read"),
    "geometry_search": ("resync.py", "candidates"),
}
"""Parts of an extraction: file and function. `laying_on_grid` and `tile_spectra` are also parts of the search."""


def share(_: Path, *, source: str, frames: int, output: str) -> Numbers:
    """Embed into pictures that lie in memory, then encode the unmarked ones: x264 medium, CRF 23."""
    pictures = list(islice(_pictures(source), frames))
    form = _form(source)
    load_method()
    with timed() as embedding:
        first = time.process_time()
        marked = load_method().embed(iter(pictures), PAYLOAD, KEY)
        next(marked)
        first = time.process_time() - first
        for _picture in marked:
            pass
    with timed() as encoding:
        write_pictures(iter(pictures), Path(output), form=form, encoding=Encoding(crf=23))
    return {
        "frames": float(len(pictures)),
        "embed_cpu_seconds": embedding["cpu_seconds"],
        "first_picture_cpu_seconds": first,
        "encode_cpu_seconds": encoding["cpu_seconds"],
    } | {f"{name}_cpu_seconds": seconds for name, seconds in _parts_of_embedding(pictures).items()}


def _parts_of_embedding(pictures: list[Picture]) -> dict[str, float]:
    """Profile embedding once more, for its parts."""
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for _picture in load_method().embed(iter(pictures), PAYLOAD, KEY):
        pass
    profile.disable()
    return _seconds_in(profile, {"pattern": ("tile.py", "pattern"), "allowance": ("mask.py", "allowance")})


def embed_stream(_: Path, *, source: str) -> Numbers:
    """Decode a file, embed and drop the pictures: what memory does this take?"""
    with timed() as taken:
        for _picture in load_method().embed(read_pictures(probe(Path(source))), PAYLOAD, KEY):
            pass
    return taken


def make_seed(_: Path, *, source: str, output: str, marked: bool, change: str) -> Numbers:
    """Write ten seconds: marked or not, then changed, then encoded."""
    rate = _form(source).rate
    pictures = islice(_pictures(source), round(SEED_SECONDS * rate))
    if marked:
        pictures = load_method().embed(pictures, PAYLOAD, KEY)
    changed = map(CHANGES[change], pictures)
    first = next(changed)
    form = replace(_form(source), width=first.luma.shape[1], height=first.luma.shape[0])
    with timed() as taken:
        write_pictures(chain([first], changed), Path(output), form=form, encoding=Encoding(crf=20, preset="veryfast"))
    return taken


def lengthen(_: Path, *, source: str, output: str, seconds: int) -> Numbers:
    """Repeat the packets of a file until it is at least so long."""
    length = probe(Path(source)).duration_seconds or float(SEED_SECONDS)
    with timed() as taken:
        loop_packets(Path(source), Path(output), math.ceil(seconds / length - 0.01))
    return taken


def extract_file(_: Path, *, source: str) -> Numbers:
    """Look for the mark in a file as verification does."""
    clip = probe(Path(source))
    with timed() as taken:
        found = extract_lumas(read_luma(clip), [KEY])
    return taken | {
        "decoded": float(found.status == "decoded" and found.payload == PAYLOAD),
        "p_value_log10": found.p_value_log10 or 0.0,
        "frames_read": float(found.frames_read),
        "video_seconds": clip.duration_seconds or 0.0,
    }


def extract_profiled(_: Path, *, source: str) -> Numbers:
    """Do the same under the profiler, for the share of each part."""
    clock, profile = _Clock(), cProfile.Profile()
    lumas = clock.over(read_luma(probe(Path(source))))
    profile.enable()
    with timed() as taken:
        extract_lumas(lumas, [KEY])
    profile.disable()
    parts = {"decoding": clock.seconds} | _seconds_in(profile, PROFILED)
    return taken | {f"{name}_share": seconds / taken["wall_seconds"] for name, seconds in parts.items()}


class _Clock:
    """Adds up the time that a stream takes to give its items."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def over(self, lumas: Iterable[Luma]) -> Iterator[Luma]:
        stream = iter(lumas)
        while True:
            start = time.perf_counter()
            luma = next(stream, None)
            self.seconds += time.perf_counter() - start
            if luma is None:
                return
            yield luma


def _seconds_in(profile: cProfile.Profile, parts: dict[str, tuple[str, str]]) -> dict[str, float]:
    """Return the seconds that were spent inside each named function; 0 where it was not called."""
    calls = cast("dict[tuple[str, int, str], tuple[Any, ...]]", vars(pstats.Stats(profile))["stats"])
    return {
        name: sum(
            float(entry[3])
            for (path, _line, called), entry in calls.items()
            if called == function and Path(path).name == file and "watermark" in path
        )
        for name, (file, function) in parts.items()
    }


def _pictures(source: str) -> Iterator[Picture]:
    if source != TEXTURE:
        return read_pictures(probe(Path(source)))
    width, height = TEXTURE_SIZE
    return moving_texture(width=width, height=height, rate=TEXTURE_RATE, frames=10_000, noise=GRAIN)


def _form(source: str) -> Any:
    return generated_form(*TEXTURE_SIZE, TEXTURE_RATE) if source == TEXTURE else form_of(probe(Path(source)), "mp4")


def _cropped(picture: Picture) -> Picture:
    """Keep 80 % of each side, off the middle."""
    height, width = (round(side * CROP_SHARE / 4) * 4 for side in picture.luma.shape)
    top, left = ((full - kept) // 4 * 2 + 2 for full, kept in zip(picture.luma.shape, (height, width), strict=True))

    def cut(plane: Any) -> Any:
        return np.ascontiguousarray(plane[top // 2 : (top + height) // 2, left // 2 : (left + width) // 2])

    luma = np.ascontiguousarray(picture.luma[top : top + height, left : left + width])
    return replace(picture, luma=luma, chroma=tuple(cut(plane) for plane in picture.chroma))


def _turned(picture: Picture) -> Picture:
    """Turn by 5° about the middle in the same frame, black at the corners."""

    def turn(plane: Any, empty: int) -> Any:
        height, width = plane.shape
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), TURN_DEGREES, 1.0)
        return cv2.warpAffine(plane, matrix, (width, height), flags=cv2.INTER_CUBIC, borderValue=empty)

    return replace(picture, luma=turn(picture.luma, 16), chroma=tuple(turn(plane, 128) for plane in picture.chroma))


CHANGES: dict[str, Callable[[Picture], Picture]] = {
    "untouched": lambda picture: picture,
    "cropped to 80 %": _cropped,
    "rotated by 5°": _turned,
}

TASKS: dict[str, Callable[..., Numbers]] = {
    task.__name__: task for task in (share, embed_stream, make_seed, lengthen, extract_file, extract_profiled)
}

if __name__ == "__main__":
    main(TASKS)
