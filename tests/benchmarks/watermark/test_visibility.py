"""A clip of our own is marked and compared for real; VMAF runs where its program is."""

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from sealreel.benchmarks.material import moving_texture
from sealreel.benchmarks.watermark.cells import Cells
from sealreel.benchmarks.watermark.visibility import VisibilityRow, run_visibility, sample
from sealreel.benchmarks.watermark.vmaf import VmafFailed, vmaf
from sealreel.media import generated_form, write_pictures


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rate = Fraction(25)
    path = tmp_path_factory.mktemp("clips") / "texture.mp4"
    pictures = moving_texture(width=320, height=256, rate=rate, frames=6)
    write_pictures(pictures, path, form=generated_form(320, 256, rate))
    return path


def size_of(png: bytes) -> tuple[int, ...]:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image.shape


@pytest.fixture
def needs_vmaf() -> None:
    pytest.importorskip("imageio_ffmpeg", reason="VMAF comes with the extra `bench`")


def test_a_clip_is_measured_once(clip: Path, tmp_path: Path, needs_vmaf: None) -> None:
    cells, told = Cells(tmp_path / "cells.jsonl"), list[VisibilityRow]()

    first = run_visibility([clip], frames=6, cells=cells, on_row=told.append)
    again = run_visibility([clip], frames=6, cells=Cells(tmp_path / "cells.jsonl"))

    assert first == again == tuple(told)
    assert len(cells) == 1


def test_the_row_of_a_clip_is_plausible(clip: Path, tmp_path: Path, needs_vmaf: None) -> None:
    (row,) = run_visibility([clip], frames=6)

    assert 38.0 < row.psnr_y_worst_frame_db <= row.psnr_y_db < 60.0
    assert row.vmaf <= row.vmaf_ceiling + 1e-6
    assert row.worst_block_db <= row.psnr_y_db


def test_vmaf_of_a_clip_against_itself_is_its_ceiling(needs_vmaf: None) -> None:
    planes = [np.full((64, 64), value, np.uint8) for value in (90, 100, 110)]

    assert vmaf(planes, planes).mean > 95.0


def test_vmaf_of_planes_that_do_not_fit_is_an_error(needs_vmaf: None) -> None:
    with pytest.raises(VmafFailed, match="ended with code"):
        vmaf([np.zeros((64, 64), np.uint8)], [np.zeros((64, 80), np.uint8)])


def test_a_sample_is_three_pictures_of_one_size(clip: Path) -> None:
    shown = sample(clip)

    assert {size_of(data) for data in (shown.original_png, shown.marked_png, shown.difference_png)} == {(256, 320, 3)}
