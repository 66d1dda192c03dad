"""What happens to clips on the way through the world: they stay recovered, and a stolen mark stays a mismatch.

A sweep over real clips, of minutes; `test_verify.py` and `test_fingerprint.py` hold the quick ones.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from sealreel.media import Encoding, Picture, form_of, probe, read_pictures, write_pictures
from sealreel.provenance import MarkConfig, ReleaseConfig, VerifyConfig, mark, verify
from sealreel.provenance.watermark import load_method

CLIPS = Path(__file__).parents[2] / "../shared/data/watermark"
EASY = ["dog_720p.mp4", "coffee_720p.mp4", "walking_720p.mp4", "people_480p.mp4", "bunny_720p.mp4"]
FRAMES = 60

Plane = npt.NDArray[np.uint8]
Change = Callable[[Plane], Plane]

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(not CLIPS.is_dir(), reason="the robustness clips are not here"),
]


def same(plane: Plane) -> Plane:
    return plane


def half(plane: Plane) -> Plane:
    return np.asarray(cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def cropped(plane: Plane) -> Plane:
    height, width = plane.shape
    top, left = int(0.1 * height) // 2 * 2, int(0.1 * width) // 2 * 2
    return np.ascontiguousarray(plane[top : height - top, left : width - left])


def turned(plane: Plane) -> Plane:
    height, width = plane.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), 5, 1)
    return np.asarray(cv2.warpAffine(plane, matrix, (width, height)), np.uint8)


def mirrored(plane: Plane) -> Plane:
    return np.ascontiguousarray(plane[:, ::-1])


def brighter(plane: Plane) -> Plane:
    return np.asarray(cv2.convertScaleAbs(plane, alpha=1.3), np.uint8)


ATTACKS: dict[str, tuple[Change, int]] = {
    "H.264 at CRF 28": (same, 28),
    "half size": (half, 23),
    "80 % crop": (cropped, 23),
    "5° turn": (turned, 23),
    "mirror": (mirrored, 23),
    "brightness 1.3": (brighter, 23),
}


def head(source: Path, target: Path) -> Path:
    """Keep the first two seconds, so that the sweep ends."""
    return rewritten(source, target, same, crf=12)


def rewritten(source: Path, target: Path, change: Change, *, crf: int) -> Path:
    """Encode a clip anew with its luma changed; the colour is dropped, which neither mark nor fingerprint uses."""
    clip = probe(source)
    first = change(np.asarray(next(read_pictures(clip)).luma, np.uint8))
    height, width = (side // 2 * 2 for side in first.shape)
    form = replace(form_of(clip, "mp4"), width=width, height=height)

    def pictures() -> Iterator[Picture]:
        grey = np.full((height // 2, width // 2), 128, np.uint8)
        for index, picture in enumerate(read_pictures(clip)):
            if index == FRAMES:
                return
            luma = change(np.asarray(picture.luma, np.uint8))[:height, :width]
            yield replace(picture, luma=np.ascontiguousarray(luma), chroma=(grey, grey))

    write_pictures(pictures(), target, form=form, encoding=Encoding(crf=crf, preset="veryfast"))
    return target


@pytest.mark.parametrize("name", EASY)
def test_handled_copies_stay_recovered(
    name: str, tmp_path: Path, installation: ReleaseConfig, look: VerifyConfig
) -> None:
    clip = head(CLIPS / name, tmp_path / "clip.mp4")
    output = mark(clip, tmp_path / "marked.mp4", MarkConfig(release=installation, digital_source_type="digitalCapture"))

    found: dict[str, tuple[str, bool]] = {}
    for attack, (change, crf) in ATTACKS.items():
        verdict = verify(rewritten(output.file, tmp_path / f"{attack}.mp4", change, crf=crf), look)
        found[attack] = (verdict.conclusion, verdict.watermark.payload == output.payload)

    assert found == dict.fromkeys(ATTACKS, ("recovered", True))


@pytest.mark.parametrize("name", EASY)
def test_a_stolen_mark_is_a_mismatch(
    name: str, tmp_path: Path, installation: ReleaseConfig, look: VerifyConfig
) -> None:
    owner = head(CLIPS / EASY[EASY.index(name) - 1], tmp_path / "owner.mp4")
    output = mark(owner, tmp_path / "owned.mp4", MarkConfig(release=installation, digital_source_type="digitalCapture"))
    assert output.payload is not None
    thief = probe(head(CLIPS / name, tmp_path / "thief.mp4"))
    stolen = load_method().embed(read_pictures(thief), output.payload, installation.keyring.current)
    write_pictures(stolen, tmp_path / "stolen.mp4", form=form_of(thief, "mp4"), encoding=installation.encoding)

    verdict = verify(tmp_path / "stolen.mp4", look)

    assert (verdict.conclusion, verdict.reasons[0].code) == ("content_mismatch", "watermark.other_content")
