"""Real clips through the real encoder: what the mark is promised to survive."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from sealreel.media import Encoding, Picture, form_of, probe, read_pictures, write_pictures
from sealreel.provenance import Extraction, Payload
from sealreel.provenance.watermark import ACCEPT_LOG10_P, Strength, WatermarkKey, load_method

CLIPS = Path(__file__).parents[3] / "../shared/data/watermark"
needs_clips = pytest.mark.skipif(not CLIPS.is_dir(), reason=f"the clips are not at {CLIPS}")

Plane = NDArray[np.uint8]
Change = Callable[[Plane], Plane]


def easy_clips() -> list[str]:
    if not CLIPS.is_dir():
        return []
    with (CLIPS / "index.csv").open(encoding="utf-8") as rows:
        return [row["file"] for row in csv.DictReader(rows) if row["easy"] == "easy"]


def same(plane: Plane) -> Plane:
    return plane


def half(plane: Plane) -> Plane:
    size = plane.shape[1] // 4 * 2, plane.shape[0] // 4 * 2
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def crop(plane: Plane) -> Plane:
    height, width = (side * 8 // 20 * 2 for side in plane.shape)
    top, left = (plane.shape[0] - height) // 2, (plane.shape[1] - width) // 2
    return plane[top : top + height, left : left + width]


def rotate(plane: Plane) -> Plane:
    height, width = plane.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 5.0, 1.0)
    return np.asarray(cv2.warpAffine(plane, turn, (width, height), borderValue=(16.0,)), dtype=np.uint8)


def mirror(plane: Plane) -> Plane:
    return plane[:, ::-1]


def brighten(plane: Plane) -> Plane:
    return np.clip(np.rint(plane * 1.3), 0, 255).astype(np.uint8)


ATTACKS: dict[str, tuple[Change, int]] = {
    "CRF 28": (same, 28),
    "half size, CRF 23": (half, 23),
    "80 % crop, CRF 23": (crop, 23),
    "5° rotation, CRF 23": (rotate, 23),
    "mirror, CRF 23": (mirror, 23),
    "brightness 1.3, CRF 23": (brighten, 23),
}


def changed(pictures: Iterable[Picture], change: Change) -> Iterator[Picture]:
    """Change luma, and chroma by way of full size."""
    for picture in pictures:
        height, width = picture.luma.shape
        luma = np.ascontiguousarray(change(np.ascontiguousarray(picture.luma, dtype=np.uint8)))
        small = -(-luma.shape[1] // 2), -(-luma.shape[0] // 2)
        wide = [cv2.resize(np.ascontiguousarray(plane), (width, height)) for plane in picture.chroma]
        if change is not brighten:
            wide = [np.ascontiguousarray(change(np.asarray(plane, dtype=np.uint8))) for plane in wide]
        chroma = tuple(
            np.asarray(cv2.resize(plane, small, interpolation=cv2.INTER_AREA), dtype=np.uint8) for plane in wide
        )
        yield replace(picture, luma=luma, chroma=chroma)


def survive(name: str, attack: str, *, frames: int, directory: Path) -> tuple[Extraction, Payload]:
    """Mark a clip at the default strength, attack it, encode it, and read it blind."""
    change, crf = ATTACKS[attack]
    key, payload, method = WatermarkKey(1, bytes(range(32))), Payload.random(), load_method()
    clip, target = probe(CLIPS / name), directory / "attacked.mp4"
    marked = method.embed(islice(read_pictures(clip), frames), payload, key, strength=Strength())
    seen = change(np.zeros((clip.height, clip.width), np.uint8))
    form = replace(form_of(clip, "mp4"), width=seen.shape[1], height=seen.shape[0])
    write_pictures(changed(marked, change), target, form=form, encoding=Encoding(crf=crf))
    return method.extract(probe(target), [key]), payload


@needs_clips
@pytest.mark.parametrize("attack", ["80 % crop, CRF 23", "5° rotation, CRF 23", "CRF 28"])
def test_a_second_of_a_real_clip_survives(attack: str, tmp_path: Path) -> None:
    found, payload = survive("people_480p.mp4", attack, frames=24, directory=tmp_path)

    assert found.payload == payload


@needs_clips
@pytest.mark.benchmark
@pytest.mark.parametrize("name", easy_clips())
@pytest.mark.parametrize("attack", ATTACKS)
def test_every_easy_clip_survives(name: str, attack: str, tmp_path: Path) -> None:
    found, payload = survive(name, attack, frames=10_000, directory=tmp_path)

    assert found.payload == payload
    assert found.p_value_log10 is not None
    assert found.p_value_log10 <= ACCEPT_LOG10_P


@needs_clips
@pytest.mark.parametrize("still", ["kodim01.png", "kodim23.png"])
@pytest.mark.parametrize("container", ["png", "jpeg"])
def test_a_still_picture_keeps_its_mark(still: str, container: str, tmp_path: Path) -> None:
    key, payload, method = WatermarkKey(1, bytes(range(32))), Payload.random(), load_method()
    clip, target = probe(CLIPS / "stills" / still), tmp_path / f"marked.{container}"
    marked = method.embed(read_pictures(clip), payload, key, strength=Strength())
    write_pictures(marked, target, form=form_of(clip, container), encoding=Encoding(jpeg_quality=75))

    assert method.extract(probe(target), [key]).payload == payload
